package faults_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// Every row of the fault table is run with a key, with headers that hold
// secrets and with a prompt, all of them marked. Whatever comes out of the
// library is then printed in every way, and looked through: the key and the
// headers must be nowhere, the prompt in no rendering of an error.

// Marks that betray a secret, in the spellings that renderings have.
var (
	keyMarks    = slices.Concat(spellings("KEYMARK0f9d"), spellings("HEADERMARK51c2"))
	promptMarks = spellings("PROMPTMARK")
)

// spellings are a text as it is, in hexadecimal, in bytes, and in base64 at
// whatever place it begins.
func spellings(s string) []string {
	all := []string{s, fmt.Sprintf("%x", s), fmt.Sprintf("%X", s), strings.Trim(fmt.Sprint([]byte(s)), "[]"),
		strings.Trim(fmt.Sprintf("%#v", []byte(s)), "[]byte{}")}
	for offset := range 3 {
		b := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("-", offset) + s))
		all = append(all, b[4:len(b)-4])
	}
	return all
}

// noSecrets looks for marks in all that came of a call. What is large is only
// looked at in passing: it holds nothing but itself.
func noSecrets(o outcome, large bool) {
	l := &look{o.t, verbs, large || bodySize(o.err) > 10*kib}
	if !o.fake || l.large {
		l.verbs = verbs[:5]
	}
	if o.fake {
		l.at("the client", o.client, keyMarks)
		l.at("the service", o.client.Chat, keyMarks)
		l.at("the options", o.options, keyMarks)
		l.at("the option of the call", o.options[len(o.options)-1], keyMarks)
	}
	l.at("the call", o.call(), keyMarks)
	if o.stream != nil && !l.large {
		l.at("the stream", o.stream, keyMarks)
	}
	if !l.large {
		l.at("the answer", withoutProvider(o.res), keyMarks)
		l.at("the chunks", o.chunks, keyMarks)
	}
	for _, r := range o.retries {
		l.at("a repetition", r, keyMarks, promptMarks)
		l.into(r.Err)
	}
	l.into(o.err)
}

type look struct {
	t     *testing.T
	verbs []string
	large bool
}

func (l *look) at(what string, v any, marks ...[]string) {
	l.t.Helper()
	for how, text := range renderings(v, l.verbs) {
		for _, mark := range slices.Concat(marks...) {
			if i := strings.Index(text, mark); i >= 0 {
				l.t.Errorf("%s holds %q in %s: …%.200s", what, mark, how, text[max(0, i-100):])
				break
			}
		}
	}
}

// into looks at an error, at all it wraps, and at its fields, which may hold
// the prompt.
func (l *look) into(err error) {
	eachCause(err, func(err error) {
		if !l.large || len(err.Error()) < kib {
			l.at(fmt.Sprintf("the error %T", err), err, keyMarks, promptMarks)
		}
		if e, ok := err.(interface{ Call() openrouter.CallInfo }); ok {
			l.at("the error's call", e.Call(), keyMarks)
		}
		if l.large {
			return
		}
		switch e := err.(type) {
		case *openrouter.APIError:
			l.at("the message", e.Message, keyMarks)
			l.at("the metadata", string(e.Metadata), keyMarks)
			l.at("the body", string(e.Body), keyMarks)
			l.at("the partial answer", withoutProvider(e.Partial), keyMarks)
			l.at("the type", e.Type, keyMarks)
			l.at("the rest", []any{e.Provider, e.Availability, e.RouterMetadata, e.ProviderError(), e.Moderation(), e.FileAnnotations()}, keyMarks)
		case *openrouter.StreamError:
			l.at("the partial answer", e.Partial, keyMarks)
		case *openrouter.ConnectionError:
			l.at("the body", string(e.Body), keyMarks)
		case *openrouter.DecodeError:
			l.at("the body", string(e.Body), keyMarks)
		}
	})
}

