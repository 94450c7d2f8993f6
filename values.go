package openrouter

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// The codecs in types_gen.go are made from the struct declarations: their json tags, their wire tags and the //wire: directives above them,
// which internal/wiregen explains. A type has a table of its members, a method that reads one of them and one that writes them all; the rest
// is here and in internal/wire. Types that are //wire:hot have longer and faster methods of their own.
//
//go:generate go run ./internal/wiregen

// presence remembers whether a member that is zero in Go was absent, null or zero in the JSON, so that encoding repeats it.
type presence = wire.Presence

// widePresence is presence for an object with more than 30 members.
type widePresence = wire.WidePresence

// numbers remembers which exact decimals came as numbers.
type numbers = wire.Numbers

// An object is a pointer to a type that is an object on the wire.
type object interface {
	// readJSON reads what comes next into the object, which is zero.
	readJSON(r *wire.Reader) wire.Got
	writeJSON(w *wire.Writer)
}

// A memberReader is an object whose members are read one by one.
type memberReader interface {
	// member reads the value of the member that comes next and returns the member's number, -1 for an unknown one, which it leaves.
	member(r *wire.Reader) (int, wire.Got)
}

// An element is an object of which there are lists.
type element interface {
	object
	state() (*presence, *map[string]any)
}

// encode returns the JSON of an object.
func encode(v object) ([]byte, error) {
	w := wire.NewWriter(nil)
	v.writeJSON(&w)
	return w.Bytes()
}

// decode reads data into an object, whose type is called what.
func decode(v object, data []byte, what string) error {
	r := wire.NewReader(data)
	got := v.readJSON(&r)
	if e, ok := v.(element); ok && got == wire.GotNull {
		p, _ := e.state()
		p.Set(wire.Bare, wire.Zero) // an element of a list of the caller's own
	}
	return decoded(&r, got, data, what)
}

// decoded ends every UnmarshalJSON. It returns a [*DecodeError] if data could not be read as the type named what.
func decoded(r *wire.Reader, got wire.Got, data []byte, what string) error {
	if got == wire.Wrong {
		r.Skip() // so that what is wrong is the value, and not that it is there
	}
	err := r.End()
	if err == nil && got == wire.Wrong {
		err = errors.New("not an object")
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, wire.ErrTooMany) {
		err = &concealed{err.Error(), func() error { return ErrTooLarge }}
	}
	e := &DecodeError{What: what, Body: slices.Clone(data), Err: err}
	if at, ok := errors.AsType[*wire.SyntaxError](r.Err()); ok {
		e.Offset = at.Offset
	}
	return e
}

// readObject reads the members of v, which m describes. p and extra are fields of v; p is nil if v has no members.
func readObject(r *wire.Reader, v memberReader, m *wire.Members, p *presence, extra *map[string]any) wire.Got {
	if !r.Object() {
		return r.Miss()
	}
	if p != nil {
		*p = m.Unseen()
	}
	for ok := r.FirstMember(); ok; ok = r.NextMember() {
		at := r.Pos()
		i, got := v.member(r)
		if i < 0 {
			if !r.Fixed(m) {
				r.Unknown(extra)
			}
			continue
		}
		if got >= wire.Inexact {
			r.Keep(extra, m.Name(i), at)
		}
		p.Set(i, wire.FormOf(got, m.Default(i)))
	}
	return wire.Value
}

// readValue reads an object by value.
func readValue(r *wire.Reader, v interface {
	object
	isZero() bool
}) wire.Got {
	got := v.readJSON(r)
	if got == wire.Value && v.isZero() {
		return wire.GotZero
	}
	return got
}

// readPtr reads an object into a new variable; nil is null.
func readPtr[T any, P interface {
	*T
	object
}](r *wire.Reader, dst **T) wire.Got {
	if *dst = nil; r.Null() {
		return wire.GotNull
	}
	v := new(T)
	got := P(v).readJSON(r)
	if got != wire.Wrong {
		*dst = v
	}
	return got
}

// readList reads a list of objects. An element that is not an object is kept whole. first makes room for the first element, and is it.
func readList[T any, P interface {
	*T
	element
}](r *wire.Reader, dst *[]T, first func(*wire.Reader) []T) wire.Got {
	s := (*dst)[:0] // the caller may have room
	if *dst = nil; !r.Array() {
		return r.Miss()
	}
	if s == nil {
		s = []T{}
	}
	bounded := isBounded(dst)
	for ok := r.FirstElement(); ok; ok = r.NextElement() {
		at := r.Pos()
		if bounded && !r.Count(len(s), maxElements) {
			break
		}
		if cap(s) == 0 && first != nil {
			s = first(r)
		} else {
			s = append(s, *new(T))
		}
		v := &s[len(s)-1]
		if P(v).readJSON(r) != wire.Value {
			*v = *new(T)
			keepBare(r, P(v), at)
		}
	}
	*dst = s
	return wire.Value
}

// maxElements is how many choices an answer may have, and how many tool calls or reasoning details a choice. An empty
// one takes a hundred times as much memory as its JSON.
const maxElements = 4096

// isBounded reports whether maxElements holds for a list.
func isBounded(list any) bool {
	switch list.(type) {
	case *[]Choice, *[]ChunkChoice, *[]ToolCall, *[]ReasoningDetail:
		return true
	}
	return false
}

