package redact_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/internal/redact"
)

func TestText(t *testing.T) {
	secrets := redact.Secrets{"sk/or+v1/0123456789", "café-𝄞-crème", "01234567"}
	for text, want := range map[string]string{
		"":                                         "",
		"nothing":                                  "nothing",
		`nothing, with \n and \\`:                  `nothing, with \n and \\`,
		"the key sk/or+v1/0123456789.":             "the key [redacted].",
		`sk\/or\u002Bv1\/0123456789`:               "[redacted]",
		`sk\\/or\\u002bv1/0123456789`:              "[redacted]",
		`sk\u005c/or\u005cu002bv1/01234567`:        `sk\u005c/or\u005cu002bv1/[redacted]`,
		`sk\u005c/or\u005c\u0075002bv1/0123456789`: "[redacted]",
		`"café-𝄞-crème" and caf\u00E9-\ud834\uDD1e-cr\u00e8me`: `"[redacted]" and [redacted]`,
		`caf\\u00e9-\\\\ud834\\\\udd1e-crème`:                  "[redacted]",
		`\ud834caf\u00e9-\ud834\ud834\udd1e-crème`:             `\ud834caf\u00e9-\ud834\ud834\udd1e-crème`,
		"x012345678":       "x[redacted]8",
		"0123456701234567": "[redacted][redacted]",
		`sk/or+v1/012345`:  `sk/or+v1/012345`, // is complete
	} {
		assert.Equal(t, want, secrets.Text(text), text)
	}
	assert.Equal(t, "any text", redact.Secrets(nil).Text("any text"))
	assert.Equal(t, "[redacted]!", redact.Secrets{"abcdefgh", "defghijk"}.Text("abcdefghijk!"), "secrets that overlap")
}

