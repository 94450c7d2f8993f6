package openrouter

import (
	"errors"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cost is the cost of an answer, calculated from the prices of a model.
type Cost struct {
	// USD is the exact amount in USD, without the charges that Unknown lists.
	USD *big.Rat
	// Unknown lists charges that could not be calculated, such as images, whose number the usage does
	// not have. It is nil if nothing is missing.
	Unknown []string
}

// Float64 returns the float64 nearest to USD.
func (c Cost) Float64() float64 {
	if c.USD == nil {
		return 0
	}
	f, _ := c.USD.Float64()
	return f
}

// String returns USD with at least two decimals. It begins with "about" if Unknown is not empty.
func (c Cost) String() string {
	text := "0.00"
	if c.USD != nil {
		text = decimalText(c.USD)
	}
	if c.Unknown != nil {
		return "about " + text + " USD"
	}
	return text + " USD"
}

// Cost calculates the exact cost of one answer. at is the time of the request, for prices that
// depend on the time of day; the zero time means unknown. Use the prices of the [Endpoint] that
// answered. The prices of a [Model] are for its usual endpoint. For the amount that was charged,
// see [Usage.Cost].
//
// Cache reads, cache writes, audio and reasoning have their own prices. If such a price is empty or
// zero, the price of the prompt or the completion applies. The discount is subtracted from
// everything.
//
// The usage does not have the number of images, which cached tokens are audio, and which are kept
// for an hour. If the model charges for these, they are in Unknown. Unknown also lists missing
// prices of tokens and searches, counts that contradict each other, and members of Extra. Such a
// member may be a price, or a condition of an override; the override is then applied as if the
// condition were met.
//
// Plugins, and server tools other than web search, are never included. An answer from the response
// cache has no tokens and costs nothing.
func (p *ModelPricing) Cost(usage *Usage, at time.Time) Cost {
	b := bill{at: at, usd: new(big.Rat)}
	if usage == nil {
		return Cost{USD: b.usd, Unknown: []string{"there is no usage"}}
	}
	if usage.IsBYOK {
		b.unknown("the provider was called with a key of the account's own, which has other prices")
	}
	for _, name := range slices.Sorted(maps.Keys(usage.Extra)) {
		if strings.HasSuffix(name, "_tokens") { // of another dialect, or no count
			b.unknown("what the member " + strconv.Quote(name) + " of the usage means")
		}
	}
	if usage.PromptTokens == 0 && usage.CompletionTokens == 0 && usage.TotalTokens == 0 {
		return Cost{USD: b.usd, Unknown: b.missing}
	}
	if p == nil {
		return Cost{USD: b.usd, Unknown: append(b.missing, "there are no prices")}
	}
	b.others(p.Extra)
	prices := b.override(p, usage.PromptTokens)
	b.prompt(&prices, usage)
	b.completion(&prices, usage)
	b.add("request", prices.Request, 1)
	for _, tools := range []*ServerToolUse{usage.ServerToolUseDetails, usage.ServerToolUse} {
		if tools != nil && tools.WebSearchRequests > 0 {
			b.usual("web_search", prices.WebSearch, tools.WebSearchRequests)
			break // the two are the same
		}
	}
	if p.Discount != 0 {
		off, ok := new(big.Rat).SetString(strconv.FormatFloat(p.Discount, 'g', -1, 64))
		if ok && p.Discount > 0 && p.Discount <= 1 {
			b.usd.Mul(b.usd, off.Sub(big.NewRat(1, 1), off))
		} else {
			b.unknown("the discount is not a number between 0 and 1")
		}
	}
	return Cost{USD: b.usd, Unknown: b.missing}
}

// bill adds up a cost.
type bill struct {
	at      time.Time
	usd     *big.Rat
	missing []string
}

func (b *bill) unknown(what string) {
	if !slices.Contains(b.missing, what) {
		b.missing = append(b.missing, what)
	}
}

// others notes the members that have no field here.
func (b *bill) others(extra map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		b.unknown("what the member " + strconv.Quote(name) + " of the prices means")
	}
}

// add adds the price of n units.
func (b *bill) add(name string, price Decimal, n int) {
	if n == 0 || price == "" {
		return
	}
	each, err := price.Rat()
	switch {
	case err != nil:
		b.unknown("the price " + name + " is not a number")
	case each.Sign() < 0: // routers say -1
		b.unknown("the price " + name + " depends on the model that answers")
	default:
		b.usd.Add(b.usd, each.Mul(each, new(big.Rat).SetInt64(int64(n))))
	}
}

// usual is add for a price that must be there.
func (b *bill) usual(name string, price Decimal, n int) {
	if n != 0 && price == "" {
		b.unknown("there is no price " + name)
	}
	b.add(name, price, n)
}

// override returns the prices for a prompt of so many tokens at the time of the bill.
func (b *bill) override(p *ModelPricing, promptTokens int) ModelPricing {
	prices := *p
	for i := range p.Overrides {
		o := &p.Overrides[i]
		if promptTokens <= o.MinPromptTokens && o.MinPromptTokens != 0 {
			continue
		}
		if o.UTCStart != 0 || o.UTCEnd != 0 {
			if b.at.IsZero() {
				b.unknown("some prices depend on the time of day, which is not given")
				continue
			}
			if at := b.at.UTC(); !within(at.Hour()*100+at.Minute(), o.UTCStart, o.UTCEnd) {
				continue
			}
		}
		b.others(o.Extra)
		for _, price := range []struct {
			of *Decimal
			to Decimal
		}{
			{&prices.Prompt, o.Prompt}, {&prices.Completion, o.Completion}, {&prices.Audio, o.Audio}, {&prices.InputAudioCache, o.InputAudioCache},
			{&prices.InputCacheRead, o.InputCacheRead}, {&prices.InputCacheWrite, o.InputCacheWrite}, {&prices.InputCacheWrite1h, o.InputCacheWrite1h},
		} {
			if price.to != "" {
				*price.of = price.to
			}
		}
	}
	return prices
}

