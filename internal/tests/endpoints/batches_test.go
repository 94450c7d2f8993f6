package endpoints_test

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const batchModel = "openai/gpt-5-mini"

// asks returns rows that each ask one question.
func asks(questions ...string) iter.Seq2[openrouter.BatchRow, error] {
	var rows []openrouter.BatchRow
	for i, q := range questions {
		rows = append(rows, openrouter.BatchRow{CustomID: fmt.Sprintf("row-%d", i), Request: &openrouter.ChatCompletionRequest{
			Messages: []openrouter.Message{openrouter.UserMessage(q)},
		}})
	}
	return openrouter.BatchRows(rows...)
}

// row returns one row with the id a.
func row(req *openrouter.ChatCompletionRequest) iter.Seq2[openrouter.BatchRow, error] {
	return openrouter.BatchRows(openrouter.BatchRow{CustomID: "a", Request: req})
}

// TestBatch goes through the life of a batch: rows that succeed are beside rows that fail.
func TestBatch(t *testing.T) {
	replies := []openroutertest.Reply{
		openroutertest.Text("the first").Usage(10, 5).Cost(0.25),
		openroutertest.Error(429, openrouter.ErrRateLimitExceeded, "slow down"),
		openroutertest.Text("the third").Usage(1, 2).Cost(0.5),
	}
	livesAsBatch(t, openroutertest.NewServer(t, replies...).Client())
	livesAsBatch(t, openroutertest.NewTLSServer(t, replies...).Client()) // HTTP/2
	livesAsBatch(t, openroutertest.NewTransport(t, replies...).Client())
}

func livesAsBatch(t *testing.T, client *openrouter.Client) {
	b, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{Model: batchModel, Rows: asks("one", "two", "three", "four")})
	require.NoError(t, err)
	assert.Equal(t, openrouter.BatchStatusValidating, b.Status)
	assert.Equal(t, 202, b.Call().StatusCode)

	b, err = client.Batches.Wait(t.Context(), b.ID)
	require.NoError(t, err)
	assert.Equal(t, openrouter.BatchStatusCompleted, b.Status)
	assert.Equal(t, openrouter.BatchCounts{Total: 4, Completed: 3, Failed: 1}, openrouter.BatchCounts{Total: b.RequestCounts.Total, Completed: b.RequestCounts.Completed, Failed: b.RequestCounts.Failed})
	assert.InDelta(t, 0.75, b.Usage.Cost, 1e-9)
	assert.Empty(t, b.Extra, "the results are not kept")

	got := map[string]string{}
	for result, err := range client.Batches.Results(t.Context(), b.ID) {
		require.NoError(t, err)
		answer, err := result.Answer()
		if err != nil {
			require.ErrorIs(t, err, openrouter.ErrRateLimitExceeded)
			var e *openrouter.APIError
			require.ErrorAs(t, err, &e)
			assert.Equal(t, "slow down", e.Message)
			got[result.CustomID] = "failed"
			continue
		}
		assert.Equal(t, answer.ID, answer.Call().GenerationID)
		got[result.CustomID] = answer.Text()
	}
	assert.Equal(t, map[string]string{"row-0": "the first", "row-1": "failed", "row-2": "the third", "row-3": "four"}, got)

	d, err := client.Batches.Delete(t.Context(), b.ID)
	require.NoError(t, err)
	assert.Equal(t, b.ID, d.ID)
	assert.JSONEq(t, `{"openrouter":"deleted"}`, string(d.Deletion))
	_, err = client.Batches.Get(t.Context(), b.ID)
	require.ErrorIs(t, err, openrouter.ErrNotFound)
	_, err = client.Batches.Get(t.Context(), "../key?")
	require.ErrorContains(t, err, "Batch ../key? not found", "ids are escaped")
}

