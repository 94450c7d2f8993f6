package options_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/tests/kit"
)

// optionCase is an option and what it does, as seen from outside.
type optionCase struct {
	option string
	opt    func(note func(string)) openrouter.Option
	other  openrouter.Option // another setting of the client, which the call's replaces
	base   openrouter.Option // what the effect takes

	respond func(req *http.Request) (*http.Response, error)
	observe func(o *observation) string
	want    string

	clientOnly bool
}

func plain(opt openrouter.Option) func(func(string)) openrouter.Option {
	return func(func(string)) openrouter.Option { return opt }
}

var comments = slices.Concat([]string{oneChunk}, slices.Repeat([]string{": working\n\n"}, 60), []string{doneEvent})

var optionCases = []optionCase{
	{
		option: "WithAPIKey", opt: plain(openrouter.WithAPIKey(" tenant\n")), other: openrouter.WithAPIKey("other"),
		observe: sentHeaders("Authorization"), want: "Bearer tenant",
	},
	{
		option: "WithBaseURL", opt: plain(openrouter.WithBaseURL(" https://eu.openrouter.ai/api/v1/ ")), other: openrouter.WithBaseURL("https://us.openrouter.ai/api/v1"),
		observe: address, want: "https://eu.openrouter.ai/api/v1/chat/completions",
	},
	{
		option: "WithInsecureHTTP", opt: plain(openrouter.WithInsecureHTTP()), base: openrouter.WithBaseURL("http://router.internal"),
		observe: address, want: "http://router.internal/chat/completions",
	},
	{
		option: "WithHTTPClient", clientOnly: true,
		opt: func(note func(string)) openrouter.Option {
			return openrouter.WithHTTPClient(&http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				note("its own")
				return answerWith(200, wholeAnswer)(req)
			})})
		},
		observe: noted((*observation).create), want: "its own",
	},
	{
		option: "WithHeader", opt: plain(openrouter.WithHeader("x-anthropic-beta", "b")), other: openrouter.WithHeader("X-Anthropic-Beta", "a"),
		observe: sentHeaders("X-Anthropic-Beta"), want: "b",
	},
	{
		option: "WithApp", opt: plain(openrouter.WithApp("https://a.example", "A", "cli-agent", "legal")), other: openrouter.WithApp("https://b.example", "B", "roleplay"),
		observe: sentHeaders("HTTP-Referer", "X-OpenRouter-Title", "X-OpenRouter-Categories"), want: "https://a.example|A|cli-agent,legal",
	},
	{
		option: "WithUserAgent", opt: plain(openrouter.WithUserAgent("me/1")), other: openrouter.WithUserAgent("you/1"),
		observe: sentHeaders("User-Agent"), want: "me/1",
	},
	{
		option: "WithRouterMetadata", opt: plain(openrouter.WithRouterMetadata(true)), other: openrouter.WithRouterMetadata(false),
		observe: sentHeaders("X-OpenRouter-Metadata"), want: "enabled",
	},
	{
		option: "WithSessionID", opt: plain(openrouter.WithSessionID("s-2")), other: openrouter.WithSessionID("s-1"),
		observe: sentHeaders("X-Session-Id"), want: "s-2",
	},
	{
		option: "WithResponseCache", opt: plain(openrouter.WithResponseCache(90500 * time.Millisecond)), other: openrouter.WithResponseCache(0),
		observe: sentHeaders("X-OpenRouter-Cache", "X-OpenRouter-Cache-TTL"), want: "true|90",
	},
	{
		option: "WithoutResponseCache", opt: plain(openrouter.WithoutResponseCache()), other: openrouter.WithResponseCacheRefresh(),
		observe: sentHeaders("X-OpenRouter-Cache", "X-OpenRouter-Cache-Clear"), want: "false|",
	},
	{
		option: "WithResponseCacheRefresh", opt: plain(openrouter.WithResponseCacheRefresh()), other: openrouter.WithoutResponseCache(),
		observe: sentHeaders("X-OpenRouter-Cache", "X-OpenRouter-Cache-Clear"), want: "true|true",
	},
	{
		option: "WithOnComment", opt: func(note func(string)) openrouter.Option { return openrouter.WithOnComment(note) }, other: openrouter.WithOnComment(nil),
		respond: paced(0, ": first\n\n", oneChunk, ": second\n\n", doneEvent),
		observe: noted((*observation).stream), want: "first|second",
	},
	{
		option: "WithObserver", other: openrouter.WithObserver(nil),
		opt:     func(note func(string)) openrouter.Option { return openrouter.WithObserver(noting(note)) },
		observe: noted((*observation).create), want: "chat|end <nil>",
	},
	{
		option: "WithTimeout", opt: plain(openrouter.WithTimeout(time.Second)), other: openrouter.WithTimeout(time.Minute),
		respond: never, observe: ending((*observation).create), want: "1s: openrouter: no answer in time",
	},
	{
		option: "WithTimeout", opt: plain(openrouter.WithTimeout(3 * time.Second)), other: openrouter.WithTimeout(0), base: openrouter.WithTimeout(20 * time.Minute),
		respond: never, observe: ending((*observation).stream), want: "3s: openrouter: no answer in time",
	},
	{
		option: "WithStreamIdleTimeout", opt: plain(openrouter.WithStreamIdleTimeout(time.Second)), other: openrouter.WithStreamIdleTimeout(time.Minute),
		respond: paced(30*time.Minute, oneChunk, doneEvent), observe: ending((*observation).stream), want: "1s: openrouter: stream sent nothing for too long",
	},
	{
		option: "WithContentTimeout", opt: plain(openrouter.WithContentTimeout(0, 2500*time.Millisecond)), other: openrouter.WithContentTimeout(0, 0),
		respond: paced(time.Second, comments...), observe: ending((*observation).stream), want: "2.5s: openrouter: stream sent no content for too long",
	},
	{
		option: "WithContentTimeout", opt: plain(openrouter.WithContentTimeout(2500*time.Millisecond, 0)), other: openrouter.WithContentTimeout(time.Hour, 0), base: openrouter.WithMaxRetries(0),
		respond: paced(time.Second, comments[1:]...), observe: ending((*observation).stream), want: "2.5s: openrouter: stream sent no content for too long",
	},
	{
		option: "WithMaxBodySize", opt: plain(openrouter.WithMaxBodySize(20)), other: openrouter.WithMaxBodySize(2000),
		observe: ending((*observation).create), want: "0s: openrouter: answer too large",
	},
	{
		option: "WithMaxEventSize", opt: plain(openrouter.WithMaxEventSize(20)), other: openrouter.WithMaxEventSize(2000),
		respond: paced(0, oneChunk, doneEvent), observe: ending((*observation).stream), want: "0s: openrouter: answer too large",
	},
	{
		option: "WithMaxStreamSize", opt: plain(openrouter.WithMaxStreamSize(20)), other: openrouter.WithMaxStreamSize(2000),
		respond: paced(0, oneChunk, doneEvent), observe: ending((*observation).stream), want: "0s: openrouter: answer too large",
	},
	{
		option: "WithMaxRetries", opt: plain(openrouter.WithMaxRetries(1)), other: openrouter.WithMaxRetries(4),
		respond: fails(503), observe: attemptsMade, want: "2",
	},
	{
		option: "WithRetryPolicy", opt: plain(openrouter.WithRetryPolicy(openrouter.RetryUnprocessed)), other: openrouter.WithRetryPolicy(openrouter.RetryTimeouts),
		respond: fails(500), observe: attemptsMade, want: "1",
	},
	{
		option: "WithMaxRetryWait", opt: plain(openrouter.WithMaxRetryWait(time.Second, time.Minute)), other: openrouter.WithMaxRetryWait(time.Minute, time.Minute),
		respond: fails(429, "Retry-After", "2"), observe: attemptsMade, want: "1",
	},
	{
		option: "WithMaxRetryWait", opt: plain(openrouter.WithMaxRetryWait(time.Minute, 3*time.Second)), other: openrouter.WithMaxRetryWait(time.Minute, time.Minute),
		respond: fails(429, "Retry-After", "2"), observe: attemptsMade, want: "2",
	},
	{
		option: "WithOnRetry", other: openrouter.WithOnRetry(nil),
		opt: func(note func(string)) openrouter.Option {
			return openrouter.WithOnRetry(func(r openrouter.Retry) { note(fmt.Sprint(r.Attempt, " ", r.Wait)) })
		},
		respond: fails(429, "Retry-After", "2"), observe: noted((*observation).create), want: "1 2s|2 2s",
	},
	{
		option: "WithMaxInputs", opt: plain(openrouter.WithMaxInputs(2)), other: openrouter.WithMaxInputs(3),
		respond: embeds, observe: func(o *observation) string {
			before := len(o.requests)
			_, err := o.client.Embeddings.Create(o.hour(), &openrouter.EmbeddingRequest{Model: "a/b", Input: openrouter.Texts("1", "2", "3", "4", "5", "6")}, o.opts...)
			return fmt.Sprint(len(o.requests)-before, err)
		},
		want: "3 <nil>",
	},
	{
		option: "WithRecordWait", opt: plain(openrouter.WithRecordWait(3 * time.Second)), other: openrouter.WithRecordWait(time.Minute),
		respond: fails(404), observe: ending((*observation).record), want: "3s: openrouter: not_found 404: no",
	},
	{
		option: "WithoutValidation", opt: plain(openrouter.WithoutValidation("session_id")), other: openrouter.WithoutValidation("temperature"),
		observe: func(o *observation) string {
			r := asking(func(r *request) { r.SessionID = strings.Repeat("s", 200) })
			_, err := o.client.Chat.Create(o.Context(), r, o.opts...)
			return fmt.Sprint(err)
		},
		want: "<nil>",
	},
}

