package openroutertest_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestModelFilters(t *testing.T) {
	client := openroutertest.NewTransport(t).Client()
	const gpt, claude, llama, embedder = "openai/gpt-5.2", "anthropic/claude-sonnet-4.5", "meta-llama/llama-3.3-70b-instruct", "openai/text-embedding-3-small"
	all := []openrouter.Modality{openrouter.ModalityAll}
	for _, test := range []struct {
		params *openrouter.ModelListParams
		want   []string
	}{
		{nil, []string{gpt, claude, llama}},
		{&openrouter.ModelListParams{OutputModalities: all}, []string{gpt, claude, llama, embedder}},
		{&openrouter.ModelListParams{OutputModalities: []openrouter.Modality{openrouter.ModalityEmbeddings}}, []string{embedder}},
		{&openrouter.ModelListParams{InputModalities: []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityImage}}, []string{gpt, claude}},
		{&openrouter.ModelListParams{SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterReasoning}}, []string{gpt, claude}},
		{&openrouter.ModelListParams{ModelAuthors: []string{"openai", "meta-llama"}}, []string{gpt, llama}},
		{&openrouter.ModelListParams{Query: "SONNET"}, []string{claude}},
		{&openrouter.ModelListParams{Context: new(200_000)}, []string{gpt, claude}},
		{&openrouter.ModelListParams{MaxPrice: "1"}, []string{gpt, llama}},
		{&openrouter.ModelListParams{MinPrice: "1", MaxOutputPrice: "4"}, []string{gpt}},
		{&openrouter.ModelListParams{MinOutputPrice: "4.01"}, []string{claude}},
		{&openrouter.ModelListParams{Sort: openrouter.ModelSortPriceAscending}, []string{llama, gpt, claude}},
		{&openrouter.ModelListParams{Sort: openrouter.ModelSortPriceDescending}, []string{claude, gpt, llama}},
		{&openrouter.ModelListParams{Sort: openrouter.ModelSortContext}, []string{claude, gpt, llama}},
		{&openrouter.ModelListParams{Sort: openrouter.ModelSortNewest, Limit: new(1)}, []string{gpt, claude, llama}},
		{&openrouter.ModelListParams{Query: "none"}, nil},
	} {
		var got []string
		for m, err := range client.Models.All(t.Context(), test.params) {
			require.NoError(t, err)
			got = append(got, m.ID)
		}
		assert.Equal(t, test.want, got, "%+v", test.params)
	}
	n, err := client.Models.Count(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	n, err = client.Models.Count(t.Context(), &openrouter.ModelCountParams{OutputModalities: all})
	require.NoError(t, err)
	assert.Equal(t, 4, n)
	list, err := client.Models.ListForUser(t.Context(), &openrouter.PageParams{Limit: new(2), Offset: new(1)})
	require.NoError(t, err)
	assert.Equal(t, []any{4, claude, "/api/v1/models/user?limit=2&offset=3"}, []any{list.TotalCount, list.Data[0].ID, list.Links.Next})
}

func TestOneModel(t *testing.T) {
	srv := openroutertest.NewServer(t)
	srv.SetModels("a/b", "a/b:free")
	client := srv.Client(openrouter.WithAPIKey("any"))
	m, err := client.Models.Get(t.Context(), "a/b:free")
	require.NoError(t, err)
	assert.Equal(t, "a/b:free", m.ID)
	_, err = client.Models.Get(t.Context(), "a/c")
	assert.ErrorIs(t, err, openrouter.ErrNotFound)
	_, err = client.Models.Endpoints(t.Context(), "a/c")
	assert.ErrorIs(t, err, openrouter.ErrNotFound)

	of, err := client.Models.Endpoints(t.Context(), "a/b")
	require.NoError(t, err)
	assert.Equal(t, "a: b", of.Name)
	require.Len(t, of.Endpoints, 2)
	assert.Equal(t, []any{"Fake", "fake", openrouter.Decimal("0.000001"), 300.0, new(99.5)}, []any{
		of.Endpoints[0].ProviderName, of.Endpoints[0].Tag, of.Endpoints[0].Pricing.Prompt, of.Endpoints[0].LatencyLast30m.P50, of.Endpoints[0].UptimeLast30m,
	})

	private, err := client.Models.ZDREndpoints(t.Context())
	require.NoError(t, err)
	require.Len(t, private.Data, 2)
	assert.Equal(t, "private-fake", private.Data[1].Tag)

	providers, err := client.Providers.List(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"NO", "IE"}, providers.Data[0].Datacenters)
	assert.Equal(t, "Private Fake", providers.Data[1].Name)
}

func TestAccount(t *testing.T) {
	srv := openroutertest.NewServer(t,
		openroutertest.Text("a").Usage(10, 5).Cost(0.25).Provider("A"), openroutertest.Text("b").Usage(1, 2).Cost(0.5).Provider("A"),
		openroutertest.Text("c").Cost(1), openroutertest.Error(500, ""))
	client := srv.Client()
	for range 3 {
		_, err := client.Chat.Create(t.Context(), question("Hi"))
		require.NoError(t, err)
	}
	_, err := client.Chat.Create(t.Context(), question("Hi"))
	require.Error(t, err)

	key, err := client.Account.Key(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []any{1.75, new(10.0), new(8.25), "monthly", false}, []any{key.Usage, key.Limit, key.LimitRemaining, key.LimitReset, key.IsManagementKey})
	credits, err := client.Account.Credits(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 98.25, credits.Remaining())

	activity, err := client.Account.Activity(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, activity.Data, 2)
	a := activity.Data[0]
	assert.Equal(t, []any{"A", 2, 0.75, 11, 7, "2026-01-01", ""}, []any{a.ProviderName, a.Requests, a.Usage, a.PromptTokens, a.CompletionTokens, a.Date, a.WorkspaceID})
	activity, err = client.Account.Activity(t.Context(), &openrouter.ActivityParams{Date: "2026-01-01", GroupBy: openrouter.ActivityByWorkspace})
	require.NoError(t, err)
	assert.NotEmpty(t, activity.Data[1].WorkspaceID)
	activity, err = client.Account.Activity(t.Context(), &openrouter.ActivityParams{Date: "2026-01-02"})
	require.NoError(t, err)
	assert.Empty(t, activity.Data)
}

