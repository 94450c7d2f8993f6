package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const hello = `{"id":"chat","message":{"id":"1","role":"user","parts":[{"type":"text","text":"Hello."}]}}`

// serve starts the program's server with a fake as the service.
func serve(t *testing.T, replies ...openroutertest.Reply) (*server, *httptest.Server) {
	s := &server{client: openroutertest.NewServer(t, replies...).Client(), visitors: map[string]*visitor{}}
	web := httptest.NewServer(s.handler())
	t.Cleanup(web.Close)
	return s, web
}

// newBrowser returns a client with cookies of its own.
func newBrowser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &http.Client{Jar: jar}
}

func do(t *testing.T, browser *http.Client, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := browser.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(data)
}

// The page allows its own script and style alone, by a word that is new each time.
func TestPage(t *testing.T) {
	_, web := serve(t)
	res, body := do(t, newBrowser(t), http.MethodGet, web.URL, "")
	policy := res.Header.Get("Content-Security-Policy")
	nonces := regexp.MustCompile(`nonce="([A-Z2-7]{26})"`).FindAllStringSubmatch(body, -1)
	require.Len(t, nonces, 2, "a script and a style")
	assert.Equal(t, nonces[0], nonces[1])
	assert.Contains(t, policy, "script-src 'nonce-"+nonces[0][1]+"';")
	assert.Contains(t, policy, "default-src 'none';")
	assert.NotContains(t, policy, "unsafe")
	again, _ := do(t, newBrowser(t), http.MethodGet, web.URL, "")
	assert.NotEqual(t, policy, again.Header.Get("Content-Security-Policy"))
	assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(`, page)
}

// Another site cannot ask, and cannot delete, on behalf of the visitor.
func TestOtherSitesAreRefused(t *testing.T) {
	_, web := serve(t)
	for _, method := range []string{http.MethodPost, http.MethodDelete} {
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
			res, _ := do(t, newBrowser(t), method, web.URL+"/chat", hello, header...)
			assert.Equal(t, http.StatusForbidden, res.StatusCode)
		}
	}
}

// Each visitor has a conversation, which only the cookie leads to.
func TestVisitorsAreApart(t *testing.T) {
	_, web := serve(t, openroutertest.Text("Hi, Ada."), openroutertest.Text("Hi, Bob."))
	ada, bob := newBrowser(t), newBrowser(t)
	res, body := do(t, ada, http.MethodPost, web.URL+"/chat", hello)
	assert.Contains(t, body, "Hi, Ada.")
	cookie := res.Cookies()[0]
	assert.Len(t, cookie.Value, 26)
	assert.True(t, cookie.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	do(t, bob, http.MethodPost, web.URL+"/chat", hello)

	_, kept := do(t, ada, http.MethodGet, web.URL+"/chat", "")
	assert.Contains(t, kept, "Hi, Ada.")
	assert.NotContains(t, kept, "Bob")
	assert.NotContains(t, kept, "Answer briefly", "the instructions stay on the server")
	do(t, ada, http.MethodDelete, web.URL+"/chat", "")
	_, kept = do(t, ada, http.MethodGet, web.URL+"/chat", "")
	assert.Equal(t, "[]", kept)
	_, kept = do(t, bob, http.MethodGet, web.URL+"/chat", "")
	assert.Contains(t, kept, "Hi, Bob.")
	_, kept = do(t, newBrowser(t), http.MethodGet, web.URL+"/chat", "", "Cookie", "visitor=ada")
	assert.Equal(t, "[]", kept)
}

// A visitor who has spent the budget, and a new one when all is spent, get no answer.
func TestBudget(t *testing.T) {
	_, web := serve(t, openroutertest.Text("Hi.").Cost(budget), openroutertest.Text("Hi.").Cost(totalBudget))
	ada := newBrowser(t)
	_, body := do(t, ada, http.MethodPost, web.URL+"/chat", hello)
	assert.Contains(t, body, `"finishReason":"stop"`)
	_, body = do(t, ada, http.MethodPost, web.URL+"/chat", hello)
	assert.Contains(t, body, "The budget is spent.")
	do(t, newBrowser(t), http.MethodPost, web.URL+"/chat", hello)
	_, body = do(t, newBrowser(t), http.MethodPost, web.URL+"/chat", hello)
	assert.Contains(t, body, "The budget is spent.")
}

// Visitors who ask at the same time cannot spend more than there is for all.
func TestBudgetOfAllAtOnce(t *testing.T) {
	const visitors = 2 * totalBudget / budget
	s, web := serve(t, openroutertest.Text("Hi", ".").Pace(100*time.Millisecond).Cost(budget).Times(visitors))
	var all sync.WaitGroup
	for range int(visitors) {
		browser := newBrowser(t)
		all.Go(func() { do(t, browser, http.MethodPost, web.URL+"/chat", hello) })
	}
	all.Wait()
	assert.InDelta(t, totalBudget, s.spent, 1e-9)
}

// What a run does not spend stays for the others.
func TestBudgetIsGivenBack(t *testing.T) {
	s, web := serve(t, openroutertest.Text("Hi.").Cost(0.01), openroutertest.Error(402, openrouter.ErrPaymentRequired, "no credits"))
	do(t, newBrowser(t), http.MethodPost, web.URL+"/chat", hello)
	do(t, newBrowser(t), http.MethodPost, web.URL+"/chat", hello)
	assert.InDelta(t, 0.01, s.spent, 1e-9)
}

// A signal ends the answers under way as the stop button does, and then the program.
func TestShutdown(t *testing.T) {
	s := &server{client: openroutertest.NewServer(t, openroutertest.Text("A beginning").Stall()).Client(), visitors: map[string]*visitor{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx, listener) }()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+listener.Addr().String()+"/chat", strings.NewReader(hello))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := newBrowser(t).Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	in := bufio.NewReader(res.Body)
	for line := ""; !strings.Contains(line, "A beginning"); {
		line, err = in.ReadString('\n')
		require.NoError(t, err)
	}
	cancel()
	rest, err := io.ReadAll(in)
	require.NoError(t, err, "the answer has an end")
	assert.Contains(t, string(rest), `"type":"abort"`)
	assert.Contains(t, string(rest), "data: [DONE]")
	require.NoError(t, <-ended)
}

// A decision about a call that was settled in another tab asks nothing of the model.
func TestStaleDecision(t *testing.T) {
	_, web := serve(t, openroutertest.ToolCall("c1", "send_mail", `{"To":"a","Subject":"b","Text":"c"}`), openroutertest.Text("Sent."))
	ada := newBrowser(t)
	_, body := do(t, ada, http.MethodPost, web.URL+"/chat", hello)
	id := regexp.MustCompile(`"approvalId":"([^"]+)"`).FindStringSubmatch(body)[1]
	decision := `{"id":"c","messages":[{"role":"assistant","parts":[{"type":"tool-send_mail","toolCallId":"c1","state":"approval-responded","approval":{"id":"` + id + `","approved":true}}]}]}`
	_, body = do(t, ada, http.MethodPost, web.URL+"/chat", decision)
	assert.Contains(t, body, "Sent.")
	for _, who := range []*http.Client{ada, newBrowser(t)} {
		res, body := do(t, who, http.MethodPost, web.URL+"/chat", decision)
		assert.Equal(t, http.StatusConflict, res.StatusCode)
		assert.Equal(t, "This was answered already. Load the page again.\n", body)
	}
}

