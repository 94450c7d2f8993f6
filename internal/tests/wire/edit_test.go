package wire_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// An edit wins: what is set in Go is what is sent, whatever was decoded before. These laws hold for every field of every type.

// An object is a value of a wire type, and what the tests do with it.
type object struct {
	t *testing.T
	v reflect.Value // a pointer
}

func newObject(t *testing.T, typ reflect.Type) object { return object{t, reflect.New(typ)} }

// built returns an object with nothing but the type that a field needs.
func built(t *testing.T, typ reflect.Type, f wireField) object {
	o := newObject(t, typ)
	if f.with != "" {
		o.field("Type").SetString(f.with)
	}
	return o
}

// decodedObject returns an object that has one member, and false if that cannot be decoded.
func decodedObject(t *testing.T, typ reflect.Type, f wireField, value string) (object, bool) {
	o := newObject(t, typ)
	text := fmt.Sprintf(`{%q:%s}`, f.name, value)
	if f.with != "" {
		text = fmt.Sprintf(`{"type":%q,%q:%s}`, f.with, f.name, value)
	}
	return o, json.Unmarshal([]byte(text), o.v.Interface()) == nil
}

func (o object) field(name string) reflect.Value { return o.v.Elem().FieldByName(name) }

func (o object) setExtra(name string, value any) {
	extra := o.field("Extra")
	if extra.IsNil() {
		extra.Set(reflect.MakeMap(extra.Type()))
	}
	extra.SetMapIndex(reflect.ValueOf(name), reflect.ValueOf(&value).Elem())
}

func (o object) json() string {
	out, err := o.v.Interface().(json.Marshaler).MarshalJSON()
	require.NoError(o.t, err)
	return string(out)
}

// member returns the JSON of a member, "" if there is none.
func (o object) member(name string) string {
	var members map[string]json.RawMessage
	out := o.json()
	if json.Unmarshal([]byte(out), &members) != nil {
		return out // abbreviated: one member stands for the object
	}
	return string(members[name])
}

// fill sets a value to one that is not zero; false for types for which the tests need none.
func fill(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString("12.5")
	case reflect.Int, reflect.Int64:
		v.SetInt(42)
	case reflect.Float64:
		v.SetFloat(0.75)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		if v.Elem().Kind() != reflect.Struct {
			return fill(v.Elem())
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte("{}"))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	default:
		return false
	}
	return true
}

func TestEditExtraIsSentWhereTheFieldIsNotSet(t *testing.T) {
	eachWireField(t, func(t *testing.T, typ reflect.Type, f wireField) {
		o := built(t, typ, f)
		o.setExtra(f.name, "critic")
		assert.Equal(t, `"critic"`, o.member(f.name))
		if fill(o.field(f.Name)) {
			assert.NotEqual(t, `"critic"`, o.member(f.name), "a field that is set takes precedence")
		}
		for _, was := range []string{"null", `""`, "0", "false", "{}", "[]"} {
			o, ok := decodedObject(t, typ, f, was)
			if !ok || !o.field(f.Name).IsZero() {
				continue
			}
			o.setExtra(f.name, "critic")
			assert.Equal(t, `"critic"`, o.member(f.name), "it was %s", was)
		}
	})
}

func TestEditRepeatsDigitsOnlyOfTheSameNumber(t *testing.T) {
	const digits = "0.69999999999999996"
	fields := 0
	eachWireField(t, func(t *testing.T, typ reflect.Type, f wireField) {
		if f.Type != reflect.TypeFor[float64]() && f.Type != reflect.TypeFor[*float64]() {
			return
		}
		fields++
		decoded := func() object {
			o, ok := decodedObject(t, typ, f, digits)
			require.True(t, ok)
			require.Equal(t, digits, o.member(f.name))
			return o
		}
		o := decoded()
		o.field(f.Name).SetZero()
		assert.Equal(t, built(t, typ, f).member(f.name), o.member(f.name), "cleared")
		for _, v := range []any{"hot", 7, json.RawMessage("7"), json.Number("0.5"), nil} {
			o.setExtra(f.name, v)
			want, err := json.Marshal(v)
			require.NoError(t, err)
			assert.Equal(t, string(want), o.member(f.name), "cleared, and Extra set to %v", v)
		}
		o = decoded()
		fill(o.field(f.Name))
		assert.Equal(t, "0.75", o.member(f.name), "changed")
	})
	assert.GreaterOrEqual(t, fields, 37)
}

