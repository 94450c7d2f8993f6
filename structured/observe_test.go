package structured_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

// ends is an observer that keeps a line for each operation that has ended, with the operations around it.
type ends struct {
	mu    sync.Mutex
	lines []string
}

type aroundKey struct{}

func (e *ends) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	around, _ := ctx.Value(aroundKey{}).(string)
	name := around + op.Name + " " + op.Target
	return context.WithValue(ctx, aroundKey{}, name+" > "), &ending{e, name, ""}
}

type ending struct {
	of    *ends
	name  string
	first string
}

func (e *ending) Retry(openrouter.Retry) {}
func (e *ending) FirstChunk()            { e.first = " first" }

func (e *ending) End(result any, _ openrouter.CallInfo, err error) {
	e.of.mu.Lock()
	defer e.of.mu.Unlock()
	line := e.name + e.first
	if res, ok := result.(*openrouter.ChatCompletion); ok {
		line += fmt.Sprintf(" %s", res.Text())
	}
	if err != nil {
		line += ": " + err.Error()
	}
	e.of.lines = append(e.of.lines, line)
}

func (e *ends) all() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return strings.Join(e.lines, "\n")
}

type size struct {
	Inches int `json:"inches" jsonschema:"minimum=1"`
}

func asking() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage("How large?")}}
}

func observed(t *testing.T, replies ...openroutertest.Reply) (*openrouter.Client, *ends) {
	seen := &ends{}
	return openroutertest.NewTransport(t, replies...).Client(openrouter.WithObserver(seen)), seen
}

const good, bad = `{"inches":3}`, `{"inches":0}`

func TestCreateIsAnOperation(t *testing.T) {
	client, seen := observed(t, openroutertest.Text(good))
	_, _, err := structured.Create[size](t.Context(), client, asking())
	require.NoError(t, err)
	assert.Equal(t, "structured_output size > chat a/b "+good+"\nstructured_output size "+good, seen.all())
}

func TestARepairIsAnOperation(t *testing.T) {
	client, seen := observed(t, openroutertest.Text(bad), openroutertest.Text(bad), openroutertest.Text(bad))
	_, _, err := structured.Output[size]{Repairs: 2}.Create(t.Context(), client, asking())
	require.ErrorIs(t, err, structured.ErrViolation)
	why := ": structured: the answer does not match the schema (1 violation)"
	repair := "structured_output size > repair_output size "
	assert.Equal(t, strings.Join([]string{
		"structured_output size > chat a/b " + bad,
		repair + "> chat a/b " + bad, repair + bad + why,
		repair + "> chat a/b " + bad, repair + bad + why,
		"structured_output size " + bad + why,
	}, "\n"), seen.all())
}

func TestARepairThatFailsIsAnOperation(t *testing.T) {
	client, seen := observed(t, openroutertest.Text(bad), openroutertest.Error(402, openrouter.ErrPaymentRequired, "no money"))
	_, _, err := structured.Create[size](t.Context(), client, asking())
	require.ErrorIs(t, err, openrouter.ErrPaymentRequired)
	assert.Contains(t, seen.all(), "\nstructured_output size > repair_output size: openrouter: payment_required 402: no money\n")
}

// What is refused before the network is an operation, and so is what a panic leaves.
func TestRefusedAndLeftByAPanic(t *testing.T) {
	client, seen := observed(t, openroutertest.Error(500, openrouter.ErrServer).Times(2))
	_, _, err := structured.Create[chan int](t.Context(), client, asking())
	require.Error(t, err)
	_, err = structured.Stream[chan int](t.Context(), client, asking())
	require.Error(t, err)
	assert.Equal(t, 2, strings.Count(seen.all(), "response_format.json_schema.schema is invalid"))

	panics := openrouter.WithRetryPolicy(func(openrouter.Retry) bool { panic("no") })
	assert.Panics(t, func() {
		_, _, _ = structured.Create[size](t.Context(), client, asking(), panics, openrouter.WithMaxRetries(1))
	})
	assert.Panics(t, func() {
		_, _ = structured.Stream[size](t.Context(), client, asking(), panics, openrouter.WithMaxRetries(1))
	})
	assert.Equal(t, 2, strings.Count(seen.all(), "\nstructured_output size: structured: the call ended with a panic"))

	_, _, err = structured.Create[size](t.Context(), nil, asking())
	require.Error(t, err)
	_, err = structured.Stream[size](t.Context(), nil, asking())
	require.Error(t, err)
}

func TestAStreamIsAnOperation(t *testing.T) {
	whole := "structured_output size > chat a/b first " + good + "\nstructured_output size first " + good
	closed := ": openrouter: stream is closed"
	for name, c := range map[string]struct {
		reply openroutertest.Reply
		do    func(s *structured.StreamOf[size])
		want  string
	}{
		"partials": {openroutertest.Text(good), func(s *structured.StreamOf[size]) {
			for range s.Partials() {
			}
			_, _, _ = s.Value()
			_ = s.Close()
		}, whole},
		"the value": {openroutertest.Text(good), func(s *structured.StreamOf[size]) { _, _, _ = s.Value() }, whole},
		"a violation": {openroutertest.Text(bad), func(s *structured.StreamOf[size]) { _, _, _ = s.Value() },
			"structured_output size > chat a/b first " + bad + "\nstructured_output size first " + bad + ": structured: the answer does not match the schema (1 violation)"},
		"left": {openroutertest.Text(`{"inches":3 `, `}`), func(s *structured.StreamOf[size]) {
			for range s.Partials() {
				break
			}
		}, "structured_output size > chat a/b first {\"inches\":3 " + closed + " (generation gen-fake-1)\nstructured_output size first" + closed},
		"closed": {openroutertest.Text(good), func(s *structured.StreamOf[size]) { _ = s.Close() },
			"structured_output size > chat a/b first " + good + closed + " (generation gen-fake-1)\nstructured_output size first" + closed},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := observed(t, c.reply)
			s, err := structured.Stream[size](t.Context(), client, asking())
			require.NoError(t, err)
			c.do(s)
			assert.Equal(t, c.want, seen.all())
		})
	}
	t.Run("forgotten", func(t *testing.T) {
		client, seen := observed(t, openroutertest.Text(good).Stall())
		_, err := structured.Stream[size](t.Context(), client, asking())
		require.NoError(t, err)
		assert.Eventually(t, func() bool {
			runtime.GC()
			return strings.Count(seen.all(), "\n") == 1
		}, 5*time.Second, 5*time.Millisecond)
		assert.Contains(t, seen.all(), "structured_output size first"+closed)
	})
}

func TestTheLogValueOfAnError(t *testing.T) {
	client, _ := observed(t, openroutertest.Text(`{"inches":"secret"}`).Cost(0.5))
	_, _, err := structured.Output[size]{Repairs: -1}.Create(t.Context(), client, asking())
	require.Error(t, err)
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "err", err)
	assert.Contains(t, out.String(), `err.error="structured: the answer does not match the schema (1 violation)" err.violations=1 err.prompt_tokens=`)
	assert.Contains(t, out.String(), "err.cost=0.5")
	assert.NotContains(t, out.String(), "secret")
}
