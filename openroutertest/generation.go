package openroutertest

import (
	"net/http"
	"strings"
)

const generationPath = "/generation"

// generation is what is known of an answer that was given.
type generation struct {
	record, content []byte

	model, provider               string
	prompt, completion, reasoning int
	cost                          float64
}

// showGeneration answers with the record of a generation, or with its content.
func (f *fake) showGeneration(id string, content bool) Reply {
	f.mu.Lock()
	g, ok := f.records[id]
	f.mu.Unlock()
	switch {
	case !ok:
		return Error(http.StatusNotFound, "", "Generation "+id+" not found").UserID("")
	case content:
		return Raw(string(g.content))
	}
	return Raw(string(g.record))
}

// record is what is known later of the answer that was rendered.
func (x *rendering) record() *generation {
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
		"external_user": orNull(x.req.Body.User), "preset_id": nil, "workspace_id": nil, "web_search_engine": nil, "data_region": "global", "provider_responses": nil,
	}
	if id := x.req.Body.SessionID; id != "" {
		data["session_id"] = id
	}
	return &generation{
		record: encode(map[string]any{"data": data}), content: x.content(), model: x.model(), provider: x.provider(),
		prompt: u.PromptTokens, completion: u.CompletionTokens, reasoning: reasoning, cost: u.Cost,
	}
}

// content is the prompt and the answer, as the service stores them.
func (x *rendering) content() []byte {
	var text, thought strings.Builder
	for _, step := range x.reply.steps {
		switch s := step.(type) {
		case textStep:
			if s.choice == 0 {
				text.WriteString(strings.Join(s.chunks, ""))
			}
		case reasoningStep:
			if s.choice == 0 {
				thought.WriteString(strings.Join(s.chunks, ""))
			}
		}
	}
	input := map[string]any{"messages": x.req.Body.Messages}
	if x.req.isPrompted() {
		input = map[string]any{"prompt": x.req.Body.Prompt}
	}
	var failed any
	if f := x.all()[0].failed; f != nil {
		failed = map[string]any{"status": f.status, "message": f.message, "provider_name": x.provider(), "raw": nil, "previous_errors": []any{}}
	}
	output := map[string]any{"completion": orNull(text.String()), "reasoning": orNull(thought.String())}
	return encode(map[string]any{"data": map[string]any{"input": input, "output": output, "error": failed}})
}

// orNull is a text, nil if it is empty.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// header is a header of the request, nil if it has none.
func header(req *Request, name string) *string {
	return orNull(req.Header.Get(name))
}
