package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// word is what a prompt can ask the fake for. It has either of the functions.
type word struct {
	name, help string
	// answer makes an answer. The text is the prompt without its words.
	answer func(req *openroutertest.Request, text string) openroutertest.Reply
	// change changes an answer.
	change func(openroutertest.Reply) openroutertest.Reply
}

// words returns what a prompt can ask for. Any status beside them can be asked for,
// too: see status.
func words() []word {
	return []word{
		{name: "help", help: "this list", answer: func(*openroutertest.Request, string) openroutertest.Reply {
			return text(help())
		}},
		{name: "tool", help: "call the request's first function; the next answer uses the result", answer: func(req *openroutertest.Request, _ string) openroutertest.Reply {
			return callTools(req, 1)
		}},
		{name: "tools", help: "call every function of the request at once", answer: func(req *openroutertest.Request, _ string) openroutertest.Reply {
			return callTools(req, len(req.Body.Tools))
		}},
		{name: "json", help: "JSON that fits the schema in response_format", answer: formatted},
		{name: "reason", help: "reasoning with a signature, then text", answer: func(_ *openroutertest.Request, s string) openroutertest.Reply {
			return openroutertest.SignedReasoning("c2lnbmF0dXJl", "The user ", "wants an answer. ", "Here it is.").Text(pieces(s)...)
		}},
		{name: "refuse", help: "a refusal", answer: func(*openroutertest.Request, string) openroutertest.Reply {
			return openroutertest.Refusal("I cannot ", "help with that.")
		}},
		{name: "image", help: "text and an image", answer: func(_ *openroutertest.Request, s string) openroutertest.Reply {
			return text(s).ImageData("image/png", picture())
		}},
		{name: "cite", help: "text that cites a web page", answer: func(_ *openroutertest.Request, s string) openroutertest.Reply {
			return text(s).Citation("https://example.com/", "Example Domain")
		}},
		{name: "empty", help: "an answer without choices", answer: func(*openroutertest.Request, string) openroutertest.Reply {
			return openroutertest.NoChoices()
		}},
		{name: "html", help: "the error page of a proxy: status 502, HTML", answer: func(*openroutertest.Request, string) openroutertest.Reply {
			return openroutertest.HTML(http.StatusBadGateway, "<html><body><h1>502 Bad Gateway</h1></body></html>\n")
		}},

		{name: "slow", help: "200 ms before each part", change: func(r openroutertest.Reply) openroutertest.Reply {
			return r.Pace(200 * time.Millisecond)
		}},
		{name: "stall", help: "stop half way and keep the connection open", change: openroutertest.Reply.Stall},
		{name: "cut", help: "break the connection half way", change: openroutertest.Reply.Cut},
		{name: "truncate", help: "end the body half way, as if it were complete", change: openroutertest.Reply.Truncate},
		{name: "error", help: "report a failure half way, after the status 200", change: func(r openroutertest.Reply) openroutertest.Reply {
			return r.MidStreamError(http.StatusBadGateway, openrouter.ErrProviderUnavailable, "The provider failed.")
		}},
		{name: "length", help: "the finish reason length", change: func(r openroutertest.Reply) openroutertest.Reply {
			return r.FinishReason(openrouter.FinishReasonLength)
		}},
		{name: "filter", help: "the finish reason content_filter", change: func(r openroutertest.Reply) openroutertest.Reply {
			return r.FinishReason(openrouter.FinishReasonContentFilter)
		}},
	}
}

// help explains the words.
func help() string {
	var answers, changes strings.Builder
	for _, w := range words() {
		to := &answers
		if w.change != nil {
			to = &changes
		}
		fmt.Fprintf(to, "  %-10s %s\n", "#"+w.name, w.help)
	}
	return "The fake answers with the last user message. A word in that message asks for something else:\n" +
		answers.String() + "  #429       that error; any status from 400 to 599\n" +
		"These words change the answer, and can stand beside others (#reason #slow #cut):\n" +
		changes.String()
}

// byPrompt answers requests with what their last user message asks for.
func byPrompt() openroutertest.Reply {
	return openroutertest.Func(func(req *openroutertest.Request) openroutertest.Reply { return reply(req, req.Text()) }).Always()
}

// reply is what a prompt asks for: an echo, unless there are words in it.
func reply(req *openroutertest.Request, prompt string) openroutertest.Reply {
	found, rest := split(prompt)
	r := text(rest)
	for _, w := range found {
		if w.answer != nil {
			r = w.answer(req, rest)
			break
		}
	}
	for _, w := range found {
		if w.change != nil {
			r = w.change(r)
		}
	}
	return r
}