// TestBatchBody pins the bytes: the service refuses a batch whose requests do not come last.
func TestBatchBody(t *testing.T) {
	srv := openroutertest.NewServer(t)
	_, err := srv.Client().Batches.Submit(t.Context(), &openrouter.BatchRequest{
		Rows: openrouter.BatchRows(
			openrouter.BatchRow{CustomID: `a"b`, Request: &openrouter.ChatCompletionRequest{
				Model: batchModel, Messages: []openrouter.Message{openrouter.UserMessage("<é>")}, Temperature: new(0.0), Stream: new(false),
			}},
			openrouter.BatchRow{CustomID: "raw", Body: json.RawMessage(`{"messages":[{"role":"user","content":"hi"}], "new": 1.0}`)},
		),
		Provider: &openrouter.BatchProvider{Only: []string{"azure"}, AllowFallbacks: new(false)}, CallbackURL: "https://example.com/done",
		Extra: map[string]any{"b": 1, "a": "x", "model": "ignored"},
	})
	require.NoError(t, err)
	req := srv.Requests()[0]
	assert.Equal(t, `{"endpoint":"/v1/chat/completions","model":"openai/gpt-5-mini","completion_window":"24h",`+
		`"provider":{"only":["azure"],"allow_fallbacks":false},"callback_url":"https://example.com/done","a":"x","b":1,"requests":[`+
		`{"custom_id":"a\"b","body":{"model":"openai/gpt-5-mini","messages":[{"role":"user","content":"<é>"}],"temperature":0}},`+
		`{"custom_id":"raw","body":{"messages":[{"role":"user","content":"hi"}], "new": 1.0}}]}`, string(req.Raw))
	assert.Equal(t, "application/json", req.Header.Get("Content-Type"))
	assert.Equal(t, "application/json", req.Header.Get("Accept"))
}

func TestBatchOfEmbeddings(t *testing.T) {
	client := openroutertest.NewServer(t).Client()
	b, err := client.Batches.Submit(t.Context(), &openrouter.BatchRequest{
		Endpoint: openrouter.BatchEndpointEmbeddings, Model: "openai/text-embedding-3-small",
		Rows: openrouter.BatchRows(openrouter.BatchRow{CustomID: "a", Body: map[string]string{"input": "hi"}}),
	})
	require.NoError(t, err)
	for result, err := range client.Batches.Results(t.Context(), b.ID) {
		require.NoError(t, err)
		var out struct {
			Data []struct{ Embedding []float64 }
		}
		require.NoError(t, result.Decode(&out))
		require.Len(t, out.Data, 1)
		assert.NotEmpty(t, out.Data[0].Embedding)
	}
}

