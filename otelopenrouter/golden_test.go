package otelopenrouter_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

type city struct {
	City string `json:"city"`
}

type size struct {
	Inches int `json:"inches" jsonschema:"minimum=1"`
}

// usage is that of an answer with everything in it.
var usage = openrouter.Usage{
	PromptTokens: 100, CompletionTokens: 50, TotalTokens: 150, Cost: 0.0025,
	PromptTokensDetails:     &openrouter.PromptTokensDetails{CachedTokens: 80, CacheWriteTokens: 10},
	CompletionTokensDetails: &openrouter.CompletionTokensDetails{ReasoningTokens: 30},
}

// TestGolden compares the spans and the metrics of whole programs with files in testdata.
func TestGolden(t *testing.T) {
	for name, c := range map[string]struct {
		replies []openroutertest.Reply
		do      func(t *testing.T, client *openrouter.Client)
	}{
		"call": {
			[]openroutertest.Reply{openroutertest.Text("Hello.").Latency(2 * time.Second).Model("openai/gpt-5.2-2025").Provider("Azure").FullUsage(usage)},
			func(t *testing.T, client *openrouter.Client) {
				req := asking("Hello?")
				req.Temperature, req.TopP, req.TopK, req.MaxCompletionTokens, req.Seed = new(0.5), new(0.9), new(40), new(100), new(int64(7))
				req.FrequencyPenalty, req.PresencePenalty, req.N = new(0.1), new(0.2), new(2)
				req.Stop, req.SessionID, req.ReasoningEffort = []string{"END"}, "session-1", openrouter.EffortHigh
				req.ResponseFormat = openrouter.JSONObjectFormat{}
				_, err := client.Chat.Create(t.Context(), req)
				require.NoError(t, err)
			},
		},
		"batch": {
			[]openroutertest.Reply{openroutertest.Text("Hello.").Usage(5, 2).Cost(0.5), openroutertest.Text("Hello.").Usage(5, 2).Cost(1)},
			func(t *testing.T, client *openrouter.Client) {
				row := func(id string) openrouter.BatchRow {
					return openrouter.BatchRow{CustomID: id, Request: &openrouter.ChatCompletionRequest{Messages: asking("Hello?").Messages}}
				}
				batch, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: "openai/gpt-5.2", Rows: openrouter.BatchRows(row("a"), row("b"))})
				require.NoError(t, err)
				_, err = client.Batches.Wait(t.Context(), batch.ID)
				require.NoError(t, err)
				for _, err := range client.Batches.Results(t.Context(), batch.ID) {
					require.NoError(t, err)
				}
			},
		},
		"retried": {
			[]openroutertest.Reply{
				openroutertest.Error(529, openrouter.ErrProviderOverloaded, "busy").RetryAfter(3 * time.Second),
				openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "slow down").RetryAfter(time.Second),
				openroutertest.Text("Hello.").Usage(5, 2),
			},
			func(t *testing.T, client *openrouter.Client) {
				_, err := client.Chat.Create(t.Context(), asking("Hello?"), openrouter.WithMaxRetries(2))
				require.NoError(t, err)
			},
		},
		"failed": {
			[]openroutertest.Reply{openroutertest.Text("It is ").MidStreamError(502, openrouter.ErrProviderUnavailable, "gone").Usage(5, 2)},
			func(t *testing.T, client *openrouter.Client) {
				_, err := client.Chat.Create(t.Context(), asking("Hello?"))
				require.ErrorIs(t, err, openrouter.ErrProviderUnavailable)
				req := asking("Hello?")
				req.Temperature = new(9.0)
				_, err = client.Chat.Create(t.Context(), req)
				require.Error(t, err)
			},
		},
		"stream": {
			[]openroutertest.Reply{openroutertest.KeepAlive(1).Pause(time.Second).Reasoning("Hm.").Pause(time.Second).Text("Hello.").FullUsage(usage)},
			func(t *testing.T, client *openrouter.Client) {
				stream, err := client.Chat.Stream(t.Context(), asking("Hello?"))
				require.NoError(t, err)
				_, err = stream.Collect()
				require.NoError(t, err)
			},
		},
		"stream left half way": {
			[]openroutertest.Reply{openroutertest.Text("It ", "is ", "long.").Pace(time.Second)},
			func(t *testing.T, client *openrouter.Client) {
				stream, err := client.Chat.Stream(t.Context(), asking("Hello?"))
				require.NoError(t, err)
				n := 0
				for range stream.Texts() {
					if n++; n == 2 {
						break
					}
				}
			},
		},
		"agent with parallel tools": {
			[]openroutertest.Reply{
				openroutertest.ToolCall("c1", "get_weather", `{"city":"Oslo"}`).ToolCall("c2", "get_weather", `{"city":"Atlantis"}`).Latency(time.Second).Usage(20, 10).Cost(0.001),
				openroutertest.Text("Take an umbrella.").Usage(50, 5).Cost(0.002),
			},
			func(t *testing.T, client *openrouter.Client) {
				weather := agent.NewTool("get_weather", "The weather.", func(_ context.Context, in city) (string, error) {
					if in.City == "Atlantis" {
						time.Sleep(2 * time.Second)
						return "", errors.New("no such city: " + in.City)
					}
					time.Sleep(time.Second)
					return "rain", nil
				})
				req := asking("Umbrella?")
				req.SessionID, req.Temperature = "session-1", new(0.5)
				run, err := agent.Agent{Client: client, Name: "weatherman", Tools: []agent.Tool{weather}}.Run(t.Context(), req)
				require.NoError(t, err)
				assert.Equal(t, "Take an umbrella.", run.Text())
			},
		},
		"streamed agent": {
			[]openroutertest.Reply{
				openroutertest.KeepAlive(1).Pause(time.Second).Reasoning("Hm.").Pause(time.Second).ToolCall("c1", "get_weather", `{"city":"Oslo"}`).Usage(20, 10),
				openroutertest.KeepAlive(1).Pause(time.Second).Text("Rain.").Usage(50, 5),
			},
			func(t *testing.T, client *openrouter.Client) {
				weather := agent.NewTool("get_weather", "The weather.", func(context.Context, city) (string, error) { return "rain", nil })
				s := agent.Agent{Client: client, Name: "weatherman", Tools: []agent.Tool{weather}}.Stream(t.Context(), asking("Umbrella?"))
				for _, err := range s.Events() {
					require.NoError(t, err)
				}
			},
		},
		"structured with a repair": {
			[]openroutertest.Reply{openroutertest.Text(`{"inches":0}`).Usage(20, 10), openroutertest.Text(`{"inches":3}`).Usage(40, 10).Latency(time.Second)},
			func(t *testing.T, client *openrouter.Client) {
				_, _, err := structured.Create[size](t.Context(), client, asking("How large?"))
				require.NoError(t, err)
			},
		},
		"embeddings": {
			[]openroutertest.Reply{openroutertest.Raw(`{"id":"emb-1","model":"openai/text-embedding-3-small","data":[{"index":0,"embedding":[1,0]}],"usage":{"prompt_tokens":3,"total_tokens":3,"cost":0.00001}}`).ForPath("/embeddings")},
			func(t *testing.T, client *openrouter.Client) {
				_, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{
					Model: "openai/text-embedding-3-small", Input: openrouter.Texts("secret"), Dimensions: new(2), EncodingFormat: openrouter.EncodingFormatFloat})
				require.NoError(t, err)
			},
		},
		"other endpoints": {
			[]openroutertest.Reply{openroutertest.Raw(`{"data":{}}`).ForPath("/credits"), openroutertest.Error(403, openrouter.ErrPermissionDenied, "a management key, please").ForPath("/activity")},
			func(t *testing.T, client *openrouter.Client) {
				_, err := client.Do(t.Context(), http.MethodGet, "/credits?secret=1", nil, nil)
				require.NoError(t, err)
				_, err = client.Do(t.Context(), http.MethodGet, "/activity", nil, nil)
				require.ErrorIs(t, err, openrouter.ErrPermissionDenied)
				_, err = client.Models.List(t.Context(), nil)
				require.NoError(t, err)
			},
		},
		"cancelled": {
			[]openroutertest.Reply{openroutertest.Stall(), openroutertest.Stall()},
			func(t *testing.T, client *openrouter.Client) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				_, err := client.Chat.Create(ctx, asking("Hello?"))
				require.ErrorIs(t, err, context.Canceled)
				ctx, cancel = context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err = client.Chat.Create(ctx, asking("Hello?"))
				require.ErrorIs(t, err, context.DeadlineExceeded)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				seen := newTelemetry()
				c.do(t, openroutertest.NewTransport(t, c.replies...).Client(seen.observer()))
				golden(t, name, seen.tree(t)+"\n"+seen.measured(t))
			})
		})
	}
}

// A stream that is forgotten ends its span when the garbage collector finds it.
func TestAForgottenStream(t *testing.T) {
	seen := newTelemetry()
	client := openroutertest.NewTransport(t, openroutertest.Text("It is ").Stall()).Client(seen.observer())
	func() {
		_, err := client.Chat.Stream(t.Context(), asking("Hello?"))
		require.NoError(t, err)
	}()
	assert.Eventually(t, func() bool {
		runtime.GC()
		return len(seen.spans.GetSpans()) == 1
	}, time.Minute, 5*time.Millisecond)
	// It runs outside of a bubble, where the garbage collector may close it: its times are real.
	times := regexp.MustCompile(`(\(client, |time_to_first_chunk = |sum )[\d.e+µmns-]+`)
	golden(t, "forgotten stream", times.ReplaceAllString(seen.tree(t)+"\n"+seen.measured(t), "${1}…"))
}
