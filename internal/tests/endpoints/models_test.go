package endpoints_test

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

const noModels = `{"data":[],"total_count":0,"links":{"next":null}}`

func TestModelsQuery(t *testing.T) {
	tests := []struct {
		params *openrouter.ModelListParams
		query  string
	}{
		{nil, ""},
		{&openrouter.ModelListParams{}, ""},
		{&openrouter.ModelListParams{
			SupportedParameters: []openrouter.ModelParameter{}, Extra: url.Values{}, // empty as well
		}, ""},
		{&openrouter.ModelListParams{Offset: new(0), Limit: new(1)}, "limit=1&offset=0"},
		{&openrouter.ModelListParams{Distillable: new(false)}, "distillable=false"},
		{&openrouter.ModelListParams{Distillable: new(true), ZDR: true}, "distillable=true&zdr=true"},
		{&openrouter.ModelListParams{OutputModalities: []openrouter.Modality{openrouter.ModalityAll}}, "output_modalities=all"},
		{&openrouter.ModelListParams{MinPrice: "0", MaxPrice: "0.50", MinOutputPrice: "1e-3", MaxOutputPrice: "15"},
			"max_output_price=15&max_price=0.50&min_output_price=1e-3&min_price=0"},
		{&openrouter.ModelListParams{
			Query: "gpt 4&b=c", Category: openrouter.ModelCategoryMarketingSEO, Sort: openrouter.ModelSortNewest,
			SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterTools, "x_new"},
			InputModalities:     []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityFile},
			Context:             new(128000), Architecture: "GPT", ModelAuthors: []string{"openai", "anthropic"},
			Providers: []string{"Google AI Studio", "OpenAI"}, Region: openrouter.ModelRegionEU,
		}, "arch=GPT&category=marketing%2Fseo&context=128000&input_modalities=text%2Cfile&model_authors=openai%2Canthropic" +
			"&providers=Google+AI+Studio%2COpenAI&q=gpt+4%26b%3Dc&region=eu&sort=newest&supported_parameters=tools%2Cx_new"},
		{&openrouter.ModelListParams{
			MinAgeDays: new(0), MaxAgeDays: new(90), MinIntelligenceIndex: new(0.0), MaxIntelligenceIndex: new(71.5), MinCodingIndex: new(1.0),
			MaxCodingIndex: new(2.0), MinAgenticIndex: new(3.0), MaxAgenticIndex: new(4.0), MinToolSuccessRate: new(0.9), MaxToolSuccessRate: new(1.0),
		}, "max_age_days=90&max_agentic_index=4&max_coding_index=2&max_intelligence_index=71.5&max_tool_success_rate=1" +
			"&min_age_days=0&min_agentic_index=3&min_coding_index=1&min_intelligence_index=0&min_tool_success_rate=0.9"},
		{&openrouter.ModelListParams{Architecture: "GPT", Extra: url.Values{"arch": {"Claude"}, "x_new": {"1", "2"}}}, "arch=GPT&x_new=1&x_new=2"},
	}
	sentNames := map[string]bool{}
	for _, test := range tests {
		client, mock := mocked()
		sent := answered(mock, always(200, noModels))
		_, err := client.Models.List(t.Context(), test.params)
		require.NoError(t, err)
		for range client.Models.All(t.Context(), test.params) {
			assert.Fail(t, "no models")
		}
		want := "https://openrouter.ai/api/v1/models"
		if test.query != "" {
			want += "?" + test.query
		}
		assert.Equal(t, []string{want, want}, *sent)
		values, err := url.ParseQuery(test.query)
		require.NoError(t, err)
		for name := range values {
			sentNames[name] = true
		}
	}
	for f := range reflect.TypeFor[openrouter.ModelListParams]().Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("url"), ","); name != "-" {
			assert.True(t, sentNames[name], "%s is in no case", name)
		}
	}
}