func TestEditPriceThatWasANumberIsAString(t *testing.T) {
	fields := 0
	eachWireField(t, func(t *testing.T, typ reflect.Type, f wireField) {
		if f.Type != reflect.TypeFor[openrouter.Decimal]() {
			return
		}
		fields++
		o, ok := decodedObject(t, typ, f, "1.50")
		require.True(t, ok)
		assert.Equal(t, "1.50", o.member(f.name))
		assert.Equal(t, "1.50", o.field(f.Name).String())
		o.field(f.Name).SetString("2")
		assert.Equal(t, `"2"`, o.member(f.name), "changed")
		o.field(f.Name).SetString("1.50")
		assert.Equal(t, "1.50", o.member(f.name), "changed back")
		o.field(f.Name).SetZero()
		assert.Equal(t, built(t, typ, f).member(f.name), o.member(f.name), "cleared")
		o.setExtra(f.name, json.RawMessage("3"))
		assert.Equal(t, "3", o.member(f.name))
	})
	assert.Greater(t, fields, 20)
}

// TestEditElementThatWasNoObject edits elements of lists that came as something else: a legacy spelling, or null.
func TestEditElementThatWasNoObject(t *testing.T) {
	lists := map[reflect.Type]bool{}
	for _, typ := range wireTypes() {
		for _, f := range wireFields(typ) {
			if f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct {
				lists[f.Type] = true
			}
		}
	}
	for list := range lists {
		elem := list.Elem()
		t.Run(elem.Name(), func(t *testing.T) {
			const legacy = `["a",7,[1],null,{},null]`
			decoded := func() reflect.Value {
				// A field of the package, whose lists may be strict, and a list of the caller's own differ in how they get here.
				v := reflect.New(list)
				one := reflect.New(elem)
				require.NoError(t, json.Unmarshal([]byte("null"), one.Interface()))
				out, err := json.Marshal(one.Interface())
				require.NoError(t, err)
				require.Equal(t, "null", string(out))
				v.Elem().Set(reflect.Append(v.Elem(), one.Elem()))
				return v.Elem()
			}
			eachEdit(t, elem, func() object { return object{t, decoded().Index(0).Addr()} })

			for _, typ := range wireTypes() {
				for _, f := range wireFields(typ) {
					if f.Type != list {
						continue
					}
					o, ok := decodedObject(t, typ, f, legacy)
					if !ok {
						continue // a list of objects only
					}
					assert.JSONEq(t, legacy, o.member(f.name), "%s.%s", typ, f.Name)
					for i := range 4 {
						eachEdit(t, elem, func() object {
							o, _ := decodedObject(t, typ, f, legacy)
							return object{t, o.field(f.Name).Index(i).Addr()}
						})
					}
				}
			}
		})
	}
	assert.Greater(t, len(lists), 10)
}

// eachEdit changes every field of an element, which then must be as if it had been built.
func eachEdit(t *testing.T, elem reflect.Type, decoded func() object) {
	for _, f := range wireFields(elem) {
		edited, built := decoded(), newObject(t, elem)
		if !fill(edited.field(f.Name)) {
			continue
		}
		fill(built.field(f.Name))
		assert.Equal(t, built.json(), edited.json(), "%s.%s set", elem, f.Name)
	}
	edited, built := decoded(), newObject(t, elem)
	edited.setExtra("mood", "shy")
	built.setExtra("mood", "shy")
	assert.Equal(t, built.json(), edited.json(), "%s.Extra set", elem)
	edited, built = decoded(), newObject(t, elem)
	extra := map[string]any{"mood": "shy"}
	edited.field("Extra").Set(reflect.ValueOf(extra))
	built.field("Extra").Set(reflect.ValueOf(extra))
	assert.Equal(t, built.json(), edited.json(), "%s.Extra replaced", elem)
}

