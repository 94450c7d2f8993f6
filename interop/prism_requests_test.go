package interop_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

const (
	inGuides  = "the service's guides have it"
	sentByAI  = "the service's own client for the AI SDK sends it"
	echoed    = "answers have it, and their messages are sent back whole"
	otherKind = "any object with a type is a choice, too, of a server tool"
	anyText   = "any text is allowed in the query"
	listsOnly = "a kind of models to list, not of output"
)

// unknownToPrism are the fields in which Prism objects to nothing, most of them
// because the service's description lacks them, and why the library has them.
var unknownToPrism = map[string]string{
	"ChatCompletionRequest.Audio":             inGuides,
	"ChatCompletionRequest.IncludeReasoning":  inGuides,
	"ChatCompletionRequest.MaxToolCalls":      inGuides,
	"ChatCompletionRequest.N":                 "recorded requests have it",
	"ChatCompletionRequest.Preset":            inGuides,
	"ChatCompletionRequest.Prompt":            inGuides,
	"ChatCompletionRequest.Speed":             inGuides,
	"ChatCompletionRequest.StructuredOutputs": inGuides,
	"ChatCompletionRequest.Transforms":        inGuides,
	"ChatCompletionRequest.Usage":             inGuides,
	"ChatCompletionRequest.Verbosity":         inGuides,
	"ChatCompletionRequest.WebSearchOptions":  inGuides,
	"ChatCompletionRequest.XSearchFilter":     inGuides,
	"FileParserPlugin.MaxFiles":               sentByAI,
	"FunctionTool.EagerInputStreaming":        sentByAI,
	"FunctionToolChoice.Function":             otherKind,
	"Image.Index":                             echoed,
	"Image.Type":                              echoed,
	"Message.Annotations":                     inGuides,
	"Message.CacheControl":                    sentByAI,
	"Message.ReasoningContent":                inGuides,
	"ModelListParams.Architecture":            anyText,
	"ModelListParams.InputModalities":         anyText,
	"ModelListParams.ModelAuthors":            anyText,
	"ModelListParams.OutputModalities":        anyText,
	"ModelListParams.Providers":               anyText,
	"ModelListParams.Query":                   anyText,
	"ModelListParams.SupportedParameters":     anyText,
	"Reasoning.Context":                       inGuides,
	"Reasoning.Enabled":                       inGuides,
	"Reasoning.Exclude":                       inGuides,
	"Reasoning.MaxTokens":                     inGuides,
	"Reasoning.Mode":                          inGuides,
	"ToolCall.Index":                          echoed,
}

// openToPrism are the known fields with constants in which Prism takes any text.
var openToPrism = map[string]string{
	"FinishReasonIs.Reason": "the description names no reasons",
}

// refusedByPrism is what Prism objects to, and why the library has it.
var refusedByPrism = map[string]string{
	"ChatCompletionRequest.Modalities=all":           listsOnly,
	"ChatCompletionRequest.Modalities=embeddings":    listsOnly,
	"ChatCompletionRequest.Modalities=file":          listsOnly,
	"ChatCompletionRequest.Modalities=rerank":        listsOnly,
	"ChatCompletionRequest.Modalities=speech":        listsOnly,
	"ChatCompletionRequest.Modalities=transcription": listsOnly,
	"ChatCompletionRequest.Modalities=video":         listsOnly,
	"ProviderPreferences.Extra":                      "the service takes no other members there; every object of the library has an Extra",
	"WebPlugin.Engine=auto":                          "a value of the web search tools, not of the plugin",
}

// discriminators are fields whose constants need other fields beside them.
// prismRequests has all of their constants.
var discriminators = map[string]bool{
	"Annotation.Type":                  true,
	"ChatCompletionRequest.ToolChoice": true,
	"Environment.Type":                 true,
	"Message.Role":                     true,
	"Part.Type":                        true,
	"ReasoningDetail.Type":             true,
}

// TestPrismRequests sends every field, constant and variant that a request can
// have, and Prism must not object. It must object to a wrong value in the same
// place: otherwise it does not know the field by this name.
func TestPrismRequests(t *testing.T) {
	p := newPrism(t, prismURL)
	src := readSource(t)
	l := &ledger{prism: p, constants: src.constants, right: map[string]string{}, wrong: map[string]string{}, open: map[string]string{}}
	for _, req := range prismRequests() {
		l.examine(t, req, func() error { return p.complete(t, req) })
	}
	params := prismModels()
	l.prism = newPrism(t, prismRandomURL) // the example of a list of models is not what the description demands
	l.examine(t, params, func() error {
		_, err := l.Models.List(bounded(t), params)
		return err
	})

	all := src.reachable("ChatCompletionRequest")
	maps.Copy(all, src.reachable("ModelListParams"))
	for key := range all {
		if _, sent := l.right[key]; !sent {
			t.Errorf("%s is in no request", key)
		}
	}
	refused := func(objection string) bool { return objection != "" }
	accepted := func(objection string) bool { return objection == "" }
	compare(t, "refusedByPrism", refusedByPrism, l.right, refused)
	compare(t, "unknownToPrism", unknownToPrism, l.wrong, accepted)
	compare(t, "openToPrism", openToPrism, l.open, accepted)
	t.Logf("%d fields, constants and variants, in %d requests", len(all), p.sent+l.sent)
}

// compare checks that a list has exactly the keys whose objections are listed.
func compare(t *testing.T, name string, list, objections map[string]string, belongs func(string) bool) {
	t.Helper()
	for key, objection := range objections {
		if list[key] == "" && belongs(objection) {
			t.Errorf("%s is not in %s, Prism's objection is: %q", key, name, objection)
		}
	}
	for key := range list {
		if objection, asked := objections[key]; !asked || !belongs(objection) {
			t.Errorf("%s must not be in %s, Prism's objection is: %q", key, name, objection)
		}
	}
}

