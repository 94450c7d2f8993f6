package stream_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// FuzzAccumulator cuts an answer into chunks at random: however it is cut, it adds up to the same.
func FuzzAccumulator(f *testing.F) {
	f.Add("hello", "thinking", `{"x":1}`, "SIG", uint64(0))
	f.Add("", "", "", "", uint64(1))
	f.Add("Γειά σου \U0001F44B", "a\nb\"c\\", `{"x":"<&>"}{}`, "s", uint64(2))
	f.Add(strings.Repeat("long ", 100), strings.Repeat("r", 300), strings.Repeat(" ", 80), "", uint64(3))
	for seed := range uint64(20) {
		f.Add("content", "reasoning", "arguments", "signature", seed+4)
	}
	f.Fuzz(func(t *testing.T, content, reasoning, arguments, signature string, seed uint64) {
		for _, s := range []*string{&content, &reasoning, &arguments, &signature} {
			*s = strings.ToValidUTF8(*s, "?")
		}
		if a, ok := strings.CutPrefix(strings.TrimSpace(arguments), "{}"); ok && strings.Contains(a, "{") {
			return // a first {} that comes alone is not the arguments
		}
		c := &cutter{Rand: rand.New(rand.NewPCG(seed, 1))}
		var whole []object
		var tracks [][]object
		for index := range 1 + c.IntN(3) {
			choice := wholeChoice(c, index, content, reasoning, arguments, signature)
			whole = append(whole, choice)
			tracks = append(tracks, c.choice(choice)...)
		}
		want := accumulateChoices(t, [][]object{whole})
		got := accumulateChoices(t, c.grouped(mixed(c, tracks)))
		require.Equal(t, kit.Encode(t, want), kit.Encode(t, got))
		assert.Equal(t, want, got)
	})
}

type object = map[string]any

// accumulateChoices sends each group of choices through JSON as one chunk.
func accumulateChoices(t *testing.T, groups [][]object) *openrouter.ChatCompletion {
	t.Helper()
	var acc openrouter.Accumulator
	for _, choices := range groups {
		text, err := json.Marshal(object{"id": "g", "created": 1, "model": "m", "choices": choices})
		require.NoError(t, err)
		acc.Add(decodeChunk(t, string(text)))
	}
	return acc.Response()
}

// wholeChoice is a choice that says everything at once.
func wholeChoice(c *cutter, index int, content, reasoning, arguments, signature string) object {
	calls, details := []any{}, []any{}
	for i := range 3 {
		call := object{"id": fmt.Sprint("call", i), "type": "function", "function": object{"name": "f" + content, "arguments": arguments}}
		text := object{"type": "reasoning.text", "format": "f", "text": reasoning, "signature": signature}
		summary := object{"type": "reasoning.summary", "id": "i", "summary": reasoning}
		encrypted := object{"type": "reasoning.encrypted", "id": fmt.Sprint(i), "data": signature}
		switch index { // how the choice tells its parts apart
		case 0:
			call["index"], text["index"], summary["index"], encrypted["index"] = i<<29, i, i, 0
		case 1:
			call["index"] = 0
		}
		calls, details = append(calls, call), append(details, text, summary, encrypted)
	}
	images, annotations, tokens := []any{}, []any{}, []any{}
	for i := range c.IntN(3) {
		url := object{"url": fmt.Sprint(i)}
		images = append(images, object{"type": "image_url", "image_url": url})
		annotations = append(annotations, object{"type": "url_citation", "url_citation": url})
		tokens = append(tokens, object{"token": fmt.Sprint(i), "logprob": -0.5, "bytes": nil, "top_logprobs": []any{}})
	}
	return object{
		"index": index, "finish_reason": "stop", "native_finish_reason": "end", "x": content,
		"logprobs": object{"content": tokens, "refusal": tokens},
		"delta": object{
			"role": "assistant", "content": content, "reasoning": reasoning, "reasoning_content": arguments, "refusal": signature,
			"tool_calls": calls, "reasoning_details": details, "images": images, "annotations": annotations,
			"audio": object{"id": "a", "expires_at": 1, "data": content, "transcript": arguments}, "x": content,
		},
	}
}

// cutter makes the decisions.
type cutter struct{ *rand.Rand }