func TestEditCallWithANamelessMemberIsMended(t *testing.T) {
	res := &openrouter.ChatCompletion{}
	require.NoError(t, json.Unmarshal([]byte(`{"id":"gen-1","choices":[{"message":{"role":"assistant","content":null,
		"tool_calls":[{"":1,"type":"function","function":{"name":"f"}},"legacy",null,{"":2}],"images":[{"type":"image_url","":"data:image/gif;base64,QQ=="}]}}]}`), res))
	calls := res.Message().ToolCalls
	assert.NotEmpty(t, calls[0].ID)
	assert.Equal(t, "{}", calls[0].Function.Arguments)
	assert.Equal(t, []string{"", ""}, []string{calls[1].ID, calls[2].ID})
	assert.NotEmpty(t, calls[3].ID)
	assert.Equal(t, calls, res.ToolCalls())
	_, _, err := res.Message().Images[0].Data()
	assert.Error(t, err, "an unknown member is no address")
}

// TestEditMemberOfAnotherTypeThatWasUnderstood clears and changes fields that were set from a member of another JSON type.
func TestEditMemberOfAnotherTypeThatWasUnderstood(t *testing.T) {
	for _, c := range []struct {
		text  string
		v     any
		clear func(v any)
		want  string
	}{
		{`{"id":7,"function":{"name":"f","arguments":""}}`, &openrouter.ToolCall{}, func(v any) { v.(*openrouter.ToolCall).ID = "" }, `{"function":{"name":"f","arguments":""}}`},
		{`{"id":7,"function":{"name":"f","arguments":""}}`, &openrouter.ToolCall{}, func(v any) { v.(*openrouter.ToolCall).ID = "c" }, `{"id":"c","function":{"name":"f","arguments":""}}`},
		{`{"name":"f","arguments":{"a":1}}`, &openrouter.FunctionCall{}, func(v any) { v.(*openrouter.FunctionCall).Arguments = "" }, `{"name":"f","arguments":""}`},
		{`{"name":"f","arguments":{"a":1}}`, &openrouter.FunctionCall{}, func(v any) { v.(*openrouter.FunctionCall).Arguments = "{}" }, `{"name":"f","arguments":"{}"}`},
		{`{"role":"assistant","content":null,"tool_calls":{"id":"a","function":{"name":"f","arguments":"{}"}}}`, &openrouter.Message{}, func(v any) { v.(*openrouter.Message).ToolCalls = nil }, `{"role":"assistant","content":null}`},
	} {
		require.NoError(t, json.Unmarshal([]byte(c.text), c.v))
		out, err := json.Marshal(c.v)
		require.NoError(t, err)
		assert.JSONEq(t, c.text, string(out))
		c.clear(c.v)
		out, err = json.Marshal(c.v)
		require.NoError(t, err)
		assert.JSONEq(t, c.want, string(out))
	}
}

// TestEditRawTextThatIsNotUTF8 sends bytes that no JSON may have, wherever raw JSON can be.
func TestEditRawTextThatIsNotUTF8(t *testing.T) {
	const bad, good = "{\"a\xff\":[\"\xe2\x80\xa8é\xc3\",\"\xe2\x80\"]}", `{"a�":["\u2028é�","��"]}`
	check := func(t *testing.T, o object, name string) {
		out := o.json()
		assert.True(t, utf8.ValidString(out), "%q", out)
		assert.JSONEq(t, good, o.member(name))
	}
	type marshaler = struct{ X json.RawMessage }
	for _, typ := range wireTypes() {
		t.Run(typ.Name(), func(t *testing.T) {
			o := newObject(t, typ)
			o.setExtra("x", json.RawMessage(bad))
			check(t, o, "x")
			o.setExtra("x", []any{marshaler{json.RawMessage(bad)}})
			assert.True(t, utf8.ValidString(o.json()))
			o = newObject(t, typ)
			require.NoError(t, o.v.Interface().(json.Unmarshaler).UnmarshalJSON([]byte(`{"x":`+bad+`}`)))
			check(t, o, "x")
			for _, f := range wireFields(typ) {
				if f.Type == reflect.TypeFor[any]() || f.Type == reflect.TypeFor[json.RawMessage]() {
					o := newObject(t, typ)
					o.field(f.Name).Set(reflect.ValueOf(json.RawMessage(bad)))
					check(t, o, f.name)
				}
			}
		})
	}
	for _, v := range []any{openrouter.RawTool(bad), openrouter.RawPlugin(bad), openrouter.RawToolChoice(bad), openrouter.RawResponseFormat(bad), openrouter.RawStopCondition(bad)} {
		out, err := v.(json.Marshaler).MarshalJSON()
		require.NoError(t, err)
		assert.JSONEq(t, good, string(out))
		assert.True(t, utf8.Valid(out))
	}
}

