package endpoints_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// embeds answers requests for embeddings: the vector of a text has its length.
func embeds(t *testing.T, bodies *[]string) func(*http.Request) (int, string) {
	return func(req *http.Request) (int, string) {
		assert.Equal(t, "https://openrouter.ai/api/v1/embeddings", req.URL.String())
		body, err := io.ReadAll(req.Body)
		require.NoError(t, err)
		*bodies = append(*bodies, string(body))
		var asked openrouter.EmbeddingRequest
		require.NoError(t, json.Unmarshal(body, &asked))
		var data []string
		for i, in := range asked.Input {
			data = append([]string{fmt.Sprintf(`{"object":"embedding","embedding":[%d,0.5],"index":%d}`, len(in.Text), i)}, data...) // the last comes first
		}
		return 200, fmt.Sprintf(`{"object":"list","model":"a/b","id":"embd-%d","data":[%s],"usage":{"prompt_tokens":%d,"total_tokens":%[3]d,"cost":0.25}}`,
			len(*bodies), strings.Join(data, ","), len(asked.Input))
	}
}

func TestEmbeddingsCreate(t *testing.T) {
	client, mock := mocked()
	var bodies []string
	answered(mock, embeds(t, &bodies))
	req := &openrouter.EmbeddingRequest{
		Model: "a/b", Input: openrouter.Texts("a", "bb", "ccc"), InputType: "search_document", Dimensions: new(2), User: "u",
		Provider: &openrouter.ProviderPreferences{Only: []string{"x"}}, Extra: map[string]any{"x_new": true},
	}
	list, err := client.Embeddings.Create(t.Context(), req)
	require.NoError(t, err)
	assert.JSONEq(t, `{"model":"a/b","input":["a","bb","ccc"],"input_type":"search_document","dimensions":2,"encoding_format":"base64","user":"u",
		"provider":{"only":["x"]},"x_new":true}`, bodies[0])
	assert.Empty(t, req.EncodingFormat, "the request stays as it is")
	assert.Equal(t, [][]float32{{1, 0.5}, {2, 0.5}, {3, 0.5}}, list.Vectors(), "in the order of the inputs")
	for i, e := range list.Data {
		assert.Equal(t, i, e.Index)
	}
	assert.Equal(t, []any{"embd-1", "embd-1", 1, 3, 0.25}, []any{list.ID, list.Call().GenerationID, list.Call().Attempts, list.Usage.PromptTokens, list.Usage.Cost})

	for want, req := range map[string]*openrouter.EmbeddingRequest{
		`{"model":"a/b","input":"a","encoding_format":"base64"}`: {Model: "a/b", Input: openrouter.Texts("a")},
		`{"model":"a/b","input":"a","encoding_format":"float"}`:  {Model: "a/b", Input: openrouter.Texts("a"), EncodingFormat: openrouter.EncodingFormatFloat},
		`{"model":"a/b","input":[7],"encoding_format":"base64"}`: {Model: "a/b", Input: []openrouter.EmbeddingInput{{Tokens: []int{7}}}},
		`{"model":"a/b","input":[{"content":[{"type":"image_url","image_url":{"url":"https://x.example"}}]}],"encoding_format":"base64"}`: {
			Model: "a/b", Input: []openrouter.EmbeddingInput{{Content: []openrouter.Part{openrouter.ImagePart("https://x.example")}}},
		},
	} {
		bodies = nil
		_, err := client.Embeddings.Create(t.Context(), req)
		require.NoError(t, err)
		assert.JSONEq(t, want, bodies[0])
	}
}

