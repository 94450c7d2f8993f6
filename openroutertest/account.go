package openroutertest

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
)

const (
	keyPath      = "/key"
	creditsPath  = "/credits"
	activityPath = "/activity"

	accountCredits = 100 // USD that were bought
	keyLimit       = 10  // USD
	accountDay     = "2026-01-01"
)

// RequireManagementKey makes the fake refuse /credits and /activity with the status 403, unless the
// request has this key. Until then it takes any key there.
func (f *fake) RequireManagementKey(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.manager = key
}

// isManaged reports whether the request needs a management key.
func (r *Request) isManaged() bool {
	return !r.outside && (r.Path == creditsPath || r.Path == activityPath)
}

// spent is the cost of all answers that are remembered.
func (f *fake) spent() float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	sum := 0.0
	for _, id := range f.recorded {
		sum += f.records[id].cost
	}
	return sum
}

// accountKey answers with the state of the key of the request. All keys share what was spent.
func (f *fake) accountKey(req *Request) Reply {
	spent := f.spent()
	f.mu.Lock()
	key, _ := req.key()
	manages := f.manager != "" && key == f.manager
	f.mu.Unlock()
	return dataOf(map[string]any{
		"label": "sk-or-v1-fak...ake", "limit": keyLimit, "limit_remaining": keyLimit - spent, "limit_reset": "monthly", "include_byok_in_limit": false,
		"usage": spent, "usage_daily": spent, "usage_weekly": spent, "usage_monthly": spent,
		"byok_usage": 0, "byok_usage_daily": 0, "byok_usage_weekly": 0, "byok_usage_monthly": 0,
		"is_free_tier": false, "is_management_key": manages, "is_provisioning_key": manages, "creator_user_id": "user_fake", "expires_at": nil,
		"rate_limit": map[string]any{"requests": -1, "interval": "10s", "note": "This field is deprecated and safe to ignore."},
	})
}

// row is what was used of a model at a provider, on the day on which all of it is.
type row struct {
	Date             string  `json:"date"`
	Model            string  `json:"model"`
	Permaslug        string  `json:"model_permaslug"`
	EndpointID       string  `json:"endpoint_id"`
	ProviderName     string  `json:"provider_name"`
	Usage            float64 `json:"usage"`
	BYOK             float64 `json:"byok_usage_inference"`
	Requests         int     `json:"requests"`
	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"`
	ReasoningTokens  int     `json:"reasoning_tokens"`
	WorkspaceID      string  `json:"workspace_id,omitempty"`
}

// activity adds up the answers that are remembered.
func (f *fake) activity(query url.Values) []row {
	f.mu.Lock()
	defer f.mu.Unlock()
	rows := map[[2]string]row{}
	for _, id := range f.recorded {
		g := f.records[id]
		key := [2]string{g.model, g.provider}
		r := rows[key]
		r.Date, r.Model, r.Permaslug, r.EndpointID, r.ProviderName = accountDay, g.model, g.model, "endpoint-"+g.provider, g.provider
		if query.Get("group_by") == "workspace" {
			r.WorkspaceID = "00000000-0000-0000-0000-000000000000"
		}
		r.Requests++
		r.Usage += g.cost
		r.PromptTokens += g.prompt
		r.CompletionTokens += g.completion
		r.ReasoningTokens += g.reasoning
		rows[key] = r
	}
	list := []row{}
	if day := query.Get("date"); day == "" || day == accountDay {
		list = append(list, slices.SortedFunc(maps.Values(rows), func(a, b row) int {
			return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.ProviderName, b.ProviderName))
		})...)
	}
	return list
}
