package uistream_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/agent/uistream"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// Whatever happens in a run, the stream is one that the client can read, every call in it comes to an
// end, and what the page then shows is what it shows when it is loaded again.
func TestAnyRunIsShownAsItIsKept(t *testing.T) {
	const runs = 1000
	whole := 0
	for seed := range uint64(runs) {
		random := rand.New(rand.NewPCG(seed, 1))
		replies := anyReplies(random)
		bot := agent.Agent{Tools: []agent.Tool{weather, note}, Parallel: 1 + random.IntN(3), MaxRepeats: -1}
		if random.IntN(3) == 0 {
			bot.Approve = (&uistream.Turn{}).Approve
		}
		req := question()
		req.Tools = []openrouter.Tool{position}
		body, run, err := serve(t, bot, req, replies...)
		shown := fold(t, partsOf(t, body))
		for _, line := range shown {
			assert.NotContains(t, line, "input-streaming", "seed %d", seed)
		}
		if err == nil {
			whole++
			var kept []object
			require.NoError(t, json.Unmarshal(uistream.History(run.Messages, "get_position"), &kept))
			assert.Equal(t, states(kept[len(kept)-1]["parts"].([]any)), shown, "seed %d", seed)
		} else {
			for _, line := range shown {
				assert.NotContains(t, line, "input-available", "seed %d", seed)
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	assert.Greater(t, whole, runs/4)
	assert.Less(t, whole, runs*7/8)
}

// anyReplies are steps with text, reasoning and calls of all kinds. The last one answers or breaks
// off.
func anyReplies(random *rand.Rand) (replies []openroutertest.Reply) {
	words := func() []string {
		out := make([]string, 1+random.IntN(3))
		for i := range out {
			out[i] = fmt.Sprintf("w%d ", random.IntN(100))
		}
		return out
	}
	some := func() openroutertest.Reply {
		r := openroutertest.Text()
		for range random.IntN(3) {
			if random.IntN(2) == 0 {
				r = r.Text(words()...)
			}
		}
		return r
	}
	calls := func(r openroutertest.Reply) openroutertest.Reply {
		for i := range 1 + random.IntN(3) {
			id := []string{fmt.Sprintf("call_%d", i), fmt.Sprintf("call_%d", i), "", "same"}[random.IntN(4)]
			name := []string{"get_weather", "add_note", "nothing"}[random.IntN(3)]
			args := []string{`{"city":"Oslo","Line":"a"}`, `{}`, `{"city":`, ``, `[1]`, `"{\"city\":\"Rome\"}"`, " {\"city\": \"Rome\"}\n"}[random.IntN(7)]
			r = r.ToolCallChunks(id, name, pieces(random, args)...)
		}
		return r
	}
	for range random.IntN(4) {
		r := some()
		if random.IntN(2) == 0 {
			r = openroutertest.Reasoning(words()...).Text(words()...)
		}
		replies = append(replies, calls(r))
	}
	last := some().Text(words()...)
	switch random.IntN(6) {
	case 0:
		return append(replies, calls(last).Cut().Times(2))
	case 1:
		return append(replies, last.MidStreamError(502, openrouter.ErrServer).Times(2))
	case 2:
		return append(replies, calls(last).Truncate().Times(2))
	case 3:
		return append(replies, last.ToolCall("call_x", "get_position", `{}`))
	}
	return append(replies, last)
}

// pieces cuts a text at random.
func pieces(random *rand.Rand, text string) (out []string) {
	for len(text) > 0 {
		n := 1 + random.IntN(len(text))
		out, text = append(out, text[:n]), text[n:]
	}
	return out
}

// fold does what the client does with the parts, and returns the states that it then has.
func fold(t *testing.T, stream []object) []string {
	t.Helper()
	var parts []any
	texts := map[any]object{}
	find := func(id any) object {
		for i := len(parts) - 1; i >= 0; i-- {
			if p := parts[i].(object); p["toolCallId"] == id {
				return p
			}
		}
		require.Fail(t, "the client does not know the call", "%v", id)
		return nil
	}
	call := func(p object, state string) {
		for i := len(parts) - 1; i >= 0 && parts[i].(object)["type"] != "step-start"; i-- {
			if known := parts[i].(object); known["toolCallId"] == p["toolCallId"] {
				known["state"], known["type"] = state, "tool-"+p["toolName"].(string)
				return
			}
		}
		parts = append(parts, object{"type": "tool-" + p["toolName"].(string), "toolCallId": p["toolCallId"], "state": state})
	}
	for _, p := range stream {
		switch kind := p["type"].(string); kind {
		case "start-step":
			parts = append(parts, object{"type": "step-start"})
		case "text-start", "reasoning-start":
			texts[p["id"]] = object{"type": strings.TrimSuffix(kind, "-start"), "text": ""}
			parts = append(parts, texts[p["id"]])
		case "text-delta", "reasoning-delta":
			texts[p["id"]]["text"] = texts[p["id"]]["text"].(string) + p["delta"].(string)
		case "tool-input-start":
			call(p, "input-streaming")
		case "tool-input-available":
			call(p, "input-available")
		case "tool-input-error":
			call(p, "output-error")
			find(p["toolCallId"])["errorText"] = p["errorText"]
		case "tool-approval-request":
			known := find(p["toolCallId"])
			known["state"], known["approval"] = "approval-requested", object{"id": p["approvalId"]}
		case "tool-output-available", "tool-output-error", "tool-output-denied":
			known := find(p["toolCallId"])
			known["state"], known["output"], known["errorText"] = strings.TrimPrefix(kind, "tool-"), p["output"], p["errorText"]
		}
	}
	return states(parts)
}

// states returns a line for each part. Calls of a step are sorted: one without an id is shown when the
// answer is whole.
func states(parts []any) (lines []string) {
	defer func() {
		for begin := range lines {
			if !strings.HasPrefix(lines[begin], "tool-") {
				continue
			}
			end := begin
			for end < len(lines) && strings.HasPrefix(lines[end], "tool-") {
				end++
			}
			slices.Sort(lines[begin:end])
		}
	}()
	for _, p := range parts {
		p := p.(object)
		switch kind := p["type"].(string); {
		case kind == "text" || kind == "reasoning":
			lines = append(lines, kind+" "+p["text"].(string))
		case strings.HasPrefix(kind, "tool-"):
			line := fmt.Sprint(kind, " ", p["toolCallId"], " ", p["state"], " ", p["output"], " ", p["errorText"])
			if p["state"] == "approval-requested" {
				line += fmt.Sprint(" ", p["approval"].(object)["id"])
			}
			lines = append(lines, line)
		default:
			lines = append(lines, kind)
		}
	}
	return lines
}
