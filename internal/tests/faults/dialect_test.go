package faults_test

import (
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/openrouter-go/openrouter"
)

// dialectFaults are the reports, notices and ends of the other servers that
// speak this dialect.
var dialectFaults = slices.Concat(
	[]fault{
		{
			name: "a report in a chunk with text beside it", do: stream,
			server: replies(streams(says("hel"), event(`{"text":"no more quota","error_code":50002}`), done)),
			sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 200,
		},
		{
			name: "an event called error", do: stream,
			server: replies(streams(says("hel"), sends("event: error\ndata: {\"reason\":\"down\"}\n\n"), done)),
			sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 200, message: "down",
		},
		{
			name: "an event called error whose data is text", do: stream,
			server: replies(streams(says("hel"), sends("data: upstream is on fire\nevent:error\n\n"), done)),
			sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 200, message: "upstream is on fire",
		},
		{
			name: "an event called error that holds a choice", do: stream,
			server: replies(streams(sends("event: error\ndata: {\"id\":\"gen-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hel\"}}],\"message\":\"down\"}\n\n"), done)),
			sent:   1, partial: "hel", end: reported, code: 200, message: "down",
		},
		{
			name: "events called error that say nothing", do: stream,
			server: replies(streams(says("hello"), sends("event: error\ndata: null\n\nevent: error\ndata:\n\nevent: error\ndata: [DONE]\n\n"))),
			sent:   1, chunks: 2, text: "hello", end: complete,
		},
		{
			name: "the name of an event is that event's alone", do: stream,
			server: replies(streams(sends("event: error\n\n"), says("hello"), sends("event: error\nevent: message\ndata: {\"choices\":[]}\n\n"), done)),
			sent:   1, chunks: 2, text: "hello", end: complete,
		},
		{
			name: "a field called error in place of data", do: stream,
			server: replies(streams(says("hel"), sends("error: {\"code\":503,\"message\":\"no worker\"}\n\n"))),
			sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 503, message: "no worker",
		},
		{
			name: "a field called error at once, and without its blank line", do: stream, with: once,
			server: replies(streams(sends(`error: {"error":{"code":503,"message":"no worker"}}`))),
			sent:   1, end: reported, code: 503, message: "no worker",
		},

		// The end.
		{
			name: "an all-null chunk after the finish reason", do: stream,
			server: replies(streams(says("hello"), finishes, event(`{"id":null,"choices":null,"error":null}`), done)),
			sent:   1, chunks: 3, text: "hello", end: complete,
		},
		{
			name: "null choices beside the bill", do: stream,
			server: replies(streams(says("hello"), event(`{"id":"gen-1","choices":null,"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`), finishes, done)),
			sent:   1, chunks: 3, text: "hello", end: complete,
		},
		{
			name: "null choices beside another member", do: stream,
			server: replies(streams(says("hello"), event(`{"id":"gen-1","choices":null,"timings":{"n":1}}`), finishes, done)),
			sent:   1, chunks: 3, text: "hello", end: complete,
		},
		{
			name: "null choices and nothing else, half way", do: stream,
			server: replies(streams(says("hel"), event(`{"id":"gen-1","object":"chat.completion.chunk","created":1,"model":"m","provider":"p","choices":null}`), done)),
			sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: 200,
		},
		{
			name: "null choices in a body", server: replies(refuses(200, `{"choices":null}`, atOnce...), answers("hello")),
			sent: 2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
		},
		{
			name: "a body with another shape", server: replies(says200(`{"choices":null,"output":[{"text":"hello"}]}`)),
			sent: 1, end: reported, code: 200, message: "the answer has no choices",
		},
		{
			name: "a body with another shape and a bill", server: replies(says200(`{"id":"gen-1","usage":{"prompt_tokens":1}}`)),
			sent: 1, end: reported, code: 200, message: "the answer has no choices",
		},

		{
			name: "a clean end behind the finish reason, in the name of a field", do: stream,
			server: replies(streams(says("hello"), finishes, sends("dat"))),
			sent:   1, chunks: 2, text: "hello", partial: "hello", spent: 2, end: truncated,
		},
		{
			name: "a clean end behind the finish reason and a name without its value", do: stream,
			server: replies(streams(says("hello"), finishes, sends("data:"))),
			sent:   1, chunks: 2, text: "hello", partial: "hello", spent: 2, end: truncated,
		},
		{
			name: "a clean end behind the finish reason, in a comment", do: stream,
			server: replies(streams(says("hello"), finishes, sends(": keep"))),
			sent:   1, chunks: 2, text: "hello", end: complete,
		},

		// A finish reason that says failure.
		{
			name: "the finish reason error", do: stream,
			server: replies(streams(says("hel"), event(`{"id":"gen-1","choices":[{"index":0,"delta":{},"finish_reason":"error","native_finish_reason":"MALFORMED"}]}`), counts, done)),
			sent:   1, chunks: 2, text: "hel", partial: "hel", spent: 2, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
			message: "the answer ended with the finish reason MALFORMED",
		},
		{
			name: "the finish reason error, and an error behind it", do: stream,
			server: replies(streams(says("hel"), event(`{"id":"gen-1","choices":[{"index":0,"delta":{},"finish_reason":"error"}]}`), reports(503, "overloaded"), counts)),
			sent:   1, chunks: 2, text: "hel", partial: "hel", spent: 2, end: reported, code: 503, message: "overloaded",
		},
		{
			name: "the finish reason error, and a cut", do: stream, on: inNoTime | overHTTP1,
			server: replies(streams(says("hel"), event(`{"id":"gen-1","choices":[{"index":0,"delta":{},"finish_reason":"error"}]}`), cuts)),
			sent:   1, chunks: 2, text: "hel", partial: "hel", end: reported, code: 200,
		},
		{
			name: "the finish reason error, and then silence", do: stream, on: inNoTime,
			server: replies(streams(says("hel"), event(`{"id":"gen-1","choices":[{"index":0,"delta":{},"finish_reason":"error"}]}`), hangs)),
			sent:   1, took: time.Second, chunks: 2, text: "hel", partial: "hel", end: reported, code: 200,
		},
		{
			name: "the finish reason error of one choice, while another goes on", do: stream,
			server: replies(streams(event(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"hel"}},{"index":1,"delta":{},"finish_reason":"error"}]}`), says("lo"), finishes, done)),
			sent:   1, chunks: 3, text: "hello", partial: "hello", spent: 2, end: reported, code: 200,
		},
		{
			name: "the finish reason error in a body", do: create,
			server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"finish_reason":"error","message":{"role":"assistant","content":"hel"}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`)),
			sent:   1, partial: "hel", spent: 2, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
		},
		{
			name: "the finish reason error before anything was written", server: replies(
				refuses(200, `{"id":"gen-1","choices":[{"index":0,"finish_reason":"error","message":{"role":"assistant","content":""}}]}`, "X-Generation-Id", "gen-1"), answers("hello")),
			do: create, sent: 2, retries: 1, most: time.Second / 2, text: "hello", end: complete,
		},
		{
			name: "a native reason of failure, and nothing written", do: stream, with: once,
			server: replies(streams(event(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop","native_finish_reason":"network_error"}]}`), done)),
			sent:   1, chunks: 1, end: reported, code: 200, is: []error{openrouter.ErrProviderUnavailable},
			check: generation1,
		},
		{
			name: "a native reason of failure, and nothing written, in a body", do: create, with: once,
			server: replies(says200(`{"id":"gen-1","choices":[{"index":0,"finish_reason":"insufficient_system_resource","message":{"role":"assistant","content":null}}]}`)),
			sent:   1, end: reported, code: 200, check: generation1,
		},
		{
			name: "a native reason of failure behind a text", do: stream,
			server: replies(streams(says("hello"), event(`{"id":"gen-1","choices":[{"index":0,"delta":{},"finish_reason":"stop","native_finish_reason":"error"}]}`), done)),
			sent:   1, chunks: 2, text: "hello", end: complete,
		},
		{
			name: "another native reason, and nothing written", do: stream,
			server: replies(streams(event(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop","native_finish_reason":"MALFORMED_FUNCTION_CALL"}]}`), done)),
			sent:   1, chunks: 1, end: complete,
		},

		// Words.
		{
			name:   "a redirect is not followed, and says where it leads",
			server: replies(refuses(307, "<html>moved</html>", "Location", "https://user:pass@elsewhere.example/v1/chat/completions?token=t")),
			sent:   1, end: reported, code: 307, message: "the redirect to https://elsewhere.example/v1/chat/completions is not followed",
		},
		{
			name: "an encoding nobody asked for", server: replies(with(says200("\x8b\x03\x80not read"), "Content-Encoding", "br")),
			sent: 1, end: reported, code: 200, message: "the answer has the Content-Encoding br, which is not supported",
		},
		{
			name: "an encoding nobody asked for, of a refusal", server: replies(refuses(400, "\x8b\x03\x80not read", "Content-Encoding", "zstd")),
			sent: 1, end: reported, code: 400, message: "the body has the Content-Encoding zstd, which is not supported",
		},
		{
			name: "520 is tried again", server: replies(refuses(520, "<html>unknown</html>", atOnce...), answers("hello")),
			sent: 2, retries: 1, took: soon, chunks: 2, text: "hello", end: complete,
		},
		{
			name: "Retry-After 0 is tried again at once", server: replies(refuses(429, failure(429, "slow down"), "Retry-After", "0"), answers("hello")),
			sent: 2, retries: 1, chunks: 2, text: "hello", end: complete,
		},
		{
			name: "a wait in the body", server: replies(refuses(429, `{"error":{"code":429,"message":"slow down","retry_after":2}}`), answers("hello")),
			on: inNoTime, sent: 2, retries: 1, took: 2 * time.Second, chunks: 2, text: "hello", end: complete,
		},
		{
			name: "a wait beside the error", server: replies(refuses(503, `{"retry_after":"3","message":"loading"}`), answers("hello")),
			on: inNoTime, sent: 2, retries: 1, took: 3 * time.Second, chunks: 2, text: "hello", end: complete,
		},
		{
			name: "a wait beside the error of an answer", server: replies(says200(`{"error":{"code":429,"message":"slow down"},"retry_after":2}`), answers("hello")),
			on: inNoTime, sent: 2, retries: 1, took: 2 * time.Second, chunks: 2, text: "hello", end: complete,
		},
		{
			name:   "a status beside the error of an answer is final",
			server: replies(says200(`{"error":{"message":"bad"},"code":400}`)),
			sent:   1, end: reported, code: 400, message: "bad", is: []error{openrouter.ErrInvalidRequest},
		},
		{
			name: "a word beside the error of an answer", with: once,
			server: replies(says200(`{"error":{"message":"slow down","code":null},"code":"rate_limit_exceeded"}`)),
			sent:   1, end: reported, code: 200, message: "slow down", is: []error{openrouter.ErrRateLimitExceeded},
		},
		{
			name:   "a used up quota is final, though it comes with the status 429",
			server: replies(refuses(429, `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}`)),
			sent:   1, end: reported, code: 429, is: []error{openrouter.ErrPaymentRequired},
		},
	},
	reportsWithoutError(), notices(), sayings(),
)

func generation1(_ *fault, o outcome) { assert.Equal(o.t, "gen-1", o.call().GenerationID) }

// reportsWithoutError are objects that report a failure without a member error:
// each as a body, and half way in a stream.
func reportsWithoutError() (rows []fault) {
	for _, r := range []struct {
		data, message string
		code          int
	}{
		{`{"error_code":336003,"error_msg":"the max input is 4800"}`, "the max input is 4800", 200},
		{`{"error_code":"17","error_msg":"limit reached"}`, "limit reached", 200},
		{`{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"},"choices":null}`, "insufficient balance", 200},
		{`{"error_message":"the worker died","choices":[]}`, "the worker died", 200},
		{`{"errors":[{"code":7003,"message":"no route"},{"message":"no model"}],"success":false}`, "no route; no model", 200},
		{`{"errors":["one","two"]}`, "one; two", 200},
		{`{"detail":"Not authenticated"}`, "Not authenticated", 200},
		{`{"detail":[{"loc":["body","messages",0],"msg":"Field required","type":"missing"}]}`, "body.messages.0: Field required", 200},
		{`{"code":429,"message":"slow down"}`, "slow down", 429},
		{`{"code":"429","msg":"slow down"}`, "slow down", 429},
		{`{"code":"invalid_api_key","message":["wrong","key"]}`, "wrong; key", 200},
		{`{"code":1301,"message":"unsafe input"}`, "unsafe input", 200},
		{`{"object":"error","message":"the model is gone","type":"NotFoundError","code":404}`, "the model is gone", 404},
		{`{"object":"error","message":"gone"}`, "gone", 200},
		{`{"type":"invalid_request_error","message":"bad"}`, "bad", 200},
		{`{"type":"RuntimeException","msg":"bad"}`, "bad", 200},
		{`{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, "Overloaded", 200},
		{`{"id":"gen-1","choices":[],"x_groq":{"id":"req","error":"over capacity"}}`, "over capacity", 200},
		{`[{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}]`, "overloaded", 503},

		// An error object that is not the service's is read by the same finder.
		{`{"error":{"message":"busy"},"code":503}`, "busy", 503},
		{`{"error":{"message":"busy","code":1305},"status":503}`, "busy", 503},
		{`{"error":{"message":"busy","status_code":503}}`, "busy", 503},
		{`{"type":"error","error":{"message":"busy","type":"rate_limit_error","http_code":"429"}}`, "busy", 429},
		{`{"error":{"detail":"broken"}}`, "broken", 200},
		{`{"error":{"message":["a","b"]}}`, "a; b", 200},
		{`{"error":{"error":{"message":"broken"}}}`, "broken", 200},
		{`{"error":{"message":""},"message":"slow down","code":429}`, "slow down", 429},
		{`{"error":{},"message":"slow down","code":429}`, "slow down", 429},
		{`{"error":["a","b"]}`, "a; b", 200},
		{`{"error":true,"message":"slow down","code":429}`, "slow down", 429},
		{`{"errors":[{"code":429,"message":"slow down"}]}`, "slow down", 429},
		{`{"errors":{"model":["required"]},"title":"One or more validation errors occurred.","status":400}`, "One or more validation errors occurred.", 400},
	} {
		rows = append(rows,
			fault{
				name: "half way: " + r.data, do: stream,
				server: replies(streams(says("hel"), event(r.data), done)),
				sent:   1, chunks: 1, text: "hel", partial: "hel", end: reported, code: r.code, message: r.message,
			},
			fault{
				name: "as a body: " + r.data, with: once, server: replies(says200(r.data)),
				sent: 1, end: reported, code: r.code, message: r.message,
			})
	}
	return rows
}

// notices are events without choices that report nothing.
func notices() (rows []fault) {
	for _, data := range []string{
		`{"type":"ping"}`,
		`{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"usage":{"input_tokens":3}}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}`,
		`{"type":"message_delta","delta":{"stop_reason":"end_turn"}}`,
		`{"type":"message_stop"}`,
		`{"type":"status","message":"model loading"}`,
		`{"status":"queued","message":"position 3","code":0}`,
		`{"id":"","model":"","object":"","choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}`,
		`{"id":"gen-1","choices":[],"debug":{"echo_upstream_body":{"error_msg":"a word in the prompt"}}}`,
		`{"code":200,"message":"success"}`,
		`{"code":"ok","message":"warm"}`,
		`{"error_code":0,"error_msg":""}`,
		`{"base_resp":{"status_code":0,"status_msg":""}}`,
		`{"error":null,"errors":[],"detail":"","error_msg":null,"x_groq":{"id":"req"}}`,
		`{"detail":{"progress":50}}`,
	} {
		rows = append(rows, fault{
			name: "no report: " + data, do: stream,
			server: replies(streams(says("hel"), event(data), says("lo"), finishes, done)),
			sent:   1, chunks: 4, text: "hello", end: complete,
		})
	}
	// A chunk with choices is never judged.
	for _, member := range []string{`"error_code":50002`, `"error_msg":"x"`, `"errors":["x"]`, `"detail":"x"`, `"code":500,"message":"x"`} {
		rows = append(rows, fault{
			name: "beside a choice: " + member, do: stream,
			server: replies(streams(says("hel"), event(`{"id":"gen-1","choices":[{"index":0,"delta":{"content":"lo"}}],`+member+`}`), finishes, done)),
			sent:   1, chunks: 3, text: "hello", end: complete,
		})
	}
	return rows
}

// sayings are the words of refusals by status.
func sayings() (rows []fault) {
	for _, r := range []struct {
		status        int
		body, message string
		is            error
	}{
		{400, `[{"error":{"code":400,"message":"no such field","status":"INVALID_ARGUMENT"}}]`, "no such field", openrouter.ErrInvalidRequest},
		{400, `{"errors":[{"message":"one"},{"message":"two"}]}`, "one; two", nil},
		{422, `{"detail":[{"loc":["body","model"],"msg":"Field required","input":{"messages":"secret words"}}]}`, "body.model: Field required", openrouter.ErrUnprocessable},
		{400, `{"message":["a is missing","b is missing"]}`, "a is missing; b is missing", nil},
		{400, `{"error":{"message":["a","b"]}}`, "a; b", nil},
		{403, `{"error_msg":"no access"}`, "no access", openrouter.ErrPermissionDenied},
		{403, `{"msg":"no access"}`, "no access", nil},
		{403, `{"Message":"no access"}`, "no access", nil},
		{422, "Failed to deserialize the JSON body into the target type: missing field `model`", "Failed to deserialize the JSON body into the target type: missing field `model`", openrouter.ErrUnprocessable},
		{401, `"Unauthorized"`, "Unauthorized", openrouter.ErrAuthentication},
		{413, `{"error":"PayloadTooLargeError","message":"request entity too large"}`, "PayloadTooLargeError: request entity too large", openrouter.ErrPayloadTooLarge},
		{404, `{"timestamp":1,"status":404,"error":"Not Found","path":"/x"}`, "Not Found", openrouter.ErrNotFound},
		{400, `{"error":{"message":"too long","type":"invalid_request_error","code":"context_length_exceeded"}}`, "too long", openrouter.ErrContextLengthExceeded},
		{401, `{"error":{"message":"wrong","type":"foreign","code":"invalid_api_key"}}`, "wrong", openrouter.ErrAuthentication},
		{400, `{"code":"rate_limit_exceeded","message":"slow down"}`, "slow down", openrouter.ErrRateLimitExceeded},
		{400, `{"error":{"type":"exceed_context_size_error","message":"too long"}}`, "too long", openrouter.ErrContextLengthExceeded},
	} {
		f := fault{
			name: "words: " + r.body, with: once, server: replies(refuses(r.status, r.body)),
			sent: 1, end: reported, code: r.status, message: r.message,
			check: func(_ *fault, o outcome) { assert.False(o.t, strings.Contains(o.err.Error(), "secret words")) },
		}
		if r.is != nil {
			f.is = []error{r.is}
		}
		rows = append(rows, f)
	}
	return rows
}
