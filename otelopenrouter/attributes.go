package otelopenrouter

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"

	"github.com/openrouter-go/openrouter"
)

// ofRequest returns the settings of a request.
func ofRequest(req *openrouter.ChatCompletionRequest) []attribute.KeyValue {
	var attrs []attribute.KeyValue
	float := func(key string, v *float64) {
		if v != nil {
			attrs = append(attrs, attribute.Float64(key, *v))
		}
	}
	integer := func(key string, v *int) {
		if v != nil {
			attrs = append(attrs, attribute.Int(key, *v))
		}
	}
	float(requestTemperature, req.Temperature)
	float(requestTopP, req.TopP)
	float(requestFrequencyPenalty, req.FrequencyPenalty)
	float(requestPresencePenalty, req.PresencePenalty)
	if req.TopK != nil {
		attrs = append(attrs, attribute.Float64(requestTopK, float64(*req.TopK))) // as the conventions want it
	}
	if req.MaxCompletionTokens != nil {
		integer(requestMaxTokens, req.MaxCompletionTokens)
	} else {
		integer(requestMaxTokens, req.MaxTokens) //nolint:staticcheck // a request that has the old member is shown, too
	}
	if req.N != nil && *req.N != 1 {
		integer(requestChoiceCount, req.N)
	}
	if req.Seed != nil {
		attrs = append(attrs, attribute.Int64(requestSeed, *req.Seed))
	}
	if len(req.Stop) > 0 {
		attrs = append(attrs, attribute.StringSlice(requestStopSequences, slices.Clone(req.Stop)))
	}
	if kind := outputOf(req); kind != "" {
		attrs = append(attrs, attribute.String(outputType, kind))
	}
	if req.SessionID != "" {
		attrs = append(attrs, attribute.String(conversationID, req.SessionID))
	}
	effort := req.ReasoningEffort
	if req.Reasoning != nil && req.Reasoning.Effort != "" {
		effort = req.Reasoning.Effort
	}
	if effort != "" {
		attrs = append(attrs, attribute.String(ownEffort, string(effort)))
	}
	return attrs
}

// ofEmbeddings returns the settings of a request for vectors.
func ofEmbeddings(req *openrouter.EmbeddingRequest) []attribute.KeyValue {
	var attrs []attribute.KeyValue
	if req.Dimensions != nil {
		attrs = append(attrs, attribute.Int(embeddingsDimensions, *req.Dimensions))
	}
	if req.EncodingFormat != "" {
		attrs = append(attrs, attribute.StringSlice(requestEncodingFormats, []string{string(req.EncodingFormat)}))
	}
	return attrs
}

// outputOf returns the kind of output that a request asks for, or "".
func outputOf(req *openrouter.ChatCompletionRequest) string {
	for _, m := range req.Modalities {
		switch m {
		case openrouter.ModalityImage:
			return "image"
		case openrouter.ModalityAudio:
			return "speech"
		}
	}
	switch req.ResponseFormat.(type) {
	case openrouter.JSONObjectFormat, *openrouter.JSONObjectFormat, openrouter.JSONSchemaFormat, *openrouter.JSONSchemaFormat:
		return "json"
	case openrouter.TextFormat, *openrouter.TextFormat:
		return "text"
	}
	return ""
}

// ofEnd returns what is known of an operation when it has ended.
func (s *operation) ofEnd(result any, usage *openrouter.Usage, info openrouter.CallInfo) []attribute.KeyValue {
	var attrs []attribute.KeyValue
	id := ""
	switch res := result.(type) {
	case *openrouter.EmbeddingList:
		id = res.ID
	case *openrouter.ChatCompletion:
		id = res.ID
		if reasons := finishReasons(res); len(reasons) > 0 {
			attrs = append(attrs, attribute.StringSlice(responseFinishReasons, reasons))
		}
		if res.Provider != "" {
			attrs = append(attrs, attribute.String(ownProvider, res.Provider))
		}
		if s.op.Name == chat {
			attrs = append(attrs, s.content.ofAnswer(res)...)
		}
	}
	if id != "" {
		attrs = append(attrs, attribute.String(responseID, id))
	}
	if s.op.Name == executeTool {
		attrs = append(attrs, s.content.ofResult(partsOf(result))...)
	}
	if s.first > 0 {
		attrs = append(attrs, attribute.Float64(responseTimeToFirstChunk, s.first.Seconds()))
	}
	attrs = append(attrs, s.ofUsage(usage)...)
	if info.Attempts > 0 {
		attrs = append(attrs, attribute.Int(ownAttempts, info.Attempts))
	}
	if info.GenerationID != "" && info.GenerationID != id {
		attrs = append(attrs, attribute.String(ownGenerationID, info.GenerationID))
	}
	if info.Cache != nil {
		attrs = append(attrs, attribute.Bool(ownCacheHit, info.Cache.Hit))
	}
	return attrs
}

