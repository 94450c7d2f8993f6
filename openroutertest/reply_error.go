package openroutertest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
)

// ErrorShape is a form in which the service reports that an answer failed after the
// status 200 was sent. The service was seen to use each of them.
type ErrorShape int

const (
	// ShapeChunk is the documented form. A stream ends without [DONE], with a chunk
	// that has the error beside a choice with the finish reason error. An
	// answer of Create has the error in the choice, beside the content so far.
	ShapeChunk ErrorShape = iota
	// ShapeWithUsage is a chunk with the error and the usage, but without a finish
	// reason. [DONE] follows. An answer of Create has the error beside its choices.
	ShapeWithUsage
	// ShapeBeforeUsage is an error beside the finish reason stop. In a stream the
	// usage follows in a chunk of its own, and there is no [DONE].
	ShapeBeforeUsage
	// ShapeBare is an object with nothing but the error and the account. It has
	// neither an id nor choices, and no [DONE] follows.
	ShapeBare
	// ShapeChoice has the error in the choice, in a stream as well. The stream then
	// ends as usual, with the usage and [DONE].
	ShapeChoice
	// ShapeNulls is an answer with the error, in which every other member is null.
	ShapeNulls
	// ShapeNoError is an answer in which every member is null, the error as well.
	ShapeNoError
)

// failure is a failure as the service reports it.
type failure struct {
	status       int
	kind         openrouter.ErrorType
	message      string
	code         json.RawMessage // instead of status
	metadata     json.RawMessage // instead of the type
	availability *openrouter.Availability
	userID       string
	shape        ErrorShape
}

func newFailure(status int, t openrouter.ErrorType, message []string) failure {
	f := failure{status: status, kind: t, message: strings.Join(message, " "), userID: "user_fake"}
	if f.message == "" {
		f.message = cmp.Or(http.StatusText(status), "Provider returned error")
	}
	return f
}

// MidStreamError makes the answer fail at this point, after the status 200 was
// sent. The report names the status and, unless it is empty, the type. Without a
// message it has the text of the status. [Reply.Shape] sets its form. Later steps
// are sent after the report.
func (r Reply) MidStreamError(status int, t openrouter.ErrorType, message ...string) Reply {
	return r.step(fail{r.choice, newFailure(status, t, message)})
}

// Shape sets the form of the report of [Reply.MidStreamError]. The default is
// [ShapeChunk].
func (r Reply) Shape(s ErrorShape) Reply {
	return r.describe(func(f *failure) { f.shape = s })
}

// ErrorCode sets the code that the failure reports: a number, a string or nil. The
// default is the status.
func (r Reply) ErrorCode(code any) Reply {
	return r.describe(func(f *failure) { f.code = encode(code) })
}

// Metadata sets the metadata of the failure. By default it contains the error
// type.
func (r Reply) Metadata(metadata any) Reply {
	return r.describe(func(f *failure) { f.metadata = encode(metadata) })
}

// UserID sets the account that the failure names; "" leaves it out.
func (r Reply) UserID(id string) Reply {
	return r.describe(func(f *failure) { f.userID = id })
}

// Availability makes the failure explain why no provider could serve the request.
// The type and the status are then in other members than usual. An [Error] sends
// the time to wait in the header Retry-After as well.
func (r Reply) Availability(a openrouter.Availability) Reply {
	isError := slices.ContainsFunc(r.steps, func(s step) bool { _, ok := s.(report); return ok })
	if isError && a.RetryAfter > 0 {
		r = r.RetryAfter(time.Duration(a.RetryAfter * float64(time.Second)))
	}
	return r.describe(func(f *failure) { f.availability = &a })
}

// describe changes the last failure of the reply. It leaves a reply without one
// alone.
func (r Reply) describe(set func(*failure)) Reply {
	r.steps = slices.Clone(r.steps)
	for i, s := range slices.Backward(r.steps) {
		switch s := s.(type) {
		case fail:
			set(&s.failure)
			r.steps[i] = s
			return r
		case report:
			set(&s.failure)
			r.steps[i] = s
			return r
		}
	}
	return r
}

type errorObject struct {
	Code         json.RawMessage          `json:"code,omitempty"`
	Message      string                   `json:"message"`
	ErrorType    openrouter.ErrorType     `json:"error_type,omitempty"`
	HTTPStatus   int                      `json:"http_status,omitempty"`
	Availability *openrouter.Availability `json:"availability,omitempty"`
	Metadata     json.RawMessage          `json:"metadata,omitempty"`
}

// object is the member error.
func (f *failure) object() errorObject {
	o := errorObject{Code: f.code, Message: f.message, Metadata: f.metadata, Availability: f.availability}
	switch {
	case o.Availability != nil:
		o.ErrorType, o.HTTPStatus = f.kind, f.status
		return o
	case o.Code == nil:
		o.Code = json.RawMessage(strconv.Itoa(f.status))
	}
	if o.Metadata == nil && f.kind != "" {
		o.Metadata = encode(map[string]any{"error_type": f.kind})
	}
	return o
}

// body is the failure with nothing around it.
func (f *failure) body() []byte {
	if f.shape == ShapeNulls {
		return encode(nothing{Error: f.object(), UserID: f.userID})
	}
	if f.shape == ShapeNoError {
		return encode(nothing{})
	}
	return encode(struct {
		Error  errorObject `json:"error"`
		UserID string      `json:"user_id,omitempty"`
	}{f.object(), f.userID})
}

// finishReason is that of the choice that failed.
func (f *failure) finishReason() *string {
	switch f.shape {
	case ShapeWithUsage:
		return nil
	case ShapeBeforeUsage:
		return new(string(openrouter.FinishReasonStop))
	}
	return new(string(openrouter.FinishReasonError))
}

// fail is where an answer fails.
type fail struct {
	choice int
	failure
}

func (e fail) stream(s *streaming) {
	f := e.failure
	s.ended = true
	switch f.shape {
	case ShapeBare, ShapeNulls, ShapeNoError:
		s.event(f.body())
		return
	}
	c := s.at(e.choice)
	c.failed = &f
	chunk := s.finishChunk(c)
	if f.shape == ShapeChoice {
		chunk.Choices[0].Error = f.object()
	} else {
		chunk.Error = f.object()
	}
	switch f.shape {
	case ShapeWithUsage:
		chunk.Usage = s.usage()
		s.finished = true
		s.send(chunk)
		s.done()
	case ShapeBeforeUsage:
		s.finished = true
		s.send(chunk)
		s.account()
	case ShapeChoice:
		s.send(chunk)
		s.done()
	default:
		s.finished = true
		s.send(chunk)
	}
}

func (e fail) whole(w *whole) {
	f := e.failure
	w.begun = true
	switch f.shape {
	case ShapeBare, ShapeNulls, ShapeNoError:
		w.other = f.body()
	default:
		w.at(e.choice).failed = &f
	}
	w.send()
}

func (e fail) String() string { return "MidStreamError(" + strconv.Itoa(e.status) + ")" }

// report is a failure that is all of the answer.
type report struct{ failure }

func (e report) stream(s *streaming) { s.ops = append(s.ops, op{data: e.body()}) }
func (e report) whole(w *whole)      { w.ops = append(w.ops, op{data: e.body()}) }
func (e report) String() string      { return "Error(" + strconv.Itoa(e.status) + ")" }
