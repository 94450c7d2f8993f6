package openrouter

import (
	"fmt"
	"math"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Validate checks the request the way every call does before the network, and
// returns all that it finds as one [*ValidationError]: numbers and lengths out
// of range, members that contradict each other, members that are missing, and
// values that have no JSON. Members and values that this version does not know
// are never refused.
//
// It leaves out what depends on the method: [ChatService.Create] also refuses
// a request for a stream, and one for spoken output, which comes as a stream
// only. [WithoutValidation] switches checks off for a client or a call.
//
// Validate encodes the request, which is most of what it costs. A call has to
// do that anyway.
func (r *ChatCompletionRequest) Validate() error {
	var k checker
	if k.request(r) {
		k.write(r)
	}
	if len(k.found) > 0 {
		return &ValidationError{Violations: k.found}
	}
	return nil
}

// checker collects what is wrong with a request. It allocates nothing as long
// as that is nothing.
type checker struct {
	unchecked
	found []Violation
}

// encode returns the body of a request that a method sends.
func (k *checker) encode(r *ChatCompletionRequest, stream bool) []byte {
	if !k.request(r) {
		return nil
	}
	sent := *r
	switch {
	case stream:
		sent.Stream = new(true)
	case r.Stream != nil && *r.Stream || has(r.Extra, "stream"):
		sent.Stream = new(false) // of a request that goes out with the check switched off
	}
	if !stream {
		k.whole(r)
	}
	return k.write(&sent)
}

// write returns the request's JSON, or notes every value that has none.
func (k *checker) write(r *ChatCompletionRequest) []byte {
	w := wire.NewWriter(make([]byte, 0, r.size()))
	r.writeJSON(&w)
	body, err := w.Bytes()
	if err != nil {
		k.unencodable(r, err)
		return nil
	}
	return body
}

// breaks notes a violation of a rule, unless the rule is switched off.
func (k *checker) breaks(v Violation) {
	v.Check = withoutIndices(v.Field)
	if !k.has(v.Check) {
		k.found = append(k.found, v)
	}
}

// excludes notes that one member rules out another.
func (k *checker) excludes(field, other string, value any) {
	k.breaks(Violation{Field: field, Problem: "excludes " + other + ", which is set too", Value: value})
}

func (k *checker) missing(field, problem string) {
	k.breaks(Violation{Field: field, Problem: problem})
}

// number is any type that a field's range is checked for.
type number interface{ int | int64 | float64 }

// between checks a number that is set; the encoder refuses those that are none.
func between[N number](k *checker, field string, p *N, least, most N) {
	if p == nil || *p >= least && *p <= most {
		return
	}
	if f := float64(*p); !math.IsNaN(f) && !math.IsInf(f, 0) {
		k.outside(field, *p, fmt.Sprintf("between %v and %v", least, most))
	}
}

func (k *checker) positive(field string, p *int) {
	if p != nil && *p < 1 {
		k.outside(field, *p, "at least 1")
	}
}

func (k *checker) outside(field string, value any, limit string) {
	k.breaks(Violation{Field: field, Problem: fmt.Sprintf("is %v, must be %s", value, limit), Value: value, Limit: limit})
}

// longer notes a list or text that has more than it may.
func (k *checker) longer(field string, n, most int, what string) {
	limit := fmt.Sprintf("at most %d", most)
	k.breaks(Violation{Field: field, Problem: fmt.Sprintf("has %d %s, must have %s", n, what, limit), Value: n, Limit: limit})
}

// has reports whether an Extra carries a member, in whatever form.
func has(extra map[string]any, name string) bool {
	_, ok := extra[name]
	return ok
}