// withoutProvider is an answer without its provider. An answer stays as it came, also the part that an error holds: only
// the reports in it hide secrets.
func withoutProvider(res *openrouter.ChatCompletion) *openrouter.ChatCompletion {
	if res == nil {
		return nil
	}
	part := *res
	part.Provider = ""
	return &part
}

// bodySize is how much an error carries.
func bodySize(err error) (n int) {
	eachCause(err, func(err error) {
		switch e := err.(type) {
		case *openrouter.APIError:
			n += len(e.Body)
		case *openrouter.ConnectionError:
			n += len(e.Body)
		case *openrouter.DecodeError:
			n += len(e.Body)
		}
	})
	return n
}

// eachCause visits an error and all it wraps.
func eachCause(err error, visit func(error)) {
	if err == nil {
		return
	}
	visit(err)
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		eachCause(e.Unwrap(), visit)
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			eachCause(err, visit)
		}
	}
}

// verbs are all of fmt's, those first that are meant for any value.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%+q", "%x", "%X", "%d", "%c", "%U", "%t", "%e", "%b", "%p"}

// renderings are the ways to print a value.
func renderings(v any, verbs []string) map[string]string {
	all := map[string]string{}
	for _, verb := range verbs {
		all[verb] = fmt.Sprintf(verb, v)
	}
	if data, err := json.Marshal(v); err == nil {
		all["JSON"] = string(data)
	} else {
		all["JSON's error"] = err.Error()
	}
	var text, doc bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&doc, nil)).Info("m", "v", v)
	all["slog's text"], all["slog's JSON"] = text.String(), doc.String()
	return all
}

