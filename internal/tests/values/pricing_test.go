package values_test

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

func TestCost(t *testing.T) {
	type pricing = openrouter.ModelPricing
	type usage = openrouter.Usage
	type override = openrouter.PricingOverride
	used := func(prompt, completion int, more ...func(*usage)) *usage {
		u := &usage{
			PromptTokens: prompt, CompletionTokens: completion, TotalTokens: prompt + completion,
			PromptTokensDetails: &openrouter.PromptTokensDetails{}, CompletionTokensDetails: &openrouter.CompletionTokensDetails{},
		}
		for _, f := range more {
			f(u)
		}
		return u
	}
	base := pricing{Prompt: "0.000003", Completion: "0.000015"}
	with := func(f func(*pricing)) pricing {
		p := base
		f(&p)
		return p
	}
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	long := override{MinPromptTokens: 200_000, Prompt: "0.000006", Completion: "0.0000225"}
	night := override{UTCStart: 1630, UTCEnd: 30, Prompt: "0.000001"}

	for name, test := range map[string]struct {
		pricing pricing
		usage   *usage
		at      time.Time
		usd     string
		unknown []string
	}{
		"tokens":              {base, used(1000, 100), noon, "0.0045", nil},
		"one token of ten":    {with(func(p *pricing) { p.Prompt, p.Completion = "0.1", "0.2" }), used(1, 1), noon, "0.3", nil},
		"no details":          {base, &usage{PromptTokens: 1, TotalTokens: 1}, noon, "0.000003", nil},
		"a cached answer":     {with(func(p *pricing) { p.Request = "1" }), used(0, 0), noon, "0", nil},
		"a request":           {with(func(p *pricing) { p.Request = "0.01" }), used(1000, 0), noon, "0.013", nil},
		"free":                {pricing{Prompt: "0", Completion: "0", Request: "0"}, used(1000, 1000), noon, "0", nil},
		"no price":            {pricing{}, used(1000, 1000), noon, "0", []string{"there is no price prompt", "there is no price completion"}},
		"no price of nothing": {pricing{Prompt: "0.1"}, used(1, 0), noon, "0.1", nil},
		"a new price": {with(func(p *pricing) { p.Extra = map[string]any{"video": "1", "moon": "2"} }), used(1000, 0), noon, "0.003",
			[]string{`what the member "moon" of the prices means`, `what the member "video" of the prices means`}},
		"a new condition": {with(func(p *pricing) {
			p.Overrides = []override{{Prompt: "1", Extra: map[string]any{"min_age": 1}}, {MinPromptTokens: 9, Extra: map[string]any{"other": 1}}}
		}), used(1, 0), noon, "1", []string{`what the member "min_age" of the prices means`}},
		"cache": {with(func(p *pricing) { p.InputCacheRead, p.InputCacheWrite = "0.0000003", "0.00000375" }), used(1000, 0, func(u *usage) {
			u.PromptTokensDetails.CachedTokens, u.PromptTokensDetails.CacheWriteTokens = 600, 300
		}), noon, "0.001605", nil},
		"cache without a price of its own": {base, used(1000, 0, func(u *usage) { u.PromptTokensDetails.CachedTokens = 600 }), noon, "0.003", nil},
		"cache of an hour": {with(func(p *pricing) { p.InputCacheWrite, p.InputCacheWrite1h = "0.00000375", "0.000006" }),
			used(1000, 0, func(u *usage) { u.PromptTokensDetails.CacheWriteTokens = 1000 }), noon, "0.00375",
			[]string{"how many of the cache_write_tokens are kept for an hour, which has another price"}},
		"audio": {with(func(p *pricing) { p.Audio, p.AudioOutput, p.InputAudioCache = "0.00001", "0.00002", "0.000001" }), used(100, 50, func(u *usage) {
			u.PromptTokensDetails.AudioTokens, u.CompletionTokensDetails.AudioTokens = 40, 20
		}), noon, "0.00143", nil},
		"cached audio": {with(func(p *pricing) { p.Audio, p.InputAudioCache = "0.00001", "0.000001" }), used(100, 0, func(u *usage) {
			u.PromptTokensDetails.AudioTokens, u.PromptTokensDetails.CachedTokens = 40, 10
		}), noon, "0.00058", []string{"how many of the cached tokens are audio, which has another price"}},
		"cached audio without a price of its own": {with(func(p *pricing) { p.Audio, p.InputCacheRead = "0.00001", "0.000001" }), used(100, 0, func(u *usage) {
			u.PromptTokensDetails.AudioTokens, u.PromptTokensDetails.CachedTokens = 40, 10
		}), noon, "0.00056", []string{"how many of the cached tokens are audio, which has another price"}},
		"cached images": {with(func(p *pricing) { p.ImageToken, p.InputCacheRead = "0.00001", "0.000001" }), used(100, 0, func(u *usage) {
			u.PromptTokensDetails.ImageTokens, u.PromptTokensDetails.CachedTokens = 40, 10
		}), noon, "0.00056", []string{"how many of the cached tokens are those of images, which have another price"}},
		"reasoning":                  {base, used(0, 100, func(u *usage) { u.CompletionTokensDetails.ReasoningTokens = 60 }), noon, "0.0015", nil},
		"reasoning of its own price": {with(func(p *pricing) { p.InternalReasoning = "0.00002" }), used(0, 100, func(u *usage) { u.CompletionTokensDetails.ReasoningTokens = 60 }), noon, "0.0018", nil},
		"more reasoning than there is": {base, used(0, 10, func(u *usage) { u.CompletionTokensDetails.ReasoningTokens = 11 }), noon, "0.00015",
			[]string{"there are more reasoning_tokens than completion_tokens"}},
		"searches": {with(func(p *pricing) { p.WebSearch = "0.01" }), used(1000, 0, func(u *usage) {
			u.ServerToolUse = &openrouter.ServerToolUse{WebSearchRequests: 3}
			u.ServerToolUseDetails = &openrouter.ServerToolUse{WebSearchRequests: 3}
		}), noon, "0.033", nil},
		"images": {with(func(p *pricing) { p.Image, p.ImageOutput = "0.0048", "0.03" }), used(1000, 0, func(u *usage) { u.CompletionTokensDetails.ImageTokens = 9 }), noon, "0.003",
			[]string{"how many images the prompt has, which have a price of their own", "how many images the answer has, which have a price of their own"}},
		"tokens of images": {with(func(p *pricing) { p.ImageToken = "0.000001" }), used(1000, 0, func(u *usage) { u.PromptTokensDetails.ImageTokens = 500 }), noon, "0.002", nil},
		"an unknown number of tokens of images": {with(func(p *pricing) { p.ImageToken = "0.000001" }), used(1000, 0), noon, "0.003",
			[]string{"how many images the prompt has, which have a price of their own"}},
		"discount":            {with(func(p *pricing) { p.Discount = 0.1 }), used(1000, 0), noon, "0.0027", nil},
		"a discount of all":   {with(func(p *pricing) { p.Discount = 1 }), used(1000, 0), noon, "0", nil},
		"no discount":         {with(func(p *pricing) { p.Discount = math.NaN() }), used(1000, 0), noon, "0.003", []string{"the discount is not a number between 0 and 1"}},
		"at the limit":        {with(func(p *pricing) { p.Overrides = []override{long} }), used(200_000, 1000), noon, "0.615", nil},
		"above the limit":     {with(func(p *pricing) { p.Overrides = []override{long} }), used(200_001, 1000), noon, "1.222506", nil},
		"by day":              {with(func(p *pricing) { p.Overrides = []override{night} }), used(1000, 0), noon, "0.003", nil},
		"at its start":        {with(func(p *pricing) { p.Overrides = []override{night} }), used(1000, 0), noon.Add(270 * time.Minute), "0.001", nil},
		"behind midnight":     {with(func(p *pricing) { p.Overrides = []override{night} }), used(1000, 0), time.Date(2026, 1, 2, 1, 29, 0, 0, time.FixedZone("", 3600)), "0.001", nil},
		"at its end":          {with(func(p *pricing) { p.Overrides = []override{night} }), used(1000, 0), time.Date(2026, 1, 2, 0, 30, 0, 0, time.UTC), "0.003", nil},
		"from midnight":       {with(func(p *pricing) { p.Overrides = []override{{UTCEnd: 400, Prompt: "0"}} }), used(1000, 0), time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), "0", nil},
		"at an unknown time":  {with(func(p *pricing) { p.Overrides = []override{night, night} }), used(1000, 0), time.Time{}, "0.003", []string{"some prices depend on the time of day, which is not given"}},
		"the last of several": {with(func(p *pricing) { p.Overrides = []override{{Prompt: "1"}, {Prompt: "2"}, {Completion: "3"}} }), used(1, 1), noon, "5", nil},
		"both conditions": {with(func(p *pricing) {
			p.Overrides = []override{{MinPromptTokens: 10, UTCStart: 100, UTCEnd: 200, Prompt: "1"}}
		}), used(100, 0), noon, "0.0003", nil},
		"an override of caching": {with(func(p *pricing) { p.Overrides = []override{{InputCacheRead: "0.5"}} }), used(2, 0, func(u *usage) { u.PromptTokensDetails.CachedTokens = 1 }), noon, "0.500003", nil},
		"a router":               {pricing{Prompt: "-1", Completion: "-1"}, used(1, 1), noon, "0", []string{"the price prompt depends on the model that answers", "the price completion depends on the model that answers"}},
		"nonsense":               {pricing{Prompt: "cheap", Completion: "1"}, used(1, 1), noon, "1", []string{"the price prompt is not a number"}},
		"a key of one's own":     {base, used(1, 0, func(u *usage) { u.IsBYOK = true }), noon, "0.000003", []string{"the provider was called with a key of the account's own, which has other prices"}},
		"no usage":               {base, nil, noon, "0", []string{"there is no usage"}},
		"more details than there are": {with(func(p *pricing) { p.InputCacheRead = "0.000001" }), used(10, 0, func(u *usage) { u.PromptTokensDetails.CachedTokens = math.MaxInt32 }), noon,
			"0.00001", []string{"there are more tokens in prompt_tokens_details than prompt_tokens"}},
		"more kinds than there are": {with(func(p *pricing) { p.InputCacheRead, p.InputCacheWrite = "0.000001", "0.000004" }), used(10, 0, func(u *usage) {
			u.PromptTokensDetails.CachedTokens, u.PromptTokensDetails.CacheWriteTokens = 6, 6
		}), noon, "0.000022", []string{"there are more tokens in prompt_tokens_details than prompt_tokens"}},
		"more audio than there is": {with(func(p *pricing) { p.AudioOutput = "0.00002" }), used(0, 10, func(u *usage) { u.CompletionTokensDetails.AudioTokens = 11 }), noon, "0.0002",
			[]string{"there are more tokens in completion_tokens_details than completion_tokens"}},
		"counts of another dialect": {base, &usage{Extra: map[string]any{"input_tokens": 10, "speed": 1}}, noon, "0", []string{`what the member "input_tokens" of the usage means`}},
		"searches without a price":  {base, used(1000, 0, func(u *usage) { u.ServerToolUse = &openrouter.ServerToolUse{WebSearchRequests: 3} }), noon, "0.003", []string{"there is no price web_search"}},
		"a discount in percent":     {with(func(p *pricing) { p.Discount = 10 }), used(1000, 0), noon, "0.003", []string{"the discount is not a number between 0 and 1"}},
		"a negative discount":       {with(func(p *pricing) { p.Discount = -0.1 }), used(1000, 0), noon, "0.003", []string{"the discount is not a number between 0 and 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			cost := test.pricing.Cost(test.usage, test.at)
			want, ok := new(big.Rat).SetString(test.usd)
			require.True(t, ok)
			assert.Equal(t, want.FloatString(12), cost.USD.FloatString(12))
			assert.Zero(t, want.Cmp(cost.USD), "it is exact")
			assert.Equal(t, test.unknown, cost.Unknown)
			f, _ := want.Float64()
			assert.Equal(t, f, cost.Float64())
		})
	}
}

