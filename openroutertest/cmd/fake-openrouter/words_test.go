package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// ask sends a request to a fake with these replies, as a stream or not.
func ask(t *testing.T, client *openrouter.Client, stream bool, req *openrouter.ChatCompletionRequest) (*openrouter.ChatCompletion, error) {
	t.Helper()
	if !stream {
		return client.Chat.Create(t.Context(), req)
	}
	s, err := client.Chat.Stream(t.Context(), req)
	if err != nil {
		return nil, err
	}
	return s.Collect()
}

func prompt(text string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "openai/gpt-5.2", Messages: []openrouter.Message{openrouter.UserMessage(text)}}
}

// bothWays runs a test with the answer of each method.
func bothWays(t *testing.T, test func(t *testing.T, client *openrouter.Client, stream bool)) {
	for _, stream := range []bool{false, true} {
		t.Run(fmt.Sprintf("stream=%t", stream), func(t *testing.T) {
			test(t, openroutertest.NewTransport(t, byPrompt()).Client(), stream)
		})
	}
}

func TestWordsInAnswers(t *testing.T) {
	for _, row := range []struct {
		prompt string
		check  func(t *testing.T, res *openrouter.ChatCompletion)
	}{
		{"Is  anyone\nthere?", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, "Is  anyone\nthere?", res.Text())
		}},
		{"What is #golang, #fff, #99, #600, (#429) or # 429?", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, "What is #golang, #fff, #99, #600, (#429) or # 429?", res.Text(), "none of these is a word")
		}},
		{"#help", func(t *testing.T, res *openrouter.ChatCompletion) {
			for _, w := range words() {
				assert.Contains(t, res.Text(), "#"+w.name+" ")
			}
		}},
		{"Think about #reason, please.", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, "The user wants an answer. Here it is.", res.Reasoning())
			assert.Equal(t, "Think about please.", res.Text())
			assert.NotEmpty(t, res.Message().ReasoningDetails[0].Signature)
		}},
		{"#refuse", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, "I cannot help with that.", res.Message().Refusal)
			assert.Empty(t, res.Text())
		}},
		{"A square! #image", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, "A square!", res.Text())
			require.Len(t, res.Message().Images, 1)
			assert.True(t, strings.HasPrefix(res.Message().Images[0].ImageURL.URL, "data:image/png;base64,iVBOR"))
		}},
		{"#cite", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, "https://example.com/", res.Message().Annotations[0].URLCitation.URL)
		}},
		{"Once upon #length", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, "Once upon", res.Text())
			assert.Equal(t, openrouter.FinishReasonLength, res.FinishReason())
		}},
		{"#filter", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, openrouter.FinishReasonContentFilter, res.FinishReason())
		}},
		{"#filter #reason #cite", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.NotEmpty(t, res.Reasoning())
			assert.Empty(t, res.Message().Annotations, "the first word that makes an answer counts")
			assert.Equal(t, openrouter.FinishReasonContentFilter, res.FinishReason())
		}},
		{"#tool", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.Equal(t, "The request has no function that the fake could call.", res.Text())
		}},
		{"#json of mine", func(t *testing.T, res *openrouter.ChatCompletion) {
			assert.JSONEq(t, `{"text":"of mine"}`, res.Text())
		}},
	} {
		t.Run(row.prompt, func(t *testing.T) {
			bothWays(t, func(t *testing.T, client *openrouter.Client, stream bool) {
				res, err := ask(t, client, stream, prompt(row.prompt))
				require.NoError(t, err)
				row.check(t, res)
			})
		})
	}
}

func TestWordsForFailures(t *testing.T) {
	apiError := func(status int, kind openrouter.ErrorType) func(*testing.T, error) {
		return func(t *testing.T, err error) {
			e, ok := errors.AsType[*openrouter.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, status, e.StatusCode)
			assert.Equal(t, kind, e.Type)
		}
	}
	cut := func(t *testing.T, err error) { require.ErrorIs(t, err, io.ErrUnexpectedEOF) }
	rows := map[string]func(*testing.T, error){
		"#html":                apiError(502, openrouter.ErrProviderUnavailable),
		"#empty":               func(t *testing.T, err error) { require.Error(t, err) },
		"Once #error":          func(t *testing.T, err error) { require.ErrorIs(t, err, openrouter.ErrProviderUnavailable) },
		"Once #cut":            cut,
		"Once #truncate":       cut,
		"Now #reason #cut":     cut,
		"Fail with #418":       apiError(418, ""),
		"Now #429 before #401": apiError(429, openrouter.ErrRateLimitExceeded),
	}
	for status, kind := range errorTypes {
		rows[fmt.Sprintf("#%d.", status)] = apiError(status, kind)
	}
	for text, check := range rows {
		t.Run(text, func(t *testing.T) {
			bothWays(t, func(t *testing.T, client *openrouter.Client, stream bool) {
				_, err := ask(t, client, stream, prompt(text))
				check(t, err)
			})
		})
	}
}

// What had arrived is there, and a client waits as long as it is told to.
func TestWordsHalfWay(t *testing.T) {
	client := openroutertest.NewTransport(t, byPrompt()).Client()
	_, err := ask(t, client, true, prompt("Once upon a time #truncate"))
	require.ErrorIs(t, err, openrouter.ErrStreamTruncated)
	e, ok := errors.AsType[*openrouter.StreamError](err)
	require.True(t, ok)
	assert.Equal(t, "Once upon a time", e.Partial.Text())

	_, err = ask(t, client, true, prompt("Once upon #error"))
	failed, ok := errors.AsType[*openrouter.APIError](err)
	require.True(t, ok)
	assert.Equal(t, "Once upon", failed.Partial.Text())

	_, err = ask(t, client, false, prompt("#429"))
	limited, ok := errors.AsType[*openrouter.APIError](err)
	require.True(t, ok)
	assert.Equal(t, time.Second, limited.RetryAfter)
}