// TestBatchRefuses has what batches do not take. Nothing is sent, and the error names the row.
func TestBatchRefuses(t *testing.T) {
	hi := []openrouter.Message{openrouter.UserMessage("hi")}
	image := func(url string) []openrouter.Message {
		return []openrouter.Message{openrouter.UserMessage("hi", openrouter.ImagePart(url))}
	}
	ask := func(change func(*openrouter.ChatCompletionRequest)) *openrouter.BatchRequest {
		req := &openrouter.ChatCompletionRequest{Messages: hi}
		change(req)
		return &openrouter.BatchRequest{Model: batchModel, Rows: row(req)}
	}
	file := func(f openrouter.File) []openrouter.Message {
		return []openrouter.Message{openrouter.UserMessage("hi", openrouter.Part{Type: openrouter.PartTypeFile, File: &f})}
	}
	rows := func(r ...openrouter.BatchRow) *openrouter.BatchRequest {
		return &openrouter.BatchRequest{Model: batchModel, Rows: openrouter.BatchRows(r...)}
	}
	good := &openrouter.ChatCompletionRequest{Messages: hi}
	long := strings.Repeat("é", 65)
	type change = func(*openrouter.ChatCompletionRequest)
	for want, req := range map[string]*openrouter.BatchRequest{
		"request is nil":                                      nil,
		"requests has no Rows":                                {Model: batchModel},
		"requests is empty":                                   rows(),
		"requests must not be in Extra":                       {Rows: row(good), Extra: map[string]any{"requests": 1}},
		"callback_url must start with https://":               {Model: batchModel, Rows: row(good), CallbackURL: "http://x"},
		"model ends with :online":                             {Model: "a/b:online", Rows: row(good)},
		"requests[0].body.model is missing":                   {Rows: row(good)},
		`requests[0].body.model is "x/y", but the batch`:      ask(func(r *openrouter.ChatCompletionRequest) { r.Model = "x/y" }),
		"requests[0].body is empty":                           rows(openrouter.BatchRow{CustomID: "a"}),
		"requests[0].body is set twice":                       rows(openrouter.BatchRow{CustomID: "a", Request: good, Body: 1}),
		"requests[0].body is not a JSON object":               rows(openrouter.BatchRow{CustomID: "a", Body: 1}),
		"requests[0].body is not valid JSON":                  rows(openrouter.BatchRow{CustomID: "a", Body: []byte("{")}),
		"requests[0].body is a chat completion, but":          {Model: batchModel, Endpoint: openrouter.BatchEndpointMessages, Rows: row(good)},
		"requests[0].custom_id is missing":                    rows(openrouter.BatchRow{Request: good}),
		"requests[0].custom_id has 65 characters":             rows(openrouter.BatchRow{CustomID: long, Request: good}),
		"requests[1].custom_id is also the id of requests[0]": rows(openrouter.BatchRow{CustomID: "a", Request: good}, openrouter.BatchRow{CustomID: "a", Request: good}),
		"requests[0].body.temperature is 9":                   ask(func(r *openrouter.ChatCompletionRequest) { r.Temperature = new(9.0) }),
		"requests[0].body.stream is true":                     ask(func(r *openrouter.ChatCompletionRequest) { r.Stream = new(true) }),
		"requests[0].body.models must be empty":               ask(func(r *openrouter.ChatCompletionRequest) { r.Models = []string{"a/b"} }),
		"requests[0].body.audio must be nil":                  ask(func(r *openrouter.ChatCompletionRequest) { r.Audio = &openrouter.AudioConfig{} }),
		"requests[0].body.modalities[1] is image":             ask(func(r *openrouter.ChatCompletionRequest) { r.Modalities = []openrouter.Modality{"text", "image"} }),
		"requests[0].body.provider.zdr is true": ask(func(r *openrouter.ChatCompletionRequest) {
			r.Provider = &openrouter.ProviderPreferences{ZDR: new(true)}
		}),
		"requests[0].body.tools[0].type is a web search":  ask(func(r *openrouter.ChatCompletionRequest) { r.Tools = []openrouter.Tool{&openrouter.WebSearchTool{}} }),
		"requests[0].body.plugins[0].id is web":           ask(func(r *openrouter.ChatCompletionRequest) { r.Plugins = []openrouter.Plugin{openrouter.WebPlugin{}} }),
		"requests[0].body.messages[0].content[1].image":   ask(func(r *openrouter.ChatCompletionRequest) { r.Messages = image("data:image/png;base64,AAAA") }),
		"requests[0].body.messages[0].content[1].file.fi": ask(func(r *openrouter.ChatCompletionRequest) { r.Messages = file(openrouter.File{FileData: "AAAA"}) }),
		"requests[0].body.messages[1].images[0].image_url": ask(func(r *openrouter.ChatCompletionRequest) {
			r.Messages = append(r.Messages, openrouter.Message{Role: openrouter.RoleAssistant, Images: []openrouter.Image{{ImageURL: &openrouter.ImageURL{URL: "data:image/png;base64,AAAA"}}}})
		}),
		"content[1].input_audio is audio": ask(func(r *openrouter.ChatCompletionRequest) {
			r.Messages = []openrouter.Message{openrouter.UserMessage("hi", openrouter.AudioPart("mp3", []byte("x")))}
		}),
		"content[1].video_url is a video": ask(func(r *openrouter.ChatCompletionRequest) {
			r.Messages = []openrouter.Message{openrouter.UserMessage("hi", openrouter.VideoPart("https://x/y.mp4"))}
		}),
		"requests[0].body.seed": ask(func(r *openrouter.ChatCompletionRequest) { r.Seed = new(int64(1 << 60)) }),
		"requests[0].body.logit_bias": ask(func(r *openrouter.ChatCompletionRequest) {
			r.LogitBias = map[string]float64{"1": nan()}
		}),
		"raw stream": {Model: batchModel, Endpoint: openrouter.BatchEndpointResponses, Rows: openrouter.BatchRows(openrouter.BatchRow{CustomID: "a", Body: json.RawMessage(`{"stream":true}`)})},
		"raw model":  {Model: batchModel, Rows: openrouter.BatchRows(openrouter.BatchRow{CustomID: "a", Body: json.RawMessage(`{"model":"x/y","messages":[{"role":"user","content":"hi"}]}`)})},
	} {
		srv := openroutertest.NewServer(t)
		_, err := srv.Client().Batches.Submit(t.Context(), req)
		var e *openrouter.ValidationError
		require.ErrorAs(t, err, &e, want)
		if what, raw := strings.CutPrefix(want, "raw "); raw {
			want = "requests[0].body." + what + " is"
		}
		assert.Contains(t, err.Error(), want)
		assert.Empty(t, srv.Requests(), want)
		if strings.HasPrefix(want, "requests[0].body.") {
			assert.Contains(t, err.Error(), `(custom_id "a")`)
		}
	}
	for name, ok := range map[string]change{
		"public image": func(r *openrouter.ChatCompletionRequest) { r.Messages = image("HTTPS://example.com/x.png") },
		"public file": func(r *openrouter.ChatCompletionRequest) {
			r.Messages = file(openrouter.File{FileData: "https://example.com/x.pdf"})
		},
		"web plugin off": func(r *openrouter.ChatCompletionRequest) {
			r.Plugins = []openrouter.Plugin{openrouter.WebPlugin{Enabled: new(false)}}
		},
		"same model": func(r *openrouter.ChatCompletionRequest) { r.Model = batchModel },
	} {
		_, err := openroutertest.NewServer(t).Client().Batches.Submit(t.Context(), ask(ok))
		assert.NoError(t, err, name)
	}
	_, err := openroutertest.NewServer(t).Client().Batches.Submit(t.Context(), ask(func(r *openrouter.ChatCompletionRequest) { r.Temperature = new(9.0) }),
		openrouter.WithoutValidation("temperature"))
	require.NoError(t, err, "the name of the check is that of a call")
}

