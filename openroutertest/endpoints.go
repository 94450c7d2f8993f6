package openroutertest

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/openrouter-go/openrouter"
)

const (
	zdrPath       = "/endpoints/zdr"
	providersPath = "/providers"
)

// read answers the requests that are answered without a reply.
func (f *fake) read(req *Request) (Reply, bool) {
	switch {
	case req.outside:
		return Reply{}, false
	case req.Method == http.MethodPost && req.Path == embeddingsPath:
		return embed(req), true
	case req.Method != http.MethodGet:
		return Reply{}, false
	}
	f.mu.Lock()
	models := f.models
	f.mu.Unlock()
	switch req.Path {
	case modelsPath:
		return listModels(modelsPath, selected(models, req.Query), req.Query), true
	case modelsPath + "/user":
		return listModels(req.Path, models, req.Query), true
	case modelsPath + "/count":
		return dataOf(map[string]any{"count": len(selected(models, req.Query))}), true
	case zdrPath:
		list := []any{}
		for _, m := range models {
			list = append(list, endpointsOf(m)[1:]...)
		}
		return dataOf(list), true
	case providersPath:
		return dataOf(providers), true
	case generationPath, generationPath + "/content":
		return f.showGeneration(req.Query.Get("id"), req.Path != generationPath), true
	case keyPath:
		return f.accountKey(req), true
	case creditsPath:
		return dataOf(map[string]any{"total_credits": accountCredits, "total_usage": f.spent()}), true
	case activityPath:
		return dataOf(f.activity(req.Query)), true
	}
	if slug, ok := strings.CutPrefix(req.Path, "/model/"); ok {
		return ofModel(models, slug, func(m model) any { return m }), true
	}
	if slug, ok := modelOfEndpoints(req.Path); ok {
		return ofModel(models, slug, listOfEndpoints), true
	}
	return Reply{}, false
}

// isPublic reports whether the request needs no key.
func (r *Request) isPublic() bool {
	if r.outside {
		return true
	}
	_, endpoints := modelOfEndpoints(r.Path)
	switch r.Path {
	case modelsPath, modelsPath + "/count", zdrPath, providersPath:
		return true
	}
	return endpoints || strings.HasPrefix(r.Path, "/model/")
}

func modelOfEndpoints(path string) (slug string, ok bool) {
	path, ok = strings.CutSuffix(path, "/endpoints")
	if !ok {
		return "", false
	}
	return strings.CutPrefix(path, modelsPath+"/")
}

func rawJSON(v any) Reply { return Raw(string(encode(v))) }

func dataOf(v any) Reply { return rawJSON(map[string]any{"data": v}) }

// ofModel answers with what there is of the model with that id. A variant, such as :free, is a model
// of its own.
func ofModel(models []model, slug string, what func(model) any) Reply {
	for _, m := range models {
		var as struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(m, &as) == nil && as.ID == slug {
			return dataOf(what(m))
		}
	}
	return Error(http.StatusNotFound, "", "Model "+slug+" not found").UserID("")
}

// listOfEndpoints is the model with its endpoints.
func listOfEndpoints(m model) any {
	var as map[string]any
	if json.Unmarshal(m, &as) != nil {
		return nil
	}
	list := map[string]any{"endpoints": endpointsOf(m)}
	for _, name := range []string{"id", "name", "created", "description", "architecture"} {
		list[name] = as[name]
	}
	return list
}

// endpointsOf makes up the endpoints of a model. All but the first keep no prompts.
func endpointsOf(m model) []any {
	var as openrouter.Model
	if json.Unmarshal(m, &as) != nil {
		return nil
	}
	list := make([]any, 0, len(providers))
	for i, p := range providers {
		list = append(list, map[string]any{
			"name": p["name"].(string) + " | " + as.ID, "model_id": as.ID, "model_name": as.Name, "provider_name": p["name"], "tag": p["slug"],
			"context_length": as.ContextLength, "max_completion_tokens": 64000, "max_prompt_tokens": nil,
			"pricing": as.Pricing, "quantization": "unknown", "supported_parameters": as.SupportedParameters,
			"supports_implicit_caching": i == 0, "supports_voice_cloning": false, "status": 0,
			"uptime_last_5m": nil, "uptime_last_30m": 99.5 - float64(i), "uptime_last_1d": 99.8 - float64(i),
			"latency_last_30m":    percentiles(300+200*float64(i), 400+200*float64(i), 700, 1500),
			"throughput_last_30m": percentiles(80, 60, 40, 20),
		})
	}
	return list
}

func percentiles(p50, p75, p90, p99 float64) map[string]float64 {
	return map[string]float64{"p50": p50, "p75": p75, "p90": p90, "p99": p99}
}

// providers are those of every model. The first is the one that answers.
var providers = []map[string]any{
	{
		"name": "Fake", "slug": "fake", "privacy_policy_url": "https://fake.example/privacy", "terms_of_service_url": "https://fake.example/terms",
		"status_page_url": nil, "headquarters": "NO", "datacenters": []string{"NO", "IE"},
	},
	{
		"name": "Private Fake", "slug": "private-fake", "privacy_policy_url": nil, "terms_of_service_url": nil, "status_page_url": nil,
		"headquarters": nil, "datacenters": nil,
	},
}
