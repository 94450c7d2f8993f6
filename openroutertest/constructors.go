package openroutertest

import (
	"strings"

	"github.com/openrouter-go/openrouter"
)

// Text returns a reply that begins with [Reply.Text].
func Text(chunks ...string) Reply { return Reply{}.Text(chunks...) }

// Reasoning returns a reply that begins with [Reply.Reasoning].
func Reasoning(chunks ...string) Reply { return Reply{}.Reasoning(chunks...) }

// SignedReasoning returns a reply that begins with [Reply.SignedReasoning].
func SignedReasoning(signature string, chunks ...string) Reply {
	return Reply{}.SignedReasoning(signature, chunks...)
}

// ReasoningDetails returns a reply that begins with [Reply.ReasoningDetails].
func ReasoningDetails(details ...openrouter.ReasoningDetail) Reply {
	return Reply{}.ReasoningDetails(details...)
}

// ToolCall returns a reply that begins with [Reply.ToolCall].
func ToolCall(id, name, arguments string) Reply { return Reply{}.ToolCall(id, name, arguments) }

// ToolCallChunks returns a reply that begins with [Reply.ToolCallChunks].
func ToolCallChunks(id, name string, arguments ...string) Reply {
	return Reply{}.ToolCallChunks(id, name, arguments...)
}

// Refusal returns a reply that begins with [Reply.Refusal].
func Refusal(chunks ...string) Reply { return Reply{}.Refusal(chunks...) }

// Image returns a reply that begins with [Reply.Image].
func Image(url string) Reply { return Reply{}.Image(url) }

// ImageData returns a reply that begins with [Reply.ImageData].
func ImageData(mediaType string, data []byte) Reply { return Reply{}.ImageData(mediaType, data) }

// Audio returns a reply that begins with [Reply.Audio].
func Audio(id string, recording []byte, transcript string) Reply {
	return Reply{}.Audio(id, recording, transcript)
}

// KeepAlive returns a reply that begins with [Reply.KeepAlive].
func KeepAlive(n int) Reply { return Reply{}.KeepAlive(n) }

// Event returns a reply that begins with [Reply.Event].
func Event(data string) Reply { return Reply{}.Event(data) }

// Error returns a failure with that status, in place of an answer, also where a
// stream is asked for. An empty type leaves that out. Among what can be added:
// [Reply.RetryAfter], [Reply.RateLimit], [Reply.Availability], [Reply.Metadata].
func Error(status int, t openrouter.ErrorType, message ...string) Reply {
	r := Reply{status: status, verbose: true}.step(report{newFailure(status, t, message)})
	return r.Header("Content-Type", "application/json").Header("Cache-Control", "")
}

// MidStreamError returns a reply that begins with [Reply.MidStreamError].
func MidStreamError(status int, t openrouter.ErrorType, message ...string) Reply {
	return Reply{}.MidStreamError(status, t, message...)
}

// NoChoices returns an answer whose choices are null and that names no error.
func NoChoices() Reply { return MidStreamError(200, "").Shape(ShapeNoError) }

// Truncate returns a reply that begins with [Reply.Truncate]: an empty body.
func Truncate() Reply { return Reply{}.Truncate() }

// Cut returns a reply that begins with [Reply.Cut]: a status, then nothing.
func Cut() Reply { return Reply{}.Cut() }

// Stall returns a reply that begins with [Reply.Stall]: a status, then silence.
func Stall() Reply { return Reply{}.Stall() }

// Reset breaks the connection before there is any answer: see [Reply.Reset].
func Reset() Reply { return Reply{}.Reset() }

// Raw returns a reply whose body is these bytes and those of further calls of
// [Reply.Raw], to every kind of request. Nothing is added at the end. The content
// type is that of the answer asked for; [Reply.Header] sets another.
func Raw(body string) Reply {
	return Reply{verbose: true}.Raw(body)
}

// HTML returns a page, as something between the client and the service would
// send it.
func HTML(status int, page string) Reply {
	return Raw(page).Status(status).Header("Content-Type", "text/html; charset=utf-8").Header("Cache-Control", "")
}

// Func returns a reply that f makes for each request. What is set on it beside
// the requests that it is for does not matter; set it on the reply that f
// returns. f may be called from several goroutines at once. It does not run in
// the test's: it may report failures with t.Error, not with t.Fatal.
func Func(f func(*Request) Reply) Reply { return Reply{fn: f} }

// Echo answers every request with the text of its last user message. It is meant
// to stand last.
func Echo() Reply {
	return Func(func(req *Request) Reply {
		return KeepAlive(1).Text(strings.SplitAfter(req.Text(), " ")...)
	}).Always()
}
