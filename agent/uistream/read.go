package uistream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

const (
	maxBody  = 16 << 20 // of a request, with the browser's copy of the conversation
	maxText  = 256 << 10
	maxNew   = 32       // messages
	maxFiles = 16       // in them
	maxCalls = 128      // decisions, and results
	maxName  = 256      // an id of a conversation, a file name
	maxID    = 16 << 10 // of a call: some providers keep a signature in it
	maxList  = 10_000
)

// list is a JSON list whose elements stay undecoded. A short body could have millions, which would
// take a hundred times its size.
type list []json.RawMessage

// UnmarshalJSON refuses more than maxList elements.
func (l *list) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return errors.New("not a list")
	}
	for d.More() {
		if len(*l) == maxList {
			return bad("a list has more than %d elements", maxList)
		}
		var element json.RawMessage
		if err := d.Decode(&element); err != nil {
			return err
		}
		*l = append(*l, element)
	}
	return nil
}

// body is what the page sends. Old messages stay undecoded.
type body struct {
	ID        string          `json:"id"`
	Messages  list            `json:"messages"`
	Message   json.RawMessage `json:"message"` // of pages that send only the last one
	Trigger   string          `json:"trigger"`
	MessageID string          `json:"messageId"`
}

// head is what is looked at in every message.
type head struct {
	ID   string `json:"id"`
	Role string `json:"role"`
}

type uiMessage struct {
	Parts list `json:"parts"`
}

// kindOf returns the type of a part, or "".
func kindOf(part json.RawMessage) string {
	var p struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(part, &p) != nil {
		return ""
	}
	return p.Type
}

// uiPart is a part of a message: text, a file, or a call.
type uiPart struct {
	Type       string          `json:"type"`
	Text       string          `json:"text"`
	URL        string          `json:"url"`
	MediaType  string          `json:"mediaType"`
	Filename   string          `json:"filename"`
	ToolCallID string          `json:"toolCallId"`
	State      string          `json:"state"`
	Output     json.RawMessage `json:"output"`
	ErrorText  string          `json:"errorText"`
	Approval   *struct {
		ID       string `json:"id"`
		Approved bool   `json:"approved"`
		Reason   string `json:"reason"`
	} `json:"approval"`
}

// refusal is a request that is answered with a status and one line.
type refusal struct {
	status int
	line   string
	err    error
}

func (r *refusal) Error() string { return "uistream: " + r.line }
func (r *refusal) Unwrap() error { return r.err }

func bad(format string, args ...any) error {
	return &refusal{status: http.StatusBadRequest, line: fmt.Sprintf(format, args...)}
}

// decode decodes JSON of the browser, or returns what is wrong in one line.
func decode(data []byte, v any, problem string) error {
	err := json.Unmarshal(data, v)
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused
	}
	if err != nil {
		return bad("%s", problem)
	}
	return nil
}

// Read reads the request that useChat sends with its DefaultChatTransport: a POST of JSON with id,
// messages, trigger and messageId. A page that sends only its last message may send message instead
// of messages.
//
// It takes the user messages at the end, with text and files, and the decisions and results in the
// last message of the assistant. The rest is the browser's copy of the conversation and is ignored.
// At least one message, decision or result must be new.
//
// A request may have up to 16 MiB; [http.MaxBytesReader] can set a lower limit. The new messages
// may have up to 256 KiB of text and 16 files. A file is a data URL, or the https address of an
// image, a video or a document. The kind of a data URL is detected from its content, as by
// [openrouter.ReadPart]. An https address is opened only by the service.
//
// The trigger regenerate-message asks for another answer. The trigger submit-message, with the id
// of the last user message as messageId, means that the user edited that message. [Turn.Continue]
// handles both.
//
// If Read returns an error, it has already answered the request, with one line that says what is
// wrong. The status is 405 if the request is not a POST, 415 if it is not application/json, 413 if
// it is too large, and 400 otherwise.
//
// Because the body must be JSON, forms of other sites cannot send it. Scripts of other sites can,
// if you allow cross-origin requests: check the origin with [http.CrossOriginProtection].
func Read(w http.ResponseWriter, r *http.Request) (*Turn, error) {
	turn, err := read(w, r)
	if err == nil {
		return turn, nil
	}
	status, line := http.StatusBadRequest, "the request cannot be read"
	if refused, ok := errors.AsType[*refusal](err); ok {
		status, line = refused.status, refused.line
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	http.Error(w, line, status)
	return nil, err
}

func read(w http.ResponseWriter, r *http.Request) (*Turn, error) {
	if r.Method != http.MethodPost {
		return nil, &refusal{status: http.StatusMethodNotAllowed, line: "the request must be a POST"}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &refusal{status: http.StatusUnsupportedMediaType, line: "the request must be application/json", err: err}
	}
	// All of it is read, or else the server would not notice that the browser goes away.
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, err: err,
			line: fmt.Sprintf("the request has more than %d bytes", tooLarge.Limit)}
	}
	if err != nil {
		return nil, fmt.Errorf("uistream: %w", err)
	}
	var b body
	if err := decode(data, &b, "the request is no chat in JSON"); err != nil {
		return nil, err
	}
	return b.turn()
}

