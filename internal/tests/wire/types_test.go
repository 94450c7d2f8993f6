package wire_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// roots are values from which every type of the wire can be reached: documents, and the variants of the sealed interfaces.
var roots = []any{
	openrouter.ChatCompletionRequest{}, openrouter.ChatCompletion{}, openrouter.ChatCompletionChunk{},
	openrouter.Model{}, openrouter.ModelList{}, openrouter.Generation{}, openrouter.GenerationContent{}, openrouter.ModelEndpoints{}, openrouter.EndpointList{},
	openrouter.Key{}, openrouter.Credits{}, openrouter.ActivityList{}, openrouter.ProviderList{}, openrouter.EmbeddingRequest{}, openrouter.EmbeddingList{},
	openrouter.Batch{}, openrouter.BatchList{}, openrouter.BatchResult{}, openrouter.BatchProvider{}, openrouter.BatchDeletion{},
	openrouter.Guardrail{}, openrouter.Moderation{}, openrouter.PreviousError{}, openrouter.ProviderError{},

	openrouter.FunctionTool{}, openrouter.WebSearchTool{}, openrouter.WebSearchShorthandTool{}, openrouter.WebFetchTool{}, openrouter.DatetimeTool{},
	openrouter.ImageGenerationTool{}, openrouter.SearchModelsTool{}, openrouter.AdvisorTool{}, openrouter.SubagentTool{}, openrouter.FusionTool{},
	openrouter.FilesTool{}, openrouter.BashTool{},

	openrouter.FunctionToolChoice{}, openrouter.ServerToolChoice{},

	openrouter.ModerationPlugin{}, openrouter.WebPlugin{}, openrouter.WebFetchPlugin{}, openrouter.FileParserPlugin{}, openrouter.ResponseHealingPlugin{},
	openrouter.ContextCompressionPlugin{}, openrouter.AutoRouterPlugin{}, openrouter.AutoBetaRouterPlugin{}, openrouter.ParetoRouterPlugin{},
	openrouter.FusionPlugin{},

	openrouter.TextFormat{}, openrouter.JSONObjectFormat{}, openrouter.JSONSchemaFormat{}, openrouter.GrammarFormat{}, openrouter.PythonFormat{},

	openrouter.StepCountIs{}, openrouter.HasToolCall{}, openrouter.MaxTokensUsed{}, openrouter.MaxCost{}, openrouter.FinishReasonIs{},
}

// wireTypes returns every type that is an object of the wire.
func wireTypes() []reflect.Type {
	found := map[reflect.Type]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice:
			visit(t.Elem())
		case reflect.Struct:
			if _, ok := t.FieldByName("Extra"); !ok || found[t] {
				return
			}
			found[t] = true
			for i := range t.NumField() {
				if t.Field(i).IsExported() {
					visit(t.Field(i).Type)
				}
			}
		}
	}
	for _, root := range roots {
		visit(reflect.TypeOf(root))
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b reflect.Type) int { return strings.Compare(a.Name(), b.Name()) })
}

// TestWireTypesAreAllOfThem compares the types with those that the source declares.
func TestWireTypesAreAllOfThem(t *testing.T) {
	var want, got []string
	files, err := filepath.Glob("../../../*.go")
	require.NoError(t, err)
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok && ast.IsExported(spec.Name.Name) && slices.ContainsFunc(s.Fields.List, isExtra) {
					want = append(want, spec.Name.Name)
				}
			}
			return true
		})
	}
	for _, typ := range wireTypes() {
		got = append(got, typ.Name())
	}
	slices.Sort(want)
	assert.Equal(t, want, got)
}

func isExtra(f *ast.Field) bool {
	return len(f.Names) == 1 && f.Names[0].Name == "Extra" && f.Tag != nil && f.Tag.Value == "`json:\"-\"`"
}

// A wireField is a field of a wire type and the member that it is.
type wireField struct {
	reflect.StructField
	name string
	with string // the value of Type with which it is always written
}

func wireFields(t reflect.Type) (fields []wireField) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		field := wireField{StructField: f, name: name}
		for word := range strings.SplitSeq(f.Tag.Get("wire"), ",") {
			if value, ok := strings.CutPrefix(word, "with="); ok {
				field.with = value
			}
		}
		fields = append(fields, field)
	}
	return fields
}

// eachWireField runs check for every field of every wire type.
func eachWireField(t *testing.T, check func(t *testing.T, typ reflect.Type, f wireField)) {
	for _, typ := range wireTypes() {
		for _, f := range wireFields(typ) {
			t.Run(typ.Name()+"."+f.Name, func(t *testing.T) { check(t, typ, f) })
		}
	}
}