// secretFaults are servers and networks that repeat what they were told.
var secretFaults = []fault{
	{
		name: "a refusal that repeats the key", with: once,
		server: replies(echoes(401, `{"error":{"code":401,"message":"No user for AUTHORIZATION","metadata":{"raw":ALL,"flagged_input":PROMPT,"headers":HEADERS}},"user_id":KEY}`)),
		sent:   1, end: reported, code: 401, message: "No user for Bearer [redacted]",
	},
	{
		name: "a refusal that repeats the key wherever it can", with: once,
		server: replies(echoes(403, `{"error":{"code":403,"type":KEY,"param":KEY,"error_type":KEY,"message":KEY,"metadata":{"provider_name":KEY,"error_type":KEY,"reasons":[KEY],`+
			`"model_slug":KEY,"provider_code":KEY,"previous_errors":[{"message":KEY}],"file_annotations":[{"type":"file","file":{"hash":KEY,"name":KEY,"content":[]}}]},`+
			`"availability":{"code":KEY,"retryable":false,"requested_models":[KEY],"fallback_models":[KEY],"docs_url":KEY}},"user_id":KEY,`+
			`"openrouter_metadata":{"requested":KEY,"summary":KEY}}`)),
		sent: 1, end: reported, code: 403,
	},
	{
		name: "a refusal that repeats the key and is not JSON", with: once,
		server: replies(echoes(502, `<html>ALL</html>`)),
		sent:   1, end: reported, code: 502,
	},
	{
		name: "a refusal that repeats the key in its headers", with: once,
		server: replies(repeatsHeaders(refuses(500, failure(500, "oops")))),
		sent:   1, end: reported, code: 500,
	},
	{
		name: "an answer that repeats the key in its headers", server: replies(repeatsHeaders(answers("hello"))),
		sent: 1, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a redirect that repeats the key", with: once,
		server: replies(of(func(x *exchange) error {
			return x.play(refuses(307, "", "Location", "https://openrouter.invalid/?key="+secretKey).steps)
		})),
		sent: 1, end: reported, code: 307,
	},
	{
		name:   "repeated refusals that repeat the key",
		server: replies(with(echoes(503, `{"error":{"code":503,"message":KEY,"metadata":{"raw":ALL}}}`), atOnce...), with(echoes(429, `ALL`), atOnce...), answers("hello")),
		sent:   3, retries: 2, took: 2 * soon, chunks: 2, text: "hello", end: complete,
	},
	{
		name: "a failure with the status 200 that repeats the key", with: once,
		server: replies(echoes(200, `{"id":"gen-1","provider":KEY,"choices":[{"index":0,"message":{"role":"assistant","content":"hel"}}],"error":{"code":502,"message":KEY,"metadata":{"raw":ALL},"param":KEY}}`)),
		sent:   1, partial: "hel", end: reported, code: 502,
	},
	{
		name: "a failure in a choice that repeats the key", with: once,
		server: replies(echoes(200, `{"id":"gen-1","choices":[{"index":0,"message":{"role":"assistant","content":"hel"},"error":{"code":502,"message":KEY,"metadata":{"raw":ALL},"more":KEY}}]}`)),
		sent:   1, partial: "hel", end: reported, code: 502,
	},
	{
		name: "a failure in a stream that repeats the key", do: stream,
		server: replies(streams(says("hel"), echoed(`data: {"id":"gen-1","provider":KEY,"error":{"code":502,"message":KEY,"metadata":{"raw":ALL},"param":KEY},"choices":[]}`+"\n\n"))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502,
	},
	{
		name: "a failure in a choice of a stream that repeats the key", do: stream,
		server: replies(streams(says("hel"), echoed(`data: {"id":"gen-1","choices":[{"index":0,"delta":{},"error":{"code":502,"message":KEY,"metadata":{"raw":ALL}}}]}`+"\n\n"))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 502,
	},
	{
		name: "a failure of the wrong shape that repeats the key", do: stream,
		server: replies(streams(says("hel"), echoed(`data: {"error":KEY}`+"\n\n"))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 200,
	},
	{
		name: "an event that is no JSON and repeats the key", do: stream,
		server: replies(streams(says("hel"), echoed(`data: {"choices":KEY}`+"\n\n"))),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: undecodable,
	},
	{
		name:   "an answer that is no JSON and repeats the key",
		server: replies(echoes(200, `{"choices":[{},ALL`)),
		sent:   1, end: undecodable,
	},
	{
		name: "an answer that is cut and repeats the key", do: create, on: inNoTime | overHTTP1,
		server: replies(of(begins("application/json"), echoed(`{"choices":[{},ALL`), cuts)),
		sent:   1, end: truncated,
	},
	{
		name: "an answer that is too large and repeats the key", with: options(openrouter.WithMaxBodySize(300)),
		server: replies(echoes(200, `{"choices":[{},ALL,ALL`)),
		sent:   1, end: tooLarge,
	},
	{
		name: "a network whose errors hold the headers that were sent", on: inNoTime, with: once,
		server: replies(of(tellsHeaders)),
		sent:   1, end: broken,
	},
	{
		name: "a network whose errors hold the headers that were sent, later", on: inNoTime,
		server: replies(of(func(x *exchange) error {
			if x.streaming {
				return x.play(streams(says("hel"), tellsHeaders).steps)
			}
			return x.play([]step{begins("application/json"), sends(" "), tellsHeaders})
		})),
		do: create, sent: 1, end: broken,
	},
	{
		name: "a network whose errors hold the headers that were sent, in a stream", on: inNoTime, do: stream,
		server: replies(streams(says("hel"), tellsHeaders)),
		sent:   1, chunks: 1, text: "hel", partial: "hel", end: broken,
	},
}

// echoes answers with a body that repeats the request: see echoed.
func echoes(status int, body string) reply {
	return of(func(x *exchange) error {
		x.header.Set("X-Generation-Id", "gen-1")
		x.head(status, "application/json")
		return x.play([]step{echoed(body)})
	})
}

// echoed sends what it gets, with words in capitals replaced by parts of the
// request.
func echoed(body string) step {
	return func(x *exchange) error {
		quoted := func(v any) string {
			data, _ := json.Marshal(v)
			return string(data)
		}
		headers := map[string]string{}
		for name := range x.request.Header {
			headers[name] = x.request.Header.Get(name)
		}
		return x.send([]byte(strings.NewReplacer(
			"AUTHORIZATION", x.request.Header.Get("Authorization"),
			"ALL", quoted(fmt.Sprint(x.request.Header, string(x.body))),
			"HEADERS", quoted(headers),
			"KEY", quoted(secretKey),
			"PROMPT", quoted(secretPrompt),
		).Replace(body)))
	}
}

// repeatsHeaders sends the request's headers back.
func repeatsHeaders(r reply) reply {
	return of(append([]step{func(x *exchange) error {
		for name, values := range x.request.Header {
			if name != "Content-Type" && name != "Content-Length" && name != "Accept-Encoding" {
				x.header[http.CanonicalHeaderKey("X-Echo-"+name)] = values
			}
		}
		return nil
	}}, r.steps...)...)
}

// A toldError is a network's error that holds the headers that were sent.
type toldError struct{ told string }

func (e toldError) Error() string { return "the proxy fell over " + e.told }

func tellsHeaders(x *exchange) error {
	return toldError{fmt.Sprint(x.request.Header)}
}

// TestSecretsOfTheBuild looks at clients and options that no call was made with.
func TestSecretsOfTheBuild(t *testing.T) {
	t.Setenv("OPENROUTER_API_KEY", secretKey)
	for _, v := range []any{
		openrouter.NewClient(),
		*openrouter.NewClient(),
		openrouter.NewClient(openrouter.WithAPIKey("with space " + secretKey)),
		openrouter.WithAPIKey(secretKey),
		openrouter.WithHeader("Cookie", secretHeader),
		[]openrouter.Option{openrouter.WithAPIKey(secretKey)},
		map[string]any{"client": openrouter.NewClient(), "option": openrouter.WithAPIKey(secretKey)},
		struct{ C *openrouter.Client }{openrouter.NewClient()},
		struct{ C openrouter.Client }{*openrouter.NewClient()},
	} {
		(&look{t: t, verbs: verbs}).at(fmt.Sprintf("%T", v), v, keyMarks)
	}
}

// TestSecretsOfRefusedOptions looks at the errors for options that are refused.
func TestSecretsOfRefusedOptions(t *testing.T) {
	for _, option := range []openrouter.Option{
		openrouter.WithAPIKey(secretKey + " and more"),
		openrouter.WithAPIKey(secretKey + "\n"),
		openrouter.WithHeader("X-Provider-API-Keys", secretHeader+"\r\nX: y"),
		openrouter.WithHeader("Authorization", "Bearer "+secretKey),
		openrouter.WithHeader("Bad name "+secretHeader, "x"),
		openrouter.WithBaseURL("https://user:" + secretKey + "@openrouter.test"),
		openrouter.WithBaseURL("https://openrouter.test?key=" + secretKey),
		openrouter.WithBaseURL("https://open\x7frouter.test/" + secretKey),
	} {
		client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithMaxRetries(0), openrouter.WithHTTPClient(&http.Client{Transport: refusing{}}), option)
		_, err := client.Chat.Create(t.Context(), faultRequest)
		if err == nil {
			continue
		}
		l := &look{t: t, verbs: verbs}
		l.into(err)
		l.at("the client", client, keyMarks)
	}
}

// TestSecretAfterScheme looks for the token behind the name of its scheme, whatever white space is between.
func TestSecretAfterScheme(t *testing.T) {
	for _, value := range []string{"Bearer tok-KEYMARK0f9d", "bearer  tok-KEYMARK0f9d", "Bearer\ttok-KEYMARK0f9d", "BASIC \t dG9rOnRvay1LRVlNQVJLMGY5ZA=="} {
		client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithMaxRetries(0), openrouter.WithHeader("X-Auth", value),
			openrouter.WithHTTPClient(&http.Client{Transport: kit.Answering(401, nil, []byte(`{"error":{"message":"No user tok-KEYMARK0f9d.","code":401}}`))}))
		_, err := client.Chat.Create(t.Context(), faultRequest)
		if e := kit.APIError(t, err); e.Message != "No user [redacted]." {
			t.Errorf("%q: %s", value, e.Message)
		}
	}
}

// refusing is a network that is down.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("the network is down")
}
