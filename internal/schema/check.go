package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Checker checks JSON against a schema. It may be used by several goroutines at once.
type Checker struct {
	schema *jsonschema.Schema
	doc    any // the schema as JSON
}

// location is the address of a schema. Nothing is loaded from there.
const location = "mem:///schema"

// Compile prepares a schema for checks. A schema without $schema is of the draft 2020-12.
//
// Reflected schemas are strict: formats and encodings are checked, and a pattern must be one that
// Go's regexp accepts. In a schema written by hand, formats are only hints, as the draft says, and
// a pattern that Go cannot compile accepts any text. References to other documents are errors:
// nothing is read from files or the network.
func Compile(doc json.RawMessage, strict bool) (c *Checker, err error) {
	defer func() {
		if v := recover(); v != nil {
			c, err = nil, fmt.Errorf("schema: panic: %v", v)
		}
	}()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return nil, fmt.Errorf("schema is not JSON: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.UseLoader(noLoader{})
	if strict {
		compiler.AssertFormat()
		compiler.AssertContent()
	} else {
		compiler.UseRegexpEngine(lenientPattern)
	}
	if err := compiler.AddResource(location, parsed); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	s, err := compiler.Compile(location)
	if invalid, ok := errors.AsType[*jsonschema.SchemaValidationError](err); ok {
		if e, ok := errors.AsType[*jsonschema.ValidationError](invalid.Err); ok {
			return nil, errors.New("schema: " + strings.Join((&Checker{}).lines(e, parsed), "; "))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("schema: %s", strings.ReplaceAll(err.Error(), location+"#", "#"))
	}
	return &Checker{schema: s, doc: parsed}, nil
}

type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, errors.New("other documents are not loaded")
}

type anyText string

func (anyText) MatchString(string) bool { return true }
func (a anyText) String() string        { return string(a) }

func lenientPattern(s string) (jsonschema.Regexp, error) {
	re, err := regexp.Compile(s)
	if err != nil {
		return anyText(s), nil // JSON Schema has patterns that Go does not know
	}
	return re, nil
}

// Check returns what is wrong with a JSON document: one line for each place, sorted by place, such
// as "filters[0].name: is missing". A null counts as absent where a member is optional. The error
// means that data is not one JSON document, or has a number that is too long to be compared.
//
// A name that is twice in an object is wrong, too: programs do not agree on which one counts.
func (c *Checker) Check(data []byte) ([]string, error) {
	if !json.Valid(data) {
		var v any
		return nil, json.Unmarshal(data, &v)
	}
	return c.checkValid(data)
}

// checkValid is Check of valid JSON.
func (c *Checker) checkValid(data []byte) ([]string, error) {
	p := parser{data: data}
	value := p.value()
	if p.endless {
		return nil, errors.New("cannot be checked: a number has too many digits")
	}
	lines, err := c.checkValue(value)
	if err != nil {
		return nil, err
	}
	if p.twice {
		for _, place := range parseNode(data).duplicates("") {
			lines = append(lines, place+": is there twice")
		}
	}
	return lines, nil
}

func (c *Checker) checkValue(value any) (lines []string, err error) {
	defer func() {
		if v := recover(); v != nil { // what a model writes must not end the program
			lines, err = nil, fmt.Errorf("cannot be checked: %v", v)
		}
	}()
	err = c.schema.Validate(value)
	if e, ok := errors.AsType[*jsonschema.ValidationError](err); ok {
		return c.lines(e, value), nil
	}
	return nil, err
}

// violation is what is wrong at one place.
type violation struct {
	path []string
	text string
}

func (c *Checker) lines(e *jsonschema.ValidationError, value any) []string {
	var found []violation
	c.collect(e, false, &found)
	slices.SortStableFunc(found, compare)
	var lines []string
	for i := 0; i < len(found); {
		var texts []string
		path := found[i].path
		for ; i < len(found) && slices.Equal(found[i].path, path); i++ {
			texts = append(texts, found[i].text)
		}
		text := strings.Join(slices.Compact(texts), "; ")
		if place := render(path, value); place != "" {
			text = place + ": " + text
		}
		lines = append(lines, text)
	}
	return lines
}

// compare sorts violations by place.
func compare(a, b violation) int {
	if n := slices.CompareFunc(a.path, b.path, compareTokens); n != 0 {
		return n
	}
	return strings.Compare(a.text, b.text)
}

// collect lists the violations below e. nullable tells that null is accepted at the place of e.
func (c *Checker) collect(e *jsonschema.ValidationError, nullable bool, found *[]violation) {
	nullable = nullable || c.isOptional(e.SchemaURL)
	if nullable && isAboutNull(e.ErrorKind) {
		return
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Schema, *kind.Group, *kind.Reference, *kind.AllOf:
		for _, cause := range e.Causes {
			c.collect(cause, nullable && len(cause.InstanceLocation) == len(e.InstanceLocation), found)
		}
	case *kind.Type:
		add(found, e, "must be "+either(k.Want)+", is "+article(k.Got))
	case *kind.Required:
		for _, name := range k.Missing {
			*found = append(*found, violation{append(slices.Clone(e.InstanceLocation), name), "is missing"})
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			*found = append(*found, violation{append(slices.Clone(e.InstanceLocation), name), "is not allowed"})
		}
	case *kind.AnyOf, *kind.OneOf:
		if text := c.alternatives(e, nullable); text != "" {
			add(found, e, text)
		}
	default:
		add(found, e, message(e))
	}
}

// alternatives says why a value fits none of the schemas of a choice, or more than one. It is empty
// for a null that is accepted.
func (c *Checker) alternatives(e *jsonschema.ValidationError, nullable bool) string {
	if len(e.Causes) == 0 {
		return message(e)
	}
	var texts []string
	for _, cause := range e.Causes {
		var found []violation
		c.collect(cause, nullable, &found)
		slices.SortStableFunc(found, compare) // the validator goes through maps
		for _, v := range found {
			text := v.text
			if rest := v.path[min(len(v.path), len(e.InstanceLocation)):]; len(rest) > 0 {
				text = strings.Join(rest, ".") + " " + text
			}
			if !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	return strings.Join(texts, ", or ")
}

func add(found *[]violation, e *jsonschema.ValidationError, text string) {
	*found = append(*found, violation{e.InstanceLocation, text})
}

// isAboutNull reports whether the value that is refused is null.
func isAboutNull(k jsonschema.ErrorKind) bool {
	switch k := k.(type) {
	case *kind.Type:
		return k.Got == "null"
	case *kind.Enum:
		return k.Got == nil
	case *kind.Const:
		return k.Got == nil
	}
	return false
}

// message is the violation in the validator's words, or in shorter ones.
func message(e *jsonschema.ValidationError) string {
	switch k := e.ErrorKind.(type) {
	case *kind.Minimum:
		return "must be at least " + k.Want.RatString() + ", is " + k.Got.RatString()
	case *kind.Maximum:
		return "must be at most " + k.Want.RatString() + ", is " + k.Got.RatString()
	case *kind.ExclusiveMinimum:
		return "must be more than " + k.Want.RatString() + ", is " + k.Got.RatString()
	case *kind.ExclusiveMaximum:
		return "must be less than " + k.Want.RatString() + ", is " + k.Got.RatString()
	case *kind.MultipleOf:
		return "must be a multiple of " + k.Want.RatString() + ", is " + k.Got.RatString()
	case *kind.MinLength:
		return fmt.Sprintf("must have at least %d characters, has %d", k.Want, k.Got)
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %d characters, has %d", k.Want, k.Got)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d elements, has %d", k.Want, k.Got)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d elements, has %d", k.Want, k.Got)
	}
	alone := &jsonschema.ValidationError{ErrorKind: e.ErrorKind, SchemaURL: e.SchemaURL}
	return strings.ReplaceAll(strings.TrimPrefix(alone.Error(), "at '': "), location+"#", "#")
}

func article(jsonType string) string {
	switch {
	case jsonType == "null":
		return jsonType
	case strings.ContainsRune("aio", rune(jsonType[0])):
		return "an " + jsonType
	}
	return "a " + jsonType
}

func either(types []string) string {
	named := make([]string, len(types))
	for i, t := range types {
		named[i] = article(t)
	}
	return strings.Join(named, " or ")
}

// isOptional reports whether a schema describes a member that its object need not have.
func (c *Checker) isOptional(schemaURL string) bool {
	_, pointer, _ := strings.Cut(schemaURL, "#")
	tokens := strings.Split(pointer, "/")
	if n := len(tokens); n < 3 || tokens[n-2] != "properties" {
		return false
	}
	at := c.doc
	for _, token := range tokens[1 : len(tokens)-2] {
		switch v := at.(type) {
		case map[string]any:
			at = v[unescape(token)]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i >= len(v) {
				return false
			}
			at = v[i]
		}
	}
	object, ok := at.(map[string]any)
	if !ok {
		return false
	}
	required, _ := object["required"].([]any)
	return !slices.Contains(required, any(unescape(tokens[len(tokens)-1])))
}

func unescape(token string) string {
	if plain, err := url.PathUnescape(token); err == nil {
		token = plain
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
}

// compareTokens sorts indices by their number.
func compareTokens(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	if errX == nil && errY == nil {
		return x - y
	}
	return strings.Compare(a, b)
}

// render writes a path as a program would.
func render(path []string, value any) string {
	var b strings.Builder
	for _, token := range path {
		switch v := value.(type) {
		case []any:
			b.WriteString("[" + token + "]")
			value = nil
			if i, err := strconv.Atoi(token); err == nil && i < len(v) {
				value = v[i]
			}
		case map[string]any:
			b.WriteString("." + token)
			value = v[token]
		default:
			b.WriteString("." + token)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}
