package mcptools_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/mcptools"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const closedText = "error: the connection to the server of this tool is closed: its tools cannot be used any more"

// hangUp is a server whose tool "hang_up" breaks the connection.
func hangUp(t *testing.T) []agent.Tool {
	ours, theirs := net.Pipe()
	server := offer(says("ok"), &mcp.Tool{Name: "get"})
	server.AddTool(&mcp.Tool{Name: "hang_up", InputSchema: anything}, func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{}, theirs.Close()
	})
	serving, err := server.Connect(context.Background(), &mcp.IOTransport{Reader: theirs, Writer: theirs}, nil)
	require.NoError(t, err)
	session, err := mcp.NewClient(implementation, nil).Connect(context.Background(), &mcp.IOTransport{Reader: ours, Writer: ours}, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = session.Close()
		_ = serving.Wait()
	})
	tools, err := mcptools.Tools(t.Context(), session, mcptools.Config{})
	require.NoError(t, err)
	return tools
}

// A model that is told that the server is gone may still answer.
func TestClosedSessionIsTold(t *testing.T) {
	for _, parallel := range []int{0, 1} {
		bot := agent.Agent{Tools: hangUp(t), Parallel: parallel}
		run, _, err := ask(t, bot,
			openroutertest.ToolCall("1", "hang_up", `{}`).ToolCall("2", "hang_up", `{}`),
			openroutertest.Text("The server is gone."))
		require.NoError(t, err)
		for i, m := range results(run) {
			assert.Equal(t, closedText, m.Text())
			require.ErrorIs(t, run.Steps[0].Outcomes[i].Err, mcp.ErrConnectionClosed)
		}
	}
}

// One that calls the tools again costs money for nothing.
func TestClosedSessionEndsTheRun(t *testing.T) {
	tools := hangUp(t)
	run, _, err := ask(t, agent.Agent{Tools: tools}, openroutertest.ToolCall("1", "hang_up", `{}`), openroutertest.ToolCall("2", "get", `{}`))
	require.ErrorIs(t, err, mcp.ErrConnectionClosed)
	require.EqualError(t, err, "agent: mcptools: the session with the server is closed")
	require.Len(t, results(run), 2)
	assert.Equal(t, closedText, results(run)[0].Text())
	assert.Equal(t, "error: not run: the run ended", results(run)[1].Text())

	run, _, err = ask(t, agent.Agent{Tools: tools}, openroutertest.ToolCall("3", "get", `{}`))
	require.ErrorIs(t, err, mcp.ErrConnectionClosed, "the next run notices at once")
	assert.Len(t, results(run), 1)

	// A new session goes on where the old one was lost.
	again := toolsOf(t, offer(says("here"), &mcp.Tool{Name: "get"}), mcptools.Config{})
	fake := openroutertest.NewTransport(t, openroutertest.ToolCall("4", "get", `{}`), openroutertest.Text("Done."))
	more, err := agent.Agent{Client: fake.Client(), Tools: again}.Run(t.Context(), &openrouter.ChatCompletionRequest{Model: "a/b", Messages: run.Messages})
	require.NoError(t, err)
	assert.Equal(t, "Done.", more.Text())
	assert.Equal(t, "here", results(more)[1].Text())
}

// Over HTTP, too.
func TestClosedSessionOverHTTP(t *testing.T) {
	server := offer(says("ok"), &mcp.Tool{Name: "get"})
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	web := httptest.NewServer(handler)
	hc := &http.Client{Transport: &http.Transport{}}
	session, err := mcp.NewClient(implementation, nil).Connect(t.Context(), &mcp.StreamableClientTransport{Endpoint: web.URL, HTTPClient: hc, MaxRetries: -1}, nil)
	require.NoError(t, err)
	tools, err := mcptools.Tools(t.Context(), session, mcptools.Config{})
	require.NoError(t, err)
	run, _, err := ask(t, agent.Agent{Tools: tools}, openroutertest.ToolCall("1", "get", `{}`), openroutertest.Text("Done."))
	require.NoError(t, err)
	assert.Equal(t, "ok", results(run)[0].Text())

	web.CloseClientConnections()
	web.Close()
	run, _, err = ask(t, agent.Agent{Tools: tools}, openroutertest.ToolCall("2", "get", `{}`).Always())
	require.ErrorIs(t, err, mcp.ErrConnectionClosed)
	require.EqualError(t, err, "agent: mcptools: the session with the server is closed", "no address, and no id of the session")
	assert.LessOrEqual(t, len(results(run)), 3, "the SDK may notice only at the second call that the session is over")
	for _, m := range results(run) {
		assert.NotContains(t, m.Text(), "127.0.0.1")
		assert.NotContains(t, m.Text(), session.ID())
	}
	_ = session.Close()
	hc.CloseIdleConnections()
	for serving := range server.Sessions() { // nobody has told it
		_ = serving.Close()
	}
}

