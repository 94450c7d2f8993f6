package openrouter

import "strings"

// ReasoningDetailType is the kind of a [ReasoningDetail]. The set is open.
type ReasoningDetailType string

// The known kinds of reasoning.
const (
	// ReasoningDetailTypeText is readable reasoning in Text, with a Signature where
	// the provider signs it.
	ReasoningDetailTypeText ReasoningDetailType = "reasoning.text"
	// ReasoningDetailTypeSummary is the provider's account of reasoning that it
	// keeps to itself, in Summary.
	ReasoningDetailTypeSummary ReasoningDetailType = "reasoning.summary"
	// ReasoningDetailTypeEncrypted is reasoning only the provider can read, in Data.
	ReasoningDetailTypeEncrypted ReasoningDetailType = "reasoning.encrypted"
	// ReasoningDetailTypeServerToolCall is a tool the service ran on its own side,
	// in ToolName, Arguments and Result.
	ReasoningDetailTypeServerToolCall ReasoningDetailType = "reasoning.server_tool_call"
)

// ReasoningFormat says whose rules a [ReasoningDetail] follows. The set is open.
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
	// ReasoningFormatAnthropicClaudeV1 is what the service assumes when a
	// detail names no format.
	ReasoningFormatAnthropicClaudeV1 ReasoningFormat = "anthropic-claude-v1"
	ReasoningFormatGoogleGeminiV1    ReasoningFormat = "google-gemini-v1"
)

// ReasoningDetail is one block of a model's reasoning, or in a [Delta] a
// fragment of one. The blocks of a turn go back to the model as they came:
// none left out, none changed, in the same order.
//
//wire:list firstReasoningDetail
type ReasoningDetail struct {
	Type ReasoningDetailType `json:"type"`
	// ID is the provider's name for the block, often empty. Gemini gives an
	// encrypted block the ID of the tool call it belongs to.
	ID     string          `json:"id,omitzero"`
	Format ReasoningFormat `json:"format,omitzero"`
	// Index is the place among the blocks. Blocks of different types may share
	// one.
	Index *int `json:"index,omitzero"`

	// Text is the reasoning of [ReasoningDetailTypeText].
	Text string `json:"text,omitzero" wire:"text"`
	// Signature proves that Text is the model's own. In a stream it comes in a
	// late fragment, possibly after the content has begun.
	Signature string `json:"signature,omitzero" wire:"text"`

	// Summary is the text of [ReasoningDetailTypeSummary].
	Summary string `json:"summary,omitzero" wire:"text,with=reasoning.summary"`

	// Data is the content of [ReasoningDetailTypeEncrypted].
	Data string `json:"data,omitzero" wire:"text,with=reasoning.encrypted"`

	// The record of [ReasoningDetailTypeServerToolCall].

	ToolName string `json:"tool_name,omitzero" wire:"with=reasoning.server_tool_call"`
	// Arguments is the text of a JSON object.
	Arguments  string `json:"arguments,omitzero" wire:"text,with=reasoning.server_tool_call"`
	Result     string `json:"result,omitzero" wire:"text,with=reasoning.server_tool_call"`
	ToolCallID string `json:"tool_call_id,omitzero"`

	// Extra holds members this version has no field for.
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

// firstReasoning picks one of the places that repeat the same reasoning.
func firstReasoning(reasoning, alias string, details []ReasoningDetail) string {
	if reasoning != "" {
		return reasoning
	}
	if alias != "" {
		return alias
	}
	var b strings.Builder
	for i := range details {
		switch d := &details[i]; d.Type {
		case ReasoningDetailTypeText:
			b.WriteString(d.Text)
		case ReasoningDetailTypeSummary:
			b.WriteString(d.Summary)
		}
	}
	return b.String()
}
