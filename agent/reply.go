package agent

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// arguments returns the JSON object that a function is called with. A cut call was broken off by the
// token limit or the connection.
//
// Two habits of models are understood: no arguments at all, where nothing was cut, and an object
// inside of a JSON string. Nothing else is repaired: half a path is a different path.
func arguments(f openrouter.FunctionCall, cut bool) (json.RawMessage, error) {
	text := strings.TrimSpace(f.Arguments)
	if raw, ok := f.Extra["arguments"].(json.RawMessage); ok && text == "" {
		text = strings.TrimSpace(string(raw)) // of another JSON type: the text of an object is in Arguments
	}
	var inner string
	if strings.HasPrefix(text, `"`) && json.Unmarshal([]byte(text), &inner) == nil {
		text = strings.TrimSpace(inner)
	}
	if text == "" || text == "null" {
		if cut {
			return nil, toldCut
		}
		return json.RawMessage("{}"), nil
	}
	var members map[string]json.RawMessage
	err := json.Unmarshal([]byte(text), &members)
	switch {
	case err == nil:
		return json.RawMessage(text), nil
	case cut:
		return nil, toldCut
	case json.Valid([]byte(text)):
		return nil, told("the arguments must be a JSON object")
	}
	return nil, told("the arguments are not JSON: " + err.Error())
}

// reply is an answer on its way into the conversation.
type reply struct {
	message openrouter.Message
	jobs    []*job
	isEmpty bool // it stays out of the conversation
}

// newReply returns the message that goes into the conversation for an answer, and its calls. It
// differs from the answer only where a later request would fail. failed tells that the answer broke
// off.
func newReply(answer *openrouter.ChatCompletion, failed bool) reply {
	m := answer.Message()
	m.Role = openrouter.RoleAssistant // whatever was said
	m.Extra = without(m.Extra, "role")
	cut := failed || wasCut(answer)
	var received []openrouter.ToolCall // with the arguments that the model wrote
	if len(answer.Choices) > 0 {
		received = answer.Choices[0].Message.ToolCalls
	}
	r := reply{message: m}
	isWhole := false
	calls := m.ToolCalls[:0]
	for i, call := range m.ToolCalls {
		if _, ok := call.Extra[""]; ok {
			continue // no object, which no service accepts back
		}
		j := newJob(call, received[i].Function, cut)
		isWhole = isWhole || j.problem == nil
		mendCall(&call, received[i].Function, j)
		calls = append(calls, call)
		r.jobs = append(r.jobs, j)
	}
	if r.message.ToolCalls = calls; len(calls) == 0 {
		r.message.ToolCalls = nil
	}
	if failed {
		r.message.Audio = nil // a fragment
	}
	// A call that is whole comes after the reasoning, which is then complete, too.
	if failed || cut && !isWhole {
		dropUnsigned(&r.message)
	}
	r.isEmpty = isEmpty(&r.message)
	return r
}

// mendCall makes a call one that services accept back.
func mendCall(call *openrouter.ToolCall, received openrouter.FunctionCall, j *job) {
	call.Extra = without(call.Extra, "id", "type") // of another JSON type: the id is its text
	if call.Type == "" {
		call.Type = "function"
	}
	if call.Type != "function" {
		return
	}
	call.Function.Name = functionName(call.Function.Name)
	written := strings.TrimSpace(received.Arguments)
	if j.problem != nil {
		written = ""
		call.Function.Arguments = "{}"
	} else if args := j.call.Function.Arguments; written != args {
		call.Function.Arguments = args
	}
	if written == "" {
		call.Function.Extra = without(call.Function.Extra, "arguments")
	}
}

// reopened returns the calls of an earlier message that have no result. It makes the message one that
// services accept back, which it need not be if it is not from a run.
func reopened(m *openrouter.Message, calls []openrouter.ToolCall) []*job {
	m.ToolCalls = slices.Clone(m.ToolCalls)
	jobs := make([]*job, len(calls))
	k := len(calls) - 1
	for i := len(m.ToolCalls) - 1; i >= 0 && k >= 0; i-- { // of calls with one id, the first have the results
		call := &m.ToolCalls[i]
		if call.ID != calls[k].ID {
			continue
		}
		received := call.Function
		for n := i + 1; strings.TrimSpace(call.ID) == "" || hasID(m.ToolCalls[:i], call.ID) || hasID(m.ToolCalls[i+1:], call.ID); n++ {
			call.ID = fmt.Sprintf("call_%d", n)
		}
		jobs[k] = newJob(*call, received, false)
		mendCall(call, received, jobs[k])
		k--
	}
	return jobs
}

