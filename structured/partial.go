package structured

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/openrouter-go/openrouter/internal/schema"
)

// scanner follows JSON while it grows. Each byte is looked at once, so that the cost of scanning does
// not depend on how the text is cut into chunks.
type scanner struct {
	text  []byte
	start int // of the JSON
	pos   int // what was scanned

	stack []container
	state state
	cut   int // up to here, the text is valid JSON once the containers are closed
	token int // the start of a string
	isKey bool

	scratch   []byte
	steps     []schema.Step
	last      prefix
	completed bool
	broken    bool // it is not JSON
}

type container struct {
	step   schema.Step
	before int // the cut before it was opened
	start  int // of what it contains
	whole  int // the number of values in it that are whole
	end    int // of the last of them
}

type state byte

const (
	wantValue state = iota // or the end of a list
	wantKey                // or the end of an object
	wantColon
	wantComma // or an end
	inString
	inPlain // a number or a literal
)

// scan looks at what is new.
func (s *scanner) scan() {
	for ; s.pos < len(s.text) && !s.broken && !s.completed; s.pos++ {
		c := s.text[s.pos]
		switch s.state {
		case inString:
			s.string(c)
			continue
		case inPlain:
			if isPlain(c) {
				continue
			}
			s.ended(s.pos)
		}
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
		case c == '}' || c == ']':
			s.close(c)
		case s.state == wantKey && c == '"':
			s.state, s.token, s.isKey = inString, s.pos, true
		case s.state == wantKey && c == ',': // the decoder refuses two in a row
		case s.state == wantColon && c == ':':
			s.state = wantValue
		case s.state == wantComma && c == ',':
			if s.state = wantKey; s.top().step.IsList {
				s.state = wantValue
			}
		case s.state != wantValue:
			s.broken = true
		case c == '{' || c == '[':
			if len(s.stack) == 0 {
				s.start, s.cut = s.pos, s.pos
			}
			s.stack = append(s.stack, container{step: schema.Step{IsList: c == '['}, before: s.cut, start: s.pos + 1, end: s.pos + 1})
			if s.cut = s.pos + 1; c == '{' {
				s.state = wantKey
			}
		case len(s.stack) == 0: // the answer is an object
			s.broken = true
		case c == '"':
			s.state, s.token, s.isKey = inString, s.pos, false
		case isPlain(c):
			s.state = inPlain
		default:
			s.broken = true
		}
	}
}

func isPlain(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '-' || c == '+' || c == '.' || c == 'E'
}

func (s *scanner) top() *container { return &s.stack[len(s.stack)-1] }

// ended marks the end of a value.
func (s *scanner) ended(at int) {
	s.state, s.cut = wantComma, at
	if len(s.stack) > 0 {
		s.top().whole++
		s.top().end = at
	}
}

func (s *scanner) close(c byte) {
	if len(s.stack) == 0 || s.top().step.IsList != (c == ']') || s.state == wantColon || s.state == wantValue && c == '}' {
		s.broken = true
		return
	}
	s.stack = s.stack[:len(s.stack)-1]
	s.ended(s.pos + 1)
	s.completed = len(s.stack) == 0
}

// string looks at a byte within a string.
func (s *scanner) string(c byte) {
	if c != '"' || s.isEscaped() {
		return
	}
	if s.isKey {
		if json.Unmarshal(s.text[s.token:s.pos+1], &s.top().step.Name) != nil {
			s.broken = true
		}
		s.state = wantColon
		return
	}
	s.ended(s.pos + 1)
}

// isEscaped reports whether a backslash escapes the byte at pos.
func (s *scanner) isEscaped() bool {
	at := s.pos
	for s.text[at-1] == '\\' {
		at--
	}
	return (s.pos-at)%2 == 1
}

// prefix is what can be decoded of the text.
type prefix struct {
	end        int
	containers int  // are open there
	isText     bool // a string is open there
}

// prefix returns how much of the text decodes into a typ. It reports false if that is the same value
// as the last time, or nothing.
func (s *scanner) prefix(typ reflect.Type) (p prefix, ok bool) {
	if s.broken || len(s.stack) == 0 {
		return p, false
	}
	s.steps = s.steps[:0]
	for i := range s.stack {
		s.steps = append(s.steps, s.stack[i].step)
	}
	p.end = s.cut
	p.containers, p.isText = schema.Shown(typ, s.steps, s.state == inString && !s.isKey)
	switch {
	case p.containers < len(s.stack):
		p.end, p.isText = s.stack[p.containers].before, false
	case p.isText:
		p.end = s.token + 1 + wholeCharacters(s.text[s.token+1:])
	}
	same := p.end == s.last.end && p.isText == s.last.isText || p.end == s.last.end+1 && s.last.isText && !p.isText
	s.last = p
	return p, !same && p.end > s.start+1
}

// document returns the JSON of a prefix from the container with the index outer on, whose contents
// begin at from. It is valid until the next call.
func (s *scanner) document(p prefix, outer, from int) []byte {
	opening, closing := "{", "}"
	if s.stack[outer].step.IsList {
		opening, closing = "[", "]"
	}
	s.scratch = append(append(s.scratch[:0], opening...), s.text[min(from, p.end):p.end]...)
	if p.isText {
		s.scratch = append(s.scratch, '"')
	}
	for i := p.containers - 1; i > outer; i-- {
		if s.stack[i].step.IsList {
			s.scratch = append(s.scratch, ']')
		} else {
			s.scratch = append(s.scratch, '}')
		}
	}
	return append(s.scratch, closing...)
}

// wholeCharacters returns the length of the text of a string without a character at its end that is
// not whole: a part of an escape or of a pair of surrogates.
func wholeCharacters(text []byte) int {
	const escape = len(`\uffff`)
	for {
		at := bytes.LastIndexByte(text[max(0, len(text)-escape):], '\\')
		if at < 0 {
			break
		}
		at += max(0, len(text)-escape)
		run := at
		for run > 0 && text[run-1] == '\\' {
			run--
		}
		if (at-run)%2 == 1 { // the backslash is itself escaped
			break
		}
		rest := text[at:]
		isPart := len(rest) == 1 || rest[1] == 'u' && len(rest) < escape
		if !isPart && !isHighSurrogate(rest) {
			break
		}
		text = text[:at]
	}
	return len(text)
}

// isHighSurrogate reports whether an escape is the first of a pair.
func isHighSurrogate(escape []byte) bool {
	return len(escape) == 6 && escape[1] == 'u' && (escape[2] == 'd' || escape[2] == 'D') && bytes.IndexByte([]byte("89abAB"), escape[3]) >= 0
}