func TestManagementKey(t *testing.T) {
	srv := openroutertest.NewServer(t)
	srv.RequireKey("normal")
	srv.RequireManagementKey("manager")
	client := srv.Client()
	_, err := client.Account.Credits(t.Context())
	assert.ErrorIs(t, err, openrouter.ErrPermissionDenied)
	_, err = client.Account.Activity(t.Context(), nil)
	assert.ErrorIs(t, err, openrouter.ErrPermissionDenied)
	_, err = client.Account.Credits(t.Context(), openrouter.WithAPIKey("other"))
	assert.ErrorIs(t, err, openrouter.ErrAuthentication)
	_, err = client.Account.Credits(t.Context(), openrouter.WithAPIKey("manager"))
	require.NoError(t, err)
	for key, manages := range map[string]bool{"normal": false, "manager": true} {
		state, err := client.Account.Key(t.Context(), openrouter.WithAPIKey(key))
		require.NoError(t, err)
		assert.Equal(t, manages, state.IsManagementKey)
	}
}

func TestContentOfGenerations(t *testing.T) {
	client := openroutertest.NewTransport(t, openroutertest.Reasoning("Hm").Text("He", "llo"), openroutertest.Text("cut").MidStreamError(502, "", "Gone")).Client()
	req := question("Hi")
	req.User = "user-7"
	res, err := client.Chat.Create(t.Context(), req)
	require.NoError(t, err)
	record, err := client.Generations.Get(t.Context(), res.ID)
	require.NoError(t, err)
	assert.Equal(t, "user-7", record.ExternalUser)
	content, err := client.Generations.Content(t.Context(), res.ID)
	require.NoError(t, err)
	assert.Equal(t, []any{"Hi", "Hello", "Hm"}, []any{content.Input.Messages[0].Text(), content.Output.Completion, content.Output.Reasoning})
	assert.Nil(t, content.Error)

	_, err = ask(t.Context(), client, true, "Hi")
	content, err = client.Generations.Content(t.Context(), apiError(t, err).Call().GenerationID)
	require.NoError(t, err)
	assert.Equal(t, []any{502, "Gone", "cut"}, []any{content.Error.Status, content.Error.Message, content.Output.Completion})
	_, err = client.Generations.Content(t.Context(), "gen-none")
	assert.ErrorIs(t, err, openrouter.ErrNotFound)
}

func TestEmbeddings(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Error(502, "", "Later").ForPath("/embeddings"))
	client := srv.Client()
	embed := func(inputs ...openrouter.EmbeddingInput) (*openrouter.EmbeddingList, error) {
		return client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{Model: "a/b", Input: inputs})
	}
	_, err := embed(openrouter.Texts("x")...)
	assert.ErrorIs(t, err, openrouter.ErrProviderUnavailable, "a reply goes first")

	list, err := embed(openrouter.Texts("The cat sleeps on a sofa.", "Sleepy cats!", "Interest rates rise", "the a of")...)
	require.NoError(t, err)
	assert.Equal(t, []any{14, 14, 14 * 2e-8, "a/b"}, []any{list.Usage.PromptTokens, list.Usage.TotalTokens, list.Usage.Cost, list.Model})
	v := list.Vectors()
	assert.Greater(t, dot(v[0], v[1]), 0.1)
	assert.Less(t, dot(v[0], v[2]), 0.1)
	for _, vector := range v {
		assert.Len(t, vector, 256)
		assert.InDelta(t, 1, dot(vector, vector), 1e-5)
	}
	again, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{
		Model: "a/b", Input: openrouter.Texts("The cat sleeps on a sofa."), EncodingFormat: openrouter.EncodingFormatFloat,
	})
	require.NoError(t, err)
	assert.Equal(t, v[0], again.Data[0].Vector, "the same text in another encoding")

	small, err := client.Embeddings.Create(t.Context(), &openrouter.EmbeddingRequest{
		Model: "a/b", Dimensions: new(3), Input: []openrouter.EmbeddingInput{
			{Tokens: []int{1, 2}}, {Content: []openrouter.Part{openrouter.TextPart("cat"), openrouter.ImagePart("https://x.example/cat.png")}},
		},
	})
	require.NoError(t, err)
	assert.Equal(t, []int{3, 3, 4}, []int{len(small.Data[0].Vector), len(small.Data[1].Vector), small.Usage.PromptTokens})

	_, err = client.Do(t.Context(), "POST", "/embeddings", map[string]any{"model": "a/b"}, nil)
	assert.ErrorIs(t, err, openrouter.ErrInvalidRequest)
	_, err = client.Do(t.Context(), "POST", "/embeddings", []int{1}, nil)
	var e *openrouter.APIError
	require.True(t, errors.As(err, &e))
	assert.Equal(t, 400, e.StatusCode)
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
