package openrouter

import (
	"errors"
	"slices"
	"strconv"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// The codecs in types_gen.go are generated from the struct declarations: from their json tags, their wire tags and the //wire: directives
// above them.
//
//go:generate go run ./internal/wiregen

// presence remembers whether a member that is zero in Go was absent, null or zero in the JSON, so that encoding repeats it.
type presence = wire.Presence

// widePresence is presence for an object with more than 30 members.
type widePresence = wire.WidePresence

// decoded ends every UnmarshalJSON. It returns a [*DecodeError] if data could not be read as the type named what.
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
	got := readParts(r, dst)
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
	writeParts(w, parts)
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
	m.presence.Set(slices.Index(messageMembers[:], "content"), wire.Null)
}

// Decimal is an exact decimal number as text, such as the price "0.00000125". It
// is sent as a string. One that was received as a number is sent as a number.
type Decimal string

// Float64 returns the nearest float64, or an error if d is not a number.
func (d Decimal) Float64() (float64, error) { return strconv.ParseFloat(string(d), 64) }
