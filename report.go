package openrouter

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// The service, and the forty other servers that speak its dialect, report a
// failure in many shapes. This file is the one place that reads them.

// An envelope is the members of a body or an event that may be a report.
type envelope map[string]json.RawMessage

// openEnvelope returns the members of a JSON object, or of the first object of
// a list; nil for everything else.
func openEnvelope(text []byte) envelope {
	var b envelope
	if json.Unmarshal(firstElement(text), &b) != nil {
		return nil
	}
	return b
}

// firstElement returns the first element of a JSON list that is not empty, and
// everything else as it is.
func firstElement(raw json.RawMessage) json.RawMessage {
	if kindOf(raw) != '[' {
		return raw
	}
	var first json.RawMessage
	list := json.NewDecoder(bytes.NewReader(raw)) // the rest of a long list stays undecoded
	if _, err := list.Token(); err != nil || !list.More() || list.Decode(&first) != nil {
		return raw
	}
	return first
}

// kindOf returns the first byte of a JSON value; 0 if there is none.
func kindOf(raw json.RawMessage) byte {
	if raw = bytes.TrimSpace(raw); len(raw) > 0 {
		return raw[0]
	}
	return 0
}

// holdsOnly reports whether every member besides the named ones is null.
func (b envelope) holdsOnly(names ...string) bool {
	for name, raw := range b {
		if kindOf(raw) != 'n' && !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// envelopeMembers are the members that every answer has, whatever it says.
var envelopeMembers = []string{"id", "object", "created", "model", "provider", "choices", "error"}

// reports reports whether an object without choices, and without any other
// member of an answer, reports a failure. A member that is there but empty says
// nothing.
func (b envelope) reports() bool {
	switch {
	case says(b["error"]), says(b.inner("x_groq")["error"]):
		return true
	case failed(b["error_code"]), failed(b.inner("base_resp")["status_code"]):
		return true
	case says(b["error_msg"]), says(b["error_message"]), says(b["errors"]):
		return true
	case says(b["detail"]) && kindOf(b["detail"]) != '{':
		return true
	}
	if linesIn(b["message"]) == "" && linesIn(b["msg"]) == "" {
		return false
	}
	kind := strings.ToLower(textIn(b["type"]))
	return failed(b["code"]) && !isSuccess(b["code"]) || textIn(b["object"]) == "error" ||
		strings.Contains(kind, "error") || strings.Contains(kind, "exception")
}

// inner returns the members of a member.
func (b envelope) inner(name string) envelope {
	var inner envelope
	_ = json.Unmarshal(b[name], &inner) // nil if it is no object
	return inner
}

// says reports whether a member is not empty. Words for success are.
func says(raw json.RawMessage) bool {
	switch strings.ToLower(string(bytes.TrimSpace(raw))) {
	case "", "null", "false", "0", "[]", "{}":
		return false
	}
	if kindOf(raw) != '"' {
		return true
	}
	return !isWordOfSuccess(textIn(raw))
}

func isWordOfSuccess(text string) bool {
	return slices.Contains([]string{"", "0", "ok", "success"}, strings.ToLower(text))
}

// failed reports whether a code is neither empty nor 0.
func failed(code json.RawMessage) bool {
	switch kindOf(code) {
	case '"':
		return !isWordOfSuccess(textIn(code))
	case 0, 'n', 't', 'f', '{', '[':
		return false
	}
	var n float64
	return json.Unmarshal(code, &n) == nil && n != 0
}

// isSuccess reports whether a code is a status of success.
func isSuccess(code json.RawMessage) bool {
	n := numberIn(code)
	return n >= 200 && n <= 299
}

// textIn returns the text of a JSON string; "" for everything else.
func textIn(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// numberIn returns a JSON number, or a number in a string, as an integer; 0 for
// everything else.
func numberIn(raw json.RawMessage) int {
	var n float64
	if json.Unmarshal(raw, &n) == nil {
		if n == float64(int32(n)) {
			return int(n)
		}
		return 0
	}
	return atoi(textIn(raw))
}

// linesIn returns a JSON string, or the strings of a list, joined.
func linesIn(raw json.RawMessage) string {
	if kindOf(raw) != '[' {
		return textIn(raw)
	}
	var list []json.RawMessage
	_ = json.Unmarshal(raw, &list)
	var lines []string
	for _, e := range list {
		if line := textIn(e); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

// messageIn finds the sentence that says what went wrong in a value of any
// shape: a text, an object, or a list of either.
func messageIn(raw json.RawMessage, depth int) string {
	if depth > 4 {
		return ""
	}
	switch kindOf(raw) {
	case '"':
		return textIn(raw)
	case '[':
		var list []json.RawMessage
		_ = json.Unmarshal(raw, &list)
		var lines []string
		for _, e := range list[:min(len(list), 8)] {
			if line := messageIn(e, depth+1); line != "" {
				lines = append(lines, prefixed(placeIn(e), line))
			}
		}
		return strings.Join(lines, "; ")
	case '{':
		return openEnvelope(raw).message(depth + 1)
	}
	return ""
}

// placeIn returns where in the request an element of a list says that something
// is wrong, with a colon behind it.
func placeIn(raw json.RawMessage) string {
	if kindOf(raw) != '{' {
		return ""
	}
	var at struct{ Loc []any }
	if json.Unmarshal(raw, &at) != nil || len(at.Loc) == 0 {
		return ""
	}
	steps := make([]string, 0, len(at.Loc))
	for _, step := range at.Loc {
		text, ok := step.(string)
		if !ok {
			raw, _ := json.Marshal(step)
			text = string(raw)
		}
		steps = append(steps, text)
	}
	return strings.Join(steps, ".") + ": "
}

// sentenceMembers are the members that hold messages, the more telling ones
// first.
var sentenceMembers = []string{"message", "Message", "error_message", "error_msg", "msg", "error", "detail", "details", "errors", "status_msg", "error_description", "reason", "title"}

// message returns the first message that the members hold.
func (b envelope) message(depth int) string {
	for _, name := range sentenceMembers {
		if text := messageIn(b[name], depth); text != "" {
			return text
		}
	}
	return ""
}

// failure returns what the members say of a failure, in the service's own shape.
func (b envelope) failure() *ErrorObject {
	o := &ErrorObject{}
	reported := firstElement(b["error"])
	if !says(reported) {
		reported = b.inner("x_groq")["error"]
	}
	if kindOf(reported) == '{' {
		if o.UnmarshalJSON(reported) != nil {
			*o = ErrorObject{}
		}
		if o.Message == "" || kindOf(b["error"]) == '[' {
			o.Message = messageIn(b["error"], 0)
		}
		if o.Message == "" {
			o.Message = messageIn(reported, 0) // in x_groq
		}
		if o.Message == "" {
			o.Message = b.besideError()
		}
	} else {
		o.Message = textIn(reported) // the sentence itself, or the name of the failure
		if kindOf(b["error"]) == '[' {
			o.Message = messageIn(b["error"], 0)
		} else if o.Message == "" && says(reported) && kindOf(reported) != 't' {
			o.Message = string(reported)
		}
		if beside := b.besideError(); o.Message == "" || strings.Contains(beside, o.Message) {
			o.Message = beside
		} else if beside != "" && !strings.Contains(o.Message, beside) {
			o.Message += ": " + beside
		}
	}
	b.addCodes(o)
	return o
}

// besideError returns the message that stands beside the member error.
func (b envelope) besideError() string {
	for _, name := range sentenceMembers {
		if name == "error" {
			continue
		}
		if text := messageIn(b[name], 0); text != "" {
			return text
		}
	}
	return textIn(b.inner("base_resp")["status_msg"])
}

// addCodes adds the codes and the type that stand in other places than the service's,
// where the error object has none of its own: under another name, beside the member
// error, or in the first element of a list of errors.
func (b envelope) addCodes(o *ErrorObject) {
	within := openEnvelope(b["error"])
	for _, members := range []envelope{within, b, openEnvelope(b["errors"])} {
		for _, name := range []string{"code", "status", "status_code", "statusCode", "http_code", "error_code"} {
			if n := numberIn(members[name]); isStatus(n) && !isStatus(numericCode(o)) && !isStatus(o.HTTPStatus) {
				o.Code = n
			}
		}
		for _, name := range []string{"code", "error_code"} {
			if word := members[name]; codeWord(o) == "" && textIn(word) != "" && atoi(textIn(word)) == 0 {
				o.addExtra("code", word)
			}
		}
	}
	if kind := textIn(b["type"]); o.Type == "" && kind != "error" {
		o.Type = kind
	}
	for _, name := range retryMembers {
		if hint := b[name]; o.Extra[name] == nil && hint != nil {
			o.addExtra(name, hint)
		}
	}
}

func (o *ErrorObject) addExtra(name string, raw json.RawMessage) {
	if o.Extra == nil {
		o.Extra = map[string]any{}
	}
	o.Extra[name] = raw
}

// isStatus reports whether a number is an HTTP status of failure. Other numbers
// are a provider's own codes.
func isStatus(n int) bool { return n >= 400 && n <= 599 }

// codeWord returns the code of an error that is a word; "" if it is none.
func codeWord(o *ErrorObject) string {
	raw, _ := o.Extra["code"].(json.RawMessage)
	return textIn(raw)
}

// errorFromBody makes an error of any response body that reports a failure.
func (c *config) errorFromBody(call *CallInfo, body []byte) *APIError {
	text := bytes.TrimSpace(body)
	e := newAPIError(call, openEnvelope(text).failure())
	var b errorBody
	if b.UnmarshalJSON(firstElement(text)) == nil {
		e.UserID, e.RouterMetadata = b.UserID, b.OpenRouterMetadata
	}
	e.Body = reportBody(body)
	if e.Message == "" {
		e.Message = c.secrets.noMessage(call, text)
	}
	if to := call.Header.Get("Location"); to != "" && call.StatusCode >= 300 && call.StatusCode <= 399 {
		if e.Message != "" {
			e.Message += "; "
		}
		e.Message += "the redirect to " + withoutSecrets(to) + " is not followed"
	}
	return e
}

// reportBody returns a copy of a report, up to the length that an error keeps.
func reportBody(data []byte) []byte { return bytes.Clone(data[:min(len(data), maxErrorBody)]) }

// noMessage is the message of a body that is no report: plain text is one by
// itself, and an encoding that cannot be read is named.
func (s secrets) noMessage(call *CallInfo, text []byte) string {
	if encoding := foreignEncoding(call); encoding != "" {
		return "the body has the Content-Encoding " + encoding + ", which is not supported"
	}
	return s.plainMessage(text)
}

// plainMessage is the first line of a body that is text, in quotes or without; ""
// for markup, JSON, binary data, and text that may repeat the request.
func (s secrets) plainMessage(text []byte) string {
	kind := kindOf(text)
	text = s.data(text) // before it is cut
	line := textIn(text)
	if line == "" && kind != 0 && !strings.ContainsRune("<{[\"", rune(kind)) {
		line = string(text)
	}
	line, _, _ = strings.Cut(line, "\n")
	if line = strings.TrimSpace(line); len(line) > maxPlainMessage || strings.Contains(line, `{"`) || !utf8.ValidString(line) {
		return ""
	}
	return line
}

// maxPlainMessage is the length up to which a plain text is taken for a message.
const maxPlainMessage = 512

// foreignEncoding is the encoding of a body that net/http did not undo; "" if
// there is none.
func foreignEncoding(call *CallInfo) string {
	encoding := call.Header.Get("Content-Encoding")
	if strings.EqualFold(encoding, "identity") {
		return ""
	}
	return nameIn(encoding)
}

// withoutSecrets is an address without the parts that may hold secrets: its user,
// its query and its fragment.
func withoutSecrets(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an invalid address"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return nameIn(u.String())
}

// passes reports whether a chunk without choices may stand in a stream: it
// reports no failure, and where its choices are null, it comes after a finish
// reason or holds something else.
func (s *Stream) passes(chunk *ChatCompletionChunk, data []byte) bool {
	if chunk.Usage != nil || chunk.Debug != nil || chunk.OpenRouterMetadata != nil {
		return true
	}
	members := openEnvelope(data)
	if members.reports() {
		return false
	}
	return chunk.presence.Form(chatCompletionChunkChoices) != wire.Null || s.acc.hasFinish() || !members.holdsOnly(envelopeMembers...)
}

// reportIn returns the failure that an event reports: this chunk, which has been
// decoded from data where that was possible. beside is whether it stands in no
// member error, and named whether the event is called error.
func (c *ChatCompletionChunk) reportIn(data []byte, named bool, secrets secrets) (report *ErrorObject, beside bool) {
	if report := c.report(); report != nil {
		if report != c.Error {
			return report.beside(nil), false
		}
		return report.beside(openEnvelope(data)), false
	}
	if !named && (len(c.Choices) > 0 || c.Usage != nil || c.Debug != nil || c.OpenRouterMetadata != nil) {
		return nil, false
	}
	members := openEnvelope(data)
	if !named && !members.reports() {
		return nil, false
	}
	report = members.failure()
	if report.Message == "" {
		report.Message = secrets.plainMessage(data)
	}
	return report, true
}

// beside returns the failure that an error object reports, with what the members
// beside it say.
func (o *ErrorObject) beside(members envelope) *ErrorObject {
	raw, err := json.Marshal(o)
	if err != nil {
		return o
	}
	if members == nil {
		members = envelope{}
	}
	members["error"] = raw
	return members.failure()
}

// report returns the failure that a chunk reports, nil if it does not.
func (c *ChatCompletionChunk) report() *ErrorObject {
	if c.Error != nil {
		return c.Error
	}
	for i := range c.Choices {
		if e := c.Choices[i].Error; e != nil {
			return e
		}
	}
	return nil
}
