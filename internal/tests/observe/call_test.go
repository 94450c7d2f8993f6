package observe_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestCreateIsOneOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &seen{}
		var op openrouter.Operation
		s.start = func(o openrouter.Operation) { op = o }
		fake := openroutertest.NewTransport(t, openroutertest.Text("Hello"))
		res, err := fake.Client(openrouter.WithObserver(s)).Chat.Create(t.Context(), asking("hi"))
		require.NoError(t, err)
		assert.Equal(t, "Hello", res.Text())
		assert.Equal(t, []string{"start chat a/b", `end "Hello" attempts=1`}, s.all())
		assert.Equal(t, "https://openrouter.test/api/v1", op.BaseURL)
		assert.Equal(t, asking("hi"), op.Request)
	})
}

func TestAllAttemptsAreOneOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, stream := range []bool{false, true} {
			s := &seen{}
			order := []string{}
			busy := openroutertest.Error(529, openrouter.ErrProviderOverloaded).RetryAfter(2 * time.Second)
			fake := openroutertest.NewTransport(t, busy.Times(2), openroutertest.Text("Hello"))
			client := fake.Client(openrouter.WithMaxRetries(2), openrouter.WithObserver(s),
				openrouter.WithOnRetry(func(openrouter.Retry) { order = append(order, s.all()[len(s.all())-1]) }))
			want := []string{"start chat a/b", "retry 1 after 2s", "retry 2 after 2s", `end "Hello" attempts=3`}
			if stream {
				answer, err := client.Chat.Stream(t.Context(), asking("hi"))
				require.NoError(t, err)
				_, err = answer.Collect()
				require.NoError(t, err)
				want = []string{"start chat a/b stream", "retry 1 after 2s", "retry 2 after 2s", "first", `end "Hello" attempts=3`}
			} else {
				_, err := client.Chat.Create(t.Context(), asking("hi"))
				require.NoError(t, err)
			}
			assert.Equal(t, want, s.all())
			assert.Equal(t, []string{want[0], "retry 1 after 2s"}, order, "the functions of WithOnRetry come first")
		}
	})
}

func TestFailuresEndTheOperation(t *testing.T) {
	noKey := openrouter.WithAPIKey("")
	for name, c := range map[string]struct {
		reply openroutertest.Reply
		req   *openrouter.ChatCompletionRequest
		opts  []openrouter.Option
		want  string
	}{
		"reported":   {reply: openroutertest.Error(529, openrouter.ErrProviderOverloaded), req: asking("hi"), want: "end attempts=1 overloaded"},
		"with parts": {reply: openroutertest.Text("Hel").MidStreamError(529, openrouter.ErrProviderOverloaded), req: asking("hi"), want: `end "Hel" attempts=1 overloaded`},
		"no key":     {req: asking("hi"), opts: []openrouter.Option{noKey}, want: "end attempts=0 no key"},
		"invalid":    {req: &openrouter.ChatCompletionRequest{Model: "a/b", Messages: asking("hi").Messages, Temperature: new(9.0)}, want: "end attempts=0 invalid"},
		"nil":        {want: "end attempts=0 invalid"},
		"a value without JSON": {
			req:  &openrouter.ChatCompletionRequest{Model: "a/b", Messages: asking("hi").Messages, Temperature: new(math.NaN())},
			want: "end attempts=0 invalid",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &seen{}
			fake := openroutertest.NewTransport(t, c.reply)
			client := fake.Client(append(c.opts, openrouter.WithObserver(s))...)
			_, err := client.Chat.Create(t.Context(), c.req)
			require.Error(t, err)
			_, err = client.Chat.Stream(t.Context(), nil)
			require.Error(t, err)
			lines := s.all()
			require.Len(t, lines, 4)
			assert.Equal(t, c.want, lines[1])
			assert.Equal(t, "start chat stream", lines[2])
			assert.Contains(t, lines[3], "end attempts=0 ")
		})
	}
}

func TestACancelledCallEndsTheOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &seen{}
		fake := openroutertest.NewTransport(t, openroutertest.Error(529, openrouter.ErrProviderOverloaded).Always())
		client := fake.Client(openrouter.WithObserver(s), openrouter.WithMaxRetries(1))
		ctx, cancel := context.WithCancel(t.Context())
		_, err := client.Chat.Create(ctx, asking("hi"), openrouter.WithOnRetry(func(openrouter.Retry) { cancel() }))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []error{err}, s.errs)
		assert.Equal(t, "end attempts=1 cancelled", s.all()[2])
	})
}

