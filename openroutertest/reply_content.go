package openroutertest

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter"
)

// Text adds text. A stream sends each argument in a chunk of its own.
func (r Reply) Text(chunks ...string) Reply {
	return r.step(textStep{r.choice, chunks})
}

// Reasoning adds a block of readable reasoning. A stream sends each argument in a
// chunk of its own. As with the service, the text is in both the reasoning and the
// reasoning details.
func (r Reply) Reasoning(chunks ...string) Reply {
	return r.step(reasoningStep{r.choice, "", chunks})
}

// SignedReasoning adds a block of reasoning with a signature, which a program must
// send back unchanged. A stream sends the signature last, in a chunk of its own, as
// Claude models do.
func (r Reply) SignedReasoning(signature string, chunks ...string) Reply {
	return r.step(reasoningStep{r.choice, signature, chunks})
}

// ReasoningDetails adds blocks of reasoning of any kind, unchanged. A stream sends
// each in a chunk of its own. Without arguments it adds an empty list, which
// differs from no list.
func (r Reply) ReasoningDetails(details ...openrouter.ReasoningDetail) Reply {
	return r.step(detailsStep{r.choice, details})
}

// ToolCall adds a call of a function. The arguments should be a JSON object. A
// stream sends the id and the name first, then the arguments in two chunks.
func (r Reply) ToolCall(id, name, arguments string) Reply {
	half := len(arguments) / 2
	for half > 0 && !utf8.RuneStart(arguments[half]) {
		half--
	}
	return r.ToolCallChunks(id, name, arguments[:half], arguments[half:])
}

// ToolCallChunks is [Reply.ToolCall] with the arguments in the given chunks.
func (r Reply) ToolCallChunks(id, name string, arguments ...string) Reply {
	return r.step(callStep{r.choice, id, name, arguments})
}

// Refusal adds the text of a model that refuses to answer. A stream sends each
// argument in a chunk of its own.
func (r Reply) Refusal(chunks ...string) Reply {
	return r.step(refusalStep{r.choice, chunks})
}

// Image adds an image by its URL, usually a data URL.
func (r Reply) Image(url string) Reply {
	return r.step(imageStep{r.choice, openrouter.Image{Type: "image_url", ImageURL: &openrouter.ImageURL{URL: url}}})
}

// ImageData adds an image from its bytes, with a media type such as image/png.
func (r Reply) ImageData(mediaType string, data []byte) Reply {
	return r.Image("data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(data))
}

// Audio adds speech with its transcript. A stream sends three chunks: the id with
// the first half of the recording, the second half with the transcript, and the
// time at which it expires.
func (r Reply) Audio(id string, recording []byte, transcript string) Reply {
	return r.step(audioStep{r.choice, openrouter.Audio{
		ID:         id,
		Data:       base64.StdEncoding.EncodeToString(recording),
		Transcript: transcript,
		ExpiresAt:  created + 3600,
	}})
}

// Annotations adds citations and parsed files.
func (r Reply) Annotations(annotations ...openrouter.Annotation) Reply {
	return r.step(annotationsStep{r.choice, annotations})
}

// Citation adds an annotation that cites a web page.
func (r Reply) Citation(url, title string) Reply {
	return r.Annotations(openrouter.Annotation{
		Type:        openrouter.AnnotationTypeURLCitation,
		URLCitation: &openrouter.URLCitation{URL: url, Title: title},
	})
}

// Logprobs adds log probabilities. A stream sends them in a chunk of their own.
func (r Reply) Logprobs(l openrouter.Logprobs) Reply {
	return r.step(logprobsStep{r.choice, l})
}

// Choice sets the choice that the following steps belong to. A reply begins with
// choice 0.
func (r Reply) Choice(index int) Reply {
	r.choice = index
	return r
}

// FinishReason sets the finish reason of the choice; "" is null. The default is
// tool_calls if the choice has a tool call, and stop otherwise.
func (r Reply) FinishReason(reason openrouter.FinishReason) Reply {
	return r.step(choiceEnd{choice: r.choice, finish: new(string(reason))})
}

// NativeFinishReason sets the provider's own finish reason. The default is the
// finish reason of the choice.
func (r Reply) NativeFinishReason(reason string) Reply {
	return r.step(choiceEnd{choice: r.choice, native: &reason})
}

type textStep struct {
	choice int
	chunks []string
}

func (t textStep) stream(s *streaming) {
	for _, chunk := range t.chunks {
		s.delta(t.choice, delta{Content: chunk}, nil)
	}
	s.count(strings.Join(t.chunks, ""))
}

func (t textStep) whole(w *whole) {
	text := strings.Join(t.chunks, "")
	w.message(t.choice, len(t.chunks)).Content += text
	w.count(text)
}

func (t textStep) String() string { return "Text(" + quoted(strings.Join(t.chunks, "")) + ")" }

type refusalStep struct {
	choice int
	chunks []string
}

func (f refusalStep) stream(s *streaming) {
	for _, chunk := range f.chunks {
		s.delta(f.choice, delta{Refusal: chunk}, nil)
	}
	s.count(strings.Join(f.chunks, ""))
}

func (f refusalStep) whole(w *whole) {
	text := strings.Join(f.chunks, "")
	w.message(f.choice, len(f.chunks)).Refusal = &text
	w.count(text)
}

func (f refusalStep) String() string { return "Refusal(" + quoted(strings.Join(f.chunks, "")) + ")" }

type callStep struct {
	choice    int
	id, name  string
	arguments []string
}

func (c callStep) call(index int, arguments string) openrouter.ToolCall {
	return openrouter.ToolCall{
		Index: &index, ID: c.id, Type: "function",
		Function: openrouter.FunctionCall{Name: c.name, Arguments: arguments},
	}
}

func (c callStep) stream(s *streaming) {
	state := s.at(c.choice)
	index := state.calls
	state.calls++
	s.delta(c.choice, delta{payload: payload{ToolCalls: []openrouter.ToolCall{c.call(index, "")}}}, nil)
	for _, piece := range c.arguments {
		if piece == "" {
			continue
		}
		more := callStep{}.call(index, piece)
		s.delta(c.choice, delta{payload: payload{ToolCalls: []openrouter.ToolCall{more}}}, nil)
	}
	s.count(strings.Join(c.arguments, ""))
}

func (c callStep) whole(w *whole) {
	m := w.message(c.choice, 1+len(c.arguments))
	state := w.at(c.choice)
	arguments := strings.Join(c.arguments, "")
	m.ToolCalls = append(m.ToolCalls, c.call(state.calls, arguments))
	state.calls++
	w.count(arguments)
}

func (c callStep) String() string { return "ToolCall(" + quoted(c.id) + ", " + quoted(c.name) + ")" }