// choice cuts a choice into tracks: within one the order matters, between them it does not.
func (c *cutter) choice(whole object) [][]object {
	var tracks [][]object
	add := func(member string, values ...any) {
		track := make([]object, len(values))
		for i, v := range values {
			track[i] = object{"index": whole["index"], member: v}
		}
		tracks = append(tracks, track)
	}
	for _, name := range []string{"finish_reason", "native_finish_reason", "x"} {
		add(name, whole[name], nil, whole[name])
	}
	// An empty list says that there is one.
	lists := []any{object{"content": []any{}}, object{"refusal": []any{}}}
	for _, list := range []string{"content", "refusal"} {
		for _, token := range whole["logprobs"].(object)[list].([]any) {
			lists = append(lists, object{"content": nil, list: []any{token}})
		}
	}
	add("logprobs", lists...)

	delta := whole["delta"].(object)
	add("delta", object{"role": "assistant"}, object{"reasoning_details": []any{}}, object{}, object{"role": nil, "x": delta["x"]})
	for _, name := range []string{"content", "reasoning", "reasoning_content", "refusal"} {
		add("delta", c.cut(object{name: delta[name]}, name)...)
	}
	for _, name := range []string{"images", "annotations"} {
		var list []any
		for _, v := range delta[name].([]any) {
			list = append(list, object{name: []any{v}})
		}
		add("delta", list...)
	}
	audio := c.cut(delta["audio"].(object), "data", "transcript")
	for i := range audio {
		audio[i] = object{"audio": audio[i]}
	}
	add("delta", audio...)

	var calls, details [][]any
	for _, v := range delta["tool_calls"].([]any) {
		calls = append(calls, c.toolCall(v.(object)))
	}
	for _, v := range delta["reasoning_details"].([]any) {
		details = append(details, c.detail(v.(object)))
	}
	for name, elements := range map[string][][]any{"tool_calls": calls, "reasoning_details": details} {
		var list []any
		if whole["index"] == 0 { // fragments of different elements may alternate
			for i := range elements {
				list = append(list, elements[i][0])
				elements[i] = elements[i][1:]
			}
			list = append(list, mixed(c, elements)...)
		} else {
			list = slices.Concat(elements...)
		}
		for i := range list {
			list[i] = object{name: []any{list[i]}}
		}
		add("delta", list...)
	}
	slices.SortFunc(tracks, func(a, b []object) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) // a map has no order
	return tracks
}

func (c *cutter) toolCall(whole object) []any {
	fragments := c.cut(whole["function"].(object), "arguments")
	for i, function := range fragments {
		call := object{"function": function}
		if i == 0 {
			maps.Copy(call, whole)
			call["function"] = function
		} else {
			c.sayNothing(call, whole, "id", "type")
			if index, ok := whole["index"]; ok {
				call["index"] = index
			}
		}
		fragments[i] = call
	}
	return fragments
}

func (c *cutter) detail(whole object) []any {
	every := object{"type": whole["type"]}
	if index, ok := whole["index"]; ok {
		every["index"] = index
	}
	var fragments []any
	switch whole["type"] {
	case "reasoning.encrypted":
		return []any{whole}
	case "reasoning.text":
		first := maps.Clone(whole)
		delete(first, "signature")
		fragments = append(c.cut(first, "text"), object{"signature": whole["signature"]})
	default:
		fragments = c.cut(whole, "summary")
	}
	for _, f := range fragments {
		maps.Copy(f.(object), every)
	}
	return fragments
}

// cut divides the named texts of an object; the rest stays with the first fragment.
func (c *cutter) cut(whole object, names ...string) []any {
	first := maps.Clone(whole)
	fragments := []any{first}
	for i, name := range names {
		for j, piece := range c.pieces(whole[name].(string)) {
			if i == 0 && j == 0 {
				first[name] = piece
				continue
			}
			f := object{name: piece}
			if i > 0 {
				delete(first, name)
			}
			c.sayNothing(f, whole, slices.Collect(maps.Keys(whole))...)
			fragments = append(fragments, f)
		}
	}
	return fragments
}

// sayNothing adds some of the texts of whole to f, null or blank.
func (c *cutter) sayNothing(f, whole object, names ...string) {
	slices.Sort(names)
	for _, name := range names {
		if s, ok := whole[name].(string); !ok || s == "" || f[name] != nil {
			continue
		}
		switch c.IntN(3) {
		case 1:
			f[name] = nil
		case 2:
			f[name] = ""
		}
	}
}

// pieces cuts text at up to five places, between characters. There is at least one piece, and some may be empty.
func (c *cutter) pieces(text string) []string {
	runes := []rune(text)
	cuts := []int{0, len(runes)}
	for range c.IntN(6) {
		cuts = append(cuts, c.IntN(len(runes)+1))
	}
	slices.Sort(cuts)
	list := make([]string, len(cuts)-1)
	for i := range list {
		list[i] = string(runes[cuts[i]:cuts[i+1]])
	}
	return list
}

// mixed puts tracks into one, each of which stays in its order.
func mixed[T any](c *cutter, tracks [][]T) []T {
	tracks = slices.Clone(tracks)
	var all []T
	for len(tracks) > 0 {
		i := c.IntN(len(tracks))
		if len(tracks[i]) == 0 {
			tracks = slices.Delete(tracks, i, i+1)
			continue
		}
		all = append(all, tracks[i][0])
		tracks[i] = tracks[i][1:]
	}
	return all
}

// grouped makes chunks of one to three choices.
func (c *cutter) grouped(choices []object) [][]object {
	var groups [][]object
	for len(choices) > 0 {
		n := min(1+c.IntN(3), len(choices))
		groups = append(groups, choices[:n])
		choices = choices[n:]
	}
	return groups
}
