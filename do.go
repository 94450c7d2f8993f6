package openrouter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Do sends a request to a path that this library has no method for, such as
// /credits, with the same key, headers, limits, repetitions and errors as its
// own.
//
// The path starts with a slash, may have a query, and is appended to the base
// URL, which it cannot leave; put foreign text through url.PathEscape.
//
// in is the body: nil for none, JSON as []byte or json.RawMessage, or any value
// that encoding/json encodes. out points to where the answer goes: nil drops it,
// a *[]byte takes it as it comes, whatever it is, and anything else is decoded
// into. An answer that is not JSON is an error unless out is a *[]byte, or nil
// and the answer empty.
//
// Errors are those of [ChatService.Create]. An answer with the status 200 whose
// member error is an object or a text is an [*APIError], too. The CallInfo is
// set with an error as well, and zero if nothing was sent.
//
// Every method is repeated as [WithRetryPolicy] says, POST included: where a
// repeated request would do harm, use [RetryUnprocessed] or WithMaxRetries(0).
func (c *Client) Do(ctx context.Context, method, path string, in, out any, opts ...Option) (CallInfo, error) {
	cfg := c.config().with(opts)
	body, found := checkDo(method, path, in, out)
	if len(found) > 0 {
		return CallInfo{}, &ValidationError{Violations: slices.Concat(cfg.found, found)}
	}
	if cfg.err != nil {
		return CallInfo{}, cfg.err
	}
	sent := outgoing{method: method, path: path, body: body}
	return attempts(ctx, cfg, func(call *CallInfo) (CallInfo, error) {
		data, err := cfg.exchange(ctx, sent, call, new(bytes.Buffer))
		if err == nil {
			err = cfg.decode(call, data, out)
		}
		return *call, err
	})
}

// checkDo encodes the body and refuses what cannot be sent or decoded.
func checkDo(method, path string, in, out any) (body []byte, found []Violation) {
	check := func(field, problem string) {
		if problem != "" {
			found = append(found, Violation{Field: field, Problem: problem})
		}
	}
	if method == "" || strings.ContainsFunc(method, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		check("method", "must be in capital letters, such as GET")
	}
	check("path", pathProblem(path))
	if out != nil {
		if v := reflect.ValueOf(out); v.Kind() != reflect.Pointer || v.IsNil() {
			check("out", "must be nil or a pointer to what the answer is decoded into")
		} else if method == http.MethodHead {
			check("out", "must be nil: HEAD has no answer but its header")
		}
	}
	if in != nil && (method == http.MethodGet || method == http.MethodHead) {
		check("in", "must be nil: "+method+" has no body, put it into the query of the path")
	}
	body, err := encodeBody(in)
	if err != nil {
		found = append(found, Violation{Field: "in", Problem: err.Error(), Err: err})
	}
	return body, found
}

func pathProblem(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "has white space or a control character, which must be escaped"
	}
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return "must start with one slash and is appended to the base URL, such as /credits"
	}
	u, err := url.Parse(path)
	switch {
	case err != nil:
		return "is not the path of a URL"
	case strings.Contains(path, "#"):
		return "has a fragment, which is not sent; escape # as %23"
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return "must not have . or .. between slashes"
		}
	}
	return ""
}

// encodeBody is nil for no body.
func encodeBody(in any) ([]byte, error) {
	var raw []byte
	switch in := in.(type) {
	case nil:
		return nil, nil
	case []byte:
		raw = in
	case json.RawMessage:
		raw = in
	default:
		w := wire.NewWriter(nil)
		w.Any(in)
		return w.Bytes()
	}
	if !json.Valid(raw) {
		return nil, errors.New("is not JSON")
	}
	return slices.Clone(raw), nil
}

// decode reads a body that came with a status of success into out, as
// [Client.Do] says.
func (c *config) decode(call *CallInfo, data []byte, out any) error {
	text := bytes.TrimSpace(data)
	if e := c.reportedAsSuccess(call, text); e != nil {
		return e
	}
	switch raw, ok := out.(*[]byte); {
	case ok:
		*raw = data
		return nil
	case out == nil && len(text) == 0:
		return nil
	case out == nil:
		out = new(json.RawMessage)
	}
	if len(text) == 0 || text[0] != '{' && text[0] != '[' && !json.Valid(text) {
		return c.notAnAnswer(call, data)
	}
	err := json.Unmarshal(text, out)
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*DecodeError](err)
	if !ok {
		e = &DecodeError{What: strings.TrimPrefix(reflect.TypeOf(out).Elem().String(), "openrouter."), Body: text, Err: err}
		if at, ok := errors.AsType[*json.SyntaxError](err); ok {
			e.Offset = int(at.Offset)
		}
	}
	e.call, e.Body = call, scrub(e.Body, c.secrets)
	return e
}

// reportedAsSuccess is the failure that a body with a status of success reports,
// nil if it reports none.
func (c *config) reportedAsSuccess(call *CallInfo, text []byte) *APIError {
	if len(text) == 0 || text[0] != '{' || !bytes.Contains(text, []byte(`"error"`)) {
		return nil
	}
	var b errorBody
	if b.UnmarshalJSON(text) != nil {
		return nil
	}
	if raw, _ := b.Extra["error"].(json.RawMessage); b.Error == nil && (len(raw) <= len(`""`) || raw[0] != '"') {
		return nil
	}
	return c.apiError(call, text)
}

// without is the error for a body with a status of success that lacks a member.
func (c *config) without(member string, call *CallInfo, data []byte) *APIError {
	e := c.apiError(call, bytes.TrimSpace(data))
	if e.Message == "" {
		e.Message = "the answer has no " + member
	}
	return e
}

func (c *config) apiError(call *CallInfo, text []byte) *APIError {
	e := errorFromBody(call, scrub(text, c.secrets))
	e.Body = e.Body[:min(len(e.Body), maxErrorBody)]
	return e
}
