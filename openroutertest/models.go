package openroutertest

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter"
)

const modelsPath = "/models"

// model is the JSON of a model of the list.
type model json.RawMessage

func (m model) MarshalJSON() ([]byte, error) { return m, nil }

// SetModels sets the models that there are. A string is the id of a model whose other
// members are made up. Any other value must encode to the JSON object of a model. By
// default there are four, of which one makes embeddings.
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
	claude, llama, embedder := newModel("anthropic/claude-sonnet-4.5"), newModel("meta-llama/llama-3.3-70b-instruct"), newModel("openai/text-embedding-3-small")
	claude["context_length"] = 1_000_000
	claude["pricing"] = map[string]string{
		"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003", "input_cache_write": "0.00000375",
	}
	llama["context_length"] = 131_072
	llama["architecture"] = architecture("text", "text")
	llama["pricing"] = map[string]string{"prompt": "0.0000001", "completion": "0.00000032"}
	llama["supported_parameters"] = []string{"max_tokens", "response_format", "temperature", "tools"}
	embedder["context_length"] = 8192
	embedder["architecture"] = architecture("text", "embeddings")
	embedder["pricing"] = map[string]string{"prompt": "0.00000002", "completion": "0"}
	embedder["supported_parameters"] = []string{}
	return []model{encode(newModel("openai/gpt-5.2")), encode(claude), encode(llama), encode(embedder)}
}

// architecture describes models. Several inputs are joined by +.
func architecture(input, output string) map[string]any {
	return map[string]any{
		"modality": input + "->" + output, "input_modalities": strings.Split(input, "+"), "output_modalities": []string{output},
		"tokenizer": "Other", "instruct_type": nil,
	}
}

func newModel(slug string) map[string]any {
	author, name, _ := strings.Cut(slug, "/")
	return map[string]any{
		"id": slug, "canonical_slug": slug, "name": author + ": " + name, "created": created,
		"description": "A model of the fake.", "context_length": 200000,
		"architecture":         architecture("text+image", "text"),
		"pricing":              map[string]string{"prompt": "0.000001", "completion": "0.000004"},
		"top_provider":         map[string]any{"is_moderated": false, "context_length": 200000, "max_completion_tokens": 64000},
		"per_request_limits":   nil,
		"supported_parameters": []string{"max_tokens", "reasoning", "response_format", "temperature", "tools"},
		"default_parameters":   map[string]any{},
		"supported_voices":     nil,
		"links":                map[string]string{"details": basePath + modelsPath + "/" + slug + "/endpoints"},
	}
}

// listModels answers with the page that offset and limit ask for; with neither,
// with all.
func listModels(path string, models []model, query url.Values) Reply {
	total := len(models)
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
		next = new(basePath + path + "?" + query.Encode())
	}
	return rawJSON(map[string]any{"data": models[from:to], "total_count": total, "links": map[string]any{"next": next}})
}

func number(query url.Values, name string, missing int) int {
	n, err := strconv.Atoi(query.Get(name))
	if err != nil || n < 0 {
		return missing
	}
	return n
}

// selected returns the models that a query asks for, in its order. The fake knows the parameters
// below and takes no notice of others.
func selected(models []model, query url.Values) []model {
	var list []model
	var read []openrouter.Model
	for _, m := range models {
		var as openrouter.Model
		if json.Unmarshal(m, &as) == nil && isSelected(&as, query) {
			list, read = append(list, m), append(read, as)
		}
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	by := func(key func(*openrouter.Model) float64, sign float64) {
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sign*key(&read[a]), sign*key(&read[b])) })
	}
	price := func(m *openrouter.Model) float64 { return usd(m.Pricing.Prompt) + usd(m.Pricing.Completion) }
	switch openrouter.ModelSort(query.Get("sort")) {
	case openrouter.ModelSortPriceAscending:
		by(price, 1)
	case openrouter.ModelSortPriceDescending:
		by(price, -1)
	case openrouter.ModelSortContext:
		by(func(m *openrouter.Model) float64 { return float64(m.ContextLength) }, -1)
	case openrouter.ModelSortNewest:
		by(func(m *openrouter.Model) float64 { return float64(m.Created) }, -1)
	}
	sorted := []model{}
	for _, i := range order {
		sorted = append(sorted, list[i])
	}
	return sorted
}

func isSelected(m *openrouter.Model, query url.Values) bool {
	author, _, _ := strings.Cut(m.ID, "/")
	outputs := cmp.Or(query.Get("output_modalities"), string(openrouter.ModalityText))
	isWithin := func(price openrouter.Decimal, least, most string) bool {
		perMillion := usd(price) * 1e6
		return (least == "" || perMillion >= usd(openrouter.Decimal(least))) && (most == "" || perMillion <= usd(openrouter.Decimal(most)))
	}
	return (outputs == string(openrouter.ModalityAll) || m.Architecture.OutputModalities == nil || m.Produces(words[openrouter.Modality](outputs)...)) &&
		m.Accepts(words[openrouter.Modality](query.Get("input_modalities"))...) &&
		m.Supports(words[openrouter.ModelParameter](query.Get("supported_parameters"))...) &&
		(!query.Has("model_authors") || slices.Contains(words[string](query.Get("model_authors")), author)) &&
		strings.Contains(strings.ToLower(m.ID+" "+m.Name), strings.ToLower(query.Get("q"))) &&
		m.ContextLength >= number(query, "context", 0) &&
		isWithin(m.Pricing.Prompt, query.Get("min_price"), query.Get("max_price")) &&
		isWithin(m.Pricing.Completion, query.Get("min_output_price"), query.Get("max_output_price"))
}

// words are the elements of a list in a query.
func words[S ~string](list string) []S {
	var found []S
	for word := range strings.SplitSeq(list, ",") {
		if word != "" {
			found = append(found, S(word))
		}
	}
	return found
}

func usd(price openrouter.Decimal) float64 {
	f, err := price.Float64()
	if err != nil {
		return 0
	}
	return f
}