func TestEmbeddingsInSeveralRequests(t *testing.T) {
	lengths := func(bodies []string) (counts []int) {
		for _, body := range bodies {
			var req openrouter.EmbeddingRequest
			require.NoError(t, json.Unmarshal([]byte(body), &req))
			counts = append(counts, len(req.Input))
		}
		return counts
	}
	texts := make([]string, 600)
	for i := range texts {
		texts[i] = strings.Repeat("x", i+1)
	}
	for name, test := range map[string]struct {
		inputs []openrouter.EmbeddingInput
		opts   []openrouter.Option
		want   []int
	}{
		"many":         {openrouter.Texts(texts...), nil, []int{256, 256, 88}},
		"as many":      {openrouter.Texts(texts...), []openrouter.Option{openrouter.WithMaxInputs(200)}, []int{200, 200, 200}},
		"large":        {openrouter.Texts(strings.Repeat("x", 300<<10), strings.Repeat("y", 212<<10), "z"), nil, []int{2, 1}},
		"one too much": {openrouter.Texts("a", strings.Repeat("x", 600<<10), "b", "c"), nil, []int{1, 1, 2}},
		"alone":        {openrouter.Texts(strings.Repeat("x", 600<<10)), nil, []int{1}},
		"tokens":       {[]openrouter.EmbeddingInput{{Tokens: make([]int, 100<<10)}, {Tokens: make([]int, 28<<10)}, {Tokens: []int{1}}}, nil, []int{2, 1}},
		"images": {[]openrouter.EmbeddingInput{
			{Content: []openrouter.Part{openrouter.ImageDataPart("image/png", make([]byte, 300<<10))}}, {Content: openrouter.Text(strings.Repeat("x", 200<<10))},
			{Content: []openrouter.Part{openrouter.AudioPart("wav", make([]byte, 300<<10))}},
		}, nil, []int{1, 1, 1}},
		"media without a field": {[]openrouter.EmbeddingInput{
			{Content: []openrouter.Part{{Type: "input_audio", Extra: map[string]any{"input_audio": map[string]any{"data": strings.Repeat("x", 300<<10)}}}}},
			{Content: []openrouter.Part{{Type: "input_file", Extra: map[string]any{"input_file": json.RawMessage(`"` + strings.Repeat("x", 300<<10) + `"`)}}}},
			{Content: []openrouter.Part{{Type: "video_url", VideoURL: &openrouter.VideoURL{URL: strings.Repeat("x", 300<<10)}}}},
		}, nil, []int{1, 1, 1}},
	} {
		client, mock := mocked()
		var bodies []string
		answered(mock, embeds(t, &bodies))
		list, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: test.inputs}, test.opts...)
		require.NoError(t, err, name)
		assert.Equal(t, test.want, lengths(bodies), name)
		require.Len(t, list.Data, len(test.inputs))
		for i, e := range list.Data {
			assert.Equal(t, i, e.Index)
			assert.Equal(t, float32(len(test.inputs[i].Text)), e.Vector[0])
		}
		assert.Equal(t, []any{len(test.inputs), 0.25 * float64(len(bodies)), len(bodies), fmt.Sprint("embd-", len(bodies))},
			[]any{list.Usage.TotalTokens, list.Usage.Cost, list.Call().Attempts, list.ID}, name)
	}
}

// What was paid for is not lost.
func TestEmbeddingsFailBetweenRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, mock := mocked(openrouter.WithMaxInputs(2))
		var bodies []string
		answer, calls := embeds(t, &bodies), 0
		answered(mock, func(req *http.Request) (int, string) {
			if calls++; calls == 2 || calls > 3 { // one retry, then the end
				return 503, `{"error":{"code":503,"message":"Busy"}}`
			}
			return answer(req)
		})
		list, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("a", "b", "c", "d", "e")})
		require.ErrorIs(t, err, openrouter.ErrProviderOverloaded)
		require.Len(t, list.Data, 4)
		assert.Equal(t, []any{3, 4, 0.5, 3}, []any{list.Data[3].Index, list.Usage.PromptTokens, list.Usage.Cost, list.Call().Attempts})
		assert.Positive(t, list.Call().Waited)

		list, err = client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("a")})
		require.Error(t, err)
		assert.Nil(t, list)
	})
}

func TestEmbeddingsBrokenAnswers(t *testing.T) {
	for body, want := range map[string]string{
		`{"data":[]}`:                            "has 0 embeddings for 2 inputs",
		`{"data":[{"embedding":[1],"index":0}]}`: "has 1 embeddings for 2 inputs",
		`{"data":[{"embedding":[1]},{"embedding":[1]},{"embedding":[1]}]}`:       "has 3 embeddings for 2 inputs",
		`{"data":[{"embedding":[1],"index":1},{"embedding":[2],"index":1}]}`:     "there is no embedding with the index 0",
		`{"data":[{"embedding":[1],"index":0},{"embedding":[2],"index":2}]}`:     "there is no embedding with the index 1",
		`{"data":[{"embedding":[1],"index":-1},{"embedding":[2],"index":0}]}`:    "there is no embedding with the index 0",
		`{"data":[{"embedding":[1]},{"embedding":[]}]}`:                          "the embedding 1 has no vector",
		`{"data":[{"embedding":null},{"embedding":[1]}]}`:                        "the embedding 0 has no vector",
		`{"data":[{"embedding":"AAA"},{"embedding":[1]}]}`:                       "the embedding 0 has no vector",
		`{"data":[{"embedding":["x"]},{"embedding":[1]}]}`:                       "the embedding 0 has no vector",
		`{"data":["secret text",{"embedding":[1]}]}`:                             "the embedding 0 has no vector",
		`{"data":[{"embedding":[2],"index":"1"},{"embedding":[1],"index":"0"}]}`: "the index of the embedding 0 is not an integer",
		`{"data":[{"embedding":[2],"index":1},{"embedding":[1],"index":0.5}]}`:   "the index of the embedding 1 is not an integer",
	} {
		client, mock := mocked()
		sent := answered(mock, always(200, body))
		list, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("a", "b")})
		assert.Nil(t, list)
		var e *openrouter.DecodeError
		require.ErrorAs(t, err, &e, body)
		assert.Contains(t, err.Error(), "openrouter: decoding EmbeddingList: "+want)
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, body, string(e.Body), "it was paid for")
		assert.Equal(t, 200, e.Call().StatusCode)
		assert.Len(t, *sent, 1, "asking again would be paid for again")
	}
	for body, want := range map[string][]float32{
		`{"data":[{"embedding":[2],"index":1},{"embedding":[1],"index":0}]}`:       {1, 2},
		`{"data":[{"embedding":[1]},{"embedding":[2]}]}`:                           {1, 2}, // servers that number nothing
		`{"data":[{"embedding":[1],"index":null},{"embedding":[2],"index":null}]}`: {1, 2},
		`{"data":[{"embedding":"AACAPw=="},{"embedding":[2]}]}`:                    {1, 2},
		`{"data":[{"embedding":[2],"index":1},{"embedding":[1]}]}`:                 {1, 2}, // 0 was left out
	} {
		client, mock := mocked()
		answered(mock, always(200, body))
		list, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("a", "b")})
		require.NoError(t, err, body)
		assert.Equal(t, want, []float32{list.Data[0].Vector[0], list.Data[1].Vector[0]}, body)
		assert.Nil(t, list.Usage)
	}
}

