package uistream_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/agent/uistream"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// The AI SDK itself reads and answers the server: both versions that speak version 1 of the protocol.
// It needs Node and npm, which gets the packages, so that it runs only where OPENROUTER_UISTREAM is
// set.
func TestClientOfTheAISDK(t *testing.T) {
	if os.Getenv("OPENROUTER_UISTREAM") == "" {
		t.Skip("OPENROUTER_UISTREAM is not set")
	}
	for name, packages := range map[string][]string{
		"ai 6": {"ai@6.0.325", "@ai-sdk/react@3.0.328", "react@19.3.1"},
		"ai 7": {"ai@7.0.173", "@ai-sdk/react@4.0.177", "react@19.3.1", "node@22.23.3"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			script, err := os.ReadFile("testdata/client.mjs")
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "client.mjs"), script, 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private":true}`), 0o600))
			command(t, dir, "npm", append([]string{"install", "--no-audit", "--no-fund", "--save-exact"}, packages...)...)

			node := "node"
			if own := filepath.Join(dir, "node_modules", ".bin", "node"); isThere(own) {
				node = own // ai 7 needs a newer one than many systems have
			}
			s := newChatServer(t)
			t.Log(command(t, dir, node, "client.mjs", s.url))
			s.check(t)
		})
	}
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func command(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// chatServer keeps conversations in memory, as a program would.
type chatServer struct {
	url  string
	fake *openroutertest.Server

	mu      sync.Mutex
	chats   map[string][]openrouter.Message
	running map[string]*agent.Stream
	ended   map[string]chan struct{}
	left    int // runs whose browser went away
}

func newChatServer(t *testing.T) *chatServer {
	noted := func(r *openroutertest.Request) openroutertest.Reply {
		last := r.Body.Messages[len(r.Body.Messages)-1]
		switch {
		case last.Role == openrouter.RoleUser:
			return openroutertest.ToolCall("call_1", "add_note", `{"Line":"milk"}`)
		case last.Text() == "noted: milk":
			return openroutertest.Text("Noted.")
		case strings.HasSuffix(last.Text(), "no milk today"):
			return openroutertest.Text("I left it.")
		}
		return openroutertest.Error(400, openrouter.ErrInvalidRequest, last.Text())
	}
	// after gives the first reply to a question, and the second to what a tool says.
	after := func(first, second openroutertest.Reply) func(*openroutertest.Request) openroutertest.Reply {
		return func(r *openroutertest.Request) openroutertest.Reply {
			if r.Body.Messages[len(r.Body.Messages)-1].Role == openrouter.RoleTool {
				return second
			}
			return first
		}
	}
	s := &chatServer{chats: map[string][]openrouter.Message{}, running: map[string]*agent.Stream{}, ended: map[string]chan struct{}{}}
	s.fake = openroutertest.NewServer(t,
		openroutertest.Reasoning("Let me ", "see.").Text("It is ", "42.").Usage(10, 5).FullUsage(openrouter.Usage{PromptTokens: 10, CompletionTokens: 5, Cost: 0.25}).ForText("think").Always(),
		openroutertest.Text("Hel", "lo.").ForText("hello").Always(),
		openroutertest.Func(after(openroutertest.ToolCall("call_1", "get_weather", `{"city":"Oslo"}`), openroutertest.Text("Take an ", "umbrella."))).ForText("weather").Always(),
		openroutertest.Func(after(openroutertest.ToolCall("call_1", "get_weather", `{"city":"Atlantis"}`).ToolCall("call_2", "get_weather", `{"city":`).
			ToolCall("call_3", "nothing", `{}`), openroutertest.Text("Nothing works."))).ForText("failures").Always(),
		openroutertest.Func(noted).ForText("note").Always(),
		openroutertest.Func(after(openroutertest.ToolCall("call_1", "get_position", `{}`), openroutertest.Text("In Oslo."))).ForText("where").Always(),
		openroutertest.Text("It is").MidStreamError(502, openrouter.ErrProviderUnavailable, "raw text").ForText("broken"),
		openroutertest.Text("It is fine.").ForText("broken"),
		openroutertest.Text("Once ", "upon ", "a time").Stall().ForText("long").Always(),
		openroutertest.Text("Here.").ImageData("image/png", []byte("dot")).Citation("https://example.com/a", "A").ForText("draw"),
	)
	mux := http.NewServeMux()
	mux.HandleFunc("/chat", s.chat)
	mux.HandleFunc("GET /history", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		_, _ = w.Write(uistream.History(s.chats[r.FormValue("chat")], "get_position"))
	})
	mux.HandleFunc("GET /abort", func(_ http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running[r.FormValue("chat")].Close()
	})
	mux.HandleFunc("GET /settled", func(_ http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		ended := s.ended[r.FormValue("chat")]
		s.mu.Unlock()
		<-ended
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *chatServer) chat(w http.ResponseWriter, r *http.Request) {
	turn, err := uistream.Read(w, r)
	if err != nil {
		return
	}
	bot := agent.Agent{Client: s.fake.Client(), Tools: []agent.Tool{weather, note}, Parallel: 1, Approve: func(ctx context.Context, call openrouter.ToolCall) (agent.Decision, error) {
		if call.Function.Name == "add_note" {
			return turn.Approve(ctx, call)
		}
		return agent.Decision{Allow: true}, nil
	}}
	s.mu.Lock()
	stream := bot.Stream(r.Context(), &openrouter.ChatCompletionRequest{
		Model: "a/b", Messages: turn.Continue(s.chats[turn.Chat], "get_position"), Tools: []openrouter.Tool{position},
	})
	ended := make(chan struct{})
	defer close(ended)
	s.running[turn.Chat], s.ended[turn.Chat] = stream, ended
	s.mu.Unlock()

	err = uistream.Serve(w, r, stream)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats[turn.Chat] = stream.Run().Messages
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		s.left++
	}
}

// check looks at what the fake has seen.
func (s *chatServer) check(t *testing.T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	assert.Equal(t, 1, s.left, "stop ends the run of the server")
	for id, messages := range s.chats {
		var request openrouter.ChatCompletionRequest
		request.Model, request.Messages = "a/b", messages
		assert.NoError(t, request.Validate(), id)
	}
	for _, r := range s.fake.Requests() {
		if r.Text() == "long" {
			<-r.Context().Done() // the request to the service has ended, too
		}
	}
}