// split finds the words in a prompt, and returns the prompt without them.
func split(prompt string) (found []word, rest string) {
	var others []string
	for _, field := range strings.Fields(prompt) {
		if w, ok := find(field); ok {
			found = append(found, w)
		} else {
			others = append(others, field)
		}
	}
	switch {
	case len(found) == 0:
		return nil, prompt // with its white space
	case len(others) == 0:
		return found, "This is the fake service speaking."
	}
	return found, strings.Join(others, " ")
}

// find returns the word that a field of a prompt is. Punctuation may follow it.
func find(field string) (word, bool) {
	name, ok := strings.CutPrefix(field, "#")
	if !ok {
		return word{}, false
	}
	name = strings.TrimRight(name, ".,:;!?)")
	for _, w := range words() {
		if w.name == name {
			return w, true
		}
	}
	if code, err := strconv.Atoi(name); err == nil && 400 <= code && code <= 599 {
		return word{name: name, answer: func(*openroutertest.Request, string) openroutertest.Reply { return status(code) }}, true
	}
	return word{}, false
}

// status is a failure with that status.
func status(code int) openroutertest.Reply {
	r := openroutertest.Error(code, errorTypes[code], "The prompt asked for the status "+strconv.Itoa(code)+".")
	if code == http.StatusTooManyRequests {
		return r.RetryAfter(time.Second)
	}
	return r
}

// errorTypes are what the service calls a status. A status that is not here has no
// type.
var errorTypes = map[int]openrouter.ErrorType{
	400: openrouter.ErrInvalidRequest,
	401: openrouter.ErrAuthentication,
	402: openrouter.ErrPaymentRequired,
	403: openrouter.ErrPermissionDenied,
	404: openrouter.ErrNotFound,
	408: openrouter.ErrTimeout,
	412: openrouter.ErrPreconditionFailed,
	413: openrouter.ErrPayloadTooLarge,
	422: openrouter.ErrUnprocessable,
	429: openrouter.ErrRateLimitExceeded,
	500: openrouter.ErrServer,
	502: openrouter.ErrProviderUnavailable,
	503: openrouter.ErrProviderOverloaded,
	504: openrouter.ErrTimeout,
	524: openrouter.ErrTimeout,
	529: openrouter.ErrProviderOverloaded,
}

// text answers with a text, word by word.
func text(s string) openroutertest.Reply { return openroutertest.KeepAlive(1).Text(pieces(s)...) }

func pieces(s string) []string { return strings.SplitAfter(s, " ") }

// callTools calls functions of the request, at most so many. Once the results are
// in the messages it answers with them.
func callTools(req *openroutertest.Request, most int) openroutertest.Reply {
	if s := results(req.Body.Messages); s != "" {
		return text(s)
	}
	var r openroutertest.Reply
	calls := 0
	forced, isForced := req.Body.ToolChoice.(openrouter.FunctionToolChoice)
	for _, tool := range req.Body.Tools {
		f, ok := tool.(openrouter.FunctionTool)
		if !ok || calls == most || isForced && f.Function.Name != forced.Function.Name {
			continue
		}
		calls++
		arguments := sample(f.Function.Parameters)
		if _, ok := arguments.(map[string]any); !ok {
			arguments = map[string]any{}
		}
		// The number of messages makes ids that differ from those of earlier turns.
		r = r.ToolCall(fmt.Sprintf("call_%d_%d", len(req.Body.Messages), calls), f.Function.Name, encode(arguments))
	}
	if calls == 0 {
		return text("The request has no function that the fake could call.")
	}
	return r
}

// results is a sentence about each tool result since the last user message.
func results(messages []openrouter.Message) string {
	var sentences []string
	names := map[string]string{}
	for _, m := range messages {
		for _, call := range m.ToolCalls {
			names[call.ID] = call.Function.Name
		}
		switch m.Role {
		case openrouter.RoleUser:
			sentences = nil
		case openrouter.RoleTool:
			sentences = append(sentences, names[m.ToolCallID]+" returned: "+m.Text())
		}
	}
	return strings.Join(sentences, "\n")
}

// formatted answers with JSON that fits the request's response format.
func formatted(req *openroutertest.Request, prompt string) openroutertest.Reply {
	var v any = map[string]any{"text": prompt}
	if f, ok := req.Body.ResponseFormat.(openrouter.JSONSchemaFormat); ok {
		v = sample(f.JSONSchema.Schema)
	}
	s := encode(v)
	return openroutertest.KeepAlive(1).Text(strings.SplitAfter(s, ",")...)
}

// encode writes a value that was decoded from JSON.
func encode(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// picture is a gray square as a PNG.
func picture() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16))); err != nil {
		panic(err)
	}
	return b.Bytes()
}
