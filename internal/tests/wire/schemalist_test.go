package wire_test

import (
	"encoding/json"
	"slices"
	"strings"
)

// The lines of testdata/schema.json, taken apart and made into documents.

// A schemaStep leads from a value to one inside it.
type schemaStep struct {
	name    string   // of a member; * is any, "" is an element
	variant string   // the discriminator that picks the object the member is in
	values  []string // its values
}

// schemaSteps takes a path apart: Root.a[]{type=x|y}.b
func schemaSteps(path string) (root string, steps []schemaStep) {
	var next schemaStep
	for path != "" {
		i := 1 + strings.IndexAny(path[1:]+".", ".[{")
		token, rest := path[:i], path[i:]
		switch {
		case root == "":
			root = token
		case token[0] == '[':
			steps = append(steps, schemaStep{})
		case token[0] == '{':
			key, values, _ := strings.Cut(strings.Trim(path[:strings.Index(path, "}")+1], "{}"), "=")
			next = schemaStep{variant: key, values: strings.Split(values, "|")}
			rest = path[strings.Index(path, "}")+1:]
		default:
			next.name = token[1:]
			steps = append(steps, next)
			next = schemaStep{}
		}
		path = rest
	}
	return root, steps
}

const (
	anyName = "any_name"              // of a member that may have any
	anyTool = "openrouter:web_search" // a discriminator that may be anything
)

// schemaDocuments returns the smallest documents that have value at the end of the steps, one for each variant they may lead through.
func schemaDocuments(steps []schemaStep, value any) []any {
	if len(steps) == 0 {
		return []any{value}
	}
	s := steps[0]
	var docs []any
	for _, inner := range schemaDocuments(steps[1:], value) {
		switch {
		case s.name == "":
			docs = append(docs, []any{inner})
		case s.name == "*":
			docs = append(docs, map[string]any{anyName: inner})
		case s.variant == "" || s.variant == s.name:
			docs = append(docs, map[string]any{s.name: inner})
		default:
			for _, v := range s.values {
				docs = append(docs, map[string]any{s.name: inner, s.variant: strings.Replace(v, "*", anyTool, 1)})
			}
		}
	}
	return docs
}

// examples returns values of every type and enum value that the member may have. all is the whole list.
func (m schemaMember) examples(all []schemaMember) []any {
	var values []any
	for _, typ := range m.Types {
		switch typ {
		case "string":
			for _, v := range m.Enum {
				values = append(values, v)
			}
			if m.Enum == nil {
				values = append(values, "some text")
			}
		case "integer":
			values = append(values, json.Number("7"))
		case "number":
			values = append(values, json.Number("7"), json.Number("0.25"))
		case "boolean":
			values = append(values, true, false)
		case "array":
			values = append(values, []any{})
		case "object":
			values = append(values, m.objects(all)...)
		case "any":
			values = append(values, "some text", json.Number("0.25"), true, []any{json.Number("1")}, map[string]any{"k": nil})
		}
	}
	if m.Nullable {
		values = append(values, nil)
	}
	return values
}

// objects returns the smallest objects the member may be: with their discriminator, or empty.
func (m schemaMember) objects(all []schemaMember) []any {
	var values []any
	seen := map[string]bool{}
	for _, other := range all {
		rest, below := strings.CutPrefix(other.Path, m.Path+"{")
		if !below {
			continue
		}
		variant, _, _ := strings.Cut(rest, "}")
		if seen[variant] {
			continue
		}
		seen[variant] = true
		key, list, _ := strings.Cut(variant, "=")
		for _, v := range strings.Split(list, "|") {
			values = append(values, map[string]any{key: strings.Replace(v, "*", anyTool, 1)})
		}
	}
	if values == nil {
		values = []any{map[string]any{}}
	}
	return values
}

// isOpen reports whether the member is any further one of an object that has named ones too: its place is Extra.
func (m schemaMember) isOpen(all []schemaMember) bool {
	object, open := strings.CutSuffix(m.Path, ".*")
	if !open {
		if i := strings.LastIndex(m.Path, ".*["); i >= 0 { // inside such a member
			object, open = m.Path[:i], true
		}
	}
	return open && slices.ContainsFunc(all, func(other schemaMember) bool {
		rest, below := strings.CutPrefix(other.Path, object+".")
		return below && rest[0] != '*'
	})
}