func TestWordsThatTakeTime(t *testing.T) {
	bothWays(t, func(t *testing.T, _ *openrouter.Client, stream bool) {
		synctest.Test(t, func(t *testing.T) {
			client := openroutertest.NewTransport(t, byPrompt()).Client(openrouter.WithTimeout(time.Hour), openrouter.WithStreamIdleTimeout(time.Minute))
			begun := time.Now()
			_, err := ask(t, client, stream, prompt("one two three #slow"))
			require.NoError(t, err)
			assert.GreaterOrEqual(t, time.Since(begun), 600*time.Millisecond)

			begun = time.Now()
			_, err = ask(t, client, stream, prompt("one two three #stall"))
			want, after := openrouter.ErrAttemptTimeout, time.Hour
			if stream {
				want, after = openrouter.ErrStreamIdle, time.Minute
			}
			require.ErrorIs(t, err, want)
			assert.Equal(t, after, time.Since(begun))
		})
	})
}

// weather is a request with two functions and a tool that the service runs.
func weather(text string) *openrouter.ChatCompletionRequest {
	req := prompt(text)
	req.Tools = []openrouter.Tool{
		openrouter.WebSearchTool{},
		openrouter.FunctionTool{Function: openrouter.Function{Name: "get_weather", Parameters: json.RawMessage(`{
			"type": "object", "required": ["city"],
			"properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 2}}}`)}},
		openrouter.FunctionTool{Function: openrouter.Function{Name: "now"}},
	}
	return req
}

func TestWordToolGoesTheWholeWay(t *testing.T) {
	for _, row := range []struct {
		prompt string
		calls  []openrouter.FunctionCall
		answer string
	}{
		{"Umbrella? #tool", []openrouter.FunctionCall{{Name: "get_weather", Arguments: `{"city":"city","days":2}`}}, "get_weather returned: result 1"},
		{"Umbrella? #tools", []openrouter.FunctionCall{{Name: "get_weather", Arguments: `{"city":"city","days":2}`}, {Name: "now", Arguments: `{}`}},
			"get_weather returned: result 1\nnow returned: result 2"},
	} {
		t.Run(row.prompt, func(t *testing.T) {
			bothWays(t, func(t *testing.T, client *openrouter.Client, stream bool) {
				req := weather(row.prompt)
				ids := map[string]bool{}
				for range 2 { // the second time in the same conversation
					res, err := ask(t, client, stream, req)
					require.NoError(t, err)
					assert.Equal(t, openrouter.FinishReasonToolCalls, res.FinishReason())
					req.Messages = append(req.Messages, res.Message())
					var calls []openrouter.FunctionCall
					for i, call := range res.ToolCalls() {
						calls = append(calls, call.Function)
						ids[call.ID] = true
						req.Messages = append(req.Messages, openrouter.ToolMessage(call.ID, fmt.Sprintf("result %d", i+1)))
					}
					assert.Equal(t, row.calls, calls)

					res, err = ask(t, client, stream, req)
					require.NoError(t, err)
					assert.Equal(t, row.answer, res.Text())
					req.Messages = append(req.Messages, res.Message(), openrouter.UserMessage(row.prompt))
				}
				assert.Len(t, ids, 2*len(row.calls), "no id twice in a conversation")
			})
		})
	}
}

func TestWordToolTakesTheForcedFunction(t *testing.T) {
	req := weather("#tool")
	req.ToolChoice = openrouter.ForceFunction("now")
	res, err := ask(t, openroutertest.NewTransport(t, byPrompt()).Client(), false, req)
	require.NoError(t, err)
	require.Len(t, res.ToolCalls(), 1)
	assert.Equal(t, "now", res.ToolCalls()[0].Function.Name)
}

func TestWordJSONFitsTheSchema(t *testing.T) {
	req := prompt("#json")
	req.ResponseFormat = openrouter.JSONSchemaFormat{JSONSchema: openrouter.JSONSchema{Name: "ticket", Schema: json.RawMessage(`{
		"type": "object", "required": ["team", "urgent"], "additionalProperties": false,
		"properties": {"team": {"enum": ["payments", "shipping"]}, "urgent": {"type": "boolean"}}}`)}}
	bothWays(t, func(t *testing.T, client *openrouter.Client, stream bool) {
		res, err := ask(t, client, stream, req)
		require.NoError(t, err)
		assert.JSONEq(t, `{"team":"payments","urgent":true}`, res.Text())
	})
}

// The words also answer programs that do not use the library, which see a broken
// connection where the library sees no end.
func TestWordsOverHTTP(t *testing.T) {
	srv := openroutertest.NewServer(t, byPrompt())
	post := func(text string) (int, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/chat/completions",
			strings.NewReader(`{"model":"a/b","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"`+text+`"}]}]}`))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer any")
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		_, err = io.ReadAll(res.Body)
		return res.StatusCode, err
	}
	status, err := post("#402")
	require.NoError(t, err)
	assert.Equal(t, http.StatusPaymentRequired, status)
	_, err = post("Once #truncate")
	require.NoError(t, err)
	_, err = post("Once #cut")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}