func TestCostWithoutPrices(t *testing.T) {
	var none *openrouter.ModelPricing
	cost := none.Cost(&openrouter.Usage{PromptTokens: 1}, time.Time{})
	assert.Equal(t, []string{"there are no prices"}, cost.Unknown)
	assert.Equal(t, "about 0.00 USD", cost.String())
	assert.Empty(t, none.Cost(&openrouter.Usage{}, time.Time{}).Unknown, "the response cache is free")
}

// What a model answers about itself, and a price in the units that people use.
func TestDecimal(t *testing.T) {
	for d, want := range map[openrouter.Decimal][2]string{
		"0.00000125": {"1/800000", "1.25"}, "0.000000075": {"3/40000000", "0.075"}, "0": {"0/1", "0.00"}, "15": {"15/1", "15000000.00"}, "1e-6": {"1/1000000", "1.00"},
		"1.5E-7": {"3/20000000", "0.15"}, "0.000000123456789": {"123456789/1000000000000000", "0.123456789"}, ".5": {"1/2", "500000.00"}, "-1": {"-1/1", ""}, "+1e2": {"100/1", "100000000.00"},
		"": {}, "cheap": {}, "1/3": {}, "0x10": {}, "1_000": {}, "1e101": {}, "1e-101": {}, "1e999999999999": {}, "NaN": {}, "Inf": {}, "1 ": {}, "1e": {}, "-": {}, "1.2.3": {},
		openrouter.Decimal(strings.Repeat("1", 101)): {},
	} {
		r, err := d.Rat()
		if _, err := d.Float64(); want[0] == "" && len(d) < 100 && !strings.HasPrefix(string(d), "1e") {
			require.Error(t, err, "%q", d)
		}
		if want[0] == "" {
			require.EqualError(t, err, "openrouter: not a decimal number", "%q", d)
			assert.Nil(t, r)
		} else {
			require.NoError(t, err, "%q", d)
			assert.Equal(t, want[0], r.String(), "%q", d)
		}
		assert.Equal(t, want[1], d.PerMillion(), "%q", d)
	}
}

