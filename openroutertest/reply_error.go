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

// ErrorShape is a form in which the service reports that an answer failed after
// the status 200 was sent. Each was seen on the wire.
type ErrorShape int

const (
	// ShapeChunk is the documented one. A stream ends with a chunk that has the
	// error beside a choice with the finish reason error, and has no [DONE].
	// Another answer has the error in the choice, beside what was written.
	ShapeChunk ErrorShape = iota
	// ShapeWithUsage has the error, the usage and no finish reason in one chunk,
	// and then [DONE]. Another answer has the error beside its choices.
	ShapeWithUsage
	// ShapeBeforeUsage is an error with the finish reason stop. In a stream the
	// usage follows in a chunk of its own, and there is no [DONE].
	ShapeBeforeUsage
	// ShapeBare is the error and the account, and nothing else: neither an id
	// nor choices, nor [DONE].
	ShapeBare
	// ShapeChoice has the error in the choice, in a stream too, which then goes
	// on to its end with the usage and [DONE].
	ShapeChoice
	// ShapeNulls has every member of an answer as null, and the error.
	ShapeNulls
	// ShapeNoError is ShapeNulls with an error that is null, too.
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

// MidStreamError lets the answer fail here, after the status 200 was sent. The
// status is the code that the report names; an empty type leaves that out.
// [Reply.Shape] sets the form. What is added afterwards comes behind it.
func (r Reply) MidStreamError(status int, t openrouter.ErrorType, message ...string) Reply {
	return r.step(fail{r.choice, newFailure(status, t, message)})
}

// Shape sets the form of [Reply.MidStreamError].
func (r Reply) Shape(s ErrorShape) Reply {
	return r.describe(func(f *failure) { f.shape = s })
}

// ErrorCode sets the code that the failure reports, to a number, a text or nil.
func (r Reply) ErrorCode(code any) Reply {
	return r.describe(func(f *failure) { f.code = encode(code) })
}

// Metadata sets the metadata of the failure, in place of the error type that
// stands there by default.
func (r Reply) Metadata(metadata any) Reply {
	return r.describe(func(f *failure) { f.metadata = encode(metadata) })
}

// UserID sets the account that the failure is reported for; "" leaves it out.
func (r Reply) UserID(id string) Reply {
	return r.describe(func(f *failure) { f.userID = id })
}

// Availability makes the failure one that tells why no provider could serve the
// request. Its type and status then stand in other places than usual, and the
// time to wait of an [Error] is also the header Retry-After.
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
