// Package helpers_test holds the suite of the everyday helpers: constructors, copies, comparisons, and what prints.
package helpers_test

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

func TestMessageConstructorsTakeParts(t *testing.T) {
	part := openrouter.TextPart("b").Cached()
	call := openrouter.ToolCall{ID: "c"}
	for _, made := range []struct {
		role        openrouter.Role
		text        openrouter.Message
		parts, only openrouter.Message
	}{
		{openrouter.RoleSystem, openrouter.SystemMessage("a"), openrouter.SystemMessage("a", part), openrouter.SystemMessage("", part)},
		{openrouter.RoleDeveloper, openrouter.DeveloperMessage("a"), openrouter.DeveloperMessage("a", part), openrouter.DeveloperMessage("", part)},
		{openrouter.RoleUser, openrouter.UserMessage("a"), openrouter.UserMessage("a", part), openrouter.UserMessage("", part)},
		{openrouter.RoleAssistant, openrouter.AssistantMessage("a"), openrouter.AssistantMessage("a", part), openrouter.AssistantMessage("", part)},
		{openrouter.RoleTool, openrouter.ToolMessage("c", "a"), openrouter.ToolMessage("c", "a", part), openrouter.ToolMessage("c", "", part)},
		{openrouter.RoleTool, call.Result("a"), call.Result("a", part), call.Result("", part)},
	} {
		id := ""
		if made.role == openrouter.RoleTool {
			id = "c"
		}
		text := openrouter.TextPart("a")
		assert.Equal(t, openrouter.Message{Role: made.role, ToolCallID: id, Content: []openrouter.Part{text}}, made.text)
		assert.Equal(t, openrouter.Message{Role: made.role, ToolCallID: id, Content: []openrouter.Part{text, part}}, made.parts)
		assert.Equal(t, openrouter.Message{Role: made.role, ToolCallID: id, Content: []openrouter.Part{part}}, made.only)
	}
	assert.Equal(t, openrouter.Text(""), openrouter.ToolMessage("c", "").Content)
}

// documents are the bodies of the suite of the wire.
func documents(t *testing.T, visit func(t *testing.T, v any, data []byte)) {
	files, err := filepath.Glob("../wire/testdata/bodies/*.json")
	require.NoError(t, err)
	require.Greater(t, len(files), 60)
	for _, path := range files {
		kind, _, _ := strings.Cut(filepath.Base(path), "-")
		v := map[string]any{"request": &openrouter.ChatCompletionRequest{}, "completion": &openrouter.ChatCompletion{}}[kind]
		if v == nil {
			continue
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, v))
		t.Run(filepath.Base(path), func(t *testing.T) { visit(t, v, data) })
	}
}

func clone(v any) any {
	switch v := v.(type) {
	case *openrouter.ChatCompletionRequest:
		return v.Clone()
	case *openrouter.ChatCompletion:
		return v.Clone()
	}
	panic(v)
}

func equal(a, b any) bool {
	switch a := a.(type) {
	case *openrouter.ChatCompletionRequest:
		return a.Equal(b.(*openrouter.ChatCompletionRequest))
	case *openrouter.ChatCompletion:
		return a.Equal(b.(*openrouter.ChatCompletion))
	}
	panic(a)
}

func TestCloneSharesNothing(t *testing.T) {
	documents(t, func(t *testing.T, v any, data []byte) {
		c := clone(v)
		require.Equal(t, v, c)
		assert.True(t, equal(v, c))
		before, err := json.Marshal(v)
		require.NoError(t, err)
		overwrite(reflect.ValueOf(c))
		after, err := json.Marshal(v)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after))
		assert.NotEqual(t, v, c)
	})
}