// within reports whether a time of day is between two others, of which the second may be behind
// midnight.
func within(at, start, end int) bool {
	if start <= end {
		return start <= at && at < end
	}
	return at >= start || at < end
}

// pricedTokens is a number of tokens that may have a price of its own.
type pricedTokens struct {
	name  string
	price Decimal
	n     int
}

// tokens adds the price of n tokens. The parts that have a price of their own are not in the rest.
// It reports whether n is at least the sum of the parts.
func (b *bill) tokens(name string, price Decimal, n int, parts []pricedTokens) bool {
	enough := true
	for _, p := range parts {
		if isPrice(p.price) {
			own := min(p.n, max(n, 0))
			b.add(p.name, p.price, own)
			n -= own
			enough = enough && own == p.n
		}
	}
	if !enough {
		b.unknown("there are more tokens in " + name + "_tokens_details than " + name + "_tokens")
	}
	b.usual(name, price, n)
	return enough
}

func (b *bill) prompt(p *ModelPricing, u *Usage) {
	var d PromptTokensDetails
	if u.PromptTokensDetails != nil {
		d = *u.PromptTokensDetails
	}
	b.tokens("prompt", p.Prompt, u.PromptTokens, []pricedTokens{
		{"input_cache_read", p.InputCacheRead, d.CachedTokens}, {"input_cache_write", p.InputCacheWrite, d.CacheWriteTokens},
		{"audio", p.Audio, d.AudioTokens}, {"image_token", p.ImageToken, d.ImageTokens},
	})
	isCached := d.CachedTokens > 0 && isPrice(p.InputCacheRead)
	if d.AudioTokens > 0 && (isCached && isPrice(p.Audio) || d.CachedTokens > 0 && isPrice(p.InputAudioCache)) {
		b.unknown("how many of the cached tokens are audio, which has another price")
	}
	if d.ImageTokens > 0 && isCached && isPrice(p.ImageToken) {
		b.unknown("how many of the cached tokens are those of images, which have another price")
	}
	if d.CacheWriteTokens > 0 && isPrice(p.InputCacheWrite1h) {
		b.unknown("how many of the cache_write_tokens are kept for an hour, which has another price")
	}
	if isPrice(p.Image) || isPrice(p.ImageToken) && d.ImageTokens == 0 {
		b.unknown("how many images the prompt has, which have a price of their own")
	}
}

func (b *bill) completion(p *ModelPricing, u *Usage) {
	var d CompletionTokensDetails
	if u.CompletionTokensDetails != nil {
		d = *u.CompletionTokensDetails
	}
	enough := b.tokens("completion", p.Completion, u.CompletionTokens, []pricedTokens{
		{"internal_reasoning", p.InternalReasoning, d.ReasoningTokens}, {"audio_output", p.AudioOutput, d.AudioTokens},
	})
	if enough && d.ReasoningTokens > u.CompletionTokens {
		b.unknown("there are more reasoning_tokens than completion_tokens")
	}
	if d.ImageTokens > 0 && isPrice(p.ImageOutput) {
		b.unknown("how many images the answer has, which have a price of their own")
	}
}

// isPrice reports whether there is a price that is not zero.
func isPrice(d Decimal) bool {
	if d == "" {
		return false
	}
	r, err := d.Rat()
	return err != nil || r.Sign() != 0
}

// maxDecimal is the length of a decimal, and maxExponent the largest exponent that it may have.
const (
	maxDecimal  = 100
	maxExponent = 100
)

var errNotDecimal = errors.New("openrouter: not a decimal number")

// Rat returns d as an exact fraction. It returns an error if d is empty, is not a decimal number,
// has more than 100 characters, or has an exponent beyond ±100.
func (d Decimal) Rat() (*big.Rat, error) {
	_, exp, _ := strings.Cut(strings.ToLower(string(d)), "e")
	n, err := strconv.Atoi(exp)
	if exp != "" && (err != nil || max(n, -n) > maxExponent) || len(d) > maxDecimal || !d.hasDigits() {
		return nil, errNotDecimal
	}
	r, ok := new(big.Rat).SetString(string(d))
	if !ok {
		return nil, errNotDecimal
	}
	return r, nil
}

// hasDigits reports whether d has only the characters of a decimal number. Go reads others, too, such
// as Inf and 0x1p4.
func (d Decimal) hasDigits() bool { return strings.Trim(string(d), "0123456789+-.eE") == "" }

// PerMillion returns the exact price of a million units, with at least two decimals: for
// "0.00000125" it is "1.25". [MaxPrice] and [ModelListParams.MinPrice] use this unit. The result is
// "" if d is not a number or is negative. A router has the price -1, because its price depends on
// the model that answers.
func (d Decimal) PerMillion() string {
	r, err := d.Rat()
	if err != nil || r.Sign() < 0 {
		return ""
	}
	return decimalText(r.Mul(r, big.NewRat(1_000_000, 1)))
}

// decimalText writes a decimal fraction with all its digits, and at least two decimals.
func decimalText(r *big.Rat) string {
	n, _ := r.FloatPrec()
	return r.FloatString(max(n, 2))
}
