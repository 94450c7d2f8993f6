package agent

import (
	"sync"

	"github.com/openrouter-go/openrouter"
)

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

// inexact is the relative error that a sum of costs may have: in a float64, 0.7 + 0.1 is less than 0.8.
const inexact = 1e-9

// add counts what was spent. A budget never grows again: what is negative or no number counts as nothing.
func (m *meter) add(usd float64) {
	if !(usd > 0) {
		return
	}
	for ; m != nil; m = m.outer {
		m.mu.Lock()
		m.spent += usd
		m.mu.Unlock()
	}
}

// isOver reports whether the budget of the run itself is spent.
func (m *meter) isOver() bool {
	if m.most == 0 {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.spent >= m.most*(1-inexact)
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
