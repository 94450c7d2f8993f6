package agent_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// Five turns with tool calls. What each request sends of earlier turns are the bytes of the request
// before it, so that prompt caches hit; and the reasoning of a turn goes back as the bytes that came.
func TestFiveTurnsByteForByte(t *testing.T) {
	const turns = 5
	var details []string
	var replies []openroutertest.Reply
	for i := range turns {
		// Two blocks, with members that no struct has and numbers that a decoder could respell. Their
		// members are in the order in which this library writes them.
		raw := fmt.Sprintf(`[{"type":"reasoning.text","format":"anthropic-claude-v1","index":0,"text":"Turn %d: ä <b> & co","signature":"EqQB+/%d=="},`+
			`{"type":"reasoning.encrypted","id":"rs_%d","format":"openai-responses-v1","index":1,"data":"gAAAA%d","later":{"n":1.50,"big":12345678901234567890}}]`, i, i, i, i)
		details = append(details, raw)
		message := fmt.Sprintf(`{"role":"assistant","content":null,"reasoning":"Turn %d","reasoning_details":%s,`+
			`"tool_calls":[{"id":"c%d","type":"function","index":0,"function":{"name":"echo","arguments":"{\"text\": \"%d\"}"}}]}`, i, raw, i, i)
		if i == turns-1 {
			message = `{"role":"assistant","content":"Done.","reasoning_details":` + raw + `}`
		}
		replies = append(replies, openroutertest.Raw(fmt.Sprintf(`{"id":"gen-%d","model":"a/b","choices":[{"index":0,"finish_reason":"tool_calls","message":%s}]}`, i, message)))
	}
	srv := fake(t, replies...)
	req := question()
	req.Tools = []openrouter.Tool{openrouter.WebSearchTool{}}
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{echo, failing}}.Run(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, "Done.", run.Text())

	var before []byte
	for i, r := range srv.Requests() {
		var body struct {
			Messages []struct {
				ReasoningDetails json.RawMessage `json:"reasoning_details"`
			}
		}
		require.NoError(t, json.Unmarshal(r.Raw, &body))
		require.Len(t, body.Messages, 1+2*i)
		for turn := range i {
			assert.Equal(t, details[turn], string(body.Messages[1+2*turn].ReasoningDetails), "request %d, turn %d", i, turn)
		}
		messages, rest := split(t, r.Raw)
		if i > 0 {
			earlier, same := split(t, before)
			require.True(t, bytes.HasPrefix(messages, earlier), "request %d does not begin with request %d", i, i-1)
			assert.Equal(t, string(same), string(rest), "what comes after the messages: tools and all")
		}
		before = r.Raw
	}
}

// split cuts a request behind its last message: the bytes before the end of the list, and those
// from there.
func split(t *testing.T, raw []byte) (head, tail []byte) {
	d := json.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := d.Token()
		require.NoError(t, err)
		if token == "messages" {
			var messages json.RawMessage
			require.NoError(t, d.Decode(&messages))
			end := int(d.InputOffset()) - 1
			require.Equal(t, byte(']'), raw[end])
			return raw[:end], raw[end:]
		}
	}
}
