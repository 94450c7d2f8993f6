package stream_test

import (
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// everything is a chunk with every list, map and pointer there is.
const everything = `{"id":"g","created":1,"model":"m","x":{"a":[1]},"user_id":"u",
	"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"x":1,"prompt_tokens_details":{"x":1},"completion_tokens_details":{"x":1},
		"cost_details":{"x":1},"server_tool_use_details":{"x":1},"server_tool_use":{"x":1}},
	"openrouter_metadata":{"x":1,"endpoints":{"x":1,"available":[{"x":1}]},"params":{"x":1},"attempts":[{"x":1}],"pipeline":[{"x":1,"data":{"x":1}}]},
	"error":{"code":1,"message":"e","x":1,"metadata":{"x":1},"availability":{"x":1,"requested_models":["a"],"affected_providers":["a"],
		"excluded_by":["a"],"fallback_models":["a"],"constraint":{"x":1}}},
	"debug":{"x":1,"echo_upstream_body":{"x":1}},
	"choices":[{"index":0,"x":1,"finish_reason":"stop","error":{"message":"e","metadata":{"x":1}},
		"logprobs":{"x":1,"content":[{"token":"t","x":1,"bytes":[1],"top_logprobs":[{"token":"t","x":1,"bytes":[1]}]}],"refusal":[{"token":"t","bytes":[1]}]},
		"delta":{"x":1,"content":"c","reasoning":"r",
			"tool_calls":[{"index":0,"x":1,"id":"a","function":{"x":1,"name":"f","arguments":"{}"}},"bare"],
			"reasoning_details":[{"type":"reasoning.text","index":0,"text":"t","x":1},{"type":"reasoning.encrypted","index":0,"data":"d","x":1},{"type":"new","index":1,"x":1}],
			"images":[{"x":1,"index":0,"image_url":{"url":"u","x":1}}],
			"audio":{"x":1,"data":"d"},
			"annotations":[{"type":"file","x":1,"file":{"x":1,"hash":"h","content":[{"type":"text","text":"t","x":1},{"type":"image_url","image_url":{"url":"u","x":1}}]}},
				{"type":"url_citation","url_citation":{"url":"u","x":1}},{"type":"file_annotation","file_annotation":{"file_id":"f","x":1}}]}}]}`

func TestAccumulatorSharesNothing(t *testing.T) {
	var acc openrouter.Accumulator
	chunk := decodeChunk(t, everything)
	acc.Add(chunk)
	first := acc.Response()
	was := kit.Encode(t, first)
	assert.Empty(t, shared(chunk, first))

	acc.Add(chunk)
	assert.JSONEq(t, everything, kit.Encode(t, chunk), "the chunk stays as it was")
	second := acc.Response()
	assert.Equal(t, was, kit.Encode(t, first), "an earlier response stays as it was")
	assert.Empty(t, shared(chunk, second))
	assert.Empty(t, shared(first, second))

	want := kit.Encode(t, second)
	scramble(reflect.ValueOf(chunk))
	scramble(reflect.ValueOf(second))
	assert.Equal(t, want, kit.Encode(t, acc.Response()), "writing to a chunk or a response has no effect")
}

// places calls f with every list, map and pointer in v that could be written to.
func places(v reflect.Value, path string, f func(p uintptr, path string)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		if v.Kind() == reflect.Pointer {
			f(v.Pointer(), path)
		}
		places(v.Elem(), path, f)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				places(v.Field(i), path+"."+v.Type().Field(i).Name, f)
			}
		}
	case reflect.Slice:
		if v.Cap() == 0 {
			return
		}
		f(v.Pointer(), path)
		for i := range v.Len() {
			places(v.Index(i), fmt.Sprintf("%s[%d]", path, i), f)
		}
	case reflect.Map:
		if v.IsNil() {
			return
		}
		f(v.Pointer(), path)
		for it := v.MapRange(); it.Next(); {
			places(it.Value(), path+"["+it.Key().String()+"]", f)
		}
	}
}