func hasID(calls []openrouter.ToolCall, id string) bool {
	return slices.ContainsFunc(calls, func(c openrouter.ToolCall) bool { return c.ID == id })
}

// without returns the members without those of these names. It does not change extra.
func without(extra map[string]any, names ...string) map[string]any {
	if !slices.ContainsFunc(names, func(name string) bool { _, ok := extra[name]; return ok }) {
		return extra
	}
	extra = maps.Clone(extra)
	for _, name := range names {
		delete(extra, name)
	}
	return extra
}

// functionName replaces the characters that the name of a function cannot have. The name of a tool
// that exists stays as it is.
func functionName(name string) string {
	if isFunctionName(name) {
		return name
	}
	name = strings.Map(func(r rune) rune {
		if isNameRune(r) {
			return r
		}
		return '_'
	}, name)
	if name == "" {
		return "unknown"
	}
	return name[:min(len(name), maxName)]
}

const maxName = 64 // characters of a function's name

func isFunctionName(name string) bool {
	return name != "" && len(name) <= maxName && strings.IndexFunc(name, func(r rune) bool { return !isNameRune(r) }) < 0
}

func isNameRune(r rune) bool {
	return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// wasCut reports whether the token limit, or a failure, ended an answer. Some routers rewrite the
// finish reason of an answer with calls; the provider's own word is then still there.
func wasCut(answer *openrouter.ChatCompletion) bool {
	switch answer.FinishReason() {
	case openrouter.FinishReasonLength, openrouter.FinishReasonError:
		return true
	}
	if len(answer.Choices) == 0 {
		return false
	}
	switch strings.ToLower(answer.Choices[0].NativeFinishReason) {
	case "length", "max_tokens", "max_output_tokens":
		return true
	}
	return false
}

// isRefusal reports whether the model refused to answer. Some providers say so in their own finish
// reason alone.
func isRefusal(answer *openrouter.ChatCompletion) bool {
	return answer.Refusal() != "" || len(answer.Choices) > 0 && answer.Choices[0].NativeFinishReason == "refusal"
}

// isEmpty reports whether there is nothing in a message that a model could read.
func isEmpty(m *openrouter.Message) bool {
	if len(m.ToolCalls) > 0 || m.Refusal != "" || len(m.Images) > 0 || m.Audio != nil {
		return false
	}
	if _, ok := m.Extra["content"]; ok { // of another JSON type
		return false
	}
	return !slices.ContainsFunc(m.Content, func(p openrouter.Part) bool {
		return p.Type != openrouter.PartTypeText || strings.TrimSpace(p.Text) != ""
	})
}

// dropUnsigned removes the reasoning that has no signature. Providers that sign refuse it, and it
// may have been cut in the middle.
func dropUnsigned(m *openrouter.Message) {
	isEncrypted := func(d openrouter.ReasoningDetail) bool { return d.Data != "" }
	hasEncrypted := slices.ContainsFunc(m.ReasoningDetails, isEncrypted)
	n := len(m.ReasoningDetails)
	m.ReasoningDetails = slices.DeleteFunc(m.ReasoningDetails, func(d openrouter.ReasoningDetail) bool {
		switch {
		case d.Signature != "", isEncrypted(d):
			return false
		case d.Type == openrouter.ReasoningDetailTypeSummary:
			return !hasEncrypted // a summary belongs to the encrypted block behind it
		}
		return true
	})
	if n > 0 && len(m.ReasoningDetails) == n {
		return
	}
	m.Reasoning, m.ReasoningContent = "", ""
	if len(m.ReasoningDetails) == 0 {
		m.ReasoningDetails = nil
	}
}
