package openrouter_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/jarcoal/httpmock"

	"github.com/openrouter-go/openrouter"
)

// exampleService returns an option for a client whose service gives these answers,
// one for each address.
func exampleService(answers map[string]string) openrouter.Option {
	mock := httpmock.NewMockTransport()
	for address, body := range answers {
		mock.RegisterResponder(http.MethodGet, openrouter.DefaultBaseURL+address, httpmock.NewStringResponder(200, body))
	}
	return openrouter.WithHTTPClient(&http.Client{Transport: mock})
}

func ExampleModelsService_List() {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), exampleService(map[string]string{
		"/models?max_price=1&sort=pricing-low-to-high&supported_parameters=tools": `{"data":[
			{"id":"a/small","context_length":8192,"pricing":{"prompt":"0.0000001","completion":"0.0000004"}},
			{"id":"b/large","context_length":200000,"pricing":{"prompt":"0.000001","completion":"0.000004"}}
		],"total_count":2,"links":{"next":null}}`,
	}))

	list, err := client.Models.List(context.Background(), &openrouter.ModelListParams{
		SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterTools},
		MaxPrice:            "1", // USD per million tokens of the prompt
		Sort:                openrouter.ModelSortPriceAscending,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(list.TotalCount, "models")
	for _, m := range list.Data {
		fmt.Println(m.ID, m.ContextLength, m.Pricing.Prompt)
	}
	// Output:
	// 2 models
	// a/small 8192 0.0000001
	// b/large 200000 0.000001
}

func ExampleModelsService_All() {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), exampleService(map[string]string{
		"/models?limit=2":          `{"data":[{"id":"a/one"},{"id":"a/two"}],"total_count":3,"links":{"next":"/api/v1/models?limit=2&offset=2"}}`,
		"/models?limit=2&offset=2": `{"data":[{"id":"b/three"}],"total_count":3,"links":{"next":null}}`,
	}))

	for model, err := range client.Models.All(context.Background(), &openrouter.ModelListParams{Limit: new(2)}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(model.ID)
	}
	// Output:
	// a/one
	// a/two
	// b/three
}

func ExampleGenerationsService_Get() {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), exampleService(map[string]string{
		"/generation?id=gen-1": `{"data":{"id":"gen-1","provider_name":"OpenAI","total_cost":0.0015,"native_tokens_reasoning":64}}`,
	}))

	// The record may not exist right after the answer.
	untilFound := openrouter.WithRetryPolicy(func(r openrouter.Retry) bool {
		return openrouter.RetryTransient(r) || errors.Is(r.Err, openrouter.ErrNotFound)
	})
	g, err := client.Generations.Get(context.Background(), "gen-1", untilFound)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: $%.4f, %d tokens of reasoning\n", g.ProviderName, g.TotalCost, g.NativeTokensReasoning)
	// Output: OpenAI: $0.0015, 64 tokens of reasoning
}

func ExampleClient_Do() {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), exampleService(map[string]string{
		"/key": `{"data":{"label":"ci","limit":20,"limit_remaining":12.5}}`,
	}))

	var key struct {
		Data struct {
			Label     string
			Remaining *float64 `json:"limit_remaining"`
		}
	}
	info, err := client.Do(context.Background(), "GET", "/key", nil, &key)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(info.StatusCode, key.Data.Label, *key.Data.Remaining)
	// Output: 200 ci 12.5
}
