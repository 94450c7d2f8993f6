package openroutertest

import (
	"strings"

	"github.com/openrouter-go/openrouter"
)

// Text returns a reply with text: see [Reply.Text].
func Text(chunks ...string) Reply { return Reply{}.Text(chunks...) }

// Reasoning returns a reply with readable reasoning: see [Reply.Reasoning].
func Reasoning(chunks ...string) Reply { return Reply{}.Reasoning(chunks...) }

// SignedReasoning returns a reply with signed reasoning: see
// [Reply.SignedReasoning].
func SignedReasoning(signature string, chunks ...string) Reply {
	return Reply{}.SignedReasoning(signature, chunks...)
}

// ReasoningDetails returns a reply with blocks of reasoning: see
// [Reply.ReasoningDetails].
func ReasoningDetails(details ...openrouter.ReasoningDetail) Reply {
	return Reply{}.ReasoningDetails(details...)
}

// ToolCall returns a reply with a call of a function: see [Reply.ToolCall].
func ToolCall(id, name, arguments string) Reply { return Reply{}.ToolCall(id, name, arguments) }

// ToolCallChunks returns a reply with a call of a function: see
// [Reply.ToolCallChunks].
func ToolCallChunks(id, name string, arguments ...string) Reply {
	return Reply{}.ToolCallChunks(id, name, arguments...)
}

// Refusal returns a reply with a refusal: see [Reply.Refusal].
func Refusal(chunks ...string) Reply { return Reply{}.Refusal(chunks...) }

// Image returns a reply with an image: see [Reply.Image].
func Image(url string) Reply { return Reply{}.Image(url) }

// ImageData returns a reply with an image: see [Reply.ImageData].
func ImageData(mediaType string, data []byte) Reply { return Reply{}.ImageData(mediaType, data) }

// Audio returns a reply with speech: see [Reply.Audio].
func Audio(id string, recording []byte, transcript string) Reply {
	return Reply{}.Audio(id, recording, transcript)
}

// KeepAlive returns a reply that begins with keep-alives: see [Reply.KeepAlive].
func KeepAlive(n int) Reply { return Reply{}.KeepAlive(n) }

// Event returns a reply that begins with an event: see [Reply.Event].
func Event(data string) Reply { return Reply{}.Event(data) }

// Error returns a failure with this HTTP status instead of an answer, for Create
// and Stream alike. An empty type is left out. Without a message the failure has
// the text of the status, such as Too Many Requests. [Reply.RetryAfter],
// [Reply.RateLimit], [Reply.Availability] and [Reply.Metadata] add details.
func Error(status int, t openrouter.ErrorType, message ...string) Reply {
	r := Reply{status: status, verbose: true}.step(report{newFailure(status, t, message)})
	return r.Header("Content-Type", "application/json").Header("Cache-Control", "")
}

// MidStreamError returns a reply that fails before any content, but after the
// status 200: see [Reply.MidStreamError].
func MidStreamError(status int, t openrouter.ErrorType, message ...string) Reply {
	return Reply{}.MidStreamError(status, t, message...)
}

// NoChoices returns an answer in which all members are null: it has no choices and
// reports no error.
func NoChoices() Reply { return MidStreamError(200, "").Shape(ShapeNoError) }

// Truncate returns a reply with an empty body: see [Reply.Truncate].
func Truncate() Reply { return Reply{}.Truncate() }

// Cut returns a reply that breaks the connection after the status: see [Reply.Cut].
func Cut() Reply { return Reply{}.Cut() }

// Stall returns a reply that sends nothing after the status: see [Reply.Stall].
func Stall() Reply { return Reply{}.Stall() }

// Reset returns a reply that breaks the connection before any response: see
// [Reply.Reset].
func Reset() Reply { return Reply{}.Reset() }

// Raw returns a reply whose body is these bytes, for Create and Stream alike.
// [Reply.Raw] adds more; nothing else is added. The content type is that of the
// requested answer, unless [Reply.Header] sets another.
func Raw(body string) Reply {
	return Reply{verbose: true}.Raw(body)
}

// HTML returns a page with this HTTP status, as a proxy in front of the service
// would send it.
func HTML(status int, page string) Reply {
	return Raw(page).Status(status).Header("Content-Type", "text/html; charset=utf-8").Header("Cache-Control", "")
}

// Func returns a reply that f makes for each request. The conditions and the
// number of uses are those of the reply that Func returns. All other settings are
// those of the reply that f returns. f may be called from several goroutines at
// once. None of them is the goroutine of the test, so f may call t.Error but not
// t.Fatal.
func Func(f func(*Request) Reply) Reply { return Reply{fn: f} }

// Echo answers every request with the text of its last user message. It should be
// the last of the replies.
func Echo() Reply {
	return Func(func(req *Request) Reply {
		return KeepAlive(1).Text(strings.SplitAfter(req.Text(), " ")...)
	}).Always()
}
