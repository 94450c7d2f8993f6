package uistream

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

// part is a part of the stream. The type says which members belong to it.
type part struct {
	Type           string          `json:"type"`
	ID             string          `json:"id,omitzero"`
	Delta          string          `json:"delta,omitzero"`
	ToolCallID     string          `json:"toolCallId,omitzero"`
	ToolName       string          `json:"toolName,omitzero"`
	InputTextDelta string          `json:"inputTextDelta,omitzero"`
	Input          json.RawMessage `json:"input,omitzero"`
	Output         json.RawMessage `json:"output,omitzero"`
	ErrorText      string          `json:"errorText,omitzero"`
	ApprovalID     string          `json:"approvalId,omitzero"`
	SourceID       string          `json:"sourceId,omitzero"`
	URL            string          `json:"url,omitzero"`
	Title          string          `json:"title,omitzero"`
	MediaType      string          `json:"mediaType,omitzero"`
	Data           *progress       `json:"data,omitzero"`
	FinishReason   string          `json:"finishReason,omitzero"`
	Metadata       *metadata       `json:"messageMetadata,omitzero"`
}

// progress is the data of a part data-progress.
type progress struct {
	ToolCallID string          `json:"toolCallId"`
	Progress   json.RawMessage `json:"progress"`
}

// metadata is what the page learns about a run, under the names of the AI SDK.
type metadata struct {
	Model string  `json:"model,omitzero"`
	Steps int     `json:"steps"`
	Usage tokens  `json:"usage"`
	Cost  float64 `json:"cost"` // in USD
}

type tokens struct {
	Input     int `json:"inputTokens"`
	Output    int `json:"outputTokens"`
	Total     int `json:"totalTokens"`
	Reasoning int `json:"reasoningTokens,omitzero"`
	Cached    int `json:"cachedInputTokens,omitzero"`
}

func metadataOf(run *agent.Run) *metadata {
	u := run.Usage
	m := &metadata{Cost: u.Cost, Usage: tokens{Input: u.PromptTokens, Output: u.CompletionTokens, Total: u.TotalTokens}}
	if d := u.CompletionTokensDetails; d != nil {
		m.Usage.Reasoning = d.ReasoningTokens
	}
	if d := u.PromptTokensDetails; d != nil {
		m.Usage.Cached = d.CachedTokens
	}
	for i := range run.Steps {
		if run.Steps[i].Answer != nil {
			m.Steps++
		}
	}
	if a := run.Answer(); a != nil {
		m.Model = a.Model
	}
	return m
}

// finishOf returns the finish reason of a run without an error, in the words of the AI SDK.
func finishOf(run *agent.Run) string {
	if len(run.Pending) > 0 {
		return "tool-calls"
	}
	switch reason := run.Answer().FinishReason(); reason {
	case openrouter.FinishReasonStop, openrouter.FinishReasonLength:
		return string(reason)
	case openrouter.FinishReasonToolCalls:
		return "tool-calls"
	}
	return "other"
}

// inputOf returns the arguments of a call, and whether they are a JSON object.
func inputOf(arguments string) (json.RawMessage, bool) {
	arguments = strings.TrimSpace(arguments)
	if !strings.HasPrefix(arguments, "{") || !json.Valid([]byte(arguments)) {
		return nil, false
	}
	return safe(json.RawMessage(arguments)), true
}

// rawInput returns arguments that are no JSON object as a JSON string.
func rawInput(arguments string) json.RawMessage {
	return encoded(clean(arguments))
}

// maxOutput limits the text of a result that the browser gets, in bytes.
const maxOutput = 256 << 10

