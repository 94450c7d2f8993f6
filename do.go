package openrouter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/google/go-querystring/query"

	"github.com/openrouter-go/openrouter/internal/unencodable"
	"github.com/openrouter-go/openrouter/internal/wire"
)

// Do sends a request to an endpoint that has no method here, such as /rerank.
// It uses the key, headers, limits and retries of every other call.
//
// path starts with a slash and may have a query. It is appended to the base URL
// and cannot leave it. Pass text from outside through url.PathEscape.
//
// in is the body: nil for none, JSON as []byte or json.RawMessage, any value that
// encoding/json can encode, or a [RawBody] for a body that is not JSON.
//
// out is a pointer to a variable for the answer. A *[]byte receives the answer
// as it came. Any other pointer receives the decoded JSON. If out is nil, the
// answer is checked and dropped. An answer that is not JSON is an error, unless
// out is a *[]byte. An empty answer is allowed if out is nil. For an answer that is
// a stream, or large, use [Client.DoRaw].
//
// The errors are those of [ChatService.Create]. An answer with a success status
// is also an [*APIError] if its member error is an object or a string. The
// CallInfo is set even if there is an error. It is zero if nothing was sent.
//
// Every HTTP method is retried as [WithRetryPolicy] says, POST included. If a
// second request could do harm, use [RetryUnprocessed] or WithMaxRetries(0).
func (c *Client) Do(ctx context.Context, method, path string, in, out any, opts ...Option) (CallInfo, error) {
	cfg := c.config().with(opts)
	var info CallInfo
	_, err := observed(ctx, cfg, doOperation(cfg, method, path, in), func(ctx context.Context, cfg *config) (any, error) {
		sent, err := cfg.doRequest(method, path, in, out)
		if err != nil {
			return nil, err
		}
		info, err = attempts(ctx, cfg, func(call *CallInfo) (CallInfo, error) {
			data, err := cfg.exchange(ctx, sent, call, new(bytes.Buffer))
			if err == nil {
				err = cfg.decode(call, data, out)
			}
			return *call, err
		})
		if err != nil {
			return nil, err
		}
		return out, nil
	})
	return info, err
}

func doOperation(c *config, method, path string, in any) Operation {
	op := Operation{Name: "do", Request: in}
	if len(c.observers) > 0 {
		route, _, _ := strings.Cut(path, "?")
		op.Target = method + " " + route
	}
	return op
}

// doRequest returns the request for [Client.Do], or what is wrong with it.
func (c *config) doRequest(method, path string, in, out any) (outgoing, error) {
	body, contentType, found := checkDo(method, path, in, out)
	return outgoing{method: method, path: path, body: wire.NewBody(body), contentType: contentType}, c.refused(found)
}

// checkDo encodes the body and refuses what cannot be sent or decoded.
func checkDo(method, path string, in, out any) (body []byte, contentType string, found []Violation) {
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
			check("out", "must be nil or a pointer to a variable for the answer")
		} else if method == http.MethodHead {
			check("out", "must be nil: the answer to HEAD has no body")
		}
	}
	if in != nil && (method == http.MethodGet || method == http.MethodHead) {
		check("in", "must be nil: "+method+" has no body; use the query of the path")
	}
	raw, ok := in.(RawBody)
	if p, isPointer := in.(*RawBody); isPointer && p != nil {
		raw, ok = *p, true
	} else if isPointer {
		check("in", "is a nil *RawBody")
	}
	if ok {
		if _, _, err := mime.ParseMediaType(raw.ContentType); err != nil || strings.ContainsFunc(raw.ContentType, isControl) {
			check("in", "needs a ContentType, such as audio/mpeg")
		}
		return append([]byte{}, raw.Data...), raw.ContentType, found
	}
	body, err := encodeBody(in)
	if err != nil {
		found = append(found, Violation{Field: "in", Problem: err.Error(), Err: err})
	}
	return body, "", found
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f }

