package faults_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// roundTrip is a network that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A leak is a random call whose answer repeats secrets.
type leak struct {
	r       *rand.Rand
	secrets []string
	options []openrouter.Option
}

// newLeak makes up a key and the headers that hold secrets.
func newLeak(seed uint64) *leak {
	l := &leak{r: rand.New(rand.NewPCG(seed, 11))}
	const ascii = `abcdefghijklmnopqrstuvwxyz0123456789-_/+&"\<>'=.nu`
	secret := func(alphabet string) string {
		runes := []rune(alphabet)
		s := make([]rune, 9+l.r.IntN(50))
		for i := range s {
			s[i] = runes[l.r.IntN(len(runes))]
		}
		l.secrets = append(l.secrets, string(s))
		return string(s)
	}
	quoted := func(v any) string {
		data, _ := json.Marshal(v)
		return string(data)
	}
	l.options = []openrouter.Option{
		openrouter.WithAPIKey(secret(ascii)),
		openrouter.WithHeader("X-Upstream-Auth", "Bearer "+secret(ascii)),
		openrouter.WithHeader("X-Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("user:"+secret(ascii)))),
		openrouter.WithHeader("X_Session_Tokens", secret(ascii+"éß漢𝄞")),
		openrouter.WithHeader("Cookie", "theme=dark; session="+secret("abcdef0123456789/+%-")+"; a=b"),
		openrouter.WithHeader("X-Provider-API-Keys", quoted(map[string]any{"openai": secret(ascii + "é𝄞\n"), "list": []any{map[string]any{"key": secret(ascii)}}})),
		openrouter.WithMaxRetries(0),
	}
	return l
}

// text is a text that repeats a secret, perhaps escaped.
func (l *leak) text() string {
	secret := l.escaped(l.secrets[l.r.IntN(len(l.secrets))], l.r.IntN(3))
	return l.pick("bad key "+secret, secret+" is not known", secret, `{"key":"`+l.escaped(secret, 1)+`"}`, `{"key":"`+l.escaped(secret, 1))
}

// member is the JSON of a text.
func (l *leak) member() string { return `"` + l.escaped(l.text(), 1) + `"` }

func (l *leak) pick(of ...string) string { return of[l.r.IntN(len(of))] }

// escaped spells a text with random escapes that are legal in JSON, round after round.
func (l *leak) escaped(s string, rounds int) string {
	for range rounds {
		var b strings.Builder
		for _, c := range s {
			plain, _ := json.Marshal(string(c))
			switch {
			case c == '/' && l.r.IntN(2) == 0:
				b.WriteString(`\/`)
			case l.r.IntN(5) == 0 && c < 0x10000:
				fmt.Fprintf(&b, l.pick(`\u%04x`, `\u%04X`), c)
			case l.r.IntN(2) == 0 && c >= 0x10000:
				fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+(c-0x10000)>>10, 0xDC00+(c-0x10000)&0x3FF)
			case c >= ' ' && c != '"' && c != '\\':
				b.WriteRune(c)
			default:
				b.Write(plain[1 : len(plain)-1])
			}
		}
		s = b.String()
	}
	return s
}

// body is a body that repeats secrets.
func (l *leak) body() string {
	return strings.NewReplacer("LONG", `"`+strings.Repeat("x", l.r.IntN(100))+l.member()[1:], "TEXT", l.text(), "MEMBER", l.member(), "OTHER", l.member()).Replace(l.pick(
		`{"error":{"code":401,"message":MEMBER,"type":OTHER,"metadata":{"provider_name":MEMBER,"raw":OTHER}}}`,
		`{"error":{"message":"m","error_type":MEMBER,"availability":{"code":OTHER,"retryable":true,"docs_url":MEMBER},"param":MEMBER}}`,
		`{"error":MEMBER,"error_msg":OTHER}`,
		`{"error_msg":MEMBER,"usage":{"total_tokens":1}}`,
		`{"detail":[{"loc":["body",MEMBER],"msg":OTHER}]}`,
		`[{"error":{"message":MEMBER}}]`,
		`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"hel"},"message":{"content":"hel"},"error":{"code":502,"message":MEMBER,"metadata":{"raw":OTHER}}}]}`,
		`{"choices":[{"index":0,"finish_reason":MEMBER,"message":{},"delta":{"content":"hel"}}],"error":{"message":OTHER},"x":MEMBER}`,
		`{"choices":[{"index":0,"finish_reason":"error","native_finish_reason":LONG,"message":{}}]}`,
		`{"choices":MEMBER}`,
		`{"choices":[{},MEMBER,TEXT`,
		"TEXT",
		"TEXT\nand more",
		"MEMBER",
		`<html>TEXT</html>`,
	))
}

