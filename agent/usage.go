package agent

import (
	"sync"

	"github.com/openrouter-go/openrouter"
)

// addUsage adds b to a. Members without a field are not added.
func addUsage(a, b *openrouter.Usage) {
	a.PromptTokens += b.PromptTokens
	a.CompletionTokens += b.CompletionTokens
	a.TotalTokens += b.TotalTokens
	a.Cost += b.Cost
	a.CacheDiscount += b.CacheDiscount
	a.IsBYOK = a.IsBYOK || b.IsBYOK
	if d := b.PromptTokensDetails; d != nil {
		sum := own(&a.PromptTokensDetails)
		sum.CachedTokens += d.CachedTokens
		sum.CacheWriteTokens += d.CacheWriteTokens
		sum.AudioTokens += d.AudioTokens
		sum.VideoTokens += d.VideoTokens
	}
	if d := b.CompletionTokensDetails; d != nil {
		sum := own(&a.CompletionTokensDetails)
		sum.ReasoningTokens += d.ReasoningTokens
		sum.AudioTokens += d.AudioTokens
		sum.ImageTokens += d.ImageTokens
		sum.AcceptedPredictionTokens += d.AcceptedPredictionTokens
		sum.RejectedPredictionTokens += d.RejectedPredictionTokens
	}
	if d := b.CostDetails; d != nil {
		sum := own(&a.CostDetails)
		sum.UpstreamInferenceCost += d.UpstreamInferenceCost
		sum.UpstreamInferencePromptCost += d.UpstreamInferencePromptCost
		sum.UpstreamInferenceCompletionsCost += d.UpstreamInferenceCompletionsCost
	}
	d := b.ServerToolUseDetails
	if d == nil {
		d = b.ServerToolUse // the older name
	}
	if d != nil {
		sum := own(&a.ServerToolUseDetails)
		sum.ToolCallsRequested += d.ToolCallsRequested
		sum.ToolCallsExecuted += d.ToolCallsExecuted
		sum.WebSearchRequests += d.WebSearchRequests
	}
}

// own makes *p a value that nobody shares.
func own[T any](p **T) *T {
	n := new(T)
	if *p != nil {
		*n = **p
	}
	*p = n
	return n
}

// costOf is what an answer counts against a budget. With the account's own provider key, the
// provider's bill comes on top of Cost.
func costOf(u *openrouter.Usage) float64 {
	if u.IsBYOK && u.CostDetails != nil {
		return u.Cost + u.CostDetails.UpstreamInferenceCost
	}
	return u.Cost
}

// meter adds up what a run has spent, runs inside of its tools included. Those add to it while they
// are under way.
type meter struct {
	outer *meter // of the run around this one
	most  float64

	mu    sync.Mutex
	spent float64
}

func (m *meter) add(usd float64) {
	for ; m != nil; m = m.outer {
		m.mu.Lock()
		m.spent += usd
		m.mu.Unlock()
	}
}

// isOver reports whether the budget of the run itself is spent.
func (m *meter) isOver() bool {
	if m == nil || m.most == 0 {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.spent >= m.most
}

// isOuterOver reports whether the budget of a run around this one is spent.
func (m *meter) isOuterOver() bool {
	for m = m.outer; m != nil; m = m.outer {
		if m.isOver() {
			return true
		}
	}
	return false
}
