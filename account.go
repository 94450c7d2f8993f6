package openrouter

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// AccountService reports the credits, the usage and the limits of an account and its keys. Use it
// as [Client.Account].
type AccountService struct {
	client *Client
}

// Key returns the usage and the limit of the key that the call uses. It needs no management key.
// Errors are those of [Client.Do].
func (s *AccountService) Key(ctx context.Context, opts ...Option) (*Key, error) {
	return fetched(ctx, s.client.config().with(opts), Operation{Name: "get_key"}, fixed("/key"), inData[Key])
}

// Credits returns what the account has bought and used in total, with all its keys. It needs a
// management key: with another key, the error is [ErrPermissionDenied] or [ErrAuthentication], and
// its text says so. For the limit of a single key, use [AccountService.Key]. Other errors are those
// of [Client.Do].
func (s *AccountService) Credits(ctx context.Context, opts ...Option) (*Credits, error) {
	return fetched(ctx, s.client.config().with(opts), Operation{Name: "get_credits"}, func(c *config) (outgoing, error) {
		return outgoing{method: http.MethodGet, path: "/credits", managed: true}, c.err
	}, inData[Credits])
}

// Activity returns the usage of the account in the last 30 completed UTC days: one row for each
// day, model and endpoint. Nil params return all rows. It needs a management key, like
// [AccountService.Credits]. Other errors are those of [Client.Do].
func (s *AccountService) Activity(ctx context.Context, params *ActivityParams, opts ...Option) (*ActivityList, error) {
	return fetched(ctx, s.client.config().with(opts), Operation{Name: "list_activity"}, func(c *config) (outgoing, error) {
		k := checker{unchecked: c.unchecked}
		var values url.Values
		if params != nil {
			if _, err := time.Parse(time.DateOnly, params.Date); err != nil && params.Date != "" {
				k.missing("date", "must be a day, such as 2026-01-31")
			}
			values = k.values(params, params.Extra)
		}
		out, err := c.get("/activity", values, k.found)
		out.managed = true
		return out, err
	}, whole[ActivityList])
}

// managed adds to a refusal that the endpoint needs a management key. It changes a copy: the error
// itself was given to the functions of [WithOnRetry].
func managed(err error) error {
	e, ok := errors.AsType[*APIError](err)
	if !ok || e.StatusCode != http.StatusUnauthorized && e.StatusCode != http.StatusForbidden {
		return err
	}
	refused := *e
	refused.hint = "this endpoint needs a management key, which you make in the settings of the account and pass with WithAPIKey; " +
		"Account.Key tells what any other key may still spend"
	return &refused
}

