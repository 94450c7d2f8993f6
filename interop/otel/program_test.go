package otel_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/otelopenrouter"
)

// span is what the tests look at.
type span struct {
	name, id, parent string
	isClient         bool
	isError          bool
	attributes       map[string]string
}

type word struct {
	Word string `json:"word"`
}

func asking(text string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage(text)}}
}

// runProgram sends the spans and metrics of a program to an address such as 127.0.0.1:4318.
func runProgram(t *testing.T, address string) {
	ctx := t.Context()
	spans, err := otlptracehttp.New(ctx, otlptracehttp.WithInsecure(), otlptracehttp.WithEndpoint(address))
	require.NoError(t, err)
	measures, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithInsecure(), otlpmetrichttp.WithEndpoint(address))
	require.NoError(t, err)
	tracers := trace.NewTracerProvider(trace.WithBatcher(spans))
	meters := metric.NewMeterProvider(metric.WithReader(metric.NewPeriodicReader(measures)))
	observer := otelopenrouter.New(otelopenrouter.WithTracerProvider(tracers), otelopenrouter.WithMeterProvider(meters),
		otelopenrouter.WithContent(otelopenrouter.Content{Messages: true, Tools: true}))

	srv := openroutertest.NewServer(t,
		openroutertest.ToolCall("c1", "lookup", `{"word":"a"}`).ToolCall("c2", "lookup", `{"word":"b"}`).Usage(20, 10).Cost(0.001),
		openroutertest.Text("Done.").Usage(40, 5).Cost(0.002),
		openroutertest.Text("one ", "two ", "three"),
		openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "slow down"))
	client := srv.Client(openrouter.WithObserver(observer))
	lookup := agent.NewTool("lookup", "Looks a word up.", func(_ context.Context, in word) (string, error) {
		if in.Word == "b" {
			return "", errors.New("no such word")
		}
		return "the first letter", nil
	})
	_, err = agent.Agent{Client: client, Name: "reader", Tools: []agent.Tool{lookup}}.Run(ctx, asking("Look them up."))
	require.NoError(t, err)
	stream, err := client.Chat.Stream(ctx, asking("Count."))
	require.NoError(t, err)
	for range stream.Texts() {
		break
	}
	_, err = client.Chat.Create(ctx, asking("Fail."))
	require.ErrorIs(t, err, openrouter.ErrRateLimitExceeded)
	require.NoError(t, tracers.Shutdown(ctx))
	require.NoError(t, meters.Shutdown(ctx))
}

// checkProgram checks what a server has received from runProgram: the spans, and the names of the
// metrics.
func checkProgram(t *testing.T, spans []span, metrics map[string]bool) {
	byName := map[string][]span{}
	for _, s := range spans {
		byName[s.name] = append(byName[s.name], s)
		assert.Equal(t, strings.HasPrefix(s.name, "chat"), s.isClient, s.name)
		assert.Equal(t, "openrouter", s.attributes["gen_ai.provider.name"], s.name)
	}
	require.Len(t, spans, 7)
	require.Len(t, byName["invoke_agent reader"], 1)
	run := byName["invoke_agent reader"][0]
	assert.Equal(t, "60", run.attributes["gen_ai.usage.input_tokens"])
	assert.Equal(t, "0.003", run.attributes["openrouter.cost"])

	require.Len(t, byName["execute_tool lookup"], 2)
	failed := 0
	for _, s := range byName["execute_tool lookup"] {
		assert.Equal(t, run.id, s.parent)
		if s.isError {
			failed++
			assert.JSONEq(t, `{"word":"b"}`, s.attributes["gen_ai.tool.call.arguments"])
		}
	}
	assert.Equal(t, 1, failed)

	require.Len(t, byName["chat a/b"], 4)
	inside, cancelled, refused := 0, 0, 0
	for _, s := range byName["chat a/b"] {
		switch {
		case s.parent == run.id:
			inside++
			assert.Contains(t, s.attributes["gen_ai.input.messages"], "Look them up.")
		case s.attributes["openrouter.cancelled"] == "true":
			cancelled++
			assert.False(t, s.isError)
			assert.Equal(t, "true", s.attributes["gen_ai.request.stream"])
			assert.NotEmpty(t, s.attributes["gen_ai.response.time_to_first_chunk"])
		case s.isError:
			refused++
			assert.Equal(t, "rate_limit_exceeded", s.attributes["error.type"])
		}
	}
	assert.Equal(t, []int{2, 1, 1}, []int{inside, cancelled, refused})
	assert.Equal(t, map[string]bool{
		"gen_ai.client.operation.duration": true, "gen_ai.client.operation.time_to_first_chunk": true,
		"gen_ai.client.token.usage": true, "openrouter.client.cost": true,
	}, metrics)
}
