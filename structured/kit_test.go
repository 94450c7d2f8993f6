package structured_test

import (
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type invoice struct {
	Number string    `json:"number"`
	Total  float64   `json:"total" jsonschema:"in EUR,minimum=0"`
	Kind   string    `json:"kind" jsonschema:"enum=bill,enum=credit"`
	Due    time.Time `json:"due,omitzero"`
	Items  []item    `json:"items"`
}

type item struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	Note  *note  `json:"note"`
}

// note is an enum of its own, whose pointer is optional.
type note string

var errCredit = errors.New("a credit has no items")

func (i *invoice) Validate() error {
	if i.Kind == "credit" && len(i.Items) > 0 {
		return errCredit
	}
	return nil
}

const valid = `{"number":"A-1","total":12.5,"kind":"bill","due":null,"items":[{"name":"pen","count":2,"note":null}]}`

func request() *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage("Read it.")}}
}

func text(s string) openroutertest.Reply { return openroutertest.Text(s).Usage(10, 5).Cost(0.01) }

// pieces is an answer in chunks of n bytes.
func pieces(s string, n int) openroutertest.Reply {
	var chunks []string
	for len(s) > n {
		chunks, s = append(chunks, s[:n]), s[n:]
	}
	return openroutertest.Text(append(chunks, s)...)
}

// isPrefix reports whether a partial value is a beginning of the final one, in the sense of Partials.
func isPrefix(part, final reflect.Value) bool {
	if part.IsZero() {
		return true
	}
	switch part.Kind() {
	case reflect.String:
		return strings.HasPrefix(final.String(), part.String())
	case reflect.Slice:
		if part.Len() > final.Len() {
			return false
		}
		if part.Type().Elem().Kind() == reflect.Uint8 {
			return string(part.Bytes()) == string(final.Bytes())
		}
		for i := range part.Len() {
			if isLast := i == part.Len()-1; isLast && !isPrefix(part.Index(i), final.Index(i)) ||
				!isLast && !reflect.DeepEqual(part.Index(i).Interface(), final.Index(i).Interface()) {
				return false
			}
		}
		return true
	case reflect.Array:
		for i := range part.Len() {
			if !isPrefix(part.Index(i), final.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		if t, ok := part.Interface().(time.Time); ok {
			return t.Equal(final.Interface().(time.Time))
		}
		if part.Type() == reflect.TypeFor[netip.Addr]() {
			return part.Interface() == final.Interface()
		}
		for i := range part.NumField() {
			if !isPrefix(part.Field(i), final.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		for _, key := range part.MapKeys() {
			if v := final.MapIndex(key); !v.IsValid() || !isPrefix(part.MapIndex(key), v) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Interface:
		return !final.IsNil() && isPrefix(part.Elem(), final.Elem())
	}
	return reflect.DeepEqual(part.Interface(), final.Interface())
}
