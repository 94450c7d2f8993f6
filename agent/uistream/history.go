package uistream

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// message is a message as the page has it.
type message struct {
	ID    string  `json:"id"`
	Role  string  `json:"role"`
	Parts []block `json:"parts"`
}

// block is a part of such a message. The type says which members belong to it.
type block struct {
	Type       string          `json:"type"`
	Text       string          `json:"text,omitzero"`
	State      string          `json:"state,omitzero"`
	ToolCallID string          `json:"toolCallId,omitzero"`
	Input      json.RawMessage `json:"input,omitzero"`
	Output     json.RawMessage `json:"output,omitzero"`
	ErrorText  string          `json:"errorText,omitzero"`
	Approval   *approval       `json:"approval,omitzero"`
	URL        string          `json:"url,omitzero"`
	MediaType  string          `json:"mediaType,omitzero"`
	Filename   string          `json:"filename,omitzero"`
	SourceID   string          `json:"sourceId,omitzero"`
	Title      string          `json:"title,omitzero"`
}

type approval struct {
	ID       string `json:"id"`
	Approved *bool  `json:"approved,omitzero"`
}

// History returns a conversation as a JSON list of UI messages. When a page is loaded, it passes
// them to useChat as messages. System and developer messages are left out.
//
// browser names the functions that the page runs; see [Turn.Continue]. A call at the end without a
// result waits for the page to run it if its function is one of these, and otherwise for the user's
// decision. The same conversation always gets the same message ids.
func History(messages []openrouter.Message, browser ...string) json.RawMessage {
	out := []message{}
	add := func(i int, role string) *message {
		if n := len(out); n == 0 || role == "user" || out[n-1].Role != role {
			out = append(out, message{ID: "message-" + strconv.Itoa(i), Role: role, Parts: []block{}})
		}
		return &out[len(out)-1]
	}
	results, last := resultsOf(messages)
	for i := range messages {
		switch m := &messages[i]; m.Role {
		case openrouter.RoleUser:
			ui := add(i, "user")
			ui.Parts = append(ui.Parts, contentOf(m.Content)...)
		case openrouter.RoleAssistant:
			ui := add(i, "assistant")
			ui.Parts = append(ui.Parts, block{Type: "step-start"})
			ui.Parts = append(ui.Parts, spoken(m)...)
			for _, c := range m.ToolCalls {
				canWait := i == last && !slices.Contains(browser, c.Function.Name)
				ui.Parts = append(ui.Parts, callOf(c, results[place{i, c.ID}], canWait))
			}
		}
	}
	return encoded(out)
}

// place is a call: ids may be repeated in a conversation.
type place struct {
	message int
	call    string
}

// resultsOf returns the results by their calls, and the index of the last answer.
func resultsOf(messages []openrouter.Message) (results map[place]*openrouter.Message, last int) {
	results, last = map[place]*openrouter.Message{}, -1
	for i := range messages {
		switch messages[i].Role {
		case openrouter.RoleAssistant:
			last = i
		case openrouter.RoleTool:
			results[place{last, messages[i].ToolCallID}] = &messages[i]
		}
	}
	return results, last
}

// spoken returns what an answer has beside its calls.
func spoken(m *openrouter.Message) []block {
	var blocks []block
	a := openrouter.ChatCompletion{Choices: []openrouter.Choice{{Message: *m}}}
	if text := a.Reasoning(); text != "" {
		blocks = append(blocks, block{Type: "reasoning", Text: text, State: "done"})
	}
	text := m.Text()
	if text == "" && m.Audio != nil {
		text = m.Audio.Transcript
	}
	for _, t := range []string{text, m.Refusal} {
		if t != "" {
			blocks = append(blocks, block{Type: "text", Text: t, State: "done"})
		}
	}
	for _, p := range append(filesOf(m), sourcesOf(m)...) {
		blocks = append(blocks, block{Type: p.Type, URL: p.URL, MediaType: p.MediaType, SourceID: p.SourceID, Title: p.Title})
	}
	return blocks
}

// callOf returns a call with what became of it. Without a result it waits for a decision, if it can.
func callOf(c openrouter.ToolCall, result *openrouter.Message, canWait bool) block {
	b := block{Type: "tool-" + nameOf(c), ToolCallID: c.ID}
	input, ok := inputOf(c.Function.Arguments)
	if !ok {
		input = rawInput(c.Function.Arguments)
	}
	b.Input = input
	isError := result != nil && strings.HasPrefix(result.Text(), "error: ")
	switch {
	case result == nil && canWait:
		b.State, b.Approval = "approval-requested", &approval{ID: approvalID(c)}
	case result == nil:
		b.State = "input-available"
	case isError && isDenied(result.Content):
		b.State, b.Approval = "output-denied", &approval{ID: approvalID(c), Approved: new(false)}
	case isError:
		b.State, b.ErrorText = "output-error", errorOf(result.Content)
	default:
		b.State, b.Output = "output-available", outputOf(result.Content)
	}
	return b
}

// contentOf returns what the user wrote.
func contentOf(content []openrouter.Part) []block {
	var blocks []block
	for _, p := range content {
		b := block{Type: "file"}
		switch {
		case p.Type == openrouter.PartTypeText:
			b = block{Type: "text", Text: p.Text, State: "done"}
		case p.ImageURL != nil:
			b.URL, b.MediaType = p.ImageURL.URL, imageType(p.ImageURL.URL)
		case p.InputAudio != nil:
			b.MediaType = audioType(p.InputAudio.Format)
			b.URL = dataURL(b.MediaType, p.InputAudio.Data)
		case p.VideoURL != nil:
			b.URL, b.MediaType = p.VideoURL.URL, typeOr(p.VideoURL.URL, "video/*")
		case p.File != nil:
			b.URL, b.MediaType, b.Filename = p.File.FileData, typeOr(p.File.FileData, "application/octet-stream"), p.File.Filename
		}
		if b.Text != "" || b.MediaType != "" && (isWeb(b.URL) || strings.HasPrefix(b.URL, "data:")) {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// typeOr returns the media type of a data URL, and otherwise for another address.
func typeOr(address, otherwise string) string {
	if kind, ok := typeOf(address); ok && kind != "" {
		return kind
	}
	return otherwise
}
