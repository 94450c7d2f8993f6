package mcptools_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/mcptools"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var implementation = &mcp.Implementation{Name: "test", Version: "1"}

// anything is the schema of a tool that takes any arguments.
var anything = json.RawMessage(`{"type":"object"}`)

// connect connects a client to a server in this process. Both end with the test.
func connect(t testing.TB, server *mcp.Server, options *mcp.ClientOptions) (*mcp.ClientSession, *mcp.ServerSession) {
	t.Helper()
	ours, theirs := mcp.NewInMemoryTransports()
	serving, err := server.Connect(context.Background(), theirs, nil)
	require.NoError(t, err)
	session, err := mcp.NewClient(implementation, options).Connect(context.Background(), ours, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = session.Close()
		_ = serving.Wait()
	})
	return session, serving
}

// offer returns a server that has these tools. All calls get the same answer.
func offer(answer mcp.ToolHandler, tools ...*mcp.Tool) *mcp.Server {
	server := mcp.NewServer(implementation, nil)
	for _, tool := range tools {
		if tool.InputSchema == nil {
			tool.InputSchema = anything
		}
		server.AddTool(tool, answer)
	}
	return server
}

// lists returns a server that has this list of tools, by the cursors of its pages, whatever the SDK
// would refuse.
func lists(page func(cursor string) *mcp.ListToolsResult) *mcp.Server {
	server := offer(says("ok"), &mcp.Tool{Name: "get"})
	server.AddReceivingMiddleware(func(next mcp.MethodHandler) mcp.MethodHandler {
		return func(ctx context.Context, method string, req mcp.Request) (mcp.Result, error) {
			if params, ok := req.GetParams().(*mcp.ListToolsParams); ok {
				return page(params.Cursor), nil
			}
			return next(ctx, method, req)
		}
	})
	return server
}

// says answers with a text.
func says(text string) mcp.ToolHandler {
	return gives(&mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}})
}

func gives(res *mcp.CallToolResult) mcp.ToolHandler {
	return func(context.Context, *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		answer := *res // the SDK writes into it
		return &answer, nil
	}
}

// toolsOf are the agent tools of a server.
func toolsOf(t testing.TB, server *mcp.Server, config mcptools.Config) []agent.Tool {
	t.Helper()
	session, _ := connect(t, server, nil)
	tools, err := mcptools.Tools(t.Context(), session, config)
	require.NoError(t, err)
	return tools
}

func names(tools []agent.Tool) (list []string) {
	for _, tool := range tools {
		list = append(list, tool.Def.Function.Name)
	}
	return list
}

// ask runs an agent on a fake service. All replies must be used.
func ask(t testing.TB, bot agent.Agent, replies ...openroutertest.Reply) (*agent.Run, *openroutertest.Transport, error) {
	t.Helper()
	fake := openroutertest.NewTransport(t, replies...)
	bot.Client = fake.Client()
	run, err := bot.Run(t.Context(), &openrouter.ChatCompletionRequest{
		Model: "a/b", Messages: []openrouter.Message{openrouter.UserMessage("Question?")},
	})
	assert.Empty(t, fake.Unused(), "replies that no request used")
	return run, fake, err
}

// results are the messages of a run that are results of calls.
func results(run *agent.Run) (list []openrouter.Message) {
	for _, m := range run.Messages {
		if m.Role == openrouter.RoleTool {
			list = append(list, m)
		}
	}
	return list
}