// An observer may change what is sent, and the caller's request stays as it is.
func TestStartMayChangeTheRequest(t *testing.T) {
	first, second := &seen{name: "first"}, &seen{name: "second"}
	first.start = func(op openrouter.Operation) {
		op.Request.(*openrouter.ChatCompletionRequest).Trace = &openrouter.Trace{TraceID: "t1"}
	}
	second.start = func(op openrouter.Operation) {
		req := op.Request.(*openrouter.ChatCompletionRequest)
		assert.Equal(t, "t1", req.Trace.TraceID, "each sees what the one before did")
		req.Model = "c/d"
	}
	fake := openroutertest.NewTransport(t, openroutertest.Text("Hello").Times(2))
	client := fake.Client(openrouter.WithObserver(first, nil, second))
	req := asking("hi")
	_, err := client.Chat.Create(t.Context(), req)
	require.NoError(t, err)
	stream, err := client.Chat.Stream(t.Context(), req)
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	assert.Equal(t, asking("hi"), req)
	for _, sent := range fake.Requests() {
		assert.Equal(t, "t1", sent.Body.Trace.TraceID)
		assert.Equal(t, "c/d", sent.Body.Model)
	}
}

func TestObserversNest(t *testing.T) {
	var lines []string
	outer, inner := &seen{name: "outer"}, &seen{name: "inner"}
	outer.onEach = func(line string) { lines = append(lines, "outer "+line) }
	inner.onEach = func(line string) { lines = append(lines, "inner "+line) }
	fake := openroutertest.NewTransport(t, openroutertest.Text("Hello").Times(2))
	client := fake.Client(openrouter.WithObserver(outer))

	ctx, run := client.Observe(t.Context(), openrouter.Operation{Name: "invoke_agent", Target: "helper"}, openrouter.WithObserver(inner))
	_, err := client.Chat.Create(ctx, asking("hi"), openrouter.WithObserver(inner))
	require.NoError(t, err)
	run.End(nil, openrouter.CallInfo{}, nil)
	run.End(nil, openrouter.CallInfo{}, nil)
	around := " in invoke_agentouter in invoke_agentinner"
	assert.Equal(t, []string{
		"outer start invoke_agent helper", "inner start invoke_agent helper in invoke_agentouter",
		"outer start chat a/b" + around, "inner start chat a/b" + around + " in chatouter",
		`inner end "Hello" attempts=1`, `outer end "Hello" attempts=1`,
		"inner end attempts=0", "outer end attempts=0",
	}, lines)
	lines = nil
	_, err = client.Chat.Create(t.Context(), asking("hi"))
	require.NoError(t, err)
	assert.Equal(t, []string{"outer start chat a/b", `outer end "Hello" attempts=1`}, lines, "an observer of a call is of that call alone")
}

// aloof watches nothing, and has no context of its own.
type aloof struct{}

func (aloof) Start(context.Context, openrouter.Operation) (context.Context, openrouter.Observation) {
	return nil, nil
}

func TestAnObserverMayWatchNothing(t *testing.T) {
	s := &seen{}
	fake := openroutertest.NewTransport(t, openroutertest.Text("Hello"))
	client := fake.Client(openrouter.WithObserver(aloof{}, s, aloof{}))
	stream, err := client.Chat.Stream(t.Context(), asking("hi"))
	require.NoError(t, err)
	_, err = stream.Collect()
	require.NoError(t, err)
	assert.Equal(t, []string{"start chat a/b stream", "first", `end "Hello" attempts=1`}, s.all())
}

func TestObserveWithoutObservers(t *testing.T) {
	client := openroutertest.NewTransport(t).Client()
	ctx, o := client.Observe(t.Context(), openrouter.Operation{Name: "invoke_agent"})
	require.Equal(t, t.Context(), ctx)
	o.Retry(openrouter.Retry{})
	o.FirstChunk()
	o.End(nil, openrouter.CallInfo{}, errors.New("no"))
	op, background := openrouter.Operation{Name: "execute_tool", Request: client}, context.Background()
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		_, o := client.Observe(background, op)
		o.End(nil, openrouter.CallInfo{}, nil)
	}))
}

// An address that is refused may contain a password.
func TestAnInvalidAddressIsNotShown(t *testing.T) {
	s := &seen{}
	var op openrouter.Operation
	s.start = func(o openrouter.Operation) { op = o }
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithBaseURL("https://user:password@host"), openrouter.WithObserver(s))
	_, err := client.Chat.Create(t.Context(), asking("hi"))
	require.Error(t, err)
	assert.Empty(t, op.BaseURL)
	assert.Equal(t, "end attempts=0 invalid", s.all()[1])
}

