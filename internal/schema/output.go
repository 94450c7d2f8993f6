package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Output is how a model is asked for a value of a type, and how its answer is read.
type Output struct {
	// JSON is the schema that is sent.
	JSON json.RawMessage
	// Wrapped tells that the value is in a member value, because the type is not an object.
	Wrapped bool

	checker *Checker
}

// wrapper is the member that holds a value that is not an object.
const wrapper = "value"

type outputKey struct {
	typ reflect.Type
	lax bool
}

var outputs cache[outputKey, *Output]

// OutputOf returns how a model is asked for a t. The root is always an object.
//
// Unless it is lax, the schema is one that the strict modes of all providers accept. It is that of
// [Reflect], with these changes:
//
//   - Every member is required. One that was optional may be null.
//   - Bounds, patterns and other keywords that a provider would refuse become words of the
//     description. [Output.Check] still holds the value to them.
//   - oneOf becomes anyOf, and const an enum.
//   - A $ref stands alone. What the field says about it goes into the description of its object.
//
// A map, a value that may be any JSON, and composed schemas that have no strict form are errors that
// name the place.
func OutputOf(t reflect.Type, lax bool) (*Output, error) {
	return outputs.get(outputKey{t, lax}, newOutput)
}

func newOutput(key outputKey) (*Output, error) {
	doc, err := Reflect(key.typ)
	if err != nil {
		return nil, err
	}
	root := parseNode(doc)
	o := &Output{}
	if kind := root.get("type"); kind == nil || kind.text() != "object" {
		o.Wrapped = true
		root = wrapped(root)
		doc = root.json()
		o.checker, err = Compile(doc, true)
	} else {
		o.checker, err = CheckerOf(key.typ)
	}
	if err != nil {
		return nil, err
	}
	if key.lax {
		o.JSON = doc
		return o, nil
	}
	s := strictener{root: root, isWrapped: o.Wrapped, defs: object(), done: map[string]bool{}}
	out := s.strict(root, "", 0)
	if defs := root.get("$defs"); defs != nil {
		sent := object()
		for _, def := range defs.members {
			if d := s.defs.get(def.name); d != nil {
				sent.set(def.name, d)
			}
		}
		if len(sent.members) > 0 {
			out.members = append([]member{{"$defs", sent}}, out.members...)
		}
	}
	if len(s.problems) > 0 {
		return nil, errors.New(strings.Join(s.problems, "; "))
	}
	o.JSON = out.json()
	return o, nil
}

// wrapped puts a schema into an object. Its definitions stay at the root, where references expect them.
func wrapped(root *node) *node {
	inner := *root
	inner.members = slices.DeleteFunc(slices.Clone(root.members), func(m member) bool { return m.name == "$defs" })
	out := object()
	if defs := root.get("$defs"); defs != nil {
		out.set("$defs", defs)
	}
	out.set("properties", object(member{wrapper, &inner}))
	out.set("additionalProperties", no)
	out.set("type", word("object"))
	out.set("required", list(word(wrapper)))
	return out
}

// strictener rewrites a schema so that strict modes accept it.
type strictener struct {
	root      *node
	isWrapped bool
	defs      *node           // as they are sent
	done      map[string]bool // definitions that were rewritten
	problems  []string
}

func (s *strictener) problem(path, text string) {
	if path == "" {
		path = "the type"
	}
	s.problems = append(s.problems, path+" "+text)
}

// maxDepth is how deep OpenAI lets objects and lists be nested.
const maxDepth = 10

const useLax = ", which strict providers refuse; set Lax"

// annotations are dropped: they tell the model nothing that it needs.
var annotations = []string{"title", "$comment", "$anchor", "readOnly", "writeOnly", "deprecated", "contentMediaType", "$defs"}

// composed are keywords that have no strict form.
var composed = []string{
	"allOf", "not", "if", "then", "else", "patternProperties", "propertyNames", "prefixItems", "contains", "dependentRequired",
	"dependentSchemas", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "minProperties", "maxProperties",
}

// words are what the keywords become in a description. The others are named as they are.
var words = map[string]string{
	"minimum": "at least %s", "maximum": "at most %s", "exclusiveMinimum": "more than %s", "exclusiveMaximum": "less than %s",
	"multipleOf": "a multiple of %s", "minLength": "%s or more characters", "maxLength": "%s or fewer characters",
	"minItems": "%s or more elements", "maxItems": "%s or fewer elements", "pattern": "matches the pattern %s",
	"contentEncoding": "encoded as %s", "default": "%s by default", "format": "in the format %s",
}

// sentFormats are the formats that all strict modes know.
var sentFormats = []string{"date-time", "date", "time"}