// A page whose conversation the server does not have any more learns that, instead of an answer without it.
func TestForgottenConversation(t *testing.T) {
	_, before := serve(t, openroutertest.Text("Hi."))
	ada := newBrowser(t)
	do(t, ada, http.MethodPost, before.URL+"/chat", hello)
	_, web := serve(t, openroutertest.Text("Hello again.")) // the same cookies, as a port is no part of a site
	res, body := do(t, ada, http.MethodPost, web.URL+"/chat", hello)
	assert.Equal(t, http.StatusConflict, res.StatusCode)
	assert.Equal(t, "The server has forgotten this conversation. Load the page again.\n", body)
	_, body = do(t, ada, http.MethodGet, web.URL+"/chat", "")
	assert.Equal(t, "[]", body)
	_, body = do(t, ada, http.MethodPost, web.URL+"/chat", hello)
	assert.Contains(t, body, "Hello again.")
}

// What is kept in memory is bounded.
func TestLimits(t *testing.T) {
	s, web := serve(t)
	ada := newBrowser(t)
	do(t, ada, http.MethodGet, web.URL+"/chat", "")
	for _, v := range s.visitors {
		v.messages = make([]openrouter.Message, maxMessages+1)
	}
	res, body := do(t, ada, http.MethodPost, web.URL+"/chat", hello)
	assert.Equal(t, http.StatusConflict, res.StatusCode)
	assert.Equal(t, "This conversation is full. Start a new one.\n", body)
	res, _ = do(t, ada, http.MethodPost, web.URL+"/chat", `"`+strings.Repeat("a", maxBody)+`"`)
	assert.Equal(t, http.StatusRequestEntityTooLarge, res.StatusCode)

	for range maxVisitors {
		r := httptest.NewRequest(http.MethodGet, "/chat", nil)
		s.visitor(httptest.NewRecorder(), r)
	}
	assert.Len(t, s.visitors, maxVisitors)
	_, kept := do(t, ada, http.MethodGet, web.URL+"/chat", "")
	assert.Equal(t, "[]", kept, "the oldest is forgotten")
}
