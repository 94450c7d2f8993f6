package interop_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// TestPrismAnswers decodes random answers and encodes them again, which must
// give the same JSON. Prism makes them up from the service's description:
// members that it lacks, nulls, numbers of many digits.
func TestPrismAnswers(t *testing.T) {
	p := newPrism(t, prismRandomURL)
	req := &openrouter.ChatCompletionRequest{Messages: hello()}
	for _, answers := range []struct {
		number       int
		method, path string
		in           any
		member       string // that has the answer, if it is not the whole
		into         any
	}{
		{500, "POST", "/chat/completions", req, "", openrouter.ChatCompletion{}},
		{100, "GET", "/models", nil, "", openrouter.ModelList{}},
		{100, "GET", "/generation?id=gen-1", nil, "data", openrouter.Generation{}},
	} {
		t.Run(answers.path, func(t *testing.T) {
			size, seen := 0, map[string]bool{}
			for range answers.number {
				var sent []byte
				_, err := p.Do(bounded(t), answers.method, answers.path, answers.in, &sent)
				require.NoError(t, err)
				if answers.member != "" {
					var members map[string]json.RawMessage
					require.NoError(t, json.Unmarshal(sent, &members))
					sent = members[answers.member]
				}
				requireLossless(t, sent, reflect.TypeOf(answers.into))
				size += len(sent)
				seen[string(sent)] = true
			}
			require.Len(t, seen, answers.number, "the answers are not random")
			t.Logf("%d answers of %d bytes on average encode to what was sent", answers.number, size/answers.number)
		})
	}
}

func requireLossless(t *testing.T, sent []byte, typ reflect.Type) {
	t.Helper()
	want, err := kit.ParseJSON(sent)
	require.NoError(t, err)
	v := reflect.New(typ).Interface()
	require.NoError(t, json.Unmarshal(sent, v), "%s", sent)
	require.False(t, reflect.ValueOf(v).Elem().IsZero(), "%s", sent)
	again, err := json.Marshal(v)
	require.NoError(t, err)
	got, err := kit.ParseJSON(again)
	require.NoError(t, err)
	require.Empty(t, kit.DiffJSON(want, got), "%s", bytes.TrimSpace(sent))
}

// TestPrismReplies sends the messages of random answers back, with a result for
// each tool call. Only an answer without choices, or with the finish reason
// error, is an error.
func TestPrismReplies(t *testing.T) {
	random, p := newPrism(t, prismRandomURL), newPrism(t, prismURL)
	replies, calls := 0, 0
	for range 100 {
		res, err := random.Chat.Create(bounded(t), &openrouter.ChatCompletionRequest{Messages: hello()})
		if err != nil {
			partial := requireAPIError(t, err).Partial
			require.NotNil(t, partial, "%v", err)
			failed := func(c openrouter.Choice) bool { return c.FinishReason == openrouter.FinishReasonError }
			require.True(t, len(partial.Choices) == 0 || slices.ContainsFunc(partial.Choices, failed), "a whole answer is an error: %v", err)
			continue
		}
		req := &openrouter.ChatCompletionRequest{Messages: append(hello(), res.Message())}
		for _, call := range res.ToolCalls() {
			req.Messages = append(req.Messages, openrouter.ToolMessage(call.ID, "42"))
			calls++
		}
		require.Empty(t, p.judge(t, func() error { return p.complete(t, req) }), "%+v", res.Message())
		replies++
	}
	require.NotZero(t, replies)
	t.Logf("%d messages with %d tool calls go back", replies, calls)
}