// keepBare keeps the element at a place in the document, which is not an object.
func keepBare(r *wire.Reader, v element, at int) {
	p, extra := v.state()
	r.Keep(extra, "", at)
	p.Set(wire.Bare, wire.Zero)
}

// writeList writes a list of objects.
func writeList[T any, P interface {
	*T
	object
}](w *wire.Writer, s []T) {
	w.OpenArray()
	for i := range s {
		P(&s[i]).writeJSON(w)
	}
	w.CloseArray()
}

// isBare reports whether an element of a list, which has none of its fields set, came as something that is not an object. Extra holds that,
// under the empty name, which an object may have, too.
func isBare(p presence, extra map[string]any) bool {
	_, ok := extra[""]
	return p.Form(wire.Bare) != wire.Plain || p == 0 && ok && len(extra) == 1
}

// readVariant reads an object as one of a union's variants.
func readVariant[T any, P interface {
	*T
	object
}](r *wire.Reader) T {
	var v T
	P(&v).readJSON(r)
	return v
}

// readUnions reads a list of a union's variants, of which null is the one given.
func readUnions[U any](r *wire.Reader, dst *[]U, read func(*wire.Reader, *U) wire.Got, null U) wire.Got {
	if *dst = nil; !r.Array() {
		return r.Miss()
	}
	s := []U{}
	for ok := r.FirstElement(); ok; ok = r.NextElement() {
		var v U
		if read(r, &v) == wire.GotNull {
			v = null
		}
		s = append(s, v)
	}
	*dst = s
	return wire.Value
}

// decodeUnions decodes a list that is a document of its own.
func decodeUnions[U any](data []byte, dst *[]U, read func(*wire.Reader, *U) wire.Got, null U, what string) error {
	r := wire.NewReader(data)
	got := readUnions(&r, dst, read, null)
	if err := r.End(); err == nil && got == wire.Wrong {
		r.Fail("not a list")
	}
	return decoded(&r, got, data, what)
}

// writeUnions writes a list of a union's variants.
func writeUnions[U any](w *wire.Writer, s []U, write func(*wire.Writer, U)) {
	w.OpenArray()
	for _, v := range s {
		write(w, v)
	}
	w.CloseArray()
}

// readContent reads content: a list of parts, or a string.
func readContent(r *wire.Reader, dst *[]Part) wire.Got {
	var text string
	switch got := r.String(&text); got {
	case wire.Value, wire.GotZero:
		*dst = Text(text)
		return wire.Value
	case wire.GotNull:
		*dst = nil
		return got
	}
	got := readList(r, dst, nil)
	if got == wire.Value && isPlainText(*dst) {
		return wire.GotOther
	}
	return got
}

// writeContent writes a list of parts. If short is set, it writes a single part with nothing but text as a string.
func writeContent(w *wire.Writer, parts []Part, short bool) {
	if short && isPlainText(parts) {
		w.String(parts[0].Text)
		return
	}
	writeList(w, parts)
}

// isPlainText reports whether parts can be written as one string.
func isPlainText(parts []Part) bool {
	if len(parts) != 1 || parts[0].Type != PartTypeText {
		return false
	}
	rest := parts[0]
	rest.Type, rest.Text = "", ""
	return rest.isZero()
}

// setContentNull removes the content of a message and makes the encoder write null for it.
func setContentNull(m *Message) {
	m.Content = nil
	m.presence.Set(messageContent, wire.Null)
}

// Some servers send a member in another JSON type. The decoder keeps it in Extra. The methods adopt, which the decoder calls then,
// also set the field to what it means. The methods unadopted, which the encoder calls, take that back where the field still means the
// same, so that the member is encoded as it came.

// rawMember returns a member that was received, or nil.
func rawMember(extra map[string]any, name string) json.RawMessage {
	raw, _ := extra[name].(json.RawMessage)
	return raw
}

// begins reports whether raw begins with one of the characters.
func begins(raw json.RawMessage, chars string) bool {
	return len(raw) > 0 && slices.Contains([]byte(chars), raw[0])
}

// contentOf returns the parts that a list is, or that an object is: a part, or else JSON that the model was asked for. It is nil for an
// empty object.
func contentOf(raw json.RawMessage) []Part {
	r := wire.NewReader(raw)
	if begins(raw, "[") {
		var parts []Part
		readList(&r, &parts, nil)
		return parts
	}
	var p Part
	switch p.readJSON(&r); {
	case p.blank() && p.Extra == nil:
		return nil
	case p.hasPayload():
		return []Part{p}
	}
	return Text(string(raw))
}

// hasPayload reports whether the part is of a known type and has what that type carries.
func (p *Part) hasPayload() bool {
	switch p.Type {
	case PartTypeText:
		return p.Text != ""
	case PartTypeImageURL:
		return p.ImageURL != nil
	case PartTypeInputAudio:
		return p.InputAudio != nil
	case PartTypeVideoURL, PartTypeInputVideo:
		return p.VideoURL != nil
	case PartTypeFile:
		return p.File != nil
	}
	return p.isThinking()
}

// Decimal is an exact decimal number as text, such as the price "0.00000125". It
// is sent as a string. One that was received as a number is sent as a number, until
// it is changed. To calculate with it, use [Decimal.Rat], which is exact.
type Decimal string

// Float64 returns the nearest float64, or an error if d is not a number.
func (d Decimal) Float64() (float64, error) {
	if !d.hasDigits() {
		return 0, errNotDecimal
	}
	return strconv.ParseFloat(string(d), 64)
}