func TestEmbeddingsRefuse(t *testing.T) {
	client, mock := mocked()
	answered(mock, always(200, `{"data":[{"embedding":[1]}]}`))
	type input = openrouter.EmbeddingInput
	for _, test := range []struct {
		req  *openrouter.EmbeddingRequest
		want string
	}{
		{nil, "request is nil"},
		{&openrouter.EmbeddingRequest{}, "model is empty; input is empty, so there is nothing to embed"},
		{&openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("x", "")}, "input[1] is empty, which models refuse"},
		{&openrouter.EmbeddingRequest{Model: "a/b", Input: []input{{Tokens: []int{}}, {Content: []openrouter.Part{}}}}, "input[0] is empty, which models refuse; input[1] is empty"},
		{&openrouter.EmbeddingRequest{Model: "a/b", Input: []input{{Text: "x", Tokens: []int{1}}}}, "input[0] sets more than one of Text, Tokens and Content"},
		{&openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("x"), Dimensions: new(0)}, "dimensions is 0, must be at least 1"},
		{&openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("x"), Extra: map[string]any{"input": 1}}, "input must not be in Extra"},
		{&openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("x"), Extra: map[string]any{"y": math.NaN()}}, "y is NaN, which JSON cannot carry"},
		{&openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("x"), Extra: map[string]any{"y": stubborn{}}}, "y contains a value of type endpoints_test.stubborn that failed to encode"},
	} {
		list, err := client.Embeddings.Create(t.Context(), test.req)
		assert.Nil(t, list)
		var e *openrouter.ValidationError
		require.ErrorAs(t, err, &e)
		assert.Contains(t, err.Error(), test.want)
	}
	assert.Zero(t, mock.GetTotalCallCount())
	_, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Input: openrouter.Texts("")}, openrouter.WithoutValidation("model", "input"))
	require.NoError(t, err)
}

func TestEmbeddingsInLogs(t *testing.T) {
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	list := &openrouter.EmbeddingList{ID: "e", Model: "a/b", Data: []openrouter.Embedding{{Vector: []float32{7}}}, Usage: &openrouter.Usage{PromptTokens: 3, Cost: 0.5}}
	log.Info("bare", "list", &openrouter.EmbeddingList{})
	log.Info("done", "list", list, "none", (*openrouter.EmbeddingList)(nil))
	assert.Equal(t, "level=INFO msg=bare list.vectors=0\nlevel=INFO msg=done list.id=e list.model=a/b list.vectors=1 list.prompt_tokens=3 list.cost=0.5 none=<nil>\n", out.String())
}

func TestEmbeddingsOfTheFake(t *testing.T) {
	client := openroutertest.NewTransport(t).Client()
	docs := openrouter.Texts("Oslo is the capital of Norway.", "Bread rises with yeast.", "The fjords of Norway are deep.")
	list, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: docs}, openrouter.WithMaxInputs(2))
	require.NoError(t, err)
	query, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("How does bread rise?")})
	require.NoError(t, err)
	best, most := -1, 0.0
	for i, v := range list.Vectors() {
		sum := 0.0
		for j := range v {
			sum += float64(v[j]) * float64(query.Data[0].Vector[j])
		}
		if sum > most {
			best, most = i, sum
		}
	}
	assert.Equal(t, 1, best)
}
