package openrouter

import (
	"errors"
	"slices"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// The codecs in types_gen.go are made from the struct declarations: their json tags, their wire tags and the //wire: directives above them.
//
//go:generate go run ./internal/wiregen

// presence remembers how an object's members were spelled, where the Go values cannot tell, so that encoding repeats it.
type presence = wire.Presence

// widePresence is presence for an object of more than 30 members.
type widePresence = wire.WidePresence

// decoded ends an UnmarshalJSON: data has been read as a value of the type called what.
func decoded(r *wire.Reader, got wire.Got, data []byte, what string) error {
	err := r.End()
	if err == nil && got == wire.Wrong {
		err = errors.New("not an object")
	}
	if err == nil {
		return nil
	}
	e := &DecodeError{What: what, Body: slices.Clone(data), Err: err}
	if at, ok := errors.AsType[*wire.SyntaxError](err); ok {
		e.Offset = at.Offset
	}
	return e
}

// readContent reads content, which may be one string instead of a list of parts.
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
	got := readParts(r, dst)
	if got == wire.Value && isPlainText(*dst) {
		return wire.GotOther
	}
	return got
}

// writeContent writes a lone plain text part as a string where short is set.
func writeContent(w *wire.Writer, parts []Part, short bool) {
	if short && isPlainText(parts) {
		w.String(parts[0].Text)
		return
	}
	writeParts(w, parts)
}

// isPlainText reports whether parts could be written as one string.
func isPlainText(parts []Part) bool {
	if len(parts) != 1 || parts[0].Type != PartTypeText {
		return false
	}
	rest := parts[0]
	rest.Type, rest.Text = "", ""
	return rest.isZero()
}

// setContentNull makes the message's missing content go out as null.
func setContentNull(m *Message) {
	m.Content = nil
	m.presence.Set(slices.Index(messageMembers[:], "content"), wire.Null)
}
