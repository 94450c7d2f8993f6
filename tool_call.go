package openrouter

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ToolCall is a call the model asks for. In a [Delta] it is a fragment of one.
//
//wire:list firstToolCall
type ToolCall struct {
	// Index is the place among the calls of the turn. In a stream it tells
	// fragments apart, though some models give every call the index 0.
	Index *int `json:"index,omitzero"`
	// ID joins the call to the [ToolMessage] that answers it. Models choose any
	// format. It may be empty, or the same on two calls: see
	// [ChatCompletion.ToolCalls].
	ID string `json:"id,omitzero"`
	// Type is function. A call of another type keeps its payload in Extra.
	Type     string       `json:"type,omitzero"`
	Function FunctionCall `json:"function"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FunctionCall is the function a [ToolCall] names and what to pass to it.
type FunctionCall struct {
	Name string `json:"name,omitzero"`
	// Arguments is what the model wrote, which should be a JSON object and
	// sometimes is not: it may be empty, broken, or two objects in a row. See
	// [FunctionCall.Unmarshal].
	Arguments string `json:"arguments" wire:"text"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Unmarshal decodes the arguments into what v points to, as [json.Unmarshal]
// does. Blank arguments count as {}. The error names the function.
func (f FunctionCall) Unmarshal(v any) error {
	args := []byte(strings.TrimSpace(f.Arguments))
	if len(args) == 0 {
		args = []byte("{}")
		if raw, ok := f.Extra["arguments"].(json.RawMessage); ok {
			args = raw // an object where the text of one belongs
		}
	}
	if err := json.Unmarshal(args, v); err != nil {
		return fmt.Errorf("openrouter: arguments of function %q: %w", f.Name, err)
	}
	return nil
}

func (c ToolCall) clone() ToolCall {
	if c.Index != nil {
		c.Index = new(*c.Index)
	}
	c.Function.Extra = cloneExtra(c.Function.Extra)
	c.Extra = cloneExtra(c.Extra)
	return c
}