func TestCostString(t *testing.T) {
	assert.Equal(t, "0.0045 USD", openrouter.Cost{USD: big.NewRat(45, 10000)}.String())
	assert.Equal(t, "about 1.50 USD", openrouter.Cost{USD: big.NewRat(3, 2), Unknown: []string{"images"}}.String())
	assert.Equal(t, "0.00 USD", openrouter.Cost{}.String())
	assert.Zero(t, openrouter.Cost{}.Float64())
}

func TestModelAnswers(t *testing.T) {
	m := &openrouter.Model{
		SupportedParameters: []openrouter.ModelParameter{openrouter.ModelParameterTools, openrouter.ModelParameterSeed},
		Architecture: openrouter.ModelArchitecture{
			InputModalities: []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityImage}, OutputModalities: []openrouter.Modality{openrouter.ModalityText},
		},
	}
	assert.True(t, m.Supports(openrouter.ModelParameterSeed, openrouter.ModelParameterTools))
	assert.False(t, m.Supports(openrouter.ModelParameterSeed, openrouter.ModelParameterTopK))
	assert.True(t, m.Supports())
	assert.True(t, m.Accepts(openrouter.ModalityText, openrouter.ModalityImage))
	assert.False(t, m.Accepts(openrouter.ModalityAudio))
	assert.True(t, m.Produces(openrouter.ModalityText))
	assert.False(t, m.Produces(openrouter.ModalityImage))
	assert.False(t, (&openrouter.Model{}).Supports(openrouter.ModelParameterTools))
	assert.Zero(t, m.Call())
	assert.Zero(t, (*openrouter.Model)(nil).Call())
}
