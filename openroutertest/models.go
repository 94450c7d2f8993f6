package openroutertest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	modelsPath     = "/models"
	generationPath = "/generation"
)

// model is the JSON of a model of the list.
type model json.RawMessage

func (m model) MarshalJSON() ([]byte, error) { return m, nil }

// SetModels sets the list of GET /models. A string is the id of a model whose other
// members are made up. Any other value must encode to the JSON object of a model.
// The default list has two models.
func (f *fake) SetModels(models ...any) {
	list := make([]model, len(models))
	for i, m := range models {
		if slug, ok := m.(string); ok {
			m = newModel(slug)
		}
		list[i] = model(encode(m))
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.models = list
}

func defaultModels() []model {
	return []model{
		encode(newModel("openai/gpt-5.2")),
		encode(newModel("anthropic/claude-sonnet-4.5")),
	}
}

func newModel(slug string) map[string]any {
	author, name, _ := strings.Cut(slug, "/")
	return map[string]any{
		"id": slug, "canonical_slug": slug, "name": author + ": " + name, "created": created,
		"description": "A model of the fake.", "context_length": 200000,
		"architecture": map[string]any{
			"modality": "text+image->text", "input_modalities": []string{"text", "image"}, "output_modalities": []string{"text"},
			"tokenizer": "Other", "instruct_type": nil,
		},
		"pricing":              map[string]string{"prompt": "0.000001", "completion": "0.000004"},
		"top_provider":         map[string]any{"is_moderated": false, "context_length": 200000, "max_completion_tokens": 64000},
		"per_request_limits":   nil,
		"supported_parameters": []string{"max_tokens", "reasoning", "response_format", "temperature", "tools"},
		"default_parameters":   map[string]any{},
		"supported_voices":     nil,
		"links":                map[string]string{"details": basePath + modelsPath + "/" + slug + "/endpoints"},
	}
}

// read answers the requests that are answered without a reply.
func (f *fake) read(req *Request) (Reply, bool) {
	switch {
	case req.Method != http.MethodGet || req.outside:
		return Reply{}, false
	case req.Path == modelsPath:
		return f.listModels(req.Query), true
	case req.Path == generationPath:
		return f.generation(req.Query.Get("id")), true
	}
	return Reply{}, false
}

// listModels answers with the page that offset and limit ask for; with neither,
// with all.
func (f *fake) listModels(query url.Values) Reply {
	f.mu.Lock()
	defer f.mu.Unlock()
	total := len(f.models)
	offset, limit := number(query, "offset", 0), number(query, "limit", 500)
	if !query.Has("offset") && !query.Has("limit") {
		limit = total
	}
	from := min(offset, total)
	to := min(from+limit, total)
	var next *string
	if to < total && limit > 0 {
		query.Set("offset", strconv.Itoa(to))
		query.Set("limit", strconv.Itoa(limit))
		next = new(basePath + modelsPath + "?" + query.Encode())
	}
	return Raw(string(encode(map[string]any{
		"data": f.models[from:to], "total_count": total, "links": map[string]any{"next": next},
	})))
}

func number(query url.Values, name string, missing int) int {
	n, err := strconv.Atoi(query.Get(name))
	if err != nil || n < 0 {
		return missing
	}
	return n
}

// generation answers with what is known of an answer that was given.
func (f *fake) generation(id string) Reply {
	f.mu.Lock()
	record, ok := f.records[id]
	f.mu.Unlock()
	if !ok {
		return Error(http.StatusNotFound, "", "Generation "+id+" not found").UserID("")
	}
	return Raw(string(record))
}

// record is what is known later of the generation that was rendered.
func (x *rendering) record() []byte {
	c := x.all()[0]
	u := x.usage()
	if u == nil {
		x.reply.noUsage = false
		u = x.usage() // counted, though the answer did not say
	}
	reasoning := 0
	if d := u.CompletionTokensDetails; d != nil {
		reasoning = d.ReasoningTokens
	}
	cached := 0
	if d := u.PromptTokensDetails; d != nil {
		cached = d.CachedTokens
	}
	data := map[string]any{
		"id": x.id, "upstream_id": "fake-" + x.id, "model": x.model(), "provider_name": x.provider(), "created_at": "2026-01-01T00:00:00Z",
		"api_type": "completions", "origin": "", "router": nil, "streamed": x.req.Stream(), "cancelled": false,
		"finish_reason": c.finishReason(), "native_finish_reason": c.nativeReason(),
		"latency": 100, "generation_time": 200, "moderation_latency": nil,
		"tokens_prompt": u.PromptTokens, "tokens_completion": u.CompletionTokens,
		"native_tokens_prompt": u.PromptTokens, "native_tokens_completion": u.CompletionTokens,
		"native_tokens_reasoning": reasoning, "native_tokens_cached": cached, "native_tokens_completion_images": nil,
		"num_media_prompt": nil, "num_media_completion": nil, "num_input_audio_prompt": nil, "num_search_results": nil, "num_fetches": nil,
		"usage": u.Cost, "total_cost": u.Cost, "upstream_inference_cost": nil, "cache_discount": nil, "is_byok": u.IsBYOK,
		"service_tier": nil, "app_id": nil, "http_referer": header(x.req, "HTTP-Referer"), "user_agent": header(x.req, "User-Agent"),
		"external_user": nil, "preset_id": nil, "workspace_id": nil, "web_search_engine": nil, "data_region": "global", "provider_responses": nil,
	}
	if id := x.req.Body.SessionID; id != "" {
		data["session_id"] = id
	}
	return encode(map[string]any{"data": data})
}

// header is a header of the request, nil if it has none.
func header(req *Request, name string) *string {
	if v := req.Header.Get(name); v != "" {
		return &v
	}
	return nil
}
