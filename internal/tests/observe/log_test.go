package observe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// plainText returns a logger without times.
func plainText(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

const secret = "the prompt is a secret"

func TestLogCalls(t *testing.T) {
	full := openroutertest.Text("Hel", "lo").Model("a/b-1").Provider("Azure").FullUsage(openrouter.Usage{
		PromptTokens: 10, CompletionTokens: 5, TotalTokens: 15, Cost: 0.002,
		PromptTokensDetails:     &openrouter.PromptTokensDetails{CachedTokens: 8},
		CompletionTokensDetails: &openrouter.CompletionTokensDetails{ReasoningTokens: 3},
	})
	create := func(ctx context.Context, client *openrouter.Client) {
		_, _ = client.Chat.Create(ctx, asking(secret))
	}
	stream := func(read func(*openrouter.Stream)) func(context.Context, *openrouter.Client) {
		return func(ctx context.Context, client *openrouter.Client) {
			if s, err := client.Chat.Stream(ctx, asking(secret)); err == nil {
				read(s)
			}
		}
	}
	for name, c := range map[string]struct {
		reply openroutertest.Reply
		call  func(context.Context, *openrouter.Client)
		want  string
	}{
		"an answer": {full.Latency(2 * time.Second), create, `level=INFO msg=openrouter operation=chat target=a/b model=a/b-1 provider=Azure finish_reason=stop ` +
			`prompt_tokens=10 cached_tokens=8 completion_tokens=5 reasoning_tokens=3 cost=0.002 status=200 generation_id=gen-fake-1 attempts=1 duration=2s`},
		"a stream": {openroutertest.KeepAlive(1).Pause(time.Second).Text("Hello").Pause(time.Second).Usage(3, 2), stream(func(s *openrouter.Stream) { _, _ = s.Collect() }),
			`level=INFO msg=openrouter operation=chat target=a/b model=a/b provider=Fake finish_reason=stop prompt_tokens=3 completion_tokens=2 cost=0 status=200 generation_id=gen-fake-1 attempts=1 first_content=1s duration=2s`},
		"a stream that was left": {full, stream(func(s *openrouter.Stream) { s.Close() }),
			`level=INFO msg=openrouter operation=chat target=a/b model=a/b-1 provider=Azure status=200 generation_id=gen-fake-1 attempts=1 duration=0s error_type=closed error="openrouter: stream is closed (generation gen-fake-1)"`},
		"a stream that was cut": {openroutertest.Text("Hello").Cut(), stream(func(s *openrouter.Stream) { _, _ = s.Collect() }),
			`level=WARN msg=openrouter operation=chat target=a/b model=a/b provider=Fake status=200 generation_id=gen-fake-1 attempts=1 duration=0s error_type=stream_truncated error="openrouter: stream ended before it was complete (generation gen-fake-1)"`},
		"temporary": {openroutertest.Error(529, openrouter.ErrProviderOverloaded, "busy").RetryAfter(time.Second).Times(2), create,
			`level=WARN msg=openrouter operation=chat target=a/b status=529 attempts=2 waited=1s duration=1s error_type=provider_overloaded error="openrouter: provider_overloaded 529: busy (retry in 1s)"`},
		"for good": {openroutertest.Error(402, openrouter.ErrPaymentRequired, "no money"), create,
			`level=ERROR msg=openrouter operation=chat target=a/b status=402 attempts=1 duration=0s error_type=payment_required error="openrouter: payment_required 402: no money"`},
		"refused before": {openroutertest.Text(""), func(ctx context.Context, client *openrouter.Client) {
			req := asking(secret)
			req.Temperature = new(9.0)
			_, _ = client.Chat.Create(ctx, req)
		}, `level=ERROR msg=openrouter operation=chat target=a/b duration=0s error_type=invalid error="openrouter: temperature is 9, must be between 0 and 2; WithoutValidation(\"temperature\") sends it anyway"`},
		"no key": {openroutertest.Text(""), func(ctx context.Context, client *openrouter.Client) {
			_, _ = client.Chat.Create(ctx, asking(secret), openrouter.WithAPIKey(""))
		}, `level=ERROR msg=openrouter operation=chat target=a/b duration=0s error_type=missing_api_key error="openrouter: no API key: set OPENROUTER_API_KEY, or give WithAPIKey one that is not empty"`},
		"cancelled": {openroutertest.Stall(), func(ctx context.Context, client *openrouter.Client) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			create(ctx, client)
		}, `level=INFO msg=openrouter operation=chat target=a/b status=200 generation_id=gen-fake-1 attempts=1 duration=1s error_type=cancelled error="openrouter: context canceled"`},
		"out of time": {openroutertest.Stall(), func(ctx context.Context, client *openrouter.Client) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			create(ctx, client)
		}, `level=WARN msg=openrouter operation=chat target=a/b status=200 generation_id=gen-fake-1 attempts=1 duration=1s error_type=deadline_exceeded error="openrouter: context deadline exceeded"`},
		"a tool of the program": {openroutertest.Text(""), func(ctx context.Context, client *openrouter.Client) {
			_, o := client.Observe(ctx, openrouter.Operation{Name: "execute_tool", Target: "get_weather", Request: secret})
			o.Retry(openrouter.Retry{})
			o.End(secret, openrouter.CallInfo{}, errors.New(secret))
		}, `level=WARN msg=openrouter operation=execute_tool target=get_weather duration=0s error_type=other`},
		"a result that says what it shows": {openroutertest.Text(""), func(ctx context.Context, client *openrouter.Client) {
			_, o := client.Observe(ctx, openrouter.Operation{Name: "invoke_agent", Target: "helper", Request: secret})
			o.End(openrouter.Usage{PromptTokens: 7, Cost: 1}, openrouter.CallInfo{}, nil)
		}, `level=INFO msg=openrouter operation=invoke_agent target=helper prompt_tokens=7 completion_tokens=0 cost=1 duration=0s`},
		"Do": {openroutertest.Raw(`{"data":1}`).ForPath("/credits"), func(ctx context.Context, client *openrouter.Client) {
			_, _ = client.Do(ctx, http.MethodGet, "/credits?q="+strings.ReplaceAll(secret, " ", "+"), nil, nil)
		}, `level=INFO msg=openrouter operation=do target="GET /credits" status=200 attempts=1 duration=0s`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				client := openroutertest.NewTransport(t, c.reply).Client(openrouter.WithMaxRetries(1), openrouter.WithObserver(openrouter.LogCalls(plainText(&out))))
				c.call(t.Context(), client)
				assert.Equal(t, c.want+"\n", out.String())
				assert.NotContains(t, out.String(), secret)
				assert.NotContains(t, out.String(), openroutertest.Key)
			})
		})
	}
}

