package jobs

import (
	"context"
	"sync"
	"time"

	"github.com/openrouter-go/openrouter"
)

// costOf is what a result counts against a budget. With the account's own provider key, the
// provider's bill comes on top of Cost.
func costOf(u *openrouter.Usage) float64 {
	if u.IsBYOK && u.CostDetails != nil {
		return u.Cost + u.CostDetails.UpstreamInferenceCost
	}
	return u.Cost
}

// alone is the [Fleet] of a run that shares nothing.
type alone struct {
	mu     sync.Mutex
	spent  float64
	held   float64
	paused map[string]time.Time
}

// Sums of prices are not exact: ten times 0.1 is not 1.
const roundings = 1e-9

func (a *alone) Reserve(_ context.Context, usd, maxCost float64) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.spent+a.held+usd > maxCost+roundings {
		return false, nil
	}
	a.held += usd
	return true, nil
}

func (a *alone) Settle(_ context.Context, reserved, spent float64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.held -= reserved
	a.spent += spent
	return nil
}

func (a *alone) Pause(_ context.Context, model string, until time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if until.After(a.paused[model]) {
		if a.paused == nil {
			a.paused = map[string]time.Time{}
		}
		a.paused[model] = until
	}
	return nil
}

func (a *alone) Paused(_ context.Context, model string) (time.Time, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.paused[model], nil
}