// TestOptions sets every option on a client and on a call.
func TestOptions(t *testing.T) {
	t.Setenv("OPENROUTER_API_KEY", "key")
	t.Setenv("OPENROUTER_BASE_URL", "")
	for _, c := range optionCases {
		if c.respond == nil {
			c.respond = answerWith(200, wholeAnswer)
		}
		in := func(name string, f func(t *testing.T)) {
			t.Run(c.option+"/"+name, func(t *testing.T) { synctest.Test(t, f) })
		}
		var without string
		in("without", func(t *testing.T) {
			without = c.on(t).see()
			assert.NotEqual(t, c.want, without)
		})
		in("client", func(t *testing.T) {
			o := c.on(t, c.opt)
			assert.Equal(t, c.want, o.see())
			assert.Equal(t, c.want, o.see(), "the second time too")
		})
		if c.clientOnly {
			in("call", func(t *testing.T) {
				o := c.on(t)
				_, err := o.client.Chat.Create(t.Context(), asking(nil), c.opt(nil))
				v := violations(t, err)[0]
				assert.Equal(t, c.option+": is an option of NewClient, not of a call", v.Field+": "+v.Problem)
				assert.Empty(t, o.requests)
			})
			continue
		}
		in("call", func(t *testing.T) {
			o := c.on(t)
			assert.Equal(t, c.want, o.see(c.opt))
			assert.Equal(t, without, o.see(), "the client stays as it is")
		})
		if c.other != nil {
			in("call over client", func(t *testing.T) {
				o := c.on(t, plain(c.other))
				other := o.see()
				assert.NotEqual(t, c.want, other)
				assert.Equal(t, c.want, o.see(c.opt))
				assert.Equal(t, other, o.see(), "the client stays as it is")
			})
		}
	}
}

// TestOptionsAreAllInTheTable reads the source for functions that return an Option.
func TestOptionsAreAllInTheTable(t *testing.T) {
	var tabled, declared []string
	for _, c := range optionCases {
		tabled = append(tabled, c.option)
	}
	files, err := os.ReadDir(kit.Root)
	require.NoError(t, err)
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(kit.Root, file.Name()), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range tree.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			if result, ok := f.Type.Results.List[0].Type.(*ast.Ident); ok && result.Name == "Option" {
				declared = append(declared, f.Name.Name)
			}
		}
	}
	slices.Sort(tabled)
	slices.Sort(declared)
	assert.Equal(t, declared, slices.Compact(tabled))
	assert.Greater(t, len(declared), 20)
}