// A failure on the way is not told as the words of the server, and the next call may succeed.
func TestRequestsThatDoNotArrive(t *testing.T) {
	server := offer(says("ok"), &mcp.Tool{Name: "get"})
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, &mcp.StreamableHTTPOptions{Stateless: true})
	failures := 0
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if failures > 0 {
			failures--
			http.Error(w, "10.0.0.7 is down", http.StatusServiceUnavailable)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	defer web.Close()
	hc := &http.Client{Transport: &http.Transport{}}
	defer hc.CloseIdleConnections()
	session, err := mcp.NewClient(implementation, nil).Connect(t.Context(), &mcp.StreamableClientTransport{
		Endpoint: web.URL, HTTPClient: hc, MaxRetries: -1, DisableStandaloneSSE: true,
	}, nil)
	require.NoError(t, err)
	defer session.Close()
	tools, err := mcptools.Tools(t.Context(), session, mcptools.Config{})
	require.NoError(t, err)
	failures = 1
	run, _, err := ask(t, agent.Agent{Tools: tools},
		openroutertest.ToolCall("1", "get", `{}`), openroutertest.ToolCall("2", "get", `{}`), openroutertest.Text("Done."))
	require.NoError(t, err)
	assert.Equal(t, "error: the server of this tool could not be reached, or gave no valid answer", results(run)[0].Text())
	assert.Equal(t, "ok", results(run)[1].Text())
}

// A server that refuses a call is still there: the model is told, and can go on.
func TestProtocolErrorsAreTold(t *testing.T) {
	server := offer(says("ok"), &mcp.Tool{Name: "get"}, &mcp.Tool{Name: "gone"})
	session, _ := connect(t, server, nil)
	tools, err := mcptools.Tools(t.Context(), session, mcptools.Config{})
	require.NoError(t, err)
	server.RemoveTools("gone")
	run, _, err := ask(t, agent.Agent{Tools: tools},
		openroutertest.ToolCall("1", "gone", `{}`), openroutertest.ToolCall("2", "get", `{}`), openroutertest.Text("Done."))
	require.NoError(t, err)
	assert.Equal(t, `error: the server of this tool reports: unknown tool "gone"`, results(run)[0].Text())
	assert.Equal(t, "ok", results(run)[1].Text())
	_, ok := errors.AsType[*jsonrpc.Error](run.Steps[0].Outcomes[0].Err)
	assert.True(t, ok)
}

// A model that does not give up is stopped by the limits of the agent.
func TestProtocolErrorsAreLimited(t *testing.T) {
	fails := func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return nil, errors.New("no such table")
	}
	tools := toolsOf(t, offer(fails, &mcp.Tool{Name: "get"}), mcptools.Config{})
	run, _, err := ask(t, agent.Agent{Tools: tools}, openroutertest.ToolCall("1", "get", `{}`).Times(3))
	require.ErrorIs(t, err, agent.ErrRepeating)
	assert.Equal(t, "error: the server of this tool reports: no such table", results(run)[0].Text())
}

// The end of the context reaches the server.
func TestCancelReachesTheServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	waits := func(serving context.Context, _ *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		cancel()
		<-serving.Done()
		close(ended)
		return nil, serving.Err()
	}
	bot := agent.Agent{Tools: toolsOf(t, offer(waits, &mcp.Tool{Name: "get"}), mcptools.Config{})}
	bot.Client = openroutertest.NewTransport(t, openroutertest.ToolCall("1", "get", `{}`)).Client()
	run, err := bot.Run(ctx, &openrouter.ChatCompletionRequest{Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage("Question?")}})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, "error: the call was cancelled", results(run)[0].Text())
	<-ended
}

func TestServerThatAsksForInput(t *testing.T) {
	asks := gives(&mcp.CallToolResult{InputRequests: mcp.InputRequestMap{"name": &mcp.ElicitParams{Message: "Your name?", RequestedSchema: anything}}})
	options := &mcp.ClientOptions{MultiRoundTrip: &mcp.MultiRoundTripOptions{Disabled: true}}
	session, _ := connect(t, offer(asks, &mcp.Tool{Name: "get"}), options)
	tools, err := mcptools.Tools(t.Context(), session, mcptools.Config{})
	require.NoError(t, err)
	run, _, err := ask(t, agent.Agent{Tools: tools}, openroutertest.ToolCall("1", "get", `{}`), openroutertest.Text("Done."))
	require.NoError(t, err)
	assert.Equal(t, "error: the server asks for user input, which is not supported", results(run)[0].Text())
}