var errFellOver = errors.New("the connection broke")

// answer is a response that repeats secrets, and that may be cut off.
func (l *leak) answer(req *http.Request) (*http.Response, error) {
	if l.r.IntN(8) == 0 {
		return nil, fmt.Errorf("%s: %w", l.text(), errFellOver)
	}
	res := &http.Response{StatusCode: []int{200, 200, 401, 429, 502, 307}[l.r.IntN(6)], Header: http.Header{}, Request: req}
	res.Header.Set("X-Echo", l.text())
	if l.r.IntN(8) == 0 {
		res.Header.Set("Content-Encoding", "x "+strings.Repeat("x", l.r.IntN(100))+l.text())
	}
	if l.r.IntN(8) == 0 {
		res.Header.Set("Location", "/"+l.text())
	}
	body := l.body()
	if res.StatusCode == 200 && req.Header.Get("Accept") == "text/event-stream" && l.r.IntN(4) > 0 {
		body = `data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"hel"}}]}` + "\n\n" + l.pick("", "event: error\n") +
			"data: " + strings.ReplaceAll(body, "\n", "\ndata: ") + "\n\n" + l.pick("", "data: {\"usage\":{}}\n\n", "data: "+l.body()+"\n\n")
	}
	var end error = io.EOF
	if l.r.IntN(2) == 0 {
		body = body[:l.r.IntN(len(body)+1)]
	}
	if l.r.IntN(3) == 0 {
		end = []error{io.ErrUnexpectedEOF, fmt.Errorf("%s: %w", l.text(), errFellOver)}[l.r.IntN(2)]
	}
	res.Body = io.NopCloser(io.MultiReader(strings.NewReader(body), endsWith{end}))
	return res, nil
}

type endsWith struct{ err error }

func (e endsWith) Read([]byte) (int, error) { return 0, e.err }

// call makes a call and returns its error.
func (l *leak) call(ctx context.Context) error {
	client := openrouter.NewClient(append(l.options, openrouter.WithHTTPClient(&http.Client{Transport: roundTrip(l.answer)}))...)
	switch l.r.IntN(4) {
	case 0:
		_, err := client.Chat.Create(ctx, faultRequest)
		return err
	case 1:
		var out struct{ Data []string }
		_, err := client.Do(ctx, "GET", "/credits", nil, &out)
		return err
	}
	s, err := client.Chat.Stream(ctx, faultRequest)
	if err == nil {
		_, err = s.Collect()
	}
	return err
}

