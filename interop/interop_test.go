// Package interop_test puts the library to servers that this project did not
// write. README.md says how to run it.
package interop_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// cases are asked of each server that has them, in this order. Each logs one
// line with what the server did.
var cases = []struct {
	name string
	run  func(*testing.T, server, say)
}{
	{"create", create},
	{"stream", stream},
	{"lossless", lossless},
	{"usage", usage},
	{"cost", cost},
	{"reasoning", reasoning},
	{"unicode", unicode},
	{"JSON schema", jsonSchema},
	{"logprobs", logprobs},
	{"two choices", twoChoices},
	{"empty answer", emptyAnswer},
	{"cut by length", finished(openrouter.FinishReasonLength)},
	{"cut by a filter", finished(openrouter.FinishReasonContentFilter)},

	{"tool call", toolCall},
	{"tool call after text", toolCall},
	{"tool call after reasoning", toolCall},
	{"parallel calls", parallelCalls},
	{"text between calls", textBetweenCalls},

	{"401", wrongKey},
	{"402", refused(402, openrouter.ErrPaymentRequired)},
	{"403", refused(403, openrouter.ErrPermissionDenied)},
	{"408", refused(408, openrouter.ErrTimeout)},
	{"429", rateLimited},
	{"502", refused(502, openrouter.ErrProviderUnavailable)},
	{"prompt too long", promptTooLong},
	{"context overflow", contextOverflow},
	{"context overflow in mid-stream", contextOverflowMidStream},
	{"truncated", broken},
	{"disconnected", broken},
	{"malformed JSON", malformed},
	{"hangup", hangup},

	{"503 then 429 then success", flaky},
	{"queue", queue},
	{"late answer", lateAnswer},
	{"silence", silence},
	{"cancel", cancel},
	{"abandoned stream frees a slot", abandoned},
	{"killed in mid-stream", killed},
}

func TestServers(t *testing.T) {
	for _, s := range servers(t) {
		t.Run(s.name, func(t *testing.T) {
			asked := 0
			for _, c := range cases {
				if p, ok := s.does[c.name]; ok {
					asked++
					t.Run(c.name, func(t *testing.T) { c.run(t, s, p) })
				}
			}
			require.Len(t, s.does, asked, "the server's table names a case that does not exist")
		})
	}
}