// TestEveryEndpointIsObserved calls each method of each service, of this version and of later ones.
func TestEveryEndpointIsObserved(t *testing.T) {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithMaxRetries(0),
		openrouter.WithHTTPClient(&http.Client{Transport: kit.Answering(404, nil, []byte(`{"error":{"message":"no"}}`))}))
	services := reflect.ValueOf(client).Elem()
	calls := 0
	for i := range services.NumField() {
		if !services.Type().Field(i).IsExported() {
			continue
		}
		for j := range services.Field(i).NumMethod() {
			name := services.Type().Field(i).Name + "." + services.Field(i).Type().Method(j).Name
			s := &seen{}
			if !call(t, services.Field(i).Method(j), s) {
				continue
			}
			calls++
			lines := s.all()
			require.GreaterOrEqual(t, len(lines), 2, "%s is not observed; see observed in observer.go", name)
			assert.Len(t, lines, 2*len(s.errs), "%s: each start has its end: %v", name, lines)
			assert.Contains(t, lines[len(lines)-1], "end", name)
		}
	}
	assert.GreaterOrEqual(t, calls, 5)

	s := &seen{}
	_, err := client.Do(t.Context(), http.MethodGet, "/activity?date=2026-11-25", nil, nil, openrouter.WithObserver(s))
	require.ErrorIs(t, err, openrouter.ErrNotFound)
	assert.Equal(t, []string{"start do GET /activity", "end attempts=1 " + kindOf(err)}, s.all())
}

// call calls a method whose first argument is a context and whose last is options, with
// zero values between. It returns false for another kind of method.
func call(t *testing.T, method reflect.Value, s *seen) bool {
	kind := method.Type()
	if kind.NumIn() < 2 || !kind.IsVariadic() || kind.In(kind.NumIn()-1) != reflect.TypeFor[[]openrouter.Option]() {
		return false
	}
	args := []reflect.Value{reflect.ValueOf(t.Context())}
	for i := 1; i < kind.NumIn()-1; i++ {
		args = append(args, reflect.Zero(kind.In(i)))
	}
	results := method.Call(append(args, reflect.ValueOf(openrouter.WithObserver(s))))
	if results[0].Kind() == reflect.Func { // an iterator
		for range results[0].Seq2() {
		}
	}
	return true
}

// Embeddings that are sent in several requests are one operation, which has what came before a failure.
func TestEmbeddingsAreOneOperation(t *testing.T) {
	s := &seen{}
	var result any
	vectors := openroutertest.Raw(`{"data":[{"index":0,"embedding":[1]}],"usage":{"prompt_tokens":3}}`).ForPath("/embeddings")
	fake := openroutertest.NewTransport(t, vectors.Times(2), vectors, openroutertest.Error(402, openrouter.ErrPaymentRequired).ForPath("/embeddings"))
	client := fake.Client(openrouter.WithObserver(s, resultsOf{&result}), openrouter.WithMaxInputs(1))
	req := &openrouter.EmbeddingRequest{Model: "a/embed", Input: openrouter.Texts("a", "b")}
	_, err := client.Embeddings.Create(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, 6, result.(*openrouter.EmbeddingList).Usage.PromptTokens)
	_, err = client.Embeddings.Create(t.Context(), req)
	require.Error(t, err)
	assert.Equal(t, 3, result.(*openrouter.EmbeddingList).Usage.PromptTokens)
	list := " *openrouter.EmbeddingList attempts="
	assert.Equal(t, []string{"start embeddings a/embed", "end" + list + "2", "start embeddings a/embed", "end" + list + "2 " + kindOf(err)}, s.all())
}

// The result of Do is the variable of the caller.
func TestTheResultOfDo(t *testing.T) {
	var result any
	fake := openroutertest.NewTransport(t, openroutertest.Raw(`{"data":1}`).ForPath("/credits"))
	client := fake.Client(openrouter.WithObserver(resultsOf{&result}))
	var out struct{ Data int }
	_, err := client.Do(t.Context(), http.MethodGet, "/credits", nil, &out)
	require.NoError(t, err)
	assert.Same(t, &out, result)
	assert.Equal(t, 1, out.Data)
}

// resultsOf keeps the result of the last operation.
type resultsOf struct{ result *any }

func (r resultsOf) Start(ctx context.Context, _ openrouter.Operation) (context.Context, openrouter.Observation) {
	return ctx, r
}
func (r resultsOf) Retry(openrouter.Retry)                         {}
func (r resultsOf) FirstChunk()                                    {}
func (r resultsOf) End(result any, _ openrouter.CallInfo, _ error) { *r.result = result }