// Key is the state of an API key. Amounts are in USD.
type Key struct {
	// Label is a display name, such as the beginning and the end of the key.
	Label string `json:"label"`
	// Limit is the amount that the key may spend. Nil means that the key has no limit.
	Limit *float64 `json:"limit" wire:"null"`
	// LimitRemaining is the rest of Limit. Nil means that the key has no limit. The account may have
	// less credit.
	LimitRemaining *float64 `json:"limit_remaining" wire:"null"`
	// LimitReset is how often the limit starts again, such as monthly. It is empty if it never does.
	LimitReset string `json:"limit_reset" wire:"null"`
	// IncludeBYOKInLimit is true if usage of the account's own provider keys counts, too.
	IncludeBYOKInLimit bool `json:"include_byok_in_limit"`

	// Usage is the amount that the key has spent. The three fields below are for the current UTC day,
	// the UTC week since Monday, and the UTC month.
	Usage        float64 `json:"usage"`
	UsageDaily   float64 `json:"usage_daily"`
	UsageWeekly  float64 `json:"usage_weekly"`
	UsageMonthly float64 `json:"usage_monthly"`
	// BYOKUsage is the amount that providers charged to the account's own provider keys. The three
	// fields below are for the same periods as above.
	BYOKUsage        float64 `json:"byok_usage"`
	BYOKUsageDaily   float64 `json:"byok_usage_daily"`
	BYOKUsageWeekly  float64 `json:"byok_usage_weekly"`
	BYOKUsageMonthly float64 `json:"byok_usage_monthly"`

	// IsFreeTier is true if the account has never bought credits.
	IsFreeTier bool `json:"is_free_tier"`
	// IsManagementKey is true for a management key, which cannot call models.
	IsManagementKey bool `json:"is_management_key"`
	// IsProvisioningKey is the old name of IsManagementKey.
	IsProvisioningKey bool `json:"is_provisioning_key"`
	// CreatorUserID is the member of the organization who created the key.
	CreatorUserID string `json:"creator_user_id" wire:"null"`
	// ExpiresAt is a time in the format [time.RFC3339]. It is empty if the key does not expire.
	ExpiresAt string `json:"expires_at,omitzero"`
	// RateLimit is obsolete and has no useful values. For the limit of a refused call, see
	// [APIError.RateLimit].
	RateLimit json.RawMessage `json:"rate_limit"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the key's state.
func (k *Key) Call() CallInfo {
	if k == nil {
		return CallInfo{}
	}
	return k.call.value()
}

func (k *Key) received(call *CallInfo) { k.call = call }

// Credits are the amounts that an account has bought and used, in USD.
type Credits struct {
	TotalCredits float64 `json:"total_credits"`
	TotalUsage   float64 `json:"total_usage"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Remaining returns TotalCredits - TotalUsage, in USD. It may be negative.
func (c *Credits) Remaining() float64 { return c.TotalCredits - c.TotalUsage }

// Call describes the HTTP exchange that returned the credits.
func (c *Credits) Call() CallInfo {
	if c == nil {
		return CallInfo{}
	}
	return c.call.value()
}

func (c *Credits) received(call *CallInfo) { c.call = call }

// ActivityParams selects rows of [AccountService.Activity]. Fields that are empty are not sent.
type ActivityParams struct {
	// Date is one UTC day of the last 30, as YYYY-MM-DD.
	Date string `url:"date,omitempty"`
	// APIKeyHash is the SHA-256 of a key in hex, as in the list of the endpoint /keys.
	APIKeyHash string `url:"api_key_hash,omitempty"`
	// UserID is a member of the organization.
	UserID string `url:"user_id,omitempty"`
	// GroupBy splits the rows further. If it is empty, rows are sums over all workspaces.
	GroupBy ActivityGroup `url:"group_by,omitempty"`
	// WorkspaceID is the UUID of a workspace.
	WorkspaceID string `url:"workspace_id,omitempty"`

	// Extra holds query parameters that this version has no field for. Fields that are set take
	// precedence.
	Extra url.Values `url:"-"`
}

// ActivityGroup selects how rows are split. Other values are possible.
type ActivityGroup string

// ActivityByWorkspace makes a row for each workspace, and sets [Activity.WorkspaceID].
const ActivityByWorkspace ActivityGroup = "workspace"

// ActivityList is the usage of an account.
type ActivityList struct {
	Data []Activity `json:"data"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the list.
func (l *ActivityList) Call() CallInfo {
	if l == nil {
		return CallInfo{}
	}
	return l.call.value()
}

func (l *ActivityList) received(call *CallInfo) { l.call = call }

func (l *ActivityList) problem() error {
	if l.Data == nil {
		return missing("data")
	}
	return nil
}

// Activity is the usage of one endpoint of a model on one day.
type Activity struct {
	// Date is a UTC day, as YYYY-MM-DD. Some servers add a time.
	Date string `json:"date"`
	// Model is the [Model.ID], and ModelPermaslug the [Model.CanonicalSlug].
	Model          string `json:"model"`
	ModelPermaslug string `json:"model_permaslug"`
	EndpointID     string `json:"endpoint_id"`
	// ProviderName is the display name of the provider.
	ProviderName string `json:"provider_name"`
	Requests     int    `json:"requests"`
	// Usage is the amount that was charged, in USD.
	Usage float64 `json:"usage"`
	// BYOKUsageInference is the amount that providers charged to the account's own provider keys, in
	// USD.
	BYOKUsageInference float64 `json:"byok_usage_inference"`
	PromptTokens       int     `json:"prompt_tokens"`
	CompletionTokens   int     `json:"completion_tokens"`
	ReasoningTokens    int     `json:"reasoning_tokens"`
	// WorkspaceID is set if the rows were split by workspace.
	WorkspaceID string `json:"workspace_id,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}
