package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// node is a JSON value that keeps the order of its members. Order matters in a schema that is sent:
// models write members in the order of the schema.
type node struct {
	members []member // of an object
	elems   []*node  // of a list
	scalar  json.RawMessage
	kind    byte // '{', '[' or 0
}

type member struct {
	name  string
	value *node
}

// parseNode reads valid JSON. Numbers keep their text.
func parseNode(data []byte) *node {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return readNode(d)
}

func readNode(d *json.Decoder) *node {
	token, _ := d.Token()
	delim, ok := token.(json.Delim)
	if !ok {
		text, _ := json.Marshal(token)
		return &node{scalar: text}
	}
	n := &node{kind: byte(delim)}
	for d.More() {
		if n.kind == '[' {
			n.elems = append(n.elems, readNode(d))
			continue
		}
		name, _ := d.Token()
		n.members = append(n.members, member{name.(string), readNode(d)})
	}
	_, _ = d.Token() // the end
	return n
}

// json returns the value with the members in their order.
func (n *node) json() json.RawMessage {
	var b bytes.Buffer
	n.write(&b)
	return b.Bytes()
}

func (n *node) write(b *bytes.Buffer) {
	switch n.kind {
	case '{':
		b.WriteByte('{')
		for i, m := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(quoted(m.name))
			b.WriteByte(':')
			m.value.write(b)
		}
		b.WriteByte('}')
	case '[':
		b.WriteByte('[')
		for i, e := range n.elems {
			if i > 0 {
				b.WriteByte(',')
			}
			e.write(b)
		}
		b.WriteByte(']')
	default:
		b.Write(n.scalar)
	}
}

func quoted(s string) json.RawMessage {
	text, _ := json.Marshal(s) // a string always has JSON
	return text
}

func (n *node) get(name string) *node {
	if n == nil {
		return nil
	}
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

func (n *node) set(name string, value *node) {
	for i := range n.members {
		if n.members[i].name == name {
			n.members[i].value = value
			return
		}
	}
	n.members = append(n.members, member{name, value})
}

// text returns a string, or the JSON of anything else.
func (n *node) text() string {
	var s string
	if json.Unmarshal(n.scalar, &s) == nil && n.kind == 0 {
		return s
	}
	return string(n.json())
}

// texts returns the elements of a list, or the text of anything else.
func (n *node) texts() string {
	if n.kind != '[' {
		return n.text()
	}
	texts := make([]string, len(n.elems))
	for i, e := range n.elems {
		texts[i] = e.text()
	}
	return strings.Join(texts, ", ")
}

func object(members ...member) *node { return &node{kind: '{', members: members} }
func list(elems ...*node) *node      { return &node{kind: '[', elems: elems} }
func word(s string) *node            { return &node{scalar: quoted(s)} }

var no = &node{scalar: json.RawMessage("false")}

// duplicates returns the places below path where an object has two members of a name.
func (n *node) duplicates(path string) (found []string) {
	seen := map[string]bool{}
	for _, m := range n.members {
		at := join(path, m.name)
		if seen[m.name] {
			found = append(found, at)
		}
		seen[m.name] = true
		found = append(found, m.value.duplicates(at)...)
	}
	for i, e := range n.elems {
		found = append(found, e.duplicates(fmt.Sprintf("%s[%d]", path, i))...)
	}
	return found
}
