package wire_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// testdata/bodies holds bodies as the service spells them. Each has a case here that asserts its typed fields; law_test.go asserts that
// nothing of it is lost.

// A wireCase is what a body must look like in Go.
type wireCase struct {
	file string
	kind string // request, completion, chunk, stream, error, or a kind of endpoints_test.go
	// covers names the traps by number, and the vectors: V1 to V7 are bodies, S1 to S11 streams.
	covers string
	check  func(t *testing.T, v any)
}

func onRequest(file, covers string, check func(*testing.T, *openrouter.ChatCompletionRequest)) wireCase {
	return wireCase{"request-" + file + ".json", "request", covers, func(t *testing.T, v any) { check(t, v.(*openrouter.ChatCompletionRequest)) }}
}

func onCompletion(file, covers string, check func(*testing.T, *openrouter.ChatCompletion)) wireCase {
	return wireCase{"completion-" + file + ".json", "completion", covers, func(t *testing.T, v any) { check(t, v.(*openrouter.ChatCompletion)) }}
}

func onChunk(file, covers string, check func(*testing.T, *openrouter.ChatCompletionChunk)) wireCase {
	return wireCase{"chunk-" + file + ".json", "chunk", covers, func(t *testing.T, v any) { check(t, v.(*openrouter.ChatCompletionChunk)) }}
}

var wireCases = slices.Concat(wireRequestCases, wireMessageCases, wireToolCases, wireCompletionCases, wireAnswerCases, wireChunkCases,
	wireErrorCases, wireStreamCases, wireShapeCases, wireEndpointCases)

// traps are behaviors of the service that clients get wrong, by number.
var traps = map[int]string{
	1:  "white space before the body of an answer",
	2:  "comments before and between the events of a stream",
	3:  "a stream that is nothing but an error",
	4:  "an error chunk that looks finished or unfinished, usage in or after it",
	5:  "a chunk with an empty list of choices",
	6:  "usage beside a choice, the finish reason repeated",
	7:  "usage early, repeated, null or missing",
	8:  "no finish reason though finished",
	9:  "a finish reason that changes",
	10: "call id, name or type missing, null or blank in later fragments",
	11: "parallel calls that all have the index 0",
	12: "arguments missing, blank, null, doubled, or followed by white space",
	13: "call ids that are blank or repeated",
	14: "arguments that can be parsed before they are complete",
	15: "null content and blank content",
	16: "blank content beside calls must not be sent back",
	17: "role on every chunk, an empty delta, none",
	18: "reasoning blocks of different types with the same index",
	19: "a signature that is late, blank or alone",
	20: "an empty list of reasoning details",
	21: "the same reasoning block in two turns",
	22: "reasoning text without a signature",
	23: "an encrypted block with the id of a call",
	24: "reasoning and its details saying the same",
	25: "log probabilities that are a number or another object",
	26: "created as a double",
	27: "a cost that is the integer 0",
	28: "system fingerprint null, blank, missing",
	29: "an error code that is a string, null or missing",
	30: "an error's raw text as JSON, as text, as an object; provider null",
	31: "a rate limit's reset in milliseconds, as a string, in the body",
	32: "status 200 with an error, with null choices, or both",
	33: "an error in a choice beside its text",
	34: "an answer from another model than the one asked for",
	35: "members the service's schema does not list",
	36: "enum values nobody has heard of",
	37: "the order of members decides about cache hits",
	38: "prices as numbers",
	39: "cache control on a message, on its parts",
	40: "a strict schema that leaves no endpoint",
	41: "a forced tool beside reasoning",
	42: "citations with indexes 0 and blank titles",
	43: "events longer than 64 KiB",
	44: "a total timeout cuts long streams",
	45: "a stream cut off",
	46: "text behind [DONE]",
	47: "a token limit below 16 refused",
	48: "a sampling parameter refused rather than ignored",
	49: "more reasoning tokens than completion tokens",
	50: "numbers beyond 32 bits",
	51: "the account beside an error",
}

// notBodies are the traps that no body can show, and why.
var notBodies = map[int]string{
	44: "about how long a call may take, whatever it carries: no option sets a total time for streams",
}

func TestWireCases(t *testing.T) {
	for _, c := range wireCases {
		t.Run(c.kind+"/"+c.file, func(t *testing.T) {
			data := readWire(t, c.file)
			switch c.kind {
			case "stream", "error":
				c.check(t, data)
			default:
				v := newWireValue[c.kind]()
				require.NoError(t, json.Unmarshal(data, v))
				c.check(t, v)
			}
		})
	}
}

func TestWireCasesCoverTheTraps(t *testing.T) {
	missing := map[string]bool{}
	for n := 1; n <= 51; n++ {
		require.Contains(t, traps, n)
		if notBodies[n] == "" {
			missing[fmt.Sprint(n)] = true
		}
	}
	for n := 1; n <= 7; n++ {
		missing[fmt.Sprintf("V%d", n)] = true
	}
	for n := 1; n <= 11; n++ {
		missing[fmt.Sprintf("S%d", n)] = true
	}
	known := map[string]bool{}
	for name := range missing {
		known[name] = true
	}
	for _, c := range wireCases {
		for name := range strings.FieldsSeq(c.covers) {
			assert.True(t, known[name], "%s covers %q, which is no trap of a body", c.file, name)
			delete(missing, name)
		}
	}
	assert.Empty(t, missing, "covered by no case")
}

func TestEveryWireFileHasACase(t *testing.T) {
	files, err := filepath.Glob("testdata/bodies/*")
	require.NoError(t, err)
	assert.Greater(t, len(files), 70)
	for _, file := range files {
		assert.True(t, slices.ContainsFunc(wireCases, func(c wireCase) bool { return c.file == filepath.Base(file) }), "%s has no case", file)
	}
}

func readWire(t testing.TB, file string) []byte {
	data, err := os.ReadFile("testdata/bodies/" + file)
	require.NoError(t, err)
	return data
}