func TestData(t *testing.T) {
	secrets := redact.Secrets{"sk/or+v1/0123456789", "n1234567", "12345678"}
	for text, want := range map[string]string{
		``:                                      ``,
		`{"a":"b"}`:                             `{"a":"b"}`,
		`[12345678,"12345678"]`:                 `[12345678,"[redacted]"]`,
		`12345678`:                              `[redacted]`,
		` {"12345678":"\n1234567"}`:             ` {"[redacted]":"\n1234567"}`,
		`["\"sk\/or\u002bv1\/0123456789\""]`:    `["\"[redacted]\""]`,
		`"{\"a\":\"sk\\/or+v1\\/0123456789\"}"`: `"{\"a\":\"[redacted]\"}"`,
		`["12345678`:                            `["[redacted]`,
		`["12345678\`:                           `["[redacted]\`,
		`["sk/or\\`:                             `["[redacted]`,
		`["sk\/or\u002`:                         `["[redacted]`,
		`["sk\\u002for\\u002`:                   `["[redacted]`,
		`bad key sk/or`:                         `bad key [redacted]`,
		`bad key sk/`:                           `bad key sk/`,
		`["bad key sk/or"]`:                     `["bad key sk/or"]`,
	} {
		data, _ := secrets.Data([]byte(text), 0)
		assert.Equal(t, want, string(data), text)
	}
}

func TestDataMovesTheOffset(t *testing.T) {
	secrets := redact.Secrets{"sk/or+v1/0123456789"}
	const text = `{"a":"sk\/or+v1/0123456789","b":"sk/or+v1/0123456789",}`
	for before, after := range map[string]string{
		`"b":`: `"b":`, `,}`: `,}`, `"sk`: `"[`, `","b"`: `","b"`, // stay
		`v1/0123456789",}`: `[redacted]",}`, `\/or`: `[redacted]","b"`, // are inside a secret
	} {
		data, moved := secrets.Data([]byte(text), strings.Index(text, before))
		require.Equal(t, `{"a":"[redacted]","b":"[redacted]",}`, string(data))
		assert.Equal(t, strings.Index(string(data), after), moved, before)
	}
	data, moved := secrets.Data([]byte(text), len(text))
	assert.Len(t, data, moved)
}

// The work for a text that was made to be expensive has a limit: without one, these would take hours.
func TestTextOfEndlessEscapes(t *testing.T) {
	secrets := redact.Secrets{"sk/or+v1/0123456789"}
	for _, text := range []string{
		`\` + strings.Repeat("u005c", 100_000),
		strings.Repeat(`\`, 300_000),
		strings.Repeat(`\\\\\\\\u005c`, 20_000),
		strings.Repeat(`\ud834`, 60_000),
	} {
		got := secrets.Text(text + "u002bsk/or+v1/0123456789")
		assert.NotContains(t, got, secrets[0])
	}
}

// FuzzText compares the finder with one that makes each reading as a whole.
func FuzzText(f *testing.F) {
	f.Add(`sk\/or\\u002bv1`, "sk/or+v1", "or+v1/no", uint8(3), uint64(1))
	f.Add(`caf\u00e9-\ud834\udd1e`, "café-𝄞", "secret\\u", uint8(9), uint64(2))
	f.Add("", `a\b"c/d+e`, "\nline", uint8(2), uint64(3))
	f.Add(`\u000`, `00"0`, "", uint8(2), uint64(2)) // a round completes an escape
	f.Fuzz(func(t *testing.T, text, one, two string, rounds uint8, seed uint64) {
		secrets := redact.Secrets{}
		for _, s := range []string{one, two} {
			if len(s) >= 4 && len(s) < 100 && utf8.ValidString(s) {
				secrets = append(secrets, s)
			}
		}
		slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
		if len(secrets) == 0 || len(text) > 200 {
			return
		}
		r := rand.New(rand.NewPCG(seed, 0))
		at := r.IntN(len(text) + 1)
		text = text[:at] + escaped(secrets[0], int(rounds%4), r) + text[at:]
		if len(text) > 1000 {
			return
		}
		got := secrets.Text(text)
		require.Equal(t, naive(secrets, text), got)
	})
}

// escaped spells a text with random JSON escapes, round after round.
func escaped(s string, rounds int, r *rand.Rand) string {
	for range rounds {
		var b strings.Builder
		for _, c := range s {
			quoted, _ := json.Marshal(string(c))
			switch plain := strings.Trim(string(quoted), `"`); {
			case c == '"':
				b.WriteString([]string{`\"`, `\u0022`}[r.IntN(2)])
			case c == '/' && r.IntN(2) == 0:
				b.WriteString(`\/`)
			case r.IntN(4) == 0 && c < 0x10000:
				fmt.Fprintf(&b, []string{`\u%04x`, `\u%04X`}[r.IntN(2)], c)
			case c >= 0x10000 && r.IntN(2) == 0:
				fmt.Fprintf(&b, `\u%04x\u%04x`, 0xD800+(c-0x10000)>>10, 0xDC00+(c-0x10000)&0x3FF)
			default:
				b.WriteString(plain)
			}
		}
		s = b.String()
	}
	return s
}

var escape = regexp.MustCompile(`^(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt])`)

// naive replaces the secrets in a text by looking through each reading of it.
func naive(secrets []string, text string) string {
	hidden := make([]bool, len(text)+1) // the bytes that belong to a secret
	joined := make([]bool, len(text)+1) // the bytes that belong to the same as the one before
	type place struct{ from, to int }
	reading, places := text, make([]place, len(text))
	for i := range places {
		places[i] = place{i, i + 1}
	}
	for {
		for _, s := range secrets {
			for i := range len(reading) {
				if strings.HasPrefix(reading[i:], s) {
					from, to := places[i].from, places[i+len(s)-1].to
					for j := from; j < to; j++ {
						hidden[j] = true
						joined[j] = joined[j] || j > from
					}
				}
			}
		}
		var next strings.Builder
		var nextPlaces []place
		for i := 0; i < len(reading); {
			e := escape.FindString(reading[i:])
			var c string
			switch {
			case e == "":
				e, c = reading[i:i+1], reading[i:i+1]
			default:
				_ = json.Unmarshal([]byte(`"`+e+`"`), &c)
			}
			next.WriteString(c)
			for range len(c) {
				nextPlaces = append(nextPlaces, place{places[i].from, places[i+len(e)-1].to})
			}
			i += len(e)
		}
		if next.String() == reading {
			break
		}
		reading, places = next.String(), nextPlaces
	}
	var out strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			out.WriteByte(text[i])
		case !joined[i]:
			out.WriteString(redact.Mark)
		}
	}
	return out.String()
}