// shared returns the paths in b to memory that a refers to as well.
func shared(a, b any) []string {
	seen := map[uintptr]bool{}
	places(reflect.ValueOf(a), "", func(p uintptr, _ string) { seen[p] = true })
	var paths []string
	places(reflect.ValueOf(b), "", func(p uintptr, path string) {
		if seen[p] {
			paths = append(paths, path)
		}
	})
	return paths
}

// scramble overwrites all that can be reached from v.
func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scramble(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scramble(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			scramble(v.MapIndex(k))
			v.SetMapIndex(k, reflect.Value{})
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString("scrambled")
		}
	case reflect.Uint8:
		if v.CanSet() {
			v.SetUint('9')
		}
	case reflect.Int, reflect.Int64:
		if v.CanSet() {
			v.SetInt(999)
		}
	}
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestAccumulatorIsLinear(t *testing.T) {
	const n = 20_000
	for name, delta := range map[string]string{
		"content":   `{"role":"assistant","content":"12345"}`,
		"reasoning": `{"reasoning_details":[{"type":"reasoning.text","text":"12345","index":0,"signature":null}]}`,
		"summary":   `{"reasoning_details":[{"type":"reasoning.summary","summary":"12345"}]}`,
		"arguments": `{"tool_calls":[{"index":0,"id":null,"type":"function","function":{"arguments":"12345"}}]}`,
		"audio":     `{"audio":{"data":"12345"}}`,
		"unknown":   `{"content":"12345","x":{"the":"same"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			chunk := decodeChunk(t, withDelta(delta))
			var res *openrouter.ChatCompletion
			got := allocated(func() {
				var acc openrouter.Accumulator
				for range n {
					acc.Add(chunk)
				}
				res = acc.Response()
			})
			assert.Contains(t, kit.Encode(t, res), strings.Repeat("12345", n))
			assert.Less(t, got, uint64(4*5*n+16<<10))
		})
	}
}

func TestAccumulatorDoesNotCopyWhatCameWhole(t *testing.T) {
	big := strings.Repeat("x", 4<<20)
	chunk := &openrouter.ChatCompletionChunk{Choices: []openrouter.ChunkChoice{{Delta: openrouter.Delta{
		Content: big, Images: []openrouter.Image{{ImageURL: &openrouter.ImageURL{URL: big}}},
	}}}}
	var acc openrouter.Accumulator
	assert.Less(t, allocated(func() {
		acc.Add(chunk)
		_ = acc.Response()
	}), uint64(64<<10))
}

func TestAccumulatorIndexesCostNothing(t *testing.T) {
	const n = 2000
	got := allocated(func() {
		var acc openrouter.Accumulator
		for i := range n {
			index := math.MaxInt - i
			acc.Add(&openrouter.ChatCompletionChunk{Choices: []openrouter.ChunkChoice{{Index: -index, Delta: openrouter.Delta{
				ToolCalls:        []openrouter.ToolCall{{Index: &index}},
				ReasoningDetails: []openrouter.ReasoningDetail{{Type: "reasoning.text", Index: &index}},
				Images:           []openrouter.Image{{Index: &index}},
			}}}})
		}
		require.Len(t, acc.Response().Choices, n)
	})
	assert.Less(t, got, uint64(n*16<<10))
}

func BenchmarkAccumulator(b *testing.B) {
	for name, delta := range map[string]string{
		"content":   `{"role":"assistant","content":"12345"}`,
		"reasoning": `{"role":"assistant","content":"","reasoning":"12345","reasoning_details":[{"type":"reasoning.text","text":"12345","index":0,"format":"f"}]}`,
		"arguments": `{"role":"assistant","content":null,"tool_calls":[{"index":0,"type":"function","function":{"arguments":"12345"}}]}`,
	} {
		b.Run(name, func(b *testing.B) {
			chunk := decodeChunk(b, withDelta(delta))
			var acc openrouter.Accumulator
			b.ReportAllocs()
			for b.Loop() {
				acc.Add(chunk)
			}
			_ = acc.Response()
		})
	}
}