// turn takes what is new.
func (b *body) turn() (*Turn, error) {
	if err := checkID(b.ID); err != nil {
		return nil, err
	}
	t := &Turn{Chat: b.ID, Decisions: map[string]agent.Decision{}, asked: map[string]string{}}
	switch b.Trigger {
	case "", "submit-message":
	case "regenerate-message":
		t.isBack = true
	default:
		return nil, bad("the trigger is unknown")
	}
	messages := []json.RawMessage(b.Messages)
	isList := len(messages) > 0
	if !isList && len(b.Message) > 0 && string(b.Message) != "null" {
		messages = []json.RawMessage{b.Message}
	}
	heads := make([]head, len(messages))
	for i := range messages {
		if err := json.Unmarshal(messages[i], &heads[i]); err != nil {
			return nil, bad("messages[%d] is not an object with a role and parts", i)
		}
		if isList && heads[i].Role == "user" {
			t.users++
		}
	}
	first := len(messages) // of the user messages at the end
	for first > 0 && heads[first-1].Role == "user" {
		first--
	}
	t.isEdit = !t.isBack && first < len(messages) && b.MessageID != "" && b.MessageID == heads[len(heads)-1].ID
	if t.isBack = t.isBack || t.isEdit; t.isBack && first < len(messages) {
		first = len(messages) - 1
	} else if first > 0 && heads[first-1].Role == "assistant" {
		if err := t.takeCalls(messages[first-1]); err != nil {
			return nil, err
		}
	}
	if len(messages)-first > maxNew {
		return nil, bad("there are more than %d new messages", maxNew)
	}
	limits := &limits{text: maxText, files: maxFiles}
	for i := first; i < len(messages); i++ {
		m, err := limits.userMessage(messages[i])
		if err != nil {
			return nil, bad("messages[%d]: %s", i, err.Error())
		}
		t.Messages = append(t.Messages, m)
	}
	if len(t.Messages) == 0 && len(t.Decisions) == 0 && !(t.isBack && len(messages) == 0) {
		return nil, bad("there is no new message, decision or result")
	}
	return t, nil
}

// takeCalls takes the decisions and the results in the last message of the assistant. Only its last
// step can have some that are new.
func (t *Turn) takeCalls(data json.RawMessage) error {
	var m uiMessage
	const problem = "the last message of the assistant cannot be read"
	if err := decode(data, &m, problem); err != nil {
		return err
	}
	parts := m.Parts
	for i := len(parts) - 1; i >= 0; i-- {
		if kindOf(parts[i]) == "step-start" {
			parts = parts[i+1:]
			break
		}
	}
	size := 0
	for _, part := range parts {
		if kind := kindOf(part); kind != "dynamic-tool" && !strings.HasPrefix(kind, "tool-") {
			continue // it may have any shape
		}
		var p uiPart
		if err := decode(part, &p, problem); err != nil {
			return err
		}
		if len(t.Decisions)+len(t.Messages) >= maxCalls {
			return bad("there are more than %d calls", maxCalls)
		}
		if p.ToolCallID == "" {
			return bad("a call has no id")
		}
		if len(p.ToolCallID) > maxID {
			return bad("the id of a call has more than %d bytes", maxID)
		}
		switch p.State {
		case "approval-responded":
			if p.Approval == nil || len(p.Approval.ID) > 2*maxID || len(p.Approval.Reason) > maxText {
				return bad("a decision cannot be read")
			}
			t.Decisions[p.ToolCallID] = agent.Decision{Allow: p.Approval.Approved, Reason: p.Approval.Reason}
			t.asked[p.ToolCallID] = p.Approval.ID
		case "output-available", "output-error":
			text := string(p.Output)
			var plain string
			if p.State == "output-error" {
				text = "error: " + p.ErrorText
			} else if json.Unmarshal(p.Output, &plain) == nil {
				text = plain
			}
			if size += len(text); size > maxText {
				return bad("the results have more than %d bytes", maxText)
			}
			t.Messages = append(t.Messages, openrouter.ToolMessage(p.ToolCallID, text))
		}
	}
	return nil
}

// checkID refuses ids of conversations that could do harm as keys or as names of files.
func checkID(id string) error {
	if id == "" {
		return bad("the id is missing")
	}
	isOdd := func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && r != ':' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}
	if len(id) > maxName || strings.Trim(id, ".") == "" || strings.IndexFunc(id, isOdd) >= 0 {
		return bad("the id must have 1 to %d letters, digits, dots, colons, dashes and underscores", maxName)
	}
	return nil
}