func TestModelsParamsRefused(t *testing.T) {
	params := &openrouter.ModelListParams{
		Context: new(0), MinPrice: "-1", MaxPrice: "cheap", MinOutputPrice: "NaN", MinAgeDays: new(-1), MaxAgeDays: new(-2),
		MinIntelligenceIndex: new(-0.5), MaxCodingIndex: new(math.NaN()), MinToolSuccessRate: new(math.Inf(1)), MaxToolSuccessRate: new(1.5),
		Limit: new(1001), Offset: new(-1),
	}
	client, mock := mocked()
	sent := answered(mock, always(200, noModels))
	_, err := client.Models.List(t.Context(), params, openrouter.WithMaxRetries(-1))
	var e *openrouter.ValidationError
	require.ErrorAs(t, err, &e)
	var fields []string
	for _, v := range e.Violations {
		fields = append(fields, v.Field)
	}
	assert.Equal(t, []string{
		"WithMaxRetries", "context", "min_price", "max_price", "min_output_price", "min_age_days", "max_age_days", "min_intelligence_index",
		"max_coding_index", "min_tool_success_rate", "max_tool_success_rate", "limit", "offset",
	}, fields)
	assert.ErrorContains(t, err, "limit is 1001, must be between 1 and 1000")

	count := 0
	for m, err := range client.Models.All(t.Context(), params) {
		count++
		assert.Nil(t, m)
		assert.ErrorAs(t, err, &e)
	}
	assert.Equal(t, 1, count)
	assert.Empty(t, *sent)

	// What can be sent can be let through.
	_, err = client.Models.List(t.Context(), &openrouter.ModelListParams{Limit: new(5000), Context: new(0)}, openrouter.WithoutValidation("limit", "context"))
	require.NoError(t, err)
	assert.Equal(t, []string{"https://openrouter.ai/api/v1/models?context=0&limit=5000"}, *sent)
	_, err = client.Models.List(t.Context(), &openrouter.ModelListParams{MaxCodingIndex: new(math.NaN())}, openrouter.WithoutValidation())
	require.ErrorAs(t, err, &e)

	// The limits themselves are allowed.
	for _, ok := range []*openrouter.ModelListParams{
		{Limit: new(1), Offset: new(0), Context: new(1), MinToolSuccessRate: new(0.0), MaxToolSuccessRate: new(1.0)}, {Limit: new(1000)},
	} {
		_, err = client.Models.List(t.Context(), ok)
		assert.NoError(t, err)
	}
}

func TestModelsList(t *testing.T) {
	client, mock := mocked()
	answered(mock, always(200, "\n\n"+`{"data":[{"id":"a/b"}],"total_count":412,"links":{"next":"/api/v1/models?limit=1&offset=1"}}`))
	list, err := client.Models.List(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 412, list.TotalCount)
	assert.Equal(t, "/api/v1/models?limit=1&offset=1", list.Links.Next)
	assert.Equal(t, []int{200, 1}, []int{list.Call().StatusCode, list.Call().Attempts})
	require.Len(t, list.Data, 1)
	assert.Equal(t, "a/b", list.Data[0].ID)
	assert.Zero(t, (*openrouter.ModelList)(nil).Call())
}

