package structured

import (
	"bytes"
	"reflect"

	"github.com/openrouter-go/openrouter/internal/schema"
)

// growing is a value whose JSON grows. A long answer is mostly a list or a text, so these are not
// decoded again as a whole: of the outermost open list, the elements that are whole stay, and of an
// open string, what there was.
type growing[T any] struct {
	scanner
	typ       reflect.Type // of the whole JSON
	isWrapped bool

	previous reflect.Value // a pointer to what was decoded last
	list     container     // the outermost open list, as it was then
	textFrom int           // the start of the string that was open then, or 0
	textTo   int           // how far it had been decoded
}

// value decodes what there is. It reports false if that is the same value as before, or none.
func (g *growing[T]) value() (value T, ok bool) {
	p, ok := g.prefix(g.typ)
	if !ok {
		return value, false
	}
	outer := 0
	for outer < p.containers && !g.stack[outer].step.IsList {
		outer++
	}
	hasList := outer < p.containers
	root := reflect.New(g.typ)
	switch {
	case p.isText && g.textFrom == g.token && g.lengthen(root, p):
	case hasList && g.list.start == g.stack[outer].start && g.extend(root, p, outer):
	default:
		root = reflect.New(g.typ)
		if schema.Decode(g.document(p, 0, g.stack[0].start), root.Interface()) != nil {
			g.list, g.textFrom = container{}, 0
			return value, false
		}
	}
	g.previous, g.list, g.textFrom = root, container{}, 0
	if hasList {
		g.list = g.stack[outer]
	}
	if p.isText {
		g.textFrom, g.textTo = g.token, p.end
	}
	if g.isWrapped {
		return root.Interface().(*wrapped[T]).Value, true
	}
	return *root.Interface().(*T), true
}

// extend makes root the last value with what is new in the list. It reports false if that cannot be
// done.
func (g *growing[T]) extend(root reflect.Value, p prefix, outer int) bool {
	root.Elem().Set(g.previous.Elem())
	slot, ok := schema.Slot(root.Elem(), g.steps[:outer])
	if !ok || slot.Kind() != reflect.Slice || slot.Len() < g.list.whole {
		return false
	}
	from := g.list.end
	if g.list.whole > 0 { // behind the comma, if it has come
		rest := g.text[from:max(from, p.end)]
		from = p.end
		if comma := bytes.IndexByte(rest, ','); comma >= 0 {
			from = g.list.end + comma + 1
		}
	}
	fresh := reflect.New(slot.Type())
	if schema.Decode(g.document(p, outer, from), fresh.Interface()) != nil {
		return false
	}
	whole := slot.Slice3(0, g.list.whole, g.list.whole)
	slot.Set(reflect.AppendSlice(whole, fresh.Elem()))
	return true
}

// lengthen makes root the last value with what is new in the open string. It reports false if that
// cannot be done.
func (g *growing[T]) lengthen(root reflect.Value, p prefix) bool {
	root.Elem().Set(g.previous.Elem())
	slot, ok := schema.Slot(root.Elem(), g.steps[:p.containers])
	if !ok || slot.Kind() != reflect.String {
		return false
	}
	g.scratch = append(append(append(g.scratch[:0], '"'), g.text[g.textTo:p.end]...), '"')
	var more string
	if schema.Decode(g.scratch, &more) != nil {
		return false
	}
	slot.SetString(slot.String() + more)
	return true
}
