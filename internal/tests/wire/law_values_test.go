package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// What holds of encoding beside the law: which bytes it gives, and that values set in Go win over what is remembered.

func TestEncoderWithoutHTMLEscapesRepeatsOurBytes(t *testing.T) {
	eachLawDocument(t, func(t *testing.T, d lawDocument, doc any) {
		kit.EachObject(doc, func(o map[string]any) { o["x_<&>"] = "<&>\u2028é" })
		spellings := [][]byte{d.data, respell(nil, doc)}
		if plain, err := json.Marshal(doc); assert.NoError(t, err) {
			spellings = append(spellings, plain, bytes.ReplaceAll(plain, []byte(`\u2028`), []byte("\u2028")))
		}
		for _, data := range spellings {
			repeatsOurBytes(t, d.kind, data)
		}
	})
}

func repeatsOurBytes(t *testing.T, kind string, data []byte) {
	v := newWireValue[kind]()
	require.NoError(t, json.Unmarshal(data, v))
	own, err := v.(json.Marshaler).MarshalJSON()
	require.NoError(t, err)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(v))
	assert.Equal(t, string(own)+"\n", b.String())
}

func TestBuiltValuesEncodeDeterministically(t *testing.T) {
	type schema struct {
		Pattern string `json:"pattern"`
	}
	r := &openrouter.ChatCompletionRequest{
		Messages: []openrouter.Message{openrouter.UserMessage("<a> & b")},
		Tools: []openrouter.Tool{
			openrouter.FunctionTool{Function: openrouter.Function{Name: "f", Parameters: map[string]any{"b": "<", "a": []string{"&"}}}},
			&openrouter.FunctionTool{Function: openrouter.Function{Name: "g", Parameters: schema{"^<.*>$"}}},
		},
		LogitBias: map[string]float64{"9": 1, "10": -2.5},
		Extra:     map[string]any{"z": map[string]int{"b": 1, "a": 2}, "y": schema{"<&>"}, "x": json.RawMessage(" { \"<\" : 1.0 } ")},
	}
	for range 20 {
		out, err := r.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, `{"messages":[{"role":"user","content":"<a> & b"}],"tools":[`+
			`{"type":"function","function":{"name":"f","parameters":{"a":["&"],"b":"<"}}},`+
			`{"type":"function","function":{"name":"g","parameters":{"pattern":"^<.*>$"}}}],`+
			`"logit_bias":{"10":-2.5,"9":1},"x":{"<":1.0},"y":{"pattern":"<&>"},"z":{"a":2,"b":1}}`, string(out))
	}
}

// TestSetValuesWin changes every field of every decoded object: what is remembered of the document must not show in a value that was set.
func TestSetValuesWin(t *testing.T) {
	eachLawDocument(t, func(t *testing.T, d lawDocument, _ any) {
		v := newWireValue[d.kind]()
		require.NoError(t, json.Unmarshal(d.data, v))
		eachField(reflect.ValueOf(v), func(object reflect.Value, field reflect.StructField) {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			f := object.FieldByIndex(field.Index)
			if _, inExtra := object.FieldByName("Extra").Interface().(map[string]any)[name]; inExtra {
				return
			}
			was := reflect.New(f.Type()).Elem()
			was.Set(f)
			defer func() { f.Set(was) }()

			if !f.IsZero() {
				f.SetZero()
				built := reflect.New(object.Type()) // nothing is remembered here
				if typ := object.FieldByName("Type"); typ.IsValid() && field.Name != "Type" {
					built.Elem().FieldByName("Type").Set(typ) // some members go with the type
				}
				assert.Equal(t, memberJSON(t, built, name), memberJSON(t, object.Addr(), name), "%s.%s cleared", object.Type(), field.Name)
			}
			for kind, set := range map[reflect.Kind]func(reflect.Value){
				reflect.String:  func(v reflect.Value) { v.SetString("12.50") },
				reflect.Int:     func(v reflect.Value) { v.SetInt(42) },
				reflect.Int64:   func(v reflect.Value) { v.SetInt(42) },
				reflect.Float64: func(v reflect.Value) { v.SetFloat(0.75) },
				reflect.Bool:    func(v reflect.Value) { v.SetBool(true) },
			} {
				target := f
				if f.Kind() == reflect.Pointer && f.Type().Elem().Kind() == kind {
					f.Set(reflect.New(f.Type().Elem()))
					target = f.Elem()
				}
				if target.Kind() != kind {
					continue
				}
				set(target)
				got := strings.Trim(memberJSON(t, object.Addr(), name), `"`)
				assert.Equal(t, fmt.Sprint(map[reflect.Kind]any{
					reflect.String: "12.50", reflect.Int: 42, reflect.Int64: 42, reflect.Float64: 0.75, reflect.Bool: true,
				}[kind]), got, "%s.%s set", object.Type(), field.Name)
			}
		})
	})
}

// eachField visits the tagged fields of every object in v that can be changed.
func eachField(v reflect.Value, visit func(object reflect.Value, field reflect.StructField)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachField(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachField(v.Index(i), visit)
		}
	case reflect.Struct:
		if _, ok := v.Addr().Interface().(json.Marshaler); !ok {
			return
		}
		if _, bare := v.FieldByName("Extra").Interface().(map[string]any)[""]; bare {
			return // not an object on the wire
		}
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if tag := field.Tag.Get("json"); tag != "" && tag != "-" {
				visit(v, field)
				eachField(v.Field(i), visit)
			}
		}
	}
}

// memberJSON encodes an object and returns one member of it, "" if it is not there.
func memberJSON(t *testing.T, object reflect.Value, name string) string {
	out, err := object.Interface().(json.Marshaler).MarshalJSON()
	require.NoError(t, err)
	if out[0] != '{' { // abbreviated: one member stands for the object
		out = fmt.Appendf(nil, `{"by":%s,"p50":%[1]s}`, out)
	}
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(out, &members))
	return string(members[name])
}