func pathProblem(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "contains white space or a control character; escape it"
	}
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return "must start with one slash, such as /rerank; it is appended to the base URL"
	}
	u, err := url.Parse(path)
	switch {
	case err != nil:
		return "is not a valid URL path"
	case strings.Contains(path, "#"):
		return "contains #, which starts a fragment that is not sent; escape it as %23"
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return "must not contain the segment . or .."
		}
	}
	return ""
}

// encodeBody returns nil if in is nil.
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
		data, err := w.Bytes()
		if err != nil { // the text of a type's own error may quote what it encodes
			problem, cause := unencodable.NoJSON(err)
			return nil, &concealed{problem, func() error { return cause }}
		}
		return data, nil
	}
	if !json.Valid(raw) {
		return nil, errors.New("is not valid JSON")
	}
	return bytes.ToValidUTF8(raw, []byte("\ufffd")), nil // a copy
}

// decode reads a body that came with a success status into out, as [Client.Do]
// says.
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
		e = c.undecoded(out, text, err)
	}
	e.call = call
	return e
}

// undecoded returns the error for JSON that encoding/json, or a method of out, could
// not decode. Their texts quote the data; this one says what and where.
func (c *config) undecoded(out any, text []byte, err error) *DecodeError {
	e := &DecodeError{What: strings.TrimPrefix(reflect.TypeOf(out).Elem().String(), "openrouter."), Body: bytes.Clone(text)}
	problem := "a value does not fit its Go type"
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		problem = "invalid JSON"
		r := wire.NewReader(text) // versions of encoding/json count the offset in other ways
		r.Skip()
		if at, ok := errors.AsType[*wire.SyntaxError](r.End()); ok {
			e.Offset = at.Offset
		}
		if e.Offset == len(text) {
			problem = "unexpected end of JSON"
		}
	} else if at, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		kind, _, _ := strings.Cut(at.Value, " ") // the number itself may follow
		e.Offset, problem = min(int(at.Offset), len(text)), kind+" does not fit a Go value of type "+at.Type.String()
	}
	e.Body, e.Offset = c.secrets.Data(e.Body, e.Offset) // the text below says the offset
	if e.Offset > 0 {
		problem += " at byte " + strconv.Itoa(e.Offset)
	}
	e.Err = &concealed{problem, func() error { return err }}
	return e
}

// reportedAsSuccess returns the failure that a body with a success status
// reports, or nil.
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
	return c.errorFromBody(call, text)
}

// without returns the error for a body with a success status that lacks a
// member.
func (c *config) without(member string, call *CallInfo, data []byte) *APIError {
	e := c.errorFromBody(call, bytes.TrimSpace(data))
	if e.Message == "" {
		e.Message = "the answer has no " + member
	}
	return e
}

// answer is a value that an endpoint returns.
type answer[T any] interface {
	*T
	object
	received(call *CallInfo) // links the value to its exchange
}

// problemOf returns what is wrong with an answer that was decoded, or nil. It may be [missing].
func problemOf(answer any) error {
	if a, ok := answer.(interface{ problem() error }); ok {
		return a.problem()
	}
	return nil
}

// missing is the name of a member without which a body is not an answer.
type missing string

func (m missing) Error() string { return "there is no " + string(m) }

// fetched runs an operation that sends the request that prepare returns. once sends it and decodes
// the answer: [whole] or [inData].
func fetched[R any](ctx context.Context, c *config, op Operation, prepare func(*config) (outgoing, error), once func(context.Context, *config, outgoing, *CallInfo) (R, error)) (R, error) {
	return observed(ctx, c, op, func(ctx context.Context, c *config) (res R, err error) {
		out, err := prepare(c)
		if err != nil {
			return res, err
		}
		res, err = attempts(ctx, c, func(call *CallInfo) (R, error) { return once(ctx, c, out, call) })
		if out.managed {
			err = managed(err)
		}
		return res, err
	})
}

