package interop_test

import (
	"cmp"
	"context"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// server is one server under test.
type server struct {
	name, url, key string
	kind
}

// kind is what servers of a name have in common.
type kind struct {
	model       string
	temperature *float64
	does        map[string]say // by case; what is not listed is not asked for
	start       func(*testing.T) instance
}

// say is the user's message that makes a server show a case, and what the
// answer holds then.
type say struct{ prompt, want string }

const testKey = "sk-or-v1-test"

// kinds are the servers whose triggers are known, by the name to give them in
// OPENROUTER_INTEROP.
var kinds = map[string]kind{
	"llama-server": {
		model:       "toy/hand-wired",
		temperature: new(0.0), // it samples: at 1 it sometimes makes a call too many
		start:       func(t *testing.T) instance { return startLlama(t, 8192) },
		does: map[string]say{
			"create":                         {"Hi", "hand-wired toy model"},
			"stream":                         {"Hi", "hand-wired toy model"},
			"lossless":                       {"#think_tool", ""},
			"usage":                          {"Hi", ""},
			"tool call":                      {"#tool", ""},
			"tool call after text":           {"#say_tool", "Let me look that up."},
			"tool call after reasoning":      {"#think_tool", ""},
			"parallel calls":                 {"#parallel", ""},
			"JSON schema":                    {"#json", "Ada"},
			"logprobs":                       {"Hi", ""},
			"two choices":                    {"Hi", "hand-wired toy model"},
			"reasoning":                      {"#think", "think first"},
			"unicode":                        {"#unicode", "é世😀 \"quoted\"\t\\/\r\ndata: [DONE]\n\n: ping."},
			"empty answer":                   {"#empty", ""},
			"prompt too long":                {"#loop", ""},
			"context overflow":               {"#loop", "la di da"},
			"context overflow in mid-stream": {"#loop", "la di da"},
			"401":                            {"Hi", ""},
			"queue":                          {"Hi", "hand-wired toy model"},
			"cancel":                         {"#loop", ""},
			"abandoned stream frees a slot":  {"#loop", ""},
			"killed in mid-stream":           {"#loop", "la di da"},
		},
	},
	"aimock": {
		model: "openai/gpt-4o",
		start: startAimock,
		does: map[string]say{
			"create":                    {"Hi", "Hello! I am a fixture."},
			"stream":                    {"Hi", "Hello! I am a fixture."},
			"lossless":                  {"#cost", ""},
			"usage":                     {"#cost", ""},
			"cost":                      {"#cost", ""},
			"tool call":                 {"#tool", "Let me look."},
			"parallel calls":            {"#parallel", ""},
			"text between calls":        {"#interleave", "and meanwhile"},
			"JSON schema":               {"Who?", "Ada"},
			"reasoning":                 {"#think", "step by step"},
			"unicode":                   {"#unicode", "é世😀👩‍👩‍👧 \"q\" \t\\ data: [DONE]\n\n: ping\r\n"},
			"cut by length":             {"#length", "MAX_TOKENS"},
			"cut by a filter":           {"#filter", "SAFETY"},
			"401":                       {"Hi", ""},
			"402":                       {"#402", ""},
			"403":                       {"#403", ""},
			"408":                       {"#408", ""},
			"429":                       {"#429", ""},
			"502":                       {"#502", ""},
			"truncated":                 {"#truncate", "This stream is cut after three chunks"},
			"disconnected":              {"#disconnect", "This stream is disconnected after a while"},
			"malformed JSON":            {"#badjson", ""},
			"hangup":                    {"#hangup", ""},
			"503 then 429 then success": {"#flaky", "third time lucky"},
			"late answer":               {"#slow", "slow and steady wins the race"},
			"silence":                   {"#slow", ""},
			"cancel":                    {"#slow", ""},
			"killed in mid-stream":      {"count", "one two three"},
		},
	},
}

// anyKind is asked for what every server of this protocol has.
var anyKind = kind{
	does: map[string]say{
		"create":   {"Say hello.", ""},
		"stream":   {"Say hello.", ""},
		"lossless": {"Say hello.", ""},
		"usage":    {"Say hello.", ""},
		"401":      {"Say hello.", ""},
		"cancel":   {"Count from one to five hundred in words.", ""},
	},
}

const bothOnLoopback = "llama-server=http://127.0.0.1:18080/v1,aimock=http://127.0.0.1:14010/api/v1"

// servers are those that OPENROUTER_INTEROP names, all of which must be up.
func servers(t *testing.T) []server {
	t.Helper()
	list := os.Getenv("OPENROUTER_INTEROP")
	switch list {
	case "":
		t.Skip("OPENROUTER_INTEROP is not set: 1 for llama-server and aimock at their default loopback addresses, or a list name=url,...")
	case "1":
		list = bothOnLoopback
	}
	var all []server
	for entry := range strings.SplitSeq(list, ",") {
		name, base, ok := strings.Cut(strings.TrimSpace(entry), "=")
		require.True(t, ok, "OPENROUTER_INTEROP: %q is not name=url", entry)
		s := server{name: name, url: base, key: cmp.Or(os.Getenv("OPENROUTER_INTEROP_KEY"), testKey), kind: anyKind}
		if k, ok := kinds[name]; ok {
			s.kind = k
		}
		s.model = cmp.Or(os.Getenv("OPENROUTER_INTEROP_MODEL"), s.model)
		requireUp(t, s)
		all = append(all, s)
	}
	return all
}

func requireUp(t *testing.T, s server) {
	t.Helper()
	u, err := url.Parse(s.url)
	require.NoError(t, err)
	port := cmp.Or(u.Port(), map[string]string{"https": "443"}[u.Scheme], "80")
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(t.Context(), "tcp", net.JoinHostPort(u.Hostname(), port))
	require.NoError(t, err, "%s is not up at %s", s.name, s.url)
	conn.Close()
}

// client is a client for the server, which does not repeat what fails. Whether
// the key may travel in the clear is for who named the server to say.
func (s server) client(opts ...openrouter.Option) *openrouter.Client {
	return openrouter.NewClient(append([]openrouter.Option{
		openrouter.WithBaseURL(s.url), openrouter.WithAPIKey(s.key), openrouter.WithMaxRetries(0), openrouter.WithInsecureHTTP(),
	}, opts...)...)
}

// ask is a request with that one message.
func (s server) ask(prompt string) *openrouter.ChatCompletionRequest {
	return &openrouter.ChatCompletionRequest{
		Model:       s.model,
		Temperature: s.temperature,
		Messages:    []openrouter.Message{openrouter.UserMessage(prompt)},
	}
}

// bounded is a context that no case outlives.
func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}