// readings are a text, and the text after each round in which its escapes are undone.
func readings(text string) []string {
	all := []string{text}
	for range 6 {
		var b strings.Builder
		last := all[len(all)-1]
		if !strings.Contains(last, `\`) {
			break
		}
		for i := 0; i < len(last); {
			size, c := 1, last[i:i+1]
			for _, n := range []int{12, 6, 2} { // an escape of this length
				var v string
				if i+n <= len(last) && last[i] == '\\' && json.Unmarshal([]byte(`"`+last[i:i+n]+`"`), &v) == nil && len([]rune(v)) == 1 {
					size, c = n, v
					break
				}
			}
			b.WriteString(c)
			i += size
		}
		all = append(all, b.String())
	}
	return all
}

// TestSecretsHoweverTheyAreSpelled makes up keys, and servers and networks that repeat them in every place, with every
// spelling, and cut off anywhere.
func TestSecretsHoweverTheyAreSpelled(t *testing.T) {
	for seed := range uint64(2000) {
		l := newLeak(seed)
		err := l.call(t.Context())
		if err == nil {
			continue
		}
		var texts []string
		eachCause(err, func(err error) {
			for _, text := range renderings(err, verbs) {
				texts = append(texts, text)
			}
			if e, ok := err.(interface{ Call() openrouter.CallInfo }); ok {
				texts = append(texts, strings.Join(e.Call().Header.Values("X-Echo"), ""))
			}
			switch e := err.(type) {
			case *openrouter.APIError:
				texts = append(texts, e.Message, string(e.Metadata), string(e.Body), string(e.Type), e.Provider)
				for _, v := range []any{e.Availability, e.ProviderError()} {
					data, _ := json.Marshal(v)
					texts = append(texts, string(data))
				}
				if p := e.ProviderError(); p != nil {
					texts = append(texts, p.Message())
				}
			case *openrouter.ConnectionError:
				texts = append(texts, string(e.Body))
			case *openrouter.DecodeError:
				texts = append(texts, string(e.Body))
				assert.LessOrEqual(t, e.Offset, len(e.Body))
			}
		})
		for _, text := range texts {
			for _, reading := range readings(text) {
				for _, secret := range l.secrets {
					beginning := secret[:9]
					if strings.Contains(reading, beginning) || strings.Contains(strings.ToLower(reading), fmt.Sprintf("%x", beginning)) {
						require.FailNow(t, "a secret is shown", "seed %d, secret %q: %s", seed, secret, text)
					}
				}
			}
		}
	}
}

// TestCausesOfSecrets shows that a cause that held a secret still is what it was.
func TestCausesOfSecrets(t *testing.T) {
	_, err := openrouter.NewClient(openrouter.WithAPIKey(secretKey), openrouter.WithMaxRetries(0), openrouter.WithHTTPClient(&http.Client{
		Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("%w: %w", toldError{"of " + secretKey}, errFellOver)
		}),
	})).Chat.Create(t.Context(), faultRequest)
	require.EqualError(t, err, "openrouter: sending the request: the proxy fell over of [redacted]: the connection broke")
	require.ErrorIs(t, err, errFellOver)
	told, ok := errors.AsType[toldError](err)
	assert.True(t, ok && told.told == "of "+secretKey, "the network's own error")
}

// veiled is an error that does not show its cause.
type veiled struct{ cause error }

func (veiled) Error() string   { return "something happened" }
func (e veiled) Unwrap() error { return e.cause }

// TestContextCausesOfSecrets shows that the cause of a context is looked at, too.
func TestContextCausesOfSecrets(t *testing.T) {
	for _, cause := range []error{fmt.Errorf("%s: %w", secretKey, errFellOver), veiled{fmt.Errorf("%s: %w", secretKey, errFellOver)}} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		client := openrouter.NewClient(openrouter.WithAPIKey(secretKey), openrouter.WithHTTPClient(&http.Client{
			Transport: roundTrip(func(req *http.Request) (*http.Response, error) { return nil, req.Context().Err() }),
		}))
		_, err := client.Chat.Create(ctx, faultRequest)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, errFellOver)
		(&look{t: t, verbs: verbs}).into(err)
	}
}

// ordinary are headers and a key that look like secrets to a careless eye. Their values are ordinary words.
var ordinary = []openrouter.Option{
	openrouter.WithAPIKey("test"),
	openrouter.WithHeader("X-Cookie-Consent", "true"),
	openrouter.WithHeader("X-Portkey-Provider", "openrouter"),
	openrouter.WithHeader("X-Token-Budget", "completion"),
	openrouter.WithHeader("X-Authorization-Mode", "temporarily"),
	openrouter.WithHeader("X-Authority", "unavailable"),
	openrouter.WithHeader("X-Auth-Token", "error"), // is too short
}

// TestOrdinaryWordsAreNoSecrets compares calls with the headers above to calls without.
func TestOrdinaryWordsAreNoSecrets(t *testing.T) {
	const report = `{"error":{"code":503,"message":"a test: openrouter is temporarily unavailable","metadata":{"provider_name":"openrouter","raw":"completion"}},"user_id":"test","x":true}`
	const success = `{"id":"gen-test-1","choices":[{"message":{"content":"test"}}]}`
	events := `data: {"id":"gen-test-1","choices":[{"index":0,"delta":{"content":"true"}}]}` + "\n\n"
	call := func(status int, body string, options ...openrouter.Option) (openrouter.CallInfo, error) {
		client := openrouter.NewClient(append([]openrouter.Option{
			openrouter.WithAPIKey("k"), openrouter.WithMaxRetries(0), openrouter.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				header := http.Header{"X-Generation-Id": {"gen-test-1"}, "X-Error": {"true"}}
				return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
			})}),
		}, options...)...)
		s, err := client.Chat.Stream(t.Context(), faultRequest)
		if err != nil {
			return openrouter.CallInfo{}, err
		}
		_, err = s.Collect()
		return s.Call(), err
	}
	for _, body := range []string{report, success, events + "data: " + report + "\n\n", events + "event: error\ndata: openrouter is temporarily unavailable\n\n",
		events + "data: {\"choices\":true}\n\n", events, "the test is temporarily unavailable", `{"choices":[true]`} {
		for _, status := range []int{200, 503} {
			want, wantErr := call(status, body)
			got, gotErr := call(status, body, ordinary...)
			assert.Equal(t, want, got, body)
			require.Equal(t, wantErr == nil, gotErr == nil, body)
			if wantErr == nil {
				assert.Equal(t, "gen-test-1", got.GenerationID)
				continue
			}
			require.EqualError(t, gotErr, wantErr.Error())
			require.IsType(t, wantErr, gotErr)
			if want, ok := errors.AsType[*openrouter.APIError](wantErr); ok {
				got, _ := errors.AsType[*openrouter.APIError](gotErr)
				assert.Equal(t, *want, *got)
			}
		}
	}
}

// TestAnswersKeepTheirText shows what is left alone: an answer, the part of it that an error holds, ids and the user.
func TestAnswersKeepTheirText(t *testing.T) {
	answer := `"id":"gen-` + secretKey + `","choices":[{"message":{"content":"` + secretKey + `"}}],"user_id":"` + secretKey + `"`
	for body, fails := range map[string]bool{`{` + answer + `}`: false, `{` + answer + `,"error":{"code":502,"message":"` + secretKey + `"}}`: true} {
		client := openrouter.NewClient(openrouter.WithAPIKey(secretKey), openrouter.WithMaxRetries(0), openrouter.WithHTTPClient(&http.Client{
			Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				header := http.Header{"X-Generation-Id": {"gen-" + secretKey}}
				return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
			}),
		}))
		res, err := client.Chat.Create(t.Context(), faultRequest)
		if e, ok := errors.AsType[*openrouter.APIError](err); ok {
			require.True(t, fails)
			res = e.Partial
			assert.Equal(t, "[redacted]", e.Message)
			assert.Equal(t, "[redacted]", res.Error.Message)
			assert.Equal(t, secretKey, e.UserID)
		}
		assert.Equal(t, secretKey, res.Text())
		assert.Equal(t, "gen-"+secretKey, res.ID)
		assert.Equal(t, "gen-"+secretKey, res.Call().GenerationID)
		assert.Equal(t, secretKey, res.UserID)
	}
}

// TestTypesAreNoSecrets shows that what an error is does not depend on secrets.
func TestTypesAreNoSecrets(t *testing.T) {
	for _, word := range []string{"rate_limit_exceeded", "insufficient_quota", "error_type", "metadata", "retry_after"} {
		client := openrouter.NewClient(openrouter.WithAPIKey("k"), openrouter.WithHeader("X-Key", word), openrouter.WithMaxRetries(0), openrouter.WithHTTPClient(&http.Client{
			Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				body := `{"error":{"code":400,"message":"m","type":"insufficient_quota","metadata":{"error_type":"rate_limit_exceeded"},"retry_after":7}}`
				if word == "insufficient_quota" {
					body = strings.Replace(body, "error_type", "x", 1)
				}
				return &http.Response{StatusCode: 400, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
			}),
		}))
		_, err := client.Chat.Create(t.Context(), faultRequest)
		want := openrouter.ErrRateLimitExceeded
		if word == "insufficient_quota" {
			want = openrouter.ErrPaymentRequired
		}
		require.ErrorIs(t, err, want, word)
		e, _ := errors.AsType[*openrouter.APIError](err)
		assert.Equal(t, 7*time.Second, e.RetryAfter)
	}
}

// quoting is a type of the caller whose errors quote what it decodes.
type quoting struct{}

func (*quoting) UnmarshalJSON(data []byte) error { return toldError{string(data)} }

// TestSecretsOfOtherDecoders looks at the error for an answer that a type of the caller refuses.
func TestSecretsOfOtherDecoders(t *testing.T) {
	client := openrouter.NewClient(openrouter.WithAPIKey(secretKey), openrouter.WithMaxRetries(0), openrouter.WithHTTPClient(&http.Client{
		Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"key":"` + secretKey + `","n":"` + secretKey + `"}`)), Request: req}, nil
		}),
	}))
	_, err := client.Do(t.Context(), "GET", "/x", nil, &quoting{})
	(&look{t: t, verbs: verbs}).into(err)
	_, ok := errors.AsType[toldError](err)
	assert.True(t, ok, "the decoder's own error")

	var out struct{ N int }
	_, err = client.Do(t.Context(), "GET", "/x", nil, &out)
	(&look{t: t, verbs: verbs}).into(err)
	e, ok := errors.AsType[*openrouter.DecodeError](err)
	require.True(t, ok)
	require.Equal(t, `{"key":"[redacted]","n":"[redacted]"}`, string(e.Body))
	text := string(e.Body)
	assert.Contains(t, []int{strings.Index(text, `}`), strings.Index(text, `"n":`) + len(`"n":`)}, e.Offset, "versions of encoding/json say where the value ends or begins")
	assert.ErrorContains(t, err, fmt.Sprintf("at byte %d", e.Offset))
}
