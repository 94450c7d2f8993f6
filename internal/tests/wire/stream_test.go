package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// A read is what came of reading a stream to its end.
type read struct {
	chunks []*chunk
	res    *openrouter.ChatCompletion // what had arrived
	err    error
}

func readStream(data []byte) read {
	s := openrouter.ReadStream(bytes.NewReader(data))
	var r read
	for c, err := range s.Chunks() {
		if err != nil {
			r.err = err
			break
		}
		r.chunks = append(r.chunks, c)
	}
	r.res = s.Response()
	return r
}

// onStream checks a stream that ends well.
func onStream(file, covers string, check func(*testing.T, read)) wireCase {
	return wireCase{"stream-" + file + ".sse", "stream", covers, func(t *testing.T, v any) {
		r := readStream(v.([]byte))
		require.NoError(t, r.err)
		check(t, r)
	}}
}

// onBrokenStream checks a stream that does not.
func onBrokenStream(file, covers string, check func(*testing.T, read)) wireCase {
	return wireCase{"stream-" + file + ".sse", "stream", covers, func(t *testing.T, v any) {
		r := readStream(v.([]byte))
		require.Error(t, r.err)
		check(t, r)
	}}
}

var wireStreamCases = []wireCase{
	onStream("plain", "2 6 S1", func(t *testing.T, r read) {
		assert.Equal(t, "hello", r.res.Text())
		assert.Equal(t, openrouter.FinishReasonStop, r.res.FinishReason())
		assert.Equal(t, "end_turn", r.res.Choices[0].NativeFinishReason)
		assert.Equal(t, [3]int{1, 2, 3}, tokens(r.res.Usage))
		assert.InDelta(t, 0.1, r.res.Usage.Cost, 0)
		assert.Equal(t, "gen-1", r.res.ID)
		assert.Len(t, r.res.Choices, 1)
	}),
	onBrokenStream("bare-error", "3 51 S2", func(t *testing.T, r read) {
		e := kit.APIError(t, r.err)
		assert.Equal(t, 502, e.StatusCode)
		assert.Equal(t, "Venice", e.Provider)
		assert.Equal(t, "u", e.UserID)
		assert.Empty(t, r.chunks)
	}),
	onBrokenStream("error-then-usage", "4 S3", func(t *testing.T, r read) {
		e := kit.APIError(t, r.err)
		assert.Equal(t, 400, e.StatusCode)
		assert.Equal(t, "Token limit reached", e.Message)
		assert.Equal(t, "a", e.Partial.Text())
		assert.Equal(t, [3]int{43, 10, 53}, tokens(e.Partial.Usage))
	}),
	onBrokenStream("error-usage-after", "4", func(t *testing.T, r read) {
		e := kit.APIError(t, r.err)
		assert.Equal(t, 502, e.StatusCode)
		assert.Equal(t, "Google", e.Provider)
		assert.Equal(t, "a", e.Partial.Text())
		assert.Equal(t, [3]int{5, 6, 11}, tokens(e.Partial.Usage), "the chunk after the error")
	}),
	onStream("calls-at-index-zero", "11 S4", func(t *testing.T, r read) {
		calls := r.res.ToolCalls()
		require.Len(t, calls, 2)
		assert.Equal(t, []string{"a", "b"}, kit.IDs(calls))
		assert.Equal(t, []string{`{"x":1}`, `{"x":2}`}, []string{calls[0].Function.Arguments, calls[1].Function.Arguments})
	}),
	onStream("blank-call-ids", "10 12 S5", func(t *testing.T, r read) {
		calls := r.res.ToolCalls()
		require.Len(t, calls, 1)
		assert.Equal(t, []string{"c", "function", "f", `{"x":1}`}, []string{calls[0].ID, calls[0].Type, calls[0].Function.Name, calls[0].Function.Arguments})
	}),
	onStream("arguments-trailing-space", "12 14", func(t *testing.T, r read) {
		calls := r.res.ToolCalls()
		require.Len(t, calls, 1, "one call, however early its arguments could be parsed")
		var args struct{ X int }
		require.NoError(t, calls[0].Function.Unmarshal(&args))
		assert.Equal(t, 1, args.X)
	}),
	onStream("reasoning-signature", "19 24 S6", func(t *testing.T, r read) {
		assert.Equal(t, "x", r.res.Text())
		assert.Equal(t, "AB", r.res.Reasoning(), "once")
		d := r.res.Message().ReasoningDetails
		require.Len(t, d, 1)
		assert.Equal(t, []string{"AB", "SIG"}, []string{d[0].Text, d[0].Signature})
		assert.Equal(t, openrouter.ReasoningFormatAnthropicClaudeV1, d[0].Format)
	}),
	onStream("reasoning-shared-index", "18 S7", func(t *testing.T, r read) {
		d := r.res.Message().ReasoningDetails
		require.Len(t, d, 2)
		assert.Equal(t, "s1s2", d[0].Summary)
		assert.Equal(t, []string{"E", "rs_1"}, []string{d[1].Data, d[1].ID})
	}),
	onStream("reasoning-empty-list", "20", func(t *testing.T, r read) {
		assert.Equal(t, []openrouter.ReasoningDetail{}, r.res.Message().ReasoningDetails)
	}),
	onBrokenStream("truncated", "45 S8", func(t *testing.T, r read) {
		var e *openrouter.StreamError
		require.ErrorAs(t, r.err, &e)
		require.ErrorIs(t, e, openrouter.ErrStreamTruncated)
		require.ErrorIs(t, e, io.ErrUnexpectedEOF)
		assert.Equal(t, "partial", e.Partial.Text())
		assert.Len(t, r.chunks, 2)
	}),
	onBrokenStream("null-choices", "32 S9", func(t *testing.T, r read) {
		assert.True(t, kit.APIError(t, r.err).Retryable())
	}),
	onStream("debug", "5 S10", func(t *testing.T, r read) {
		assert.JSONEq(t, `{"model":"m"}`, string(r.chunks[0].Debug.EchoUpstreamBody))
		assert.Empty(t, r.chunks[0].Choices)
		assert.Equal(t, "hi", r.res.Text())
		assert.Equal(t, [3]int{1, 1, 2}, tokens(r.res.Usage))
	}),
	onStream("finish-flip", "9 S11", func(t *testing.T, r read) {
		assert.Equal(t, openrouter.FinishReasonToolCalls, r.res.FinishReason())
		assert.Equal(t, []string{"a"}, kit.IDs(r.res.ToolCalls()))
	}),
	onStream("usage-early-and-often", "7", func(t *testing.T, r read) {
		assert.Equal(t, "ab", r.res.Text())
		assert.Equal(t, [3]int{5, 2, 7}, tokens(r.res.Usage))
		assert.InDelta(t, 0.5, r.res.Usage.Cost, 0)
	}),
	onStream("roles-and-bare-deltas", "8 17", func(t *testing.T, r read) {
		assert.Equal(t, openrouter.RoleAssistant, r.res.Choices[0].Message.Role)
		assert.Equal(t, "ab", r.res.Text())
		assert.Empty(t, r.res.FinishReason())
	}),
	onStream("done-trailing-text", "46", func(t *testing.T, r read) {
		assert.Equal(t, "a", r.res.Text())
	}),
	{"stream-plain.sse", "stream", "43", func(t *testing.T, v any) { // the same stream, its first word 300,000 bytes longer
		long := strings.Repeat("h", 300_000)
		r := readStream(bytes.Replace(v.([]byte), []byte(`"he"`), fmt.Appendf(nil, "%q", long+"he"), 1))
		require.NoError(t, r.err)
		assert.Equal(t, long+"hello", r.res.Text())
	}},
}

// TestAssembledAnswersEncode holds that an answer put together from chunks is one that can be stored and read again.
func TestAssembledAnswersEncode(t *testing.T) {
	for _, c := range wireStreamCases {
		res := readStream(readWire(t, c.file)).res
		out, err := json.Marshal(res)
		require.NoError(t, err, c.file)
		doc, err := kit.ParseJSON(out)
		require.NoError(t, err, c.file)
		assert.Empty(t, lawBreakBytes("completion", doc, out), c.file)
	}
}
