package options_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// badOptions are refused on a client and on a call. Those with a check can be
// had all the same.
var badOptions = []struct {
	name         string
	opt          openrouter.Option
	field, check string
	problem      string
	value        any
	limit        string
}{
	{name: "nil", opt: nil, field: "option", problem: "is nil"},
	{name: "key", opt: openrouter.WithAPIKey("se\ncret"), field: "WithAPIKey", problem: "contains white space or a character that is not allowed in a header"},
	{name: "key not ASCII", opt: openrouter.WithAPIKey("sécret"), field: "WithAPIKey", problem: "contains white space or a character that is not allowed in a header"},
	{name: "app URL", opt: openrouter.WithApp("https://a\r\nX: 1", ""), field: "WithApp", problem: lineBreak},
	{name: "app title", opt: openrouter.WithApp("", "a\nb"), field: "WithApp", problem: lineBreak},
	{name: "app category", opt: openrouter.WithApp("", "", "a\nb"), field: "WithApp", problem: lineBreak},
	{
		name: "app categories", opt: openrouter.WithApp("https://a.example", "", "a", "b", "c"), field: "WithApp", check: "WithApp",
		problem: "has 3 categories, must have at most 2", value: 3, limit: "at most 2",
	},
	{name: "app category spaced", opt: openrouter.WithApp("", "", "a b"), field: "WithApp", check: "WithApp", problem: badCategory},
	{name: "app category joined", opt: openrouter.WithApp("", "", "a,b"), field: "WithApp", check: "WithApp", problem: badCategory},
	{name: "app category upper", opt: openrouter.WithApp("", "", "Legal"), field: "WithApp", check: "WithApp", problem: badCategory},
	{name: "app category empty", opt: openrouter.WithApp("", "", "legal", ""), field: "WithApp", check: "WithApp", problem: badCategory},
	{name: "app category long", opt: openrouter.WithApp("", "", strings.Repeat("a", 31)), field: "WithApp", check: "WithApp", problem: badCategory},
	{name: "header", opt: openrouter.WithHeader("X-A", "a\nb"), field: "WithHeader(X-A)", problem: lineBreak},
	{name: "header return", opt: openrouter.WithHeader("X-A", "a\rb"), field: "WithHeader(X-A)", problem: lineBreak},
	{name: "header zero byte", opt: openrouter.WithHeader("X-A", "a\x00"), field: "WithHeader(X-A)", problem: lineBreak},
	{name: "header delete", opt: openrouter.WithHeader("X-A", "a\x7f"), field: "WithHeader(X-A)", problem: lineBreak},
	{name: "header name", opt: openrouter.WithHeader("X A", "a"), field: "WithHeader", problem: "has an invalid header name"},
	{name: "header name broken", opt: openrouter.WithHeader("X\nA", "a"), field: "WithHeader", problem: "has an invalid header name"},
	{name: "header name empty", opt: openrouter.WithHeader("", "a"), field: "WithHeader", problem: "has an invalid header name"},
	{name: "header Expect", opt: openrouter.WithHeader("expect", "100-continue"), field: "WithHeader", problem: "must not set Expect, which the library controls"},
	{name: "header ours", opt: openrouter.WithHeader("authorization", "a"), field: "WithHeader", problem: "must not set Authorization, which the library controls"},
	{name: "user agent", opt: openrouter.WithUserAgent("a\nb"), field: "WithUserAgent", problem: lineBreak},
	{name: "session", opt: openrouter.WithSessionID("a\nb"), field: "WithSessionID", problem: lineBreak},
	{
		name: "session long", opt: openrouter.WithSessionID(strings.Repeat("é", 129)), field: "WithSessionID", check: "session_id",
		problem: "has 129 characters, must have at most 128", value: 129, limit: "at most 128",
	},
	{
		name: "cache short", opt: openrouter.WithResponseCache(time.Second - 1), field: "WithResponseCache", check: "WithResponseCache",
		problem: "is 999.999999ms, must be between 1s and 24h, or 0 for the service's default", value: time.Second - 1, limit: "between 1s and 24h",
	},
	{
		name: "cache long", opt: openrouter.WithResponseCache(24*time.Hour + 1), field: "WithResponseCache", check: "WithResponseCache",
		problem: "is 24h0m0.000000001s, must be between 1s and 24h, or 0 for the service's default", value: 24*time.Hour + 1, limit: "between 1s and 24h",
	},
	{name: "retries", opt: openrouter.WithMaxRetries(-1), field: "WithMaxRetries", problem: "is -1, must not be negative"},
	{name: "policy", opt: openrouter.WithRetryPolicy(nil), field: "WithRetryPolicy", problem: "is nil"},
	{name: "wait each", opt: openrouter.WithMaxRetryWait(-1, 1), field: "WithMaxRetryWait", problem: "is -1ns and 1ns, must not be negative"},
	{name: "wait total", opt: openrouter.WithMaxRetryWait(1, -1), field: "WithMaxRetryWait", problem: "is 1ns and -1ns, must not be negative"},
	{name: "timeout", opt: openrouter.WithTimeout(-1), field: "WithTimeout", problem: "is -1ns, must not be negative"},
	{name: "idle", opt: openrouter.WithStreamIdleTimeout(-1), field: "WithStreamIdleTimeout", problem: "is -1ns, must not be negative"},
	{name: "content first", opt: openrouter.WithContentTimeout(-1, 0), field: "WithContentTimeout", problem: "is -1ns, must not be negative"},
	{name: "content next", opt: openrouter.WithContentTimeout(0, -1), field: "WithContentTimeout", problem: "is -1ns, must not be negative"},
	{name: "body", opt: openrouter.WithMaxBodySize(-1), field: "WithMaxBodySize", problem: "is -1, must not be negative"},
	{name: "event", opt: openrouter.WithMaxEventSize(-1), field: "WithMaxEventSize", problem: "is -1, must not be negative"},
	{name: "stream", opt: openrouter.WithMaxStreamSize(-1), field: "WithMaxStreamSize", problem: "is -1, must not be negative"},
	{name: "URL", opt: openrouter.WithBaseURL("https://a b\x7f"), field: "WithBaseURL", problem: "is not a URL"},
	{name: "URL scheme", opt: openrouter.WithBaseURL("ftp://a.example"), field: "WithBaseURL", problem: "must start with https:// or http:// and name a host"},
	{name: "URL without host", opt: openrouter.WithBaseURL("https://:443/v1"), field: "WithBaseURL", problem: "must start with https:// or http:// and name a host"},
	{name: "URL empty", opt: openrouter.WithBaseURL(""), field: "WithBaseURL", problem: "must start with https:// or http:// and name a host"},
	{name: "URL user", opt: openrouter.WithBaseURL("https://a:b@c.example"), field: "WithBaseURL", problem: "must not contain a user name or password"},
	{name: "URL query", opt: openrouter.WithBaseURL("https://c.example?a=b"), field: "WithBaseURL", problem: "must not contain a query or fragment"},
	{name: "URL empty query", opt: openrouter.WithBaseURL("https://c.example/v1?"), field: "WithBaseURL", problem: "must not contain a query or fragment"},
	{name: "URL empty fragment", opt: openrouter.WithBaseURL("https://c.example/v1#"), field: "WithBaseURL", problem: "must not contain a query or fragment"},
}