func finishReasons(res *openrouter.ChatCompletion) []string {
	var reasons []string
	for i := range res.Choices {
		if r := res.Choices[i].FinishReason; r != "" {
			reasons = append(reasons, string(r))
		}
	}
	return reasons
}

// ofUsage returns the counts of tokens and the cost.
func (s *operation) ofUsage(u *openrouter.Usage) []attribute.KeyValue {
	if u == nil {
		return nil
	}
	attrs := []attribute.KeyValue{attribute.Int(usageInputTokens, u.PromptTokens)}
	if s.op.Name != embeddings { // which have no output
		attrs = append(attrs, attribute.Int(usageOutputTokens, outputTokens(u)))
	}
	if d := u.PromptTokensDetails; d != nil {
		attrs = append(attrs, attribute.Int(usageCacheReadTokens, d.CachedTokens), attribute.Int(usageCacheWriteTokens, d.CacheWriteTokens))
	}
	if d := u.CompletionTokensDetails; d != nil {
		attrs = append(attrs, attribute.Int(usageReasoningTokens, d.ReasoningTokens))
	}
	return append(attrs, attribute.Float64(ownCost, u.Cost))
}

// outputTokens returns the tokens of the answer with those of the reasoning. Where there are more of
// reasoning than of the answer, the provider has not included them.
func outputTokens(u *openrouter.Usage) int {
	if d := u.CompletionTokensDetails; d != nil && d.ReasoningTokens > u.CompletionTokens {
		return u.CompletionTokens + d.ReasoningTokens
	}
	return u.CompletionTokens
}

// The results of other packages, such as a run of an agent, are known by their fields: this package
// does not depend on them.

func modelOf(result any) string {
	model, _ := field(result, "Model").(string)
	return model
}

func usageOf(result any) *openrouter.Usage {
	switch u := field(result, "Usage").(type) {
	case *openrouter.Usage:
		return u
	case openrouter.Usage:
		if u.PromptTokens != 0 || u.CompletionTokens != 0 || u.Cost != 0 { // a tool that spent nothing has none
			return &u
		}
	}
	return nil
}

func partsOf(result any) []openrouter.Part {
	parts, _ := field(result, "Content").([]openrouter.Part)
	return parts
}

// field returns the field of a struct, also behind a pointer, or nil.
func field(result any, name string) any {
	v := reflect.Indirect(reflect.ValueOf(result))
	if v.Kind() != reflect.Struct {
		return nil
	}
	of, ok := v.Type().FieldByName(name)
	if !ok || !of.IsExported() {
		return nil
	}
	f, err := v.FieldByIndexErr(of.Index)
	if err != nil { // in an embedded struct that is not there
		return nil
	}
	return f.Interface()
}

// valid replaces what is not UTF-8, in place. OTLP refuses it, with everything else that is sent with it.
func valid(attrs []attribute.KeyValue) []attribute.KeyValue {
	for i := range attrs {
		switch a := &attrs[i]; a.Value.Type() {
		case attribute.STRING:
			if text := a.Value.AsString(); !utf8.ValidString(text) {
				a.Value = attribute.StringValue(validText(text))
			}
		case attribute.STRINGSLICE:
			list := a.Value.AsStringSlice()
			for j := range list {
				list[j] = validText(list[j])
			}
			a.Value = attribute.StringSliceValue(list)
		}
	}
	return attrs
}

func validText(text string) string { return strings.ToValidUTF8(text, "\ufffd") }
