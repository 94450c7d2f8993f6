// Package kit holds what the suites below internal/tests share. Each suite tests the library as its users see it:
//
//	wire         every body of the wire: its typed fields, the law that nothing is lost, and the service's own schema
//	stream       chunks, how they are decoded and put together, and what that costs
//	faults       what becomes of a call when something goes wrong, and that no error tells a secret
//	connections  how often a request is sent, and what becomes of connections, clocks and limits
//	options      what the client can be told, and what is refused before the network
//	endpoints    models, embeddings, generations, batches, the account, Do and DoRaw
//	observe      what observers and logs see of every way that a call can end
//	values       what the methods of answers, messages and parts return
//	helpers      copies, comparisons and descriptions of values
//	files        files in requests, the media of answers, and requests that are large
package kit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// Root is the folder of the library's source, as a suite sees it.
const Root = "../../.."

// Bodies returns the files of bodies of the wire whose names match a pattern.
func Bodies(t testing.TB, pattern string) []string {
	files, err := filepath.Glob(Root + "/internal/tests/wire/testdata/bodies/" + pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files, pattern)
	return files
}

// Encode returns the JSON of a value.
func Encode(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// CreateFrom calls Create on a client with the transport.
func CreateFrom(t *testing.T, transport http.RoundTripper) (*openrouter.ChatCompletion, error) {
	client := openrouter.NewClient(openrouter.WithAPIKey("key"), openrouter.WithMaxRetries(0), openrouter.WithHTTPClient(&http.Client{Transport: transport}))
	return client.Chat.Create(t.Context(), &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}})
}

// Answering is a transport that always gives the same answer.
func Answering(status int, header http.Header, body []byte) http.RoundTripper {
	return answering{status, header, body}
}

type answering struct {
	status int
	header http.Header
	body   []byte
}

func (a answering) RoundTrip(req *http.Request) (*http.Response, error) {
	header := a.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/json")
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(bytes.NewReader(a.body)), Request: req}, nil
}

// APIError returns the error that the service reported.
func APIError(t *testing.T, err error) *openrouter.APIError {
	var e *openrouter.APIError
	require.ErrorAs(t, err, &e)
	return e
}

// Kept returns the JSON of a member that has no typed field, "" if it is not there.
func Kept(extra map[string]any, name string) string {
	raw, _ := extra[name].(json.RawMessage)
	return string(raw)
}

// IDs returns the ids of tool calls.
func IDs(calls []openrouter.ToolCall) []string {
	var list []string
	for _, c := range calls {
		list = append(list, c.ID)
	}
	return list
}

// UntypedMembers returns where in a decoded value something has no typed field: what is in Extra, and raw variants.
func UntypedMembers(v any) []string {
	var found []string
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		t := v.Type()
		if strings.HasPrefix(t.Name(), "Raw") && strings.HasSuffix(t.PkgPath(), "/openrouter") {
			found = append(found, path+"("+t.Name()+")")
			return
		}
		switch v.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(path, v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		case reflect.Struct:
			for i := range t.NumField() {
				f := t.Field(i)
				switch {
				case f.Name == "Extra":
					for _, key := range v.Field(i).MapKeys() {
						found = append(found, fmt.Sprintf("%s.Extra[%s]", path, key))
					}
				case f.IsExported():
					walk(path+"."+f.Name, v.Field(i))
				}
			}
		}
	}
	walk("", reflect.ValueOf(v))
	return found
}