const (
	lineBreak   = "contains a line break or another control character, which is not allowed in a header"
	badCategory = "has an invalid category; use lower case, no commas or spaces, and at most 30 characters"
)

func TestValidateOptions(t *testing.T) {
	t.Setenv("OPENROUTER_BASE_URL", "")
	for _, c := range badOptions {
		t.Run(c.name, func(t *testing.T) {
			want := []openrouter.Violation{{Field: c.field, Problem: c.problem, Value: c.value, Limit: c.limit, Check: c.check}}
			refused := []error{
				createOn(t, clientOn(unreachable{t}, c.opt), asking(nil)),
				streamOn(t, clientOn(unreachable{t}, c.opt), asking(nil)),
				createOn(t, clientOn(unreachable{t}), asking(nil), c.opt),
				streamOn(t, clientOn(unreachable{t}), asking(nil), c.opt),
			}
			if c.check == "" {
				refused = append(refused, createOn(t, clientOn(unreachable{t}, c.opt), asking(nil), openrouter.WithoutValidation()))
			}
			for _, err := range refused {
				assert.Equal(t, want, violations(t, err))
			}
			if c.check == "" {
				return
			}
			way := openrouter.WithoutValidation(c.check)
			assert.NoError(t, createOn(t, clientOn(&recording{}, way), asking(nil), c.opt))
			assert.NoError(t, createOn(t, clientOn(&recording{}, c.opt), asking(nil), way))
			assert.NoError(t, createOn(t, clientOn(&recording{}, c.opt, openrouter.WithoutValidation()), asking(nil)))
		})
	}
}

