package openrouter

import (
	"cmp"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Reasoning sets how much a model thinks before it answers, by Effort or by MaxTokens. It also sets
// how much of the reasoning is returned.
type Reasoning struct {
	// Effort and MaxTokens cannot both be set. A model that lacks the Effort uses the nearest one
	// that it has.
	Effort ReasoningEffort `json:"effort,omitzero"`
	// Summary asks for a summary of the reasoning in the answer.
	Summary ReasoningSummary `json:"summary,omitzero"`
	// MaxTokens is the reasoning budget of Anthropic, Gemini and some Qwen models. Anthropic models
	// get at least 1024. MaxTokens must be less than the request's MaxCompletionTokens. Claude
	// models from 4.7 on ignore it.
	MaxTokens *int `json:"max_tokens,omitzero"`
	// Enabled true, with no other field set, means medium effort.
	Enabled *bool `json:"enabled,omitzero"`
	// Exclude true leaves the reasoning out of the answer. The model still reasons, and you pay for
	// it. The default is false.
	Exclude *bool `json:"exclude,omitzero"`
	// Context selects the earlier reasoning that the model sees. It works from GPT-5.6 on.
	Context ReasoningContext `json:"context,omitzero"`
	// Mode works from GPT-5.6 on, at OpenAI and Azure.
	Mode ReasoningMode `json:"mode,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ReasoningEffort sets how much a model thinks. For models with a token budget it is a fraction of
// the token limit. Other values are possible.
type ReasoningEffort string

const (
	// EffortMax is 0.95 of the token limit.
	EffortMax ReasoningEffort = "max"
	// EffortXHigh is 0.95 of the token limit.
	EffortXHigh ReasoningEffort = "xhigh"
	// EffortHigh is 0.8 of the token limit.
	EffortHigh ReasoningEffort = "high"
	// EffortMedium is 0.5 of the token limit.
	EffortMedium ReasoningEffort = "medium"
	// EffortLow is 0.2 of the token limit.
	EffortLow ReasoningEffort = "low"
	// EffortMinimal is 0.1 of the token limit.
	EffortMinimal ReasoningEffort = "minimal"
	// EffortNone turns reasoning off. Models that always reason refuse it.
	EffortNone ReasoningEffort = "none"
)

// ReasoningSummary sets the length of the summary of the reasoning. Other values are possible.
type ReasoningSummary string

const (
	ReasoningSummaryAuto     ReasoningSummary = "auto"
	ReasoningSummaryConcise  ReasoningSummary = "concise"
	ReasoningSummaryDetailed ReasoningSummary = "detailed"
)

// ReasoningContext selects the earlier reasoning that a model sees. Other values are possible.
type ReasoningContext string

const (
	ReasoningContextAuto        ReasoningContext = "auto"
	ReasoningContextAllTurns    ReasoningContext = "all_turns"
	ReasoningContextCurrentTurn ReasoningContext = "current_turn"
)

// ReasoningMode sets how a model reasons. Other values are possible.
type ReasoningMode string

const (
	ReasoningModeStandard ReasoningMode = "standard"
	// ReasoningModePro routes the request to the pro variant of the model.
	ReasoningModePro ReasoningMode = "pro"
)

// ReasoningDetailType is the kind of a [ReasoningDetail]. Other values are possible.
type ReasoningDetailType string

// The known kinds of reasoning.
const (
	// ReasoningDetailTypeText is readable reasoning in Text, with a Signature if the provider signs
	// it.
	ReasoningDetailTypeText ReasoningDetailType = "reasoning.text"
	// ReasoningDetailTypeSummary is a summary, in Summary, of reasoning that the provider does not
	// return.
	ReasoningDetailTypeSummary ReasoningDetailType = "reasoning.summary"
	// ReasoningDetailTypeEncrypted is reasoning in Data that only the provider can read.
	ReasoningDetailTypeEncrypted ReasoningDetailType = "reasoning.encrypted"
	// ReasoningDetailTypeServerToolCall is a call of a server tool, in ToolName, Arguments and
	// Result.
	ReasoningDetailTypeServerToolCall ReasoningDetailType = "reasoning.server_tool_call"
)

// ReasoningFormat is the format of a [ReasoningDetail]. Other values are possible.
type ReasoningFormat string

// The known formats.
const (
	ReasoningFormatUnknown                  ReasoningFormat = "unknown"
	ReasoningFormatOpenAIResponsesV1        ReasoningFormat = "openai-responses-v1"
	ReasoningFormatAzureOpenAIResponsesV1   ReasoningFormat = "azure-openai-responses-v1"
	ReasoningFormatBedrockOpenAIResponsesV1 ReasoningFormat = "bedrock-openai-responses-v1"
	ReasoningFormatBedrockXAIResponsesV1    ReasoningFormat = "bedrock-xai-responses-v1"
	ReasoningFormatXAIResponsesV1           ReasoningFormat = "xai-responses-v1"
	ReasoningFormatMetaResponsesV1          ReasoningFormat = "meta-responses-v1"
	// ReasoningFormatAnthropicClaudeV1 is the format that the service assumes if a detail has none.
	ReasoningFormatAnthropicClaudeV1 ReasoningFormat = "anthropic-claude-v1"
	ReasoningFormatGoogleGeminiV1    ReasoningFormat = "google-gemini-v1"
)

// ReasoningDetail is one block of a model's reasoning. In a [Delta] it is a fragment of one. Send
// the blocks of a turn back complete, unchanged and in order.
//
//wire:list firstReasoningDetail
type ReasoningDetail struct {
	Type ReasoningDetailType `json:"type"`
	// ID is the provider's id of the block. It is often empty. Gemini gives an encrypted block the
	// ID of the tool call that it belongs to.
	ID     string          `json:"id,omitzero"`
	Format ReasoningFormat `json:"format,omitzero"`
	// Index is the position among the blocks. Blocks of different types may have the same index.
	Index *int `json:"index,omitzero"`

	// Text is the reasoning of [ReasoningDetailTypeText].
	Text string `json:"text,omitzero" wire:"text"`
	// Signature proves that the model wrote Text. In a stream it comes in a late fragment, possibly
	// after the content has begun.
	Signature string `json:"signature,omitzero" wire:"text"`

	// Summary is the text of [ReasoningDetailTypeSummary].
	Summary string `json:"summary,omitzero" wire:"text,with=reasoning.summary"`

	// Data is the content of [ReasoningDetailTypeEncrypted].
	Data string `json:"data,omitzero" wire:"text,with=reasoning.encrypted"`

	// ToolName and the fields below describe the call of [ReasoningDetailTypeServerToolCall].
	ToolName string `json:"tool_name,omitzero" wire:"with=reasoning.server_tool_call"`
	// Arguments is a JSON object as text.
	Arguments  string `json:"arguments,omitzero" wire:"text,with=reasoning.server_tool_call"`
	Result     string `json:"result,omitzero" wire:"text,with=reasoning.server_tool_call"`
	ToolCallID string `json:"tool_call_id,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

func (d ReasoningDetail) clone() ReasoningDetail {
	if d.Index != nil {
		d.Index = new(*d.Index)
	}
	d.Extra = cloneExtra(d.Extra)
	return d
}

// paragraph separates texts that belong to different blocks.
const paragraph = "\n\n"

// firstReasoning returns the first field that is set: they repeat the same
// reasoning. If it has several summaries, a blank line separates them.
func firstReasoning(reasoning, alias string, details []ReasoningDetail) string {
	text := cmp.Or(reasoning, alias)
	if text != "" && len(details) < 2 {
		return text
	}
	if joined := joinReasoning(details, ""); text == "" || text == joined {
		return joinReasoning(details, paragraph)
	}
	return text
}

// joinReasoning joins the readable details, with a separator between summaries.
func joinReasoning(details []ReasoningDetail, separator string) string {
	var b strings.Builder
	last := ""
	for i := range details {
		d := &details[i]
		switch {
		case d.Type == ReasoningDetailTypeText:
			b.WriteString(d.Text)
			last = ""
		case d.Type == ReasoningDetailTypeSummary && d.Summary != "":
			if last != "" && !strings.HasSuffix(last, paragraph) {
				b.WriteString(separator)
			}
			b.WriteString(d.Summary)
			last = d.Summary
		}
	}
	return b.String()
}

// partTypeThinking is the type of a part that is reasoning. Some providers send
// such parts in the content; the text is a string or a list of parts.
const partTypeThinking PartType = "thinking"

func (p *Part) isThinking() bool {
	return p.Type == partTypeThinking && begins(rawMember(p.Extra, "thinking"), `"[{`)
}

// thinking returns the text of a part that is reasoning.
func (p *Part) thinking() string {
	if !p.isThinking() {
		return ""
	}
	raw := rawMember(p.Extra, "thinking")
	if !begins(raw, `"`) {
		return textOf(contentOf(raw))
	}
	var text string
	r := wire.NewReader(raw)
	r.String(&text)
	return text
}

// thinkingOf joins the reasoning among the parts of a content.
func thinkingOf(parts []Part, separator string) string {
	var b strings.Builder
	for i := range parts {
		text := parts[i].thinking()
		if text != "" && b.Len() > 0 {
			b.WriteString(separator)
		}
		b.WriteString(text)
	}
	return b.String()
}

// detailsMerger collects the reasoning details of a choice.
type detailsMerger struct {
	list []*detailMerger
	open map[detailKey]*detailMerger
	last *detailMerger // the detail of the latest fragment
	seen bool          // a list was received, even if empty
}

// detailKey tells details apart: different types may share an index.
type detailKey struct {
	kind  ReasoningDetailType
	index int
}

func (m *detailsMerger) add(fragments []ReasoningDetail) {
	m.seen = m.seen || fragments != nil
	for i := range fragments {
		m.addOne(&fragments[i])
	}
}

func (m *detailsMerger) addOne(d *ReasoningDetail) {
	if m.last = m.find(d); m.last != nil {
		m.last.add(d)
		return
	}
	m.last = newDetailMerger(d)
	m.list = append(m.list, m.last)
	if d.Index != nil {
		if m.open == nil {
			m.open = make(map[detailKey]*detailMerger, 1)
		}
		m.open[detailKey{d.Type, *d.Index}] = m.last
	}
}

// addAgain adds the only fragment of a list. It differs from the previous fragment in its texts
// only.
func (m *detailsMerger) addAgain(d *ReasoningDetail) {
	switch d.Type {
	case ReasoningDetailTypeText, ReasoningDetailTypeSummary:
		if d.Text != "" {
			m.last.text.add(d.Text)
		}
		if d.Summary != "" {
			m.last.summary.add(d.Summary)
		}
	default:
		m.addOne(d)
	}
}

// find returns the detail that the fragment continues, or nil if the fragment starts a new one. A
// fragment without an index can only continue the latest detail.
func (m *detailsMerger) find(d *ReasoningDetail) *detailMerger {
	have := m.last
	if have == nil {
		return nil
	}
	if d.Index != nil {
		if i := have.detail.Index; i == nil || *i != *d.Index || have.detail.Type != d.Type {
			have = m.open[detailKey{d.Type, *d.Index}]
		}
	}
	if have == nil || have.detail.Type != d.Type {
		return nil
	}
	switch d.Type {
	case ReasoningDetailTypeText, ReasoningDetailTypeSummary:
		if !alike(have.detail.ID, d.ID) {
			if have = m.withID(d); have == nil {
				return nil
			}
		}
		if !have.isComplete(d) {
			return have
		}
	case ReasoningDetailTypeEncrypted:
		// An encrypted detail is complete: a second fragment can only repeat it.
		if alike(have.detail.ID, d.ID) && alike(have.detail.Data, d.Data) {
			return have
		}
	}
	return nil
}

// withID returns the latest detail with the id, type and index of the fragment, or
// nil.
func (m *detailsMerger) withID(d *ReasoningDetail) *detailMerger {
	for _, have := range slices.Backward(m.list) {
		if have.detail.ID == d.ID && have.detail.Type == d.Type && (d.Index == nil || have.detail.Index == nil || *d.Index == *have.detail.Index) {
			return have
		}
	}
	return nil
}

// isComplete reports whether the text of a fragment belongs to another block: a
// signature is of all the text before it.
func (m *detailMerger) isComplete(d *ReasoningDetail) bool {
	return m.detail.Signature != "" && d.Signature != m.detail.Signature &&
		(d.Text != "" || d.Summary != "") && (m.text.first != "" || m.summary.first != "")
}

// alike reports whether two values can be the same. An empty value may be any.
func alike(a, b string) bool { return a == b || a == "" || b == "" }

func (m *detailsMerger) reasoningDetails() []ReasoningDetail {
	if !m.seen {
		return nil
	}
	details := make([]ReasoningDetail, len(m.list))
	for i, d := range m.list {
		details[i] = d.reasoningDetail()
	}
	return details
}

// detailMerger collects one reasoning detail.
type detailMerger struct {
	detail  ReasoningDetail // without the text and the summary
	text    textMerger
	summary textMerger
	merged  bool // of more than one fragment
}

func newDetailMerger(d *ReasoningDetail) *detailMerger {
	m := &detailMerger{detail: d.clone()}
	m.detail.Text, m.detail.Summary = "", ""
	m.text.add(d.Text)
	m.summary.add(d.Summary)
	return m
}

func (m *detailMerger) add(d *ReasoningDetail) {
	m.merged = true
	have := &m.detail
	keepFirst(&have.ID, d.ID)
	keepFirst(&have.Format, d.Format)
	m.text.add(d.Text)
	m.summary.add(d.Summary)
	keepLast(&have.Signature, d.Signature)
	keepFirst(&have.Data, d.Data)
	keepLast(&have.ToolName, d.ToolName)
	keepLast(&have.Arguments, d.Arguments)
	keepLast(&have.Result, d.Result)
	keepLast(&have.ToolCallID, d.ToolCallID)
	mergeExtra(&have.Extra, d.Extra, latest)
	if d.presence == have.presence {
		return
	}
	// The member that is written even when it is empty.
	written := reasoningDetailType
	switch d.Type {
	case ReasoningDetailTypeSummary:
		written = reasoningDetailSummary
	case ReasoningDetailTypeEncrypted:
		written = reasoningDetailData
	}
	mergeForms(&have.presence, d.presence, written)
}

func (m *detailMerger) reasoningDetail() ReasoningDetail {
	d := m.detail.clone()
	d.Text, d.Summary = m.text.String(), m.summary.String()
	if !m.merged {
		return d
	}
	settle(&d.presence, &reasoningDetailMembers, map[string]bool{
		"id": d.ID != "", "format": d.Format != "", "index": d.Index != nil,
		"text": d.Text != "", "signature": d.Signature != "", "summary": d.Summary != "", "data": d.Data != "",
		"tool_name": d.ToolName != "", "arguments": d.Arguments != "", "result": d.Result != "", "tool_call_id": d.ToolCallID != "",
	})
	giveWay(&d.presence, &reasoningDetailMembers, d.Extra)
	return d
}