// Without a logger it is the one of the program, whichever that is then.
func TestLogCallsOfTheProgram(t *testing.T) {
	client := openroutertest.NewTransport(t, openroutertest.Text("Hello").Times(2)).Client(openrouter.WithObserver(openrouter.LogCalls(nil)))
	before := slog.Default()
	defer slog.SetDefault(before)
	var out bytes.Buffer
	slog.SetDefault(plainText(&out))
	_, err := client.Chat.Create(t.Context(), asking("hi"))
	require.NoError(t, err)
	assert.Contains(t, out.String(), "operation=chat")

	out.Reset()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn})))
	_, err = client.Chat.Create(t.Context(), asking("hi"))
	require.NoError(t, err)
	assert.Empty(t, out.String())
}

func TestLogValues(t *testing.T) {
	call := func(reply openroutertest.Reply) (*openrouter.ChatCompletion, error) {
		return openroutertest.NewTransport(t, reply).Client().Chat.Create(t.Context(), asking(secret))
	}
	res, err := call(openroutertest.Text(secret).ID("g1").Model("a/b").Provider("Azure").Usage(3, 2).Cost(0.5))
	require.NoError(t, err)
	_, reported := call(openroutertest.Text(secret).MidStreamError(429, openrouter.ErrRateLimitExceeded, "slow down").Provider("Azure").RetryAfter(2 * time.Second))
	_, undecodable := openroutertest.NewTransport(t, openroutertest.Raw(`[`+secret).ForPath("/x")).Client().Do(t.Context(), "GET", "/x", nil, new(int))
	_, stream := openrouter.ReadStream(strings.NewReader(`data: {"id":"g","choices":[{"index":0,"delta":{"content":"` + secret + `"}}]}` + "\n\n")).Collect()
	_, file := openrouter.ReadPart("a.xyz", strings.NewReader("\x00"))
	for _, c := range []struct {
		value any
		want  string
	}{
		{res, `v.id=g1 v.model=a/b v.provider=Azure v.finish_reason=stop v.prompt_tokens=3 v.completion_tokens=2 v.cost=0.5 v.attempts=1`},
		{(*openrouter.ChatCompletion)(nil), `v=<nil>`},
		{&openrouter.ChatCompletion{}, ""},
		{*res.Usage, `v.prompt_tokens=3 v.completion_tokens=2 v.cost=0.5`},
		{res.Usage, `v.prompt_tokens=3 v.completion_tokens=2 v.cost=0.5`},
		{res.Call(), `v.status=200 v.generation_id=g1 v.attempts=1`},
		{openrouter.CallInfo{Attempts: 2, Waited: time.Second, Cache: &openrouter.CacheInfo{Hit: true}}, `v.attempts=2 v.waited=1s v.cache_hit=true`},
		{reported, `v.error="openrouter: rate_limit_exceeded 429: slow down (provider Azure, generation gen-fake-1, retry in 2s)" v.error_type=rate_limit_exceeded v.provider=Azure v.retry_after=2s v.status=200 v.generation_id=gen-fake-1 v.attempts=1`},
		{undecodable, `v.error="openrouter: decoding int: invalid JSON at byte 1" v.error_type=undecodable v.status=200 v.attempts=1`},
		{stream, `v.error="openrouter: stream ended before it was complete (generation g)" v.error_type=stream_truncated`},
		{file, `v.error=` + fmt.Sprintf("%q", file) + ` v.error_type=file`},
		{&openrouter.BatchError{Batch: &openrouter.Batch{ID: "b1", Status: openrouter.BatchStatusExpired}}, `v.error="openrouter: batch b1 is expired" v.error_type=batch`},
		{&openrouter.BatchUnknownError{Model: "a/b", Rows: 2, Since: time.Unix(0, 0), Err: io.EOF}, `v.error="openrouter: it is unknown whether the batch was created: look in Batches.List for one of model a/b with 2 requests, created after 1970-01-01T00:00:00Z: EOF" v.error_type=batch_unknown`},
		{&openrouter.Batch{ID: "b1", Model: "a/b", Status: openrouter.BatchStatusCompleted, RequestCounts: openrouter.BatchCounts{Total: 3, Completed: 2, Failed: 1}, Usage: res.Usage},
			`v.id=b1 v.model=a/b v.batch_status=completed v.requests=3 v.completed=2 v.failed=1 v.prompt_tokens=3 v.completion_tokens=2 v.cost=0.5`},
		{(*openrouter.Batch)(nil), `v=<nil>`},
		{&openrouter.BatchResult{CustomID: "r1", Response: &openrouter.BatchResponse{StatusCode: 200, Body: []byte(`"` + secret + `"`)}}, `v.custom_id=r1 v.status=200`},
		{&openrouter.BatchResult{CustomID: "r1", Error: &openrouter.ErrorObject{Message: "too long"}}, `v.custom_id=r1 v.error="openrouter: provider_unavailable: too long" v.error_type=provider_unavailable`},
		{(*openrouter.BatchResult)(nil), `v=<nil>`},
		{&openrouter.ConnectionError{Err: io.ErrUnexpectedEOF, Body: []byte(secret)}, `v.error="openrouter: unexpected EOF (after 22 bytes)" v.error_type=connection`},
		{(&openrouter.ChatCompletionRequest{}).Validate(), `v.error="openrouter: messages is empty, and prompt is not set either; WithoutValidation(\"messages\") sends it anyway" v.error_type=invalid`},
	} {
		var out bytes.Buffer
		plainText(&out).Info("m", "v", c.value)
		assert.Equal(t, strings.TrimSpace("level=INFO msg=m "+c.want)+"\n", out.String())
		assert.NotContains(t, out.String(), secret)
	}
}

