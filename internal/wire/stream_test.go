package wire_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// streamed reads a document as the members of an object, and the elements of the member list.
func streamed(src io.Reader, keep int64) (members map[string]string, list []string, err error) {
	s := wire.NewStream(src)
	if c, err := s.Peek(); err != nil || c != '{' {
		return nil, nil, errors.New("not an object")
	}
	s.Enter()
	members = map[string]string{}
	for first := true; ; first = false {
		name, ok, err := s.Member(first)
		if err != nil || !ok {
			return members, list, err
		}
		c, err := s.Peek()
		if err == nil && c == '[' && string(name) == `"list"` {
			s.Enter()
			for first := true; ; first = false {
				ok, err := s.Element(first)
				if err != nil {
					return members, list, err
				}
				if !ok {
					break
				}
				value, _, err := s.Value(nil, keep)
				if err != nil {
					return members, list, err
				}
				list = append(list, string(value))
			}
			continue
		}
		value, _, err := s.Value(nil, keep)
		if err != nil {
			return members, list, err
		}
		members[string(name)] = string(value)
	}
}

const streamedDocument = ` { "a" : 1.5e3 ,"b\"":"}]\\\"é\u2028 ","c":{"x":[1,{"y":"{"}],"z":"]"},"d":null,"list":[ 1 ,"a,]" , [2,[3]],{},
	true,{"k":"v\\"} ] ,"e":-0,"f":false,"" : [] }`

// Wherever the source divides the document, encoding/json decides what is in it.
func TestStreamFindsWhatEncodingJSONFinds(t *testing.T) {
	var want map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(streamedDocument), &want))
	var wantList []json.RawMessage
	require.NoError(t, json.Unmarshal(want["list"], &wantList))
	for name, src := range map[string]io.Reader{
		"whole": strings.NewReader(streamedDocument), "bytes": iotest.OneByteReader(strings.NewReader(streamedDocument)),
		"halves": iotest.HalfReader(strings.NewReader(streamedDocument)), "with the end": iotest.DataErrReader(strings.NewReader(streamedDocument)),
	} {
		members, list, err := streamed(src, 1<<20)
		require.NoError(t, err, name)
		require.Len(t, list, len(wantList), name)
		for i := range list {
			assert.Equal(t, string(wantList[i]), list[i], name)
		}
		require.Len(t, members, len(want)-1, name)
		for quoted, value := range members {
			var key string
			require.NoError(t, json.Unmarshal([]byte(quoted), &key), name)
			assert.Equal(t, string(want[key]), value, name)
		}
	}
}

func TestStreamEndsWhereTheDocumentIsCut(t *testing.T) {
	end := strings.LastIndex(streamedDocument, "}")
	for at := range end {
		_, _, err := streamed(strings.NewReader(streamedDocument[:at]), 1<<20)
		require.Error(t, err, streamedDocument[:at])
	}
	boom := errors.New("boom")
	for at := 2; at < end; at++ {
		_, _, err := streamed(io.MultiReader(strings.NewReader(streamedDocument[:at]), iotest.ErrReader(boom)), 1<<20)
		require.ErrorIs(t, err, boom, streamedDocument[:at])
	}
	for _, bad := range []string{`{"a" 1}`, `{"a":}`, `{"a":,}`, `{"a":1 "b":2}`, `{"a":1,}`, `{1:2}`, `{,}`, `{"list":[,1]}`, `{"list":[1,]}`, `{"list":[1 2]}`, `{"list":[1}`, `{]`} {
		_, _, err := streamed(strings.NewReader(bad), 1<<20)
		var e *wire.SyntaxError
		require.ErrorAs(t, err, &e, bad)
	}
}

func TestStreamKeepsNoMoreThanAsked(t *testing.T) {
	s := wire.NewStream(iotest.OneByteReader(strings.NewReader(`"0123456789" , x`)))
	value, size, err := s.Value([]byte("before "), 4)
	require.NoError(t, err)
	assert.Equal(t, `before "012`, string(value))
	assert.EqualValues(t, 12, size)
	assert.Equal(t, 12, s.Offset())
	assert.Equal(t, " , ", string(s.Rest(3)))
	assert.Equal(t, "x", string(s.Rest(3)))
}
