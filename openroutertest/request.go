package openroutertest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// Request is a request as it arrived. Do not change it.
type Request struct {
	Method string
	// Path is the path below the base URL, such as /chat/completions. A request
	// outside of the base URL has its whole path.
	Path   string
	Query  url.Values
	Header http.Header
	// Raw is the body as it was sent.
	Raw []byte
	// Body is the decoded body of a chat completion. It is never nil. For other
	// requests it is empty.
	Body *openrouter.ChatCompletionRequest

	ctx     context.Context
	outside bool  // of the base URL; Path is then complete
	bad     error // why the body could not be read
}

const (
	basePath        = "/api/v1"
	completionsPath = "/chat/completions"
)

// newRequest reads r to its end.
func newRequest(r *http.Request) *Request {
	req := &Request{
		Method: r.Method,
		Path:   r.URL.Path,
		Query:  r.URL.Query(),
		Header: r.Header.Clone(),
		Body:   &openrouter.ChatCompletionRequest{},
		ctx:    r.Context(),
	}
	path, below := strings.CutPrefix(r.URL.Path, basePath)
	if below = below && strings.HasPrefix(path, "/"); below {
		req.Path = path
	}
	req.outside = !below
	if r.Body != nil {
		req.Raw, req.bad = io.ReadAll(r.Body)
		_ = r.Body.Close() // only read from
	}
	if req.bad == nil && req.isChat() {
		req.bad = json.Unmarshal(req.Raw, req.Body)
	}
	if req.bad == nil && req.isChat() && len(req.Body.Messages) == 0 && req.Body.Prompt == "" {
		req.bad = errors.New("there are neither messages nor a prompt")
	}
	if req.bad == nil && req.isChat() && !req.isChecked() {
		req.bad = invalid(req.Body.Validate())
	}
	return req
}

// isChecked reports whether the library has sent the request. It has checked the
// request, unless the call switched that off.
func (r *Request) isChecked() bool {
	return strings.HasPrefix(r.Header.Get("User-Agent"), "openrouter-go/")
}

// invalid returns what is wrong with a request, without the way out that a call of
// the library has.
func invalid(err error) error {
	e, ok := errors.AsType[*openrouter.ValidationError](err)
	if !ok {
		return err
	}
	var list []string
	for _, v := range e.Violations {
		list = append(list, v.Field+" "+v.Problem)
	}
	return errors.New(strings.Join(list, "; "))
}

func (r *Request) isChat() bool {
	return !r.outside && r.Method == http.MethodPost && r.Path == completionsPath
}

// Context returns the context of the request. It ends with the request.
func (r *Request) Context() context.Context { return r.ctx }

// Model returns the requested model: the member model or, if there is none, the
// first of models.
func (r *Request) Model() string {
	if r.Body.Model == "" && len(r.Body.Models) > 0 {
		return r.Body.Models[0]
	}
	return r.Body.Model
}

// Text returns the text of the last user message, or the prompt if there is no such
// message.
func (r *Request) Text() string {
	for i := len(r.Body.Messages) - 1; i >= 0; i-- {
		if m := r.Body.Messages[i]; m.Role == openrouter.RoleUser {
			return m.Text()
		}
	}
	return r.Body.Prompt
}

// Stream reports whether the request asks for a stream.
func (r *Request) Stream() bool { return r.Body.Stream != nil && *r.Body.Stream }

// isPrompted reports whether the answer is text instead of a message.
func (r *Request) isPrompted() bool { return len(r.Body.Messages) == 0 && r.Body.Prompt != "" }

// key returns the API key and whether there is one.
func (r *Request) key() (string, bool) {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return key, ok && key != ""
}

// String describes the request in one line. Failures of tests use it.
func (r *Request) String() string {
	s := r.Method + " " + r.Path
	switch {
	case r.outside:
		return s + ", which is not below " + basePath
	case !r.isChat():
		return s
	}
	return s + " model " + quoted(r.Model()) + " text " + quoted(r.Text())
}
