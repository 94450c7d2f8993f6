package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// Every byte at every place of a word of eight, and the one behind it: encoding/json decides.
func TestStringsAreThoseOfEncodingJSON(t *testing.T) {
	for c := range 256 {
		for at := range 18 {
			b := []byte("abcdefghijklmnopqr")
			b[at] = byte(c)
			for _, follower := range []byte{'z', 0, 0x1f, '"', '\\', 0x7f, 0x80, 0xe2} {
				b := append([]byte(nil), b...)
				if at+1 < len(b) {
					b[at+1] = follower
				}
				doc := `"` + string(b) + `"`

				var want, got string
				wantErr := json.Unmarshal([]byte(doc), &want)
				r := wire.NewReader([]byte(doc))
				r.String(&got)
				require.Equal(t, wantErr == nil, r.End() == nil, "%q", doc)
				if wantErr == nil {
					require.Equal(t, want, got, "%q", doc)
				}

				w := wire.NewWriter(nil)
				w.String(string(b))
				out, err := w.Bytes()
				require.NoError(t, err)
				std, err := json.Marshal(string(b))
				require.NoError(t, err)
				require.NoError(t, json.Unmarshal(std, &want))
				require.NoError(t, json.Unmarshal(out, &got), "%s", out)
				require.Equal(t, want, got, "%q", b)
			}
		}
	}
}