// whole returns an answer whose body is a T.
func whole[T any, P answer[T]](ctx context.Context, c *config, out outgoing, call *CallInfo) (*T, error) {
	return fetchOnce[T, P](ctx, c, out, call, nameOf[T]())
}

// inData returns an answer whose body has a T in its member data.
func inData[T any, P answer[T]](ctx context.Context, c *config, out outgoing, call *CallInfo) (*T, error) {
	body, err := fetchOnce[dataBody[T, P]](ctx, c, out, call, nameOf[T]())
	if err != nil {
		return nil, err
	}
	return body.data, nil
}

// nameOf returns the name of a type for a [DecodeError].
func nameOf[T any]() string {
	name := reflect.TypeFor[T]().Name()
	return strings.ToUpper(name[:1]) + name[1:]
}

func fetchOnce[T any, P interface {
	*T
	received(call *CallInfo)
}](ctx context.Context, c *config, out outgoing, call *CallInfo, name string) (*T, error) {
	data, err := c.exchange(ctx, out, call, new(bytes.Buffer))
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := c.decode(call, data, v); err != nil {
		if e, ok := errors.AsType[*DecodeError](err); ok {
			e.What = name // and not that of the body around it
		}
		return nil, err
	}
	switch err := problemOf(v).(type) {
	case nil:
		P(v).received(call)
		return v, nil
	case missing:
		return nil, c.without(string(err), call, data)
	default:
		return nil, &DecodeError{What: name, Body: bytes.Clone(data), Err: err, call: call}
	}
}

// dataBody is a body that has a T in its member data.
type dataBody[T any, P answer[T]] struct{ data *T }

var dataMembers = wire.Members{Keys: []string{`"data":`}}

func (b *dataBody[T, P]) member(r *wire.Reader) (int, wire.Got) {
	if string(r.Key) == "data" {
		return 0, readPtr[T, P](r, &b.data)
	}
	return -1, wire.Wrong
}

func (b *dataBody[T, P]) UnmarshalJSON(text []byte) error {
	var was presence
	var extra map[string]any
	r := wire.NewReader(text)
	return decoded(&r, readObject(&r, b, &dataMembers, &was, &extra), text, "")
}

func (b *dataBody[T, P]) received(call *CallInfo) { P(b.data).received(call) }

func (b *dataBody[T, P]) problem() error {
	if b.data == nil {
		return missing("data")
	}
	return problemOf(b.data)
}

// fixed prepares a request that has no parameters.
func fixed(path string) func(*config) (outgoing, error) {
	return func(c *config) (outgoing, error) { return outgoing{method: http.MethodGet, path: path}, c.err }
}

// get returns a request for path with a query, or an error if something was found to be wrong with
// the parameters or the configuration is invalid.
func (c *config) get(path string, values url.Values, found []Violation) (outgoing, error) {
	if len(values) > 0 {
		path += "?" + values.Encode()
	}
	return outgoing{method: http.MethodGet, path: path}, c.refused(found)
}

// values encodes the parameters of a query. Those of extra do not replace others.
func (k *checker) values(params any, extra url.Values) url.Values {
	values, err := query.Values(params)
	if err != nil {
		k.found = append(k.found, Violation{Field: "params", Problem: err.Error(), Err: err})
	}
	for name, v := range extra {
		if !values.Has(name) {
			values[name] = v
		}
	}
	return values
}

// slug returns the path of a model, such as openai/gpt-4:free.
func (k *checker) slug(slug string) string {
	author, name, ok := strings.Cut(slug, "/")
	isSegment := func(s string) bool { return s != "" && s != "." && s != ".." && !strings.Contains(s, "/") }
	if !ok || !isSegment(author) || !isSegment(name) {
		k.found = append(k.found, Violation{Field: "slug", Problem: "must be an author and a name, such as openai/gpt-5.2"})
	}
	return url.PathEscape(author) + "/" + url.PathEscape(name)
}