// What a batch cost is on the line of the wait, also if the batch has expired.
func TestLogCallsOfBatches(t *testing.T) {
	for status, level := range map[openrouter.BatchStatus]string{openrouter.BatchStatusCompleted: "INFO", openrouter.BatchStatusExpired: "WARN"} {
		var out bytes.Buffer
		fake := openroutertest.NewTransport(t, openroutertest.Text("a").Usage(5, 2).Cost(0.5).Always())
		fake.SetBatchLife(status)
		client := fake.Client(openrouter.WithObserver(openrouter.LogCalls(plainText(&out))))
		row := func(id string) openrouter.BatchRow {
			return openrouter.BatchRow{CustomID: id, Request: &openrouter.ChatCompletionRequest{Messages: asking(secret).Messages}}
		}
		batch, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: "a/b", Rows: openrouter.BatchRows(row("1"), row("2"))})
		require.NoError(t, err)
		_, _ = client.Batches.Wait(t.Context(), batch.ID)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		last := lines[len(lines)-1]
		assert.Contains(t, last, "level="+level+" msg=openrouter operation=wait_batch")
		assert.Regexp(t, `requests=2 .*prompt_tokens=\d+ .*cost=(1|0\.5) `, last)
		assert.NotContains(t, out.String(), secret)
	}
}

