package schema

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// parser makes the value that the validator checks from valid JSON, several times as fast as
// json.Decoder. It notes whether a name is twice in an object, and whether a number is so long that the
// validator, which computes exactly, would take seconds for it.
type parser struct {
	data    []byte
	at      int
	twice   bool
	endless bool
}

func (p *parser) space() {
	for p.at < len(p.data) && (p.data[p.at] == ' ' || p.data[p.at] == '\n' || p.data[p.at] == '\t' || p.data[p.at] == '\r') {
		p.at++
	}
}

func (p *parser) value() any {
	p.space()
	switch p.data[p.at] {
	case '{':
		return p.object()
	case '[':
		return p.list()
	case '"':
		return p.text()
	case 't':
		p.at += len("true")
		return true
	case 'f':
		p.at += len("false")
		return false
	case 'n':
		p.at += len("null")
		return nil
	}
	start := p.at
	for p.at < len(p.data) && bytes.IndexByte([]byte("+-.eE0123456789"), p.data[p.at]) >= 0 {
		p.at++
	}
	number := p.data[start:p.at]
	p.endless = p.endless || isEndless(number)
	return json.Number(number)
}

// isEndless reports whether a number has more digits when it is written out than anybody uses.
func isEndless(number []byte) bool {
	const most = 2000
	mantissa, exponent := number, ""
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		mantissa, exponent = number[:i], string(number[i+1:])
	}
	if len(mantissa) > most {
		return true
	}
	n, err := strconv.Atoi(exponent)
	return exponent != "" && (err != nil || n > most || n < -most)
}

func (p *parser) object() any {
	members := map[string]any{}
	p.at++
	for p.space(); p.data[p.at] != '}'; p.space() {
		if p.data[p.at] == ',' {
			p.at++
			p.space()
		}
		name := p.text()
		p.space()
		p.at++ // the colon
		if _, ok := members[name]; ok {
			p.twice = true
		}
		members[name] = p.value()
	}
	p.at++
	return members
}

func (p *parser) list() any {
	elems := []any{}
	p.at++
	for p.space(); p.data[p.at] != ']'; p.space() {
		if p.data[p.at] == ',' {
			p.at++
		}
		elems = append(elems, p.value())
	}
	p.at++
	return elems
}

func (p *parser) text() string {
	start := p.at
	p.at++
	end := bytes.IndexByte(p.data[p.at:], '"')
	if inner := p.data[p.at : p.at+end]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		p.at += end + 1
		return string(inner)
	}
	for ; p.data[p.at] != '"'; p.at++ {
		if p.data[p.at] == '\\' {
			p.at++
		}
	}
	p.at++
	var s string
	_ = json.Unmarshal(p.data[start:p.at], &s) // it is valid
	return s
}