// own is a type of the caller's, through which a value can hold itself.
type own struct {
	Any  any
	List []any
}

// TestEditValueThatHoldsItself encodes values that would be encoded for ever.
func TestEditValueThatHoldsItself(t *testing.T) {
	check := func(t *testing.T, v any) {
		t.Helper()
		_, err := json.Marshal(v)
		require.Error(t, err)
		assert.Contains(t, err.Error(), "cycle")
		assert.Less(t, len(err.Error()), 500)
	}
	for _, typ := range wireTypes() {
		t.Run(typ.Name(), func(t *testing.T) {
			through := map[string]func(self any) any{
				"itself": func(self any) any { return self },
				"map":    func(self any) any { return map[string]any{"a": self} },
				"list":   func(self any) any { return []any{1, self} },
				"struct": func(self any) any { return &own{Any: self} },
				"value":  func(self any) any { return own{List: []any{self}} },
			}
			for name, wrap := range through {
				t.Run(name, func(t *testing.T) {
					o := newObject(t, typ)
					o.setExtra("x", wrap(o.v.Interface()))
					check(t, o.v.Interface())
				})
			}
			for _, f := range wireFields(typ) {
				if f.Type == reflect.TypeFor[any]() {
					o := newObject(t, typ)
					o.field(f.Name).Set(o.v)
					check(t, o.v.Interface())
				}
			}
		})
	}
	t.Run("lists of values", func(t *testing.T) {
		m := &openrouter.Message{Role: openrouter.RoleUser, Content: openrouter.Text("hi"), Extra: map[string]any{}}
		m.Extra["m"] = []openrouter.Message{{Extra: map[string]any{"m": m}}}
		check(t, m)
		tool := &openrouter.FunctionTool{}
		tool.Function.Parameters = []openrouter.Tool{openrouter.FunctionTool{}, tool}
		check(t, &openrouter.ChatCompletionRequest{Tools: []openrouter.Tool{tool}})
	})
	t.Run("not itself", func(t *testing.T) { // the same twice, and deep
		v := any(map[string]any{"x": 1})
		for range 1100 {
			v = &openrouter.Message{Role: "a", Extra: map[string]any{"x": v}}
		}
		_, err := json.Marshal(map[string]any{"a": v, "b": v})
		assert.NoError(t, err)
	})
}

func TestEditDepthCountsArraysAndObjects(t *testing.T) {
	const limit = 10_000
	for _, c := range []struct {
		before, after string
		depth         int
		v             json.Unmarshaler
	}{
		{`{"x":`, `}`, 1, &openrouter.Message{}},
		{`{"content":[{"x":`, `}]}`, 3, &openrouter.Message{}},
		{`{"messages":[{"content":[{"x":`, `}]}]}`, 5, &openrouter.ChatCompletionRequest{}},
		{`{"tools":[{"function":{"parameters":`, `}}]}`, 4, &openrouter.ChatCompletionRequest{}},
		{`{"tools":[`, `]}`, 2, &openrouter.ChatCompletionRequest{}},
		{`{"stop":["a",`, `]}`, 2, &openrouter.ChatCompletionRequest{}},
		{`{"stop":["a"],"tools":[],"models":["a",1],"logit_bias":{"a":[1]},"x":`, `}`, 1, &openrouter.ChatCompletionRequest{}},
		{`{"choices":[{"logprobs":{"content":[{"bytes":[1,2],"top_logprobs":[{"bytes":[1,"a"],"x":`, `}]}]}}]}`, 8, &openrouter.ChatCompletion{}},
	} {
		deep := func(n int) []byte {
			return []byte(c.before + strings.Repeat("[", n) + strings.Repeat("]", n) + c.after)
		}
		whole := deep(limit - c.depth)
		assert.NoError(t, c.v.UnmarshalJSON(whole), c.before)
		out, err := json.Marshal(c.v)
		require.NoError(t, err, c.before)
		var v any
		assert.NoError(t, json.Unmarshal(out, &v), c.before)
		err = c.v.UnmarshalJSON(deep(limit - c.depth + 1))
		if assert.Error(t, err, c.before) {
			assert.Contains(t, err.Error(), "nested too deeply")
		}
	}
}