// TestValidateOptionsSendsWhatIsSwitchedOff and not a part of it.
func TestValidateOptionsSendsWhatIsSwitchedOff(t *testing.T) {
	var header http.Header
	client := clientOn(roundTrip(func(req *http.Request) (*http.Response, error) {
		header = req.Header
		return answerWith(200, wholeAnswer)(req)
	}), openrouter.WithoutValidation("WithApp", "WithResponseCache", "session_id"))
	require.NoError(t, createOn(t, client, asking(nil), openrouter.WithApp("", "", "a", "b", "C"), openrouter.WithResponseCache(48*time.Hour), openrouter.WithSessionID(strings.Repeat("s", 200))))
	assert.Equal(t, "a,b,C", header.Get("X-OpenRouter-Categories"))
	assert.Equal(t, "172800", header.Get("X-OpenRouter-Cache-TTL"))
	assert.Len(t, header.Get("X-Session-Id"), 200)
}

func TestValidateHTTP(t *testing.T) {
	const problem = "uses http to another machine, which exposes the key on the network; use https, or allow http with WithInsecureHTTP"
	for base, fine := range map[string]bool{
		"https://router.example":    true,
		"http://localhost":          true,
		"http://LOCALHOST:8080/v1":  true,
		"http://127.0.0.1:1":        true,
		"http://127.255.255.254":    true,
		"http://[::1]:8080":         true,
		"http://[::ffff:127.0.0.1]": true,
		"http://128.0.0.1":          false,
		"http://126.255.255.255":    false,
		"http://10.0.0.1":           false,
		"http://0.0.0.0":            false,
		"http://[::2]":              false,
		"http://localhost.example":  false,
		"http://127.0.0.1.example":  false,
		"http://openrouter.ai":      false,
		"HTTP://openrouter.ai":      false,
	} {
		t.Run(base, func(t *testing.T) {
			t.Setenv("OPENROUTER_BASE_URL", base)
			at := openrouter.WithBaseURL(base)
			if fine {
				assert.NoError(t, createOn(t, clientOn(&recording{}), asking(nil), at))
				return
			}
			assert.Equal(t, []openrouter.Violation{{Field: "WithBaseURL", Problem: problem}}, violations(t, createOn(t, clientOn(unreachable{t}), asking(nil), at)))
			assert.Equal(t, []openrouter.Violation{{Field: "OPENROUTER_BASE_URL", Problem: problem}}, violations(t, createOn(t, clientOn(unreachable{t}, openrouter.WithoutValidation()), asking(nil))))
			assert.NoError(t, createOn(t, clientOn(&recording{}, openrouter.WithInsecureHTTP()), asking(nil)))
			assert.NoError(t, createOn(t, clientOn(&recording{}), asking(nil), openrouter.WithInsecureHTTP(), at))
		})
	}
}

func TestValidateMissingKey(t *testing.T) {
	client := clientOn(unreachable{t}, openrouter.WithAPIKey(" "))
	assert.Equal(t, openrouter.ErrMissingAPIKey, createOn(t, client, asking(nil)))
	err := createOn(t, client, asking(nil), openrouter.WithMaxRetries(-1))
	assert.ErrorIs(t, err, openrouter.ErrMissingAPIKey)
	assert.Equal(t, []string{"WithMaxRetries", "WithAPIKey"}, fields(violations(t, err)), err)
	err = createOn(t, client, &request{})
	assert.ErrorIs(t, err, openrouter.ErrMissingAPIKey)
	assert.Equal(t, []string{"WithAPIKey", "messages"}, fields(violations(t, err)))
}

// TestWithoutValidationAdds to what a client has switched off, and only for the call.
func TestWithoutValidationAdds(t *testing.T) {
	r := asking(func(r *request) { r.Temperature, r.TopP = new(3.0), new(3.0) })
	client := clientOn(&recording{}, openrouter.WithoutValidation("temperature"), openrouter.WithoutValidation("other"))
	assert.Equal(t, []string{"top_p"}, fields(violations(t, createOn(t, client, r))))
	assert.NoError(t, createOn(t, client, r, openrouter.WithoutValidation("top_p")))
	assert.NoError(t, createOn(t, client, r, openrouter.WithoutValidation()))
	assert.Equal(t, []string{"top_p"}, fields(violations(t, createOn(t, client, r))))
}
