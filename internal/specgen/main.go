// Command specgen lists what an OpenAPI document says about the JSON of chat completions: the path of every member of a request, an
// answer and a chunk, with the types and the enum values it may have. Names and types only; the list is testdata/schema.json of
// internal/tests/wire, and a test there holds the library's types against it.
//
//	go run ./internal/specgen -spec openapi.json > internal/tests/wire/testdata/schema.json
//
// A path reads like ChatRequest.messages[]{role=user}.content[]{type=text|other}.text: [] is an element of an array, .* any member of a
// map, and braces pick the variant of an object by the value of its discriminator, * standing for any value.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

var roots = []string{"ChatRequest", "ChatResult", "ChatStreamChunk"}

func main() {
	spec := flag.String("spec", "", "the OpenAPI document, JSON")
	flag.Parse()
	if err := run(*spec, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "specgen:", err)
		os.Exit(1)
	}
}

func run(path string, out io.Writer) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	w := walker{schemas: doc.Components.Schemas}
	for _, root := range roots {
		if err := w.emit(root, []*schema{{Ref: refPrefix + root}}, nil); err != nil {
			return err
		}
	}
	return write(out, w.members)
}

// write prints one member a line, so that a new specification reads as a short diff.
func write(out io.Writer, members []member) error {
	b := bufio.NewWriter(out)
	b.WriteByte('[')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		line, err := json.Marshal(m)
		if err != nil {
			return err
		}
		b.WriteByte('\n')
		b.Write(line)
	}
	b.WriteString("\n]\n")
	return b.Flush()
}

// A member is one line of the list. Types is sorted; any means that every value will do. Enum is set if no other string is allowed.
type member struct {
	Path     string   `json:"path"`
	Types    []string `json:"types"`
	Enum     []string `json:"enum,omitzero"`
	Nullable bool     `json:"nullable,omitzero"`
}

type walker struct {
	schemas map[string]*schema
	members []member
}

// emit lists path, which may have any of the alternatives' shapes, and everything below it. open are the names being expanded.
func (w *walker) emit(path string, alternatives []*schema, open []string) error {
	shapes, open, err := w.flatten(alternatives, open)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	m := member{Path: path}
	openString := false
	var items []*schema
	for _, s := range shapes {
		for _, t := range s.types() {
			if t == "null" {
				m.Nullable = true
			} else if !slices.Contains(m.Types, t) {
				m.Types = append(m.Types, t)
			}
		}
		values := s.strings()
		if slices.Contains(s.types(), "string") && len(values) == 0 {
			openString = true
		}
		for _, v := range values {
			if !slices.Contains(m.Enum, v) {
				m.Enum = append(m.Enum, v)
			}
		}
		if s.Items != nil {
			items = append(items, s.Items)
		}
	}
	if openString {
		m.Enum = nil
	}
	slices.Sort(m.Types)
	w.members = append(w.members, m)
	if len(items) > 0 {
		if err := w.emit(path+"[]", items, open); err != nil {
			return err
		}
	}
	for _, s := range shapes {
		if err := w.object(path, s, open); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) object(path string, s *schema, open []string) error {
	path += w.variant(s)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if err := w.emit(path+"."+name, []*schema{s.Properties[name]}, open); err != nil {
			return err
		}
	}
	more, err := s.additional()
	if err != nil || more == nil {
		return err
	}
	return w.emit(path+".*", []*schema{more}, open)
}

// variant is the part of a path that tells an object from others at the same place.
func (w *walker) variant(s *schema) string {
	for _, name := range []string{"type", "role", "id"} {
		p := s.Properties[name]
		if p == nil || !slices.Contains(s.Required, name) || (name == "id" && p.Enum == nil) {
			continue
		}
		if p.Ref != "" {
			p = w.schemas[p.Ref[len(refPrefix):]]
		}
		value := "*"
		if values := p.strings(); len(values) > 0 {
			value = strings.Join(values, "|")
		}
		return "{" + name + "=" + value + "}"
	}
	return ""
}

// flatten resolves references and compositions until only plain schemas are left.
func (w *walker) flatten(list []*schema, open []string) (plain []*schema, nowOpen []string, err error) {
	nowOpen = slices.Clone(open)
	for len(list) > 0 {
		s := list[0]
		list = list[1:]
		switch {
		case s.Ref != "":
			name := s.Ref[len(refPrefix):]
			target := w.schemas[name]
			if target == nil {
				return nil, nil, fmt.Errorf("no schema %s", name)
			}
			if slices.Contains(open, name) {
				return nil, nil, fmt.Errorf("%s contains itself", name)
			}
			nowOpen = append(nowOpen, name)
			list = append([]*schema{target}, list...)
		case len(s.AnyOf) > 0 || len(s.OneOf) > 0:
			list = append(slices.Concat(s.AnyOf, s.OneOf), list...)
		case len(s.AllOf) > 0:
			parts, opened, err := w.flatten(s.AllOf, open)
			if err != nil {
				return nil, nil, err
			}
			nowOpen = append(nowOpen, opened...)
			plain = append(plain, merge(parts))
		default:
			plain = append(plain, s)
		}
	}
	return plain, nowOpen, nil
}