// TestEditRepeatedDiscriminator reads variants whose type is told twice.
func TestEditRepeatedDiscriminator(t *testing.T) {
	for _, c := range []struct{ member, key, one, other string }{
		{"tools", "type", "function", "openrouter:datetime"},
		{"plugins", "id", "web", "moderation"},
		{"stop_server_tools_when", "type", "max_cost", "step_count_is"},
		{"tool_choice", "type", "function", "openrouter:bash"},
		{"response_format", "type", "json_object", "text"},
	} {
		for _, values := range [][3]string{
			{`"` + c.one + `"`, `"` + c.one + `"`}, {`"` + c.one + `"`, `"` + c.other + `"`}, {`"` + c.other + `"`, `"` + c.one + `"`},
			{`"` + c.one + `"`, `7`}, {`7`, `"` + c.one + `"`}, {`"` + c.one + `"`, `[{"a":[]}]`, `"` + c.one + `"`},
		} {
			value := fmt.Sprintf(`{%q:%s,"x":{"y":[1]},%[1]q:%[3]s`, c.key, values[0], values[1])
			if values[2] != "" {
				value += fmt.Sprintf(`,%q:%s`, c.key, values[2])
			}
			value += `}`
			if !strings.HasPrefix(c.member, "tool_c") && !strings.HasPrefix(c.member, "resp") {
				value = `[` + value + `,{"` + c.key + `":"new"}]`
			}
			r := &openrouter.ChatCompletionRequest{}
			if !assert.NoError(t, json.Unmarshal([]byte(fmt.Sprintf(`{%q:%s,"model":"m"}`, c.member, value)), r), value) {
				continue
			}
			assert.Equal(t, "m", r.Model)
			out, err := json.Marshal(r)
			require.NoError(t, err)
			assert.NotContains(t, string(out), "null")
			assert.NoError(t, json.Unmarshal(out, &openrouter.ChatCompletionRequest{}))
		}
	}
	var plugin openrouter.ModerationPlugin
	assert.NoError(t, json.Unmarshal([]byte(`{"id":"web","x":1,"id":"moderation"}`), &plugin), "the last one counts")
	assert.Error(t, json.Unmarshal([]byte(`{"id":"moderation","x":1,"id":"web"}`), &plugin))
	assert.Error(t, json.Unmarshal([]byte(`{"id":"web"}`), &plugin))
}

type foreign struct{ openrouter.FunctionTool }

func TestEditVariantOfAForeignTypeIsNamed(t *testing.T) {
	for want, r := range map[string]*openrouter.ChatCompletionRequest{
		"tools[1]: is of type wire_test.foreign, must be of a type of this package":  {Tools: []openrouter.Tool{openrouter.RawTool(`{}`), foreign{}}},
		"tools[0]: is of type *wire_test.foreign, must be of a type of this package": {Tools: []openrouter.Tool{&foreign{}}},
		"tools[0]: is nil":   {Tools: []openrouter.Tool{(*foreign)(nil)}},
		"plugins[0]: is nil": {Plugins: []openrouter.Plugin{nil}},
	} {
		_, err := r.MarshalJSON()
		assert.EqualError(t, err, want)
	}
}