func BenchmarkLogCalls(b *testing.B) {
	for name, handler := range map[string]slog.Handler{"text": slog.NewTextHandler(io.Discard, nil), "JSON": slog.NewJSONHandler(io.Discard, nil)} {
		b.Run(name, func(b *testing.B) {
			client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithHTTPClient(&http.Client{Transport: kit.Answering(200, nil, []byte(answer))}))
			res, err := client.Chat.Create(b.Context(), asking("hi"))
			require.NoError(b, err)
			info := res.Call()
			res.Usage = &openrouter.Usage{PromptTokens: 1000, CompletionTokens: 200, Cost: 0.0123}
			observer := openrouter.LogCalls(slog.New(handler))
			op := openrouter.Operation{Name: "chat", Target: "a/b"}
			b.ReportAllocs()
			for b.Loop() {
				_, o := observer.Start(b.Context(), op)
				o.FirstChunk()
				o.End(res, info, nil)
			}
		})
	}
}

// The provider that failed is as good to know as the one that answered.
func TestLogCallsNamesTheProviderThatFailed(t *testing.T) {
	busy := openroutertest.Error(400, openrouter.ErrInvalidRequest, "no").Metadata(map[string]any{"provider_name": "Azure"})
	cut := openroutertest.Text("Hel").Provider("Azure").MidStreamError(400, openrouter.ErrInvalidRequest)
	for _, reply := range []openroutertest.Reply{busy, cut} {
		out := &bytes.Buffer{}
		_, err := openroutertest.NewTransport(t, reply).Client(openrouter.WithObserver(openrouter.LogCalls(plainText(out)))).Chat.Create(t.Context(), asking("hi"))
		require.Error(t, err)
		assert.Equal(t, 1, strings.Count(out.String(), " provider=Azure "), out.String())
	}
}

// Paths may contain a key, and a key may be given as a model by mistake.
func TestKeysAreNoTargets(t *testing.T) {
	const key = "sk-or-v1-0123456789abcdef"
	s, out := &seen{}, &bytes.Buffer{}
	client := openroutertest.NewTransport(t, openroutertest.Error(400, openrouter.ErrInvalidRequest), openroutertest.Raw("{}").ForPath("/keys/"+key)).
		Client(openrouter.WithAPIKey(key), openrouter.WithObserver(s, openrouter.LogCalls(plainText(out))))
	_, _ = client.Do(t.Context(), "GET", "/keys/"+key, nil, nil)
	req := asking("hi")
	req.Model = key
	_, _ = client.Chat.Create(t.Context(), req)
	_, _ = client.Models.Get(t.Context(), key)
	assert.Equal(t, 3, strings.Count(out.String(), "target="), out.String())
	assert.NotContains(t, out.String()+fmt.Sprint(s.all()), key)
}

// Some gateways have a key in the address.
func TestKeysInAddressesAreNotShown(t *testing.T) {
	const key = "sk-or-v1-0123456789abcdef"
	address := ""
	s := &seen{start: func(op openrouter.Operation) { address = op.BaseURL }}
	client := openroutertest.NewTransport(t).Client(openrouter.WithAPIKey(key), openrouter.WithBaseURL("https://gateway.example/"+key+"/v1"), openrouter.WithObserver(s))
	_, err := client.Models.List(t.Context(), &openrouter.ModelListParams{Limit: new(-1)})
	require.Error(t, err)
	assert.Equal(t, "https://gateway.example/[redacted]/v1", address)
	assert.Equal(t, "openrouter.Client(https://gateway.example/[redacted]/v1)", client.String())
}