// page is a page of models with the given ids.
func page(next string, ids ...string) string {
	list := openrouter.ModelList{Data: []openrouter.Model{}, TotalCount: 3, Links: openrouter.PageLinks{Next: next}}
	for _, id := range ids {
		list.Data = append(list.Data, openrouter.Model{ID: id})
	}
	data, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// allModels reads a sequence of models to its end.
func allModels(t *testing.T, client *openrouter.Client) (ids []string, err error) {
	for m, e := range client.Models.All(t.Context(), &openrouter.ModelListParams{Limit: new(2), ZDR: true}) {
		require.NoError(t, err, "nothing comes after an error")
		if err = e; err == nil {
			ids = append(ids, m.ID)
		}
	}
	return ids, err
}

func TestModelsAllFollowsLinks(t *testing.T) {
	const first = "https://openrouter.ai/api/v1/models?limit=2&zdr=true"
	for link, second := range map[string]string{
		"/api/v1/models?limit=2&offset=2": "https://openrouter.ai/api/v1/models?limit=2&offset=2",
		"?offset=2#x":                     "https://openrouter.ai/api/v1/models?offset=2",
		"models?offset=2":                 "https://openrouter.ai/api/v1/models?offset=2",
		"https://openrouter.ai/api/v1/models?offset=2&q=%2C,": "https://openrouter.ai/api/v1/models?offset=2&q=%2C,",
		"//openrouter.ai/api/v1/x":                            "https://openrouter.ai/api/v1/x",
	} {
		client, mock := mocked()
		sent := answered(mock, func(req *http.Request) (int, string) {
			if req.URL.String() == first {
				return 200, page(link, "a", "b")
			}
			assert.Equal(t, "Bearer "+endpointKey, req.Header.Get("Authorization"))
			return 200, page("", "c")
		})
		ids, err := allModels(t, client)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b", "c"}, ids)
		assert.Equal(t, []string{first, second}, *sent)
	}
}

func TestModelsAllAsksForWhatIsNeeded(t *testing.T) {
	client, mock := mocked()
	sent := answered(mock, always(200, page("?offset=2", "a", "b")))
	all := client.Models.All(t.Context(), nil)
	assert.Empty(t, *sent)
	for range 2 { // it can be used again
		for m, err := range all {
			require.NoError(t, err)
			if m.ID == "b" {
				break
			}
		}
	}
	assert.Len(t, *sent, 2, "the second page was not asked for")
}

func TestModelsAllRefusesLinks(t *testing.T) {
	for _, link := range []string{
		"https://evil.example/api/v1/models", "//evil.example/api/v1/models", "http://openrouter.ai/api/v1/models?offset=2",
		"https://openrouter.ai.evil.example/", "https://openrouter.ai:444/api/v1/models", "https://user:pw@openrouter.ai/api/v1/models",
		"https://openrouter.ai@evil.example/", "javascript:alert(1)", "mailto:a@openrouter.ai", "/%zz", "https://eu.openrouter.ai/x", `\\evil.example`,
		"//openrouter.ai/x", "/evil", "/api/v1", "/api/v10/models", "/api/v1/../evil", "/api/v1/%2e%2e/evil", `/api/v1/..\evil`, "../../evil", "/api/v1/x/%2E%2E%2Fevil",
	} {
		client, mock := mocked()
		sent := answered(mock, func(req *http.Request) (int, string) {
			if req.URL.Host != "openrouter.ai" || req.URL.Scheme != "https" {
				t.Errorf("%s went to %s", link, req.URL)
			}
			return 200, page(link, "a")
		})
		ids, err := allModels(t, client)
		require.Error(t, err, link)
		assert.Equal(t, "a", ids[0], "what had come before")
		var e *openrouter.DecodeError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "links.next", e.What)
		assert.Equal(t, link, string(e.Body))
		assert.NotContains(t, err.Error(), "evil")
		assert.Equal(t, 200, e.Call().StatusCode)
		assert.LessOrEqual(t, len(*sent), 2)
	}
}

// A loop over empty pages would never come to the caller.
func TestModelsAllEndsAtAnEmptyPage(t *testing.T) {
	client, mock := mocked()
	pages := 0
	answered(mock, func(*http.Request) (int, string) {
		if pages++; pages == 1 {
			return 200, page("?offset=1", "a")
		}
		if pages > 50 {
			return 200, page("")
		}
		return 200, page("?offset=" + strconv.Itoa(pages))
	})
	ids, err := allModels(t, client)
	assert.Equal(t, []string{"a"}, ids)
	assert.ErrorContains(t, err, "links.next: is on a page without models")
	assert.Equal(t, 2, pages)
}

func TestModelsAllEndsWhereLinksLeadBack(t *testing.T) {
	client, mock := mocked()
	sent := answered(mock, func(req *http.Request) (int, string) {
		if req.URL.Query().Get("offset") == "2" {
			return 200, page("?offset=1", "b")
		}
		return 200, page("?offset=2", "a")
	})
	ids, err := allModels(t, client)
	assert.ErrorContains(t, err, "already read")
	assert.Equal(t, []string{"a", "b", "a"}, ids)
	assert.Len(t, *sent, 3)
}

func TestModelsAllFailsOnALaterPage(t *testing.T) {
	client, mock := mocked(openrouter.WithMaxRetries(0))
	answered(mock, func(req *http.Request) (int, string) {
		if req.URL.Query().Get("offset") == "2" {
			return 500, `{"error":{"code":500,"message":"Oops"}}`
		}
		return 200, page("?offset=2", "a")
	})
	ids, err := allModels(t, client)
	assert.ErrorIs(t, err, openrouter.ErrServer)
	assert.Equal(t, []string{"a"}, ids)
}