// ledger keeps Prism's objections, "" for none. The keys are Type.Field,
// Type.Field=constant, and the names of variants that are no structs.
type ledger struct {
	*prism
	constants map[string][]string // by type
	right     map[string]string   // to what should be accepted: "" once it was
	wrong     map[string]string   // to a wrong value in a field: not "" once there was one
	open      map[string]string   // to unknown text in a field with constants
}

// requireValid holds that this library does not object either. The two fields are in
// the schema, but the service refuses them here.
func requireValid(t *testing.T, req *openrouter.ChatCompletionRequest) {
	if e, ok := errors.AsType[*openrouter.ValidationError](req.Validate()); ok {
		for _, v := range e.Violations {
			require.Contains(t, []string{"tools.parameters.inherit_functions", "tools.parameters.inherited_function_names"}, v.Check, "%v", e)
		}
	}
}

// examine sends a request, and sends it again with each of its fields changed.
func (l *ledger) examine(t *testing.T, req any, send func() error) {
	require.Empty(t, l.judge(t, send), kit.Encode(t, req))
	if r, ok := req.(*openrouter.ChatCompletionRequest); ok {
		requireValid(t, r)
	}
	l.places(reflect.ValueOf(req), false, func(at place) {
		l.probe(t, at, func() string { return strings.Join(l.judge(t, send), "; ") })
	})
}

// place is a field in a request.
type place struct {
	key          string // Type.Field
	owner, field reflect.Value
	member       string // its name in the request
	unknown      bool   // it is inside a field that Prism does not know
}

// places visits the fields of v that are set, and each Extra.
func (l *ledger) places(v reflect.Value, unknown bool, visit func(place)) {
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct { // inside an interface it could not be changed
			p := reflect.New(v.Elem().Type())
			p.Elem().Set(v.Elem())
			v.Set(p)
		}
		l.places(v.Elem(), unknown, visit)
	case reflect.Pointer:
		l.places(v.Elem(), unknown, visit)
	case reflect.Slice:
		if name := v.Type().Name(); strings.HasPrefix(name, "Raw") {
			l.right[name] = ""
			return
		}
		for i := range v.Len() {
			l.places(v.Index(i), unknown, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || v.Field(i).IsZero() && f.Name != "Extra" {
				continue
			}
			member, _, _ := strings.Cut(cmp.Or(f.Tag.Get("json"), f.Tag.Get("url")), ",")
			key := v.Type().Name() + "." + f.Name
			visit(place{key, v, v.Field(i), member, unknown})
			l.places(v.Field(i), unknown || unknownToPrism[key] != "", visit)
		}
	}
}

// probe changes one field of a request that Prism has accepted.
func (l *ledger) probe(t *testing.T, at place, send func() string) {
	try := func(change func()) string {
		before := reflect.New(at.owner.Type()).Elem()
		before.Set(at.owner)
		defer at.owner.Set(before)
		change()
		return send()
	}

	if at.member == "-" { // Extra
		if l.untried(at.key) {
			l.right[at.key] = try(func() { setMember(t, at.owner, "member_of_tomorrow", `"text"`) })
		}
		return
	}
	l.right[at.key] = ""

	// The method writes stream, and refuses one that is not its own.
	if !at.unknown && l.wrong[at.key] == "" && at.key != "ChatCompletionRequest.Stream" {
		value := `[7]`
		if at.field.Kind() == reflect.Slice {
			value = `{"a":7}`
		}
		l.wrong[at.key] = try(func() { setMember(t, at.owner, at.member, value) })
	}

	if discriminators[at.key] {
		l.right[at.key+"="+fmt.Sprint(at.field.Interface())] = ""
		return
	}
	typ := at.field.Type()
	if typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	setText := func(text string) {
		value := reflect.ValueOf(text).Convert(typ)
		if at.field.Kind() == reflect.Slice {
			value = reflect.Append(reflect.Zero(at.field.Type()), value)
		}
		at.field.Set(value)
	}
	for _, constant := range l.constants[typ.Name()] {
		if key := at.key + "=" + constant; l.untried(key) {
			l.right[key] = try(func() { setText(constant) })
		}
	}
	if l.constants[typ.Name()] != nil && !at.unknown && unknownToPrism[at.key] == "" && l.open[at.key] == "" {
		l.open[at.key] = try(func() { setText("value of tomorrow") })
	}
}

// untried reports whether something was not accepted yet.
func (l *ledger) untried(key string) bool {
	objection, sent := l.right[key]
	return !sent || objection != ""
}

// setMember sets a member of a struct to any JSON, as if it had been received.
// In a query it sets a parameter.
func setMember(t *testing.T, object reflect.Value, name, value string) {
	t.Helper()
	v := object.Addr().Interface()
	if params, ok := v.(*openrouter.ModelListParams); ok {
		for i := range object.NumField() {
			if tag, _, _ := strings.Cut(object.Type().Field(i).Tag.Get("url"), ","); tag == name {
				object.Field(i).SetZero()
			}
		}
		params.Extra = url.Values{name: {value}}
		return
	}
	data, err := json.Marshal(v)
	require.NoError(t, err)
	members := map[string]json.RawMessage{}
	if data[0] == '{' { // else the struct has a short form, of the member that is replaced
		require.NoError(t, json.Unmarshal(data, &members))
	}
	members[name] = json.RawMessage(value)
	data, err = json.Marshal(members)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}