func nan() float64 {
	zero := 0.0
	return zero / zero
}

func TestBatchLimits(t *testing.T) {
	many := func(n, size int) *openrouter.BatchRequest {
		text := strings.Repeat("x", size)
		return &openrouter.BatchRequest{Model: batchModel, Rows: func(yield func(openrouter.BatchRow, error) bool) {
			for i := range n {
				if !yield(openrouter.BatchRow{CustomID: fmt.Sprint(i), Request: &openrouter.ChatCompletionRequest{Prompt: text}}, nil) {
					return
				}
			}
		}}
	}
	srv := openroutertest.NewServer(t)
	client := srv.Client()
	_, err := client.Batches.Submit(t.Context(), many(5001, 1))
	var e *openrouter.ValidationError
	require.ErrorAs(t, err, &e)
	assert.Contains(t, err.Error(), "requests are more than 5,000")
	reader := transported(func(req *http.Request) (*http.Response, error) {
		_, err := io.Copy(io.Discard, req.Body)
		return nil, err
	})
	_, err = reader.Batches.Submit(t.Context(), many(11, 20<<20))
	require.ErrorAs(t, err, &e)
	assert.Contains(t, err.Error(), "requests are larger than 200 MB")
	list, err := client.Batches.List(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, list.Data, "the service has none of them")
	_, err = client.Batches.Submit(t.Context(), many(5000, 1))
	require.NoError(t, err)
}
