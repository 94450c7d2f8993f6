package wire_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// testdata/schema.json lists every member the service's own schema knows, with its types and enum values (see internal/specgen). These
// tests put each of them into a document and look for the typed field that carries it.

// schemaMember is one line of testdata/schema.json.
type schemaMember struct {
	Path     string
	Types    []string
	Enum     []string
	Nullable bool
}

var schemaRoots = map[string]string{"ChatRequest": "request", "ChatResult": "completion", "ChatStreamChunk": "chunk"}

// wideEnums are enums of several values whose field is a plain string, and why.
var wideEnums = map[string]string{}

// rawEnums are enums inside raw JSON, and the Go type that names their values.
var rawEnums = map[string]string{"ChatStreamChunk.error.metadata.error_type": "ErrorType"}

func schemaMembers(t *testing.T) []schemaMember {
	data, err := os.ReadFile("testdata/schema.json")
	require.NoError(t, err)
	var list []schemaMember
	require.NoError(t, json.Unmarshal(data, &list))
	require.NotEmpty(t, list)
	return list
}

func TestSchemaMembersHaveTypedFields(t *testing.T) {
	all := schemaMembers(t)
	for _, m := range all {
		t.Run(m.Path, func(t *testing.T) {
			root, steps := schemaSteps(m.Path)
			kind := schemaRoots[root]
			for _, example := range m.examples(all) {
				for _, doc := range schemaDocuments(steps, example) {
					if mustRefuse(kind, doc) {
						t.Fatalf("%s would have to be refused", kit.BriefJSON(doc))
					}
					assert.Empty(t, lawBreak(kind, doc))

					v := newWireValue[kind]()
					data, err := json.Marshal(doc)
					require.NoError(t, err)
					require.NoError(t, json.Unmarshal(data, v))
					untyped := kit.UntypedMembers(v)
					if m.isOpen(all) {
						require.Len(t, untyped, 1, "%s", data)
						assert.True(t, strings.HasSuffix(untyped[0], "Extra["+anyName+"]"), "%s: %v", data, untyped)
						continue
					}
					assert.Empty(t, untyped, "%s", data)
					field, ok := followSchema(reflect.ValueOf(v), steps)
					require.True(t, ok, "%s: no field", data)
					if _, object := example.(map[string]any); object || example == nil || example == false || !field.IsValid() {
						continue // the members of an object have lines of their own
					}
					assert.False(t, field.IsZero(), "%s: the field is zero", data)
				}
			}
		})
	}
}

// followSchema goes from a Go value along the JSON path. The result is invalid where Go has no value of its own for a member that is there:
// a discriminator, which is the variant's type, and what is inside a short spelling, a map or raw JSON.
func followSchema(v reflect.Value, steps []schemaStep) (field reflect.Value, ok bool) {
	sealed := false
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		sealed = sealed || v.Kind() == reflect.Interface
		if v.IsNil() {
			return v, true
		}
		v = v.Elem()
	}
	if len(steps) == 0 {
		return v, true
	}
	if v.Kind() == reflect.Map || v.Type() == reflect.TypeFor[json.RawMessage]() {
		return reflect.Value{}, true
	}
	s := steps[0]
	if s.name == "" {
		if v.Kind() != reflect.Slice {
			return reflect.Value{}, false
		}
		return followSchema(v.Index(0), steps[1:])
	}
	if v.Kind() != reflect.Struct {
		return reflect.Value{}, false
	}
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name == s.name {
			return followSchema(v.Field(i), steps[1:])
		}
	}
	return reflect.Value{}, sealed && s.name == s.variant
}

func TestSchemaEnumsHaveConstants(t *testing.T) {
	all := schemaMembers(t)
	constants := stringConstants(t)
	for _, m := range all {
		if m.Enum == nil {
			continue
		}
		t.Run(m.Path, func(t *testing.T) {
			root, steps := schemaSteps(m.Path)
			for _, value := range m.Enum {
				for _, doc := range schemaDocuments(steps, value) {
					v := newWireValue[schemaRoots[root]]()
					data, err := json.Marshal(doc)
					require.NoError(t, err)
					require.NoError(t, json.Unmarshal(data, v))
					field, ok := followSchema(reflect.ValueOf(v), steps)
					require.True(t, ok, "%s: no field", data)
					if typ := rawEnums[m.Path]; typ != "" {
						assert.Contains(t, constants[typ], value, "constants of type %s", typ)
					}
					if !field.IsValid() {
						continue // the type of a variant
					}
					if field.Kind() == reflect.Struct { // an abbreviated object: the field that may stand alone
						field = onlyString(field)
					}
					require.Equal(t, reflect.String, field.Kind(), "%s", data)
					typ := field.Type().Name()
					if typ != "string" {
						assert.Contains(t, constants[typ], value, "constants of type %s", typ)
					} else if len(m.Enum) > 1 {
						assert.Contains(t, wideEnums, m.Path, "an enum of several values in a plain string")
					}
				}
			}
		})
	}
}

// onlyString returns the one field of a struct that is a string and not empty.
func onlyString(v reflect.Value) (found reflect.Value) {
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.String && f.Len() > 0 {
			found = f
		}
	}
	return found
}

// stringConstants returns the values of the package's typed string constants, by type.
func stringConstants(t *testing.T) map[string][]string {
	files, err := filepath.Glob(kit.Root + "/*.go")
	require.NoError(t, err)
	constants := map[string][]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		for _, decl := range tree.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				spec := spec.(*ast.ValueSpec)
				typ, ok := spec.Type.(*ast.Ident)
				if !ok {
					continue
				}
				for _, v := range spec.Values {
					if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
						value, err := strconv.Unquote(lit.Value)
						require.NoError(t, err)
						constants[typ.Name] = append(constants[typ.Name], value)
					}
				}
			}
		}
	}
	return constants
}