func (s *strictener) strict(n *node, path string, depth int) *node {
	if depth > maxDepth {
		s.problem(path, fmt.Sprintf("is nested more than %d levels deep%s", maxDepth, useLax))
		return n
	}
	if n.kind != '{' || len(n.members) == 0 {
		s.problem(path, "may be any JSON"+useLax)
		return n
	}
	if ref := n.get("$ref"); ref != nil {
		s.define(strings.TrimPrefix(ref.text(), "#/$defs/"), path)
		return object(member{"$ref", ref})
	}
	out := object()
	description := ""
	var notes []string
	for _, m := range n.members {
		switch {
		case m.name == "description":
			description = m.value.text()
		case m.name == "type":
			s.setType(out, m.value)
		case m.name == "enum":
			out.set("enum", m.value)
		case m.name == "const":
			out.set("enum", list(m.value))
		case m.name == "anyOf", m.name == "oneOf":
			out.set("anyOf", s.branches(m.value, path, depth))
		case m.name == "items":
			out.set("items", s.strict(m.value, path+"[]", depth+1))
		case m.name == "properties", m.name == "required", m.name == "additionalProperties":
		case m.name == "format" && slices.Contains(sentFormats, m.value.text()):
			out.set("format", m.value)
		case m.name == "uniqueItems":
			notes = append(notes, "all different")
		case m.name == "examples", m.name == "example":
			notes = append(notes, "for example "+m.value.texts())
		case slices.Contains(composed, m.name):
			s.problem(path, "is described with "+m.name+useLax)
		case slices.Contains(annotations, m.name), strings.HasPrefix(m.name, "x-"):
		default:
			form, ok := words[m.name]
			if !ok {
				form = m.name + " %s"
			}
			notes = append(notes, fmt.Sprintf(form, m.value.text()))
		}
	}
	if kind := n.get("type"); kind != nil && kind.text() == "object" {
		notes = append(notes, s.members(n, out, path, depth)...)
	}
	if out.get("type") == nil && out.get("anyOf") == nil && out.get("enum") == nil {
		s.problem(path, "may be any JSON"+useLax)
	}
	if kind := out.get("type"); kind != nil && kind.text() == "array" && out.get("items") == nil {
		s.problem(path, "has elements that may be any JSON"+useLax)
	}
	return described(out, description, notes)
}

// branches rewrites the schemas of a choice. Those of a choice within it are its own.
func (s *strictener) branches(n *node, path string, depth int) *node {
	all := list()
	for _, b := range n.elems {
		branch := s.strict(b, path, depth)
		if inner := branch.get("anyOf"); inner != nil {
			all.elems = append(all.elems, inner.elems...)
			continue
		}
		all.elems = append(all.elems, branch)
	}
	return all
}

// setType keeps a type. Gemini knows no lists of types.
func (s *strictener) setType(out, kind *node) {
	if kind.kind != '[' {
		out.set("type", kind)
		return
	}
	branches := list()
	for _, k := range kind.elems {
		branches.elems = append(branches.elems, object(member{"type", k}))
	}
	out.set("anyOf", branches)
}

// described adds a description, within the first branch of a choice: Gemini accepts nothing beside
// anyOf.
func described(out *node, description string, notes []string) *node {
	if rest := strings.Join(notes, "; "); rest != "" && description != "" {
		description += " (" + rest + ")"
	} else if rest != "" {
		description = rest
	}
	if description == "" {
		return out
	}
	at := out
	if branches := out.get("anyOf"); branches != nil {
		for at = out; at.get("anyOf") != nil; at = at.get("anyOf").elems[0] {
		}
		if at.get("$ref") != nil {
			return out
		}
	}
	if old := at.get("description"); old != nil && old.text() != description {
		description += "; " + old.text()
	}
	at.set("description", word(description))
	return out
}

// members rewrites the properties of an object. It returns what is to be said of those that are a
// reference.
func (s *strictener) members(n, out *node, path string, depth int) (notes []string) {
	if more := n.get("additionalProperties"); more == nil || string(more.scalar) != "false" {
		s.problem(path, "is a map"+useLax+", or use a slice of keys and values")
		return nil
	}
	properties, required := object(), list()
	var before []string
	if r := n.get("required"); r != nil {
		for _, name := range r.elems {
			before = append(before, name.text())
		}
	}
	if p := n.get("properties"); p != nil {
		for _, m := range p.members {
			at := join(path, m.name)
			if s.isWrapped && n == s.root {
				at = "" // nobody knows the wrapper
			}
			value := s.strict(m.value, at, depth+1)
			if d := m.value.get("description"); d != nil && m.value.get("$ref") != nil {
				notes = append(notes, m.name+": "+d.text())
			}
			if !slices.Contains(before, m.name) {
				value = nullable(value)
			}
			properties.set(m.name, value)
			required.elems = append(required.elems, word(m.name))
		}
	}
	out.set("properties", properties)
	out.set("required", required)
	out.set("additionalProperties", no)
	return notes
}

// nullable accepts null besides.
func nullable(n *node) *node {
	null := object(member{"type", word("null")})
	branches := n.get("anyOf")
	if branches == nil {
		return object(member{"anyOf", list(n, null)})
	}
	for _, b := range branches.elems {
		if k := b.get("type"); k != nil && k.text() == "null" {
			return n
		}
	}
	branches.elems = append(branches.elems, null)
	return n
}

// define rewrites a definition at its first use.
func (s *strictener) define(name, path string) {
	if s.done[name] {
		return
	}
	s.done[name] = true
	def := s.root.get("$defs").get(name)
	if def == nil {
		s.problem(path, "refers to another document"+useLax)
		return
	}
	s.defs.set(name, s.strict(def, path, 0))
}

// Check returns what is wrong with the JSON of an answer, one line for each place, as
// [Checker.Check] does. data must be valid JSON.
func (o *Output) Check(data []byte) ([]string, error) { return o.checker.checkValid(data) }