// overwrite changes everything that can be reached from v.
func overwrite(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			overwrite(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() && (v.Elem().Kind() == reflect.Slice || v.Elem().Kind() == reflect.Map || v.Elem().Kind() == reflect.Pointer) {
			overwrite(v.Elem())
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.IsExported() {
				overwrite(value)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			overwrite(v.Index(i))
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			overwrite(value)
			v.SetMapIndex(key, reflect.Zero(v.Type().Elem()))
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString("overwritten")
		}
	case reflect.Uint8:
		v.SetUint(v.Uint() ^ 1)
	case reflect.Int, reflect.Int64:
		if v.CanSet() {
			v.SetInt(-77)
		}
	case reflect.Float64:
		if v.CanSet() {
			v.SetFloat(-77)
		}
	case reflect.Bool:
		if v.CanSet() {
			v.SetBool(!v.Bool())
		}
	}
}

func TestEqualSeesEveryChange(t *testing.T) {
	changes := 0
	documents(t, func(t *testing.T, v any, data []byte) {
		var doc any
		require.NoError(t, json.Unmarshal(data, &doc))
		eachScalar(doc, func(set func(any), was any) {
			other := any("another text")
			if n, ok := was.(float64); ok {
				other = n + 1
			} else if b, ok := was.(bool); ok {
				other = !b
			}
			set(other)
			defer set(was)
			changed, err := json.Marshal(doc)
			require.NoError(t, err)
			w := reflect.New(reflect.TypeOf(v).Elem()).Interface()
			if json.Unmarshal(changed, w) != nil {
				return
			}
			changes++
			assert.False(t, equal(v, w), "%s", changed)
			assert.False(t, equal(w, v))
		})
	})
	assert.Greater(t, changes, 500)
}

// eachScalar visits the texts, numbers and booleans in a document.
func eachScalar(doc any, visit func(set func(any), was any)) {
	at := func(v any, set func(any)) {
		switch v.(type) {
		case nil:
		case map[string]any, []any:
			eachScalar(v, visit)
		default:
			visit(set, v)
		}
	}
	switch doc := doc.(type) {
	case map[string]any:
		for name, v := range doc {
			at(v, func(v any) { doc[name] = v })
		}
	case []any:
		for i, v := range doc {
			at(v, func(v any) { doc[i] = v })
		}
	}
}

func TestEqualLooksThroughSpellings(t *testing.T) {
	built := &openrouter.ChatCompletionRequest{
		Model: "m", Messages: []openrouter.Message{openrouter.UserMessage("hi")}, Stop: []string{"a"}, Temperature: new(0.7),
		Provider: &openrouter.ProviderPreferences{Sort: openrouter.ProviderSort{By: openrouter.SortPrice}, MaxPrice: &openrouter.MaxPrice{Prompt: "1.5"}},
		Tools:    []openrouter.Tool{&openrouter.FunctionTool{Function: openrouter.Function{Name: "f", Parameters: map[string]any{"a": 1, "b": []string{"x"}}}}},
		Extra:    map[string]any{"x": 100, "model": "the field takes precedence"},
	}
	var decoded openrouter.ChatCompletionRequest
	require.NoError(t, json.Unmarshal([]byte(`{"x":1.00e2,"user":"","seed":null,"stop":["a"],"model":"m","temperature":0.69999999999999996,
		"provider":{"sort":{"by":"price"},"max_price":{"prompt":1.5}},"messages":[{"role":"user","name":null,"content":[{"type":"text","text":"hi"}]}],
		"tools":[{"type":"function","function":{"parameters":{"b":["x"],"a":1.0},"name":"f"}}]}`), &decoded))
	assert.True(t, decoded.Equal(built))
	assert.True(t, built.Equal(&decoded))
	assert.True(t, built.Messages[0].Equal(decoded.Messages[0]))
	assert.True(t, built.Messages[0].Content[0].Equal(decoded.Messages[0].Content[0]))

	for name, change := range map[string]func(*openrouter.ChatCompletionRequest){
		"schema": func(r *openrouter.ChatCompletionRequest) {
			r.Tools[0] = openrouter.NewFunctionTool("f", "", map[string]any{"a": 2, "b": []string{"x"}})
		},
		"kind":       func(r *openrouter.ChatCompletionRequest) { r.Tools[0] = openrouter.WebSearchTool{} },
		"no kind":    func(r *openrouter.ChatCompletionRequest) { r.Tools[0] = nil },
		"extra":      func(r *openrouter.ChatCompletionRequest) { r.Extra["x"] = "100" },
		"more extra": func(r *openrouter.ChatCompletionRequest) { r.Extra["y"] = nil },
		"empty list": func(r *openrouter.ChatCompletionRequest) { r.Models = []string{} },
		"shorter":    func(r *openrouter.ChatCompletionRequest) { r.Tools = r.Tools[:0] },
		"no JSON":    func(r *openrouter.ChatCompletionRequest) { r.Extra["x"] = func() {} },
		"price":      func(r *openrouter.ChatCompletionRequest) { r.Provider.MaxPrice.Prompt = "2" },
	} {
		c := built.Clone()
		require.True(t, c.Equal(&decoded))
		change(c)
		assert.False(t, c.Equal(&decoded), name)
		assert.False(t, decoded.Equal(c), name)
	}
	var none *openrouter.ChatCompletionRequest
	assert.True(t, none.Equal(nil))
	assert.False(t, none.Equal(built))
	assert.Nil(t, none.Clone())
	assert.False(t, openrouter.ToolCall{ID: "a"}.Equal(openrouter.ToolCall{ID: "b"}))
	assert.True(t, openrouter.Message{Extra: map[string]any{"big": json.Number("1e999999999999")}}.Equal(openrouter.Message{Extra: map[string]any{"big": json.RawMessage("1e999999999999")}}))
}

// A value that holds itself is not copied or compared for ever.
func TestCloneAndEqualEnd(t *testing.T) {
	m := openrouter.UserMessage("hi")
	m.Extra = map[string]any{}
	m.Extra["m"], m.Extra["again"], m.Extra["list"] = m.Extra, m.Extra, []any{m.Extra, &m}
	assert.Equal(t, "hi", m.Clone().Text())
	assert.False(t, m.Equal(m.Clone()))
	sub := &openrouter.SubagentParameters{}
	sub.Tools = []openrouter.NestedTool{{Parameters: sub}}
	r := &openrouter.ChatCompletionRequest{Tools: []openrouter.Tool{openrouter.SubagentTool{Parameters: sub}}}
	c := r.Clone().Tools[0].(openrouter.SubagentTool).Parameters
	assert.Same(t, c, c.Tools[0].Parameters)
	assert.NotSame(t, sub, c)
	assert.False(t, r.Equal(r.Clone()))
	own := &struct{ N int }{1}
	assert.Same(t, own, openrouter.Message{Extra: map[string]any{"own": own}}.Clone().Extra["own"], "what is of another package is shared")
}

func TestStringsPrintNoPointersAndNoData(t *testing.T) {
	call := openrouter.ToolCall{ID: "c", Index: new(0), Function: openrouter.FunctionCall{Name: "f", Arguments: "{}"}}
	m := openrouter.AssistantMessage("hi", openrouter.ImageDataPart("image/png", []byte("secret")), openrouter.AudioPart("wav", []byte("secret")),
		openrouter.FileDataPart("a.pdf", "application/pdf", []byte("secret")), openrouter.VideoPart("https://example.com/v"),
		openrouter.Part{Type: "smell", Extra: map[string]any{"smell": &call}}, openrouter.Part{Type: openrouter.PartTypeFile, File: &openrouter.File{FileID: "id"}})
	m.ToolCalls, m.Refusal = []openrouter.ToolCall{call, {Type: "other"}}, "no"
	m.Images = []openrouter.Image{{ImageURL: &openrouter.ImageURL{URL: "https://example.com/i"}}}
	m.Audio = &openrouter.Audio{Data: "c2VjcmV0", Transcript: "hello"}
	want := "assistant: hi [image_url data:image/png;base64, 8 bytes] [input_audio wav 8 bytes of base64] [file a.pdf data:application/pdf;base64, 8 bytes] " +
		"[video_url https://example.com/v] [smell] [file id] [refusal] no [image https://example.com/i] [audio] hello [call c f({})] [call other()]"
	assert.Equal(t, want, m.String())
	for _, format := range []string{"%v", "%+v", "%s"} {
		assert.Equal(t, "["+want+"]", fmt.Sprintf(format, []openrouter.Message{m}))
		assert.NotContains(t, fmt.Sprintf(format, []any{m, m.Content, m.ToolCalls, &m}), "0x")
	}
}

func TestToolsAndPluginsDecode(t *testing.T) {
	var tools openrouter.Tools
	stored := `[{"type":"function","function":{"name":"f"}},{"type":"new","a":1},null,{"type":"openrouter:web_search"}]`
	require.NoError(t, json.Unmarshal([]byte(stored), &tools))
	assert.IsType(t, openrouter.FunctionTool{}, tools[0])
	assert.IsType(t, openrouter.RawTool{}, tools[1])
	req := openrouter.ChatCompletionRequest{Tools: tools}
	out, err := json.Marshal(req.Tools)
	require.NoError(t, err)
	assert.JSONEq(t, stored, string(out))

	var plugins openrouter.Plugins
	stored = `[{"id":"web","max_results":3},{"id":"new"},null]`
	require.NoError(t, json.Unmarshal([]byte(stored), &plugins))
	assert.Equal(t, openrouter.WebPlugin{MaxResults: new(3)}, plugins[0])
	req.Plugins = plugins
	out, err = json.Marshal(plugins)
	require.NoError(t, err)
	assert.JSONEq(t, stored, string(out))

	for _, bad := range []string{`{}`, `7`, `"a"`} {
		var e *openrouter.DecodeError
		require.ErrorAs(t, json.Unmarshal([]byte(bad), &tools), &e, bad)
		assert.Equal(t, "Tools", e.What)
		assert.Error(t, json.Unmarshal([]byte(bad), &plugins), bad)
	}
	require.NoError(t, json.Unmarshal([]byte(`null`), &tools))
	assert.Nil(t, tools)
	require.NoError(t, json.Unmarshal([]byte(`[]`), &tools))
	assert.Equal(t, openrouter.Tools{}, tools)
}

func TestUsageAddAddsEveryNumber(t *testing.T) {
	one := &openrouter.Usage{}
	fill(reflect.ValueOf(one).Elem(), 1)
	one.Extra = nil
	before := *one
	details := *one.CostDetails
	var sum openrouter.Usage
	sum.Add(nil)
	assert.Equal(t, openrouter.Usage{}, sum)
	sum.Add(one)
	assert.Equal(t, before, sum)
	assert.NotSame(t, one.CostDetails, sum.CostDetails)
	first := sum
	sum.Add(one)
	two := &openrouter.Usage{}
	fill(reflect.ValueOf(two).Elem(), 2)
	two.Extra = nil
	assert.Equal(t, *two, sum)
	assert.Equal(t, before, *one)
	assert.Equal(t, details, *one.CostDetails)
	assert.Equal(t, details, *first.CostDetails, "a copy made between stays as it was")
}

func fill(v reflect.Value, n int64) {
	switch v.Kind() {
	case reflect.Int:
		v.SetInt(n)
	case reflect.Float64:
		v.SetFloat(float64(n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for field, value := range v.Fields() {
			if field.IsExported() {
				fill(value, n)
			}
		}
	}
}

// Texts has the ends and the errors of Chunks.
func TestTextsEndsAsChunksDoes(t *testing.T) {
	for name, body := range map[string]string{
		"whole":       "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\",\"reasoning\":\"r\"}}]}\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
		"two choices": "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"x\"}},{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[{\"index\":1,\"text\":\"y\"}]}\n\ndata: [DONE]\n\n",
		"prompted":    "data: {\"choices\":[{\"index\":0,\"text\":\"a\"}]}\n\ndata: {\"choices\":[{\"index\":0,\"text\":\"b\",\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
		"truncated":   "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n",
		"reported":    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"error\":{\"code\":502,\"message\":\"m\"},\"choices\":[]}\n\n",
		"unreadable":  "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\ndata: {]\n\n",
		"empty":       "",
	} {
		t.Run(name, func(t *testing.T) {
			open := func() *openrouter.Stream { return openrouter.ReadStream(strings.NewReader(body)) }
			chunks, texts := open(), open()
			var want, got []string
			var wantErr, gotErr error
			for chunk, err := range chunks.Chunks() {
				if err != nil {
					wantErr = err
				} else if text := chunk.Text(); text != "" {
					want = append(want, text)
				}
			}
			for text, err := range texts.Texts() {
				if err != nil {
					assert.Empty(t, text)
					gotErr = err
					continue
				}
				got = append(got, text)
			}
			assert.Equal(t, want, got)
			assert.Equal(t, wantErr == nil, gotErr == nil)
			if wantErr != nil {
				assert.Equal(t, wantErr.Error(), gotErr.Error())
				assert.IsType(t, wantErr, gotErr)
			}
			assert.True(t, chunks.Response().Equal(texts.Response()))
			for _, err := range texts.Texts() {
				assert.ErrorIs(t, err, openrouter.ErrStreamClosed, "read twice")
			}
		})
	}
	assert.Equal(t, []string{"a"}, collectTexts("data: {\"choices\":[{\"index\":1,\"text\":\"x\"},{\"index\":0,\"text\":\"a\"}]}\n\ndata: {\"choices\":[{\"index\":1,\"text\":\"y\"}]}\n\ndata: [DONE]\n\n"))
	closed := &closes{Reader: strings.NewReader("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n")}
	for range openrouter.ReadStream(closed).Texts() {
		break
	}
	assert.True(t, closed.closed)
}

func collectTexts(body string) (list []string) {
	for text := range openrouter.ReadStream(strings.NewReader(body)).Texts() {
		list = append(list, text)
	}
	return list
}

type closes struct {
	io.Reader
	closed bool
}

func (c *closes) Close() error {
	c.closed = true
	return nil
}