// outputOf returns a result as the page gets it: a JSON object or list as it is, any other text as a
// string, and media as the list of parts that the model gets.
func outputOf(content []openrouter.Part) json.RawMessage {
	for i := range content {
		if content[i].Type != openrouter.PartTypeText {
			return safe(encoded(content))
		}
	}
	text := textOf(content)
	trimmed := strings.TrimSpace(text)
	if len(text) <= maxOutput && (strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[")) && json.Valid([]byte(trimmed)) {
		return safe(json.RawMessage(trimmed))
	}
	return encoded(bounded(text))
}

// errorOf returns the error of a call as the model is told it.
func errorOf(content []openrouter.Part) string {
	return cmp.Or(bounded(strings.TrimPrefix(textOf(content), "error: ")), "the call failed")
}

// isDenied reports whether a result says that the call was refused.
func isDenied(content []openrouter.Part) bool {
	return strings.HasPrefix(errorOf(content), denied)
}

// denied begins what the agent tells the model about a call that was refused.
const denied = "the call was not allowed"

func textOf(content []openrouter.Part) string {
	m := openrouter.Message{Content: content}
	return m.Text()
}

// bounded returns a text up to maxOutput.
func bounded(text string) string {
	if len(text) > maxOutput {
		return clean(text[:maxOutput]) + "\n[cut]"
	}
	return clean(text)
}

// clean removes what is no UTF-8, such as a character that was cut.
func clean(s string) string { return strings.ToValidUTF8(s, "") }

// encoded returns the JSON of a value, or its text as a JSON string if it has none.
func encoded(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		data, _ = json.Marshal(clean(fmt.Sprint(v))) // a string always has one
	}
	return data
}

// filesOf returns the images and the speech of a message.
func filesOf(m *openrouter.Message) []part {
	var files []part
	for i := range m.Images {
		if u := m.Images[i].ImageURL; u != nil {
			if kind := imageType(u.URL); kind != "" {
				files = append(files, part{Type: "file", URL: u.URL, MediaType: kind})
			}
		}
	}
	if m.Audio == nil {
		return files
	}
	if speech, err := m.Audio.Bytes(); err == nil && len(speech) > 0 {
		kind := "audio/*"
		if p, err := openrouter.ReadPart("speech", bytes.NewReader(speech)); err == nil && p.InputAudio != nil {
			kind = audioType(p.InputAudio.Format)
		}
		files = append(files, part{Type: "file", URL: dataURL(kind, base64.StdEncoding.EncodeToString(speech)), MediaType: kind})
	}
	return files
}

func dataURL(kind, data string) string { return "data:" + kind + ";base64," + data }

// audioType returns the media type of a recording.
func audioType(format string) string {
	switch format {
	case "mp3":
		return "audio/mpeg"
	case "m4a":
		return "audio/mp4"
	case "":
		return "audio/*"
	}
	return "audio/" + format
}

// imageType returns the media type of an image, and "" for an address that a page should not open.
func imageType(address string) string {
	if kind, ok := typeOf(address); ok {
		if !strings.HasPrefix(kind, "image/") {
			return ""
		}
		return kind
	}
	if !isWeb(address) {
		return ""
	}
	if u, err := url.Parse(address); err == nil {
		if kind := mime.TypeByExtension(path.Ext(u.Path)); strings.HasPrefix(kind, "image/") {
			return kind
		}
	}
	return "image/*"
}

// typeOf returns the media type of a data URL.
func typeOf(address string) (kind string, ok bool) {
	rest, isData := strings.CutPrefix(address, "data:")
	head, _, ok := strings.Cut(rest, ",")
	kind, _, _ = strings.Cut(head, ";")
	return strings.ToLower(kind), isData && ok
}

// isWeb reports whether an address is of the web: no script, and no file.
func isWeb(address string) bool {
	lower := strings.ToLower(address)
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://")
}

// sourcesOf returns the pages that a message cites, each once.
func sourcesOf(m *openrouter.Message) []part {
	var sources []part
	for i := range m.Annotations {
		c := m.Annotations[i].URLCitation
		if c == nil || !isWeb(c.URL) {
			continue
		}
		if !slices.ContainsFunc(sources, func(p part) bool { return p.URL == c.URL }) {
			sources = append(sources, part{Type: "source-url", SourceID: c.URL, URL: c.URL, Title: c.Title})
		}
	}
	return sources
}
