package otelopenrouter_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/otelopenrouter"
)

// OTLP refuses a whole batch of spans for one text that is not UTF-8.
func TestTextsThatAreNotUTF8(t *testing.T) {
	const bad = "bad\xff"
	seen := newTelemetry()
	redact := func(text string) string { return text + bad }
	fake := openroutertest.NewTransport(t, openroutertest.ToolCall("1", "look", `{"word":"x"}`), openroutertest.Text("Hello").Always(), openroutertest.Raw("{}").ForPath("/"+bad))
	client := fake.Client(seen.observer(otelopenrouter.WithContent(otelopenrouter.Content{Messages: true, Tools: true, Redact: redact})))
	look := agent.NewTool("look", "Looks.", func(context.Context, struct {
		Word string `json:"word"`
	}) (string, error) {
		return bad, nil
	})
	_, err := agent.Agent{Client: client, Name: bad, Tools: []agent.Tool{look}}.Run(t.Context(), asking("hi"))
	require.NoError(t, err)
	req := asking(bad)
	req.Model, req.SessionID, req.Stop = bad, bad, []string{bad}
	req.Messages = append(req.Messages, openrouter.Message{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{{
		ID: bad, Function: openrouter.FunctionCall{Name: bad, Arguments: `{"word":"` + bad + `"}`},
	}}})
	_, _ = client.Chat.Create(t.Context(), req)
	_, _ = client.Do(t.Context(), http.MethodGet, "/"+bad, nil, nil)
	_, _ = client.Models.Get(t.Context(), bad)

	spans := seen.spans.GetSpans()
	assert.Len(t, spans, 7)
	for _, span := range spans {
		assert.True(t, utf8.ValidString(span.Name), "%q", span.Name)
		assert.True(t, utf8.ValidString(span.Status.Description), "%q", span.Status.Description)
		for _, a := range span.Attributes {
			switch a.Value.Type() {
			case attribute.STRING:
				assert.True(t, utf8.ValidString(a.Value.AsString()), "%s %q", a.Key, a.Value.AsString())
			case attribute.STRINGSLICE:
				for _, text := range a.Value.AsStringSlice() {
					assert.True(t, utf8.ValidString(text), "%s %q", a.Key, text)
				}
			}
		}
	}
	assert.True(t, utf8.ValidString(seen.measured(t)))
}

type meta struct{ Model string }

func TestTheProviderThatFailed(t *testing.T) {
	seen := newTelemetry()
	failing := openroutertest.Error(400, openrouter.ErrInvalidRequest, "no").Metadata(map[string]any{"provider_name": "Azure"})
	_, err := openroutertest.NewTransport(t, failing).Client(seen.observer()).Chat.Create(t.Context(), asking("hi"))
	require.Error(t, err)
	assert.Equal(t, "Azure", attributes(seen.spans.GetSpans()[0])["openrouter.provider"].AsString())
}

// The answer of Client.Do has a type of the program.
func TestResultsOfDo(t *testing.T) {
	seen := newTelemetry()
	client := openroutertest.NewTransport(t, openroutertest.Raw(`{"x":1}`).ForPath("/files/1"), openroutertest.Raw(`{"model":"file-1"}`).ForPath("/files/1")).Client(seen.observer())
	var embedded struct {
		*meta
		X int
	}
	_, err := client.Do(t.Context(), http.MethodGet, "/files/1", nil, &embedded)
	require.NoError(t, err)
	assert.Equal(t, 1, embedded.X)
	var named meta
	_, err = client.Do(t.Context(), http.MethodGet, "/files/1", nil, &named)
	require.NoError(t, err)
	assert.Equal(t, "file-1", named.Model)
	assert.NotContains(t, seen.measured(t), "file-1", "it may be an id")
}

// A trace that this version cannot read is the caller's, too.
func TestTraceInjectionKeepsOddTraces(t *testing.T) {
	seen := newTelemetry()
	fake := openroutertest.NewTransport(t, openroutertest.Text("Hello.").Always())
	client := fake.Client(seen.observer(otelopenrouter.WithTraceInjection()))
	for i, trace := range []string{`"odd"`, `{"trace_id":7}`, `{"trace_id":"mine","trace_name":"x"}`} {
		body := `{"model":"a/b","messages":[{"role":"user","content":"hi"}],"trace":` + trace + `}`
		var req openrouter.ChatCompletionRequest
		require.NoError(t, json.Unmarshal([]byte(body), &req))
		_, err := client.Chat.Create(t.Context(), &req)
		require.NoError(t, err)
		assert.JSONEq(t, body, string(fake.Requests()[i].Raw))
	}
}
