package openrouter

// Logprobs says how likely each token of an answer was. Some providers send a
// number or another object in its place; that is kept in Extra and is not an
// error.
//
//wire:hot
type Logprobs struct {
	Content []TokenLogprob `json:"content" wire:"null"`
	Refusal []TokenLogprob `json:"refusal,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// TokenLogprob is one token of an answer.
type TokenLogprob struct {
	Token string `json:"token" wire:"text"`
	// Logprob is the natural logarithm of the probability.
	Logprob float64 `json:"logprob"`
	// Bytes is the token in UTF-8, nil where it has no such form. A character
	// may be spread over several tokens.
	Bytes []int `json:"bytes" wire:"null"`
	// TopLogprobs are the likeliest tokens at this place, as many as the
	// request asked for.
	TopLogprobs []TopLogprob `json:"top_logprobs"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// TopLogprob is a token that could have stood in the place of a [TokenLogprob].
//
//wire:list 4
type TopLogprob struct {
	Token   string  `json:"token" wire:"text"`
	Logprob float64 `json:"logprob"`
	Bytes   []int   `json:"bytes" wire:"null"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}
