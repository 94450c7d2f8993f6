package agent_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

// atOnce answers every request at once with the same bytes.
type atOnce []byte

func (a atOnce) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(a)), Request: req}, nil
}

const plainAnswer = `{"id":"gen-1","object":"chat.completion","created":1,"model":"a/b","choices":[{"index":0,"finish_reason":"stop",` +
	`"message":{"role":"assistant","content":"Take an umbrella."}}],"usage":{"prompt_tokens":14,"completion_tokens":4,"total_tokens":18,"cost":0.0001}}`

const callingAnswer = `{"id":"gen-1","object":"chat.completion","created":1,"model":"a/b","choices":[{"index":0,"finish_reason":"tool_calls",` +
	`"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"echo","arguments":"{\"text\":\"x\"}"}}]}}],` +
	`"usage":{"prompt_tokens":14,"completion_tokens":4,"total_tokens":18,"cost":0.0001}}`

func benchClient(answer string) *openrouter.Client {
	return openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithHTTPClient(&http.Client{Transport: atOnce(answer)}))
}

// What a step without tools costs over Create: under 5 µs and 20 allocations.
func BenchmarkStep(b *testing.B) {
	client := benchClient(plainAnswer)
	b.Run("Create", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := client.Chat.Create(b.Context(), question())
			require.NoError(b, err)
		}
	})
	b.Run("Run", func(b *testing.B) {
		a := agent.Agent{Client: client}
		b.ReportAllocs()
		for b.Loop() {
			_, err := a.Run(b.Context(), question())
			require.NoError(b, err)
		}
	})
	b.Run("Run with a call", func(b *testing.B) {
		a := agent.Agent{Client: benchClient(callingAnswer), Tools: []agent.Tool{echo}, Parallel: 1}
		a.Stop = func(*agent.Run) bool { return true }
		b.ReportAllocs()
		for b.Loop() {
			_, err := a.Run(b.Context(), question())
			require.NoError(b, err)
		}
	})
}

func TestStepAllocatesLittle(t *testing.T) {
	client := benchClient(plainAnswer)
	create := testing.AllocsPerRun(100, func() { _, _ = client.Chat.Create(context.Background(), question()) })
	run := testing.AllocsPerRun(100, func() { _, _ = agent.Agent{Client: client}.Run(context.Background(), question()) })
	require.LessOrEqual(t, run-create, 20.0, "allocations over Create")
}
