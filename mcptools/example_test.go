package mcptools_test

import (
	"context"
	"fmt"
	"log"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/mcptools"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// start starts an MCP server in this process. Most servers are programs: then the transport is an
// mcp.CommandTransport, or an mcp.StreamableClientTransport with a URL.
func start(server *mcp.Server) mcp.Transport {
	ours, theirs := mcp.NewInMemoryTransports()
	if _, err := server.Connect(context.Background(), theirs, nil); err != nil {
		log.Fatal(err)
	}
	return ours
}

// filesServer is an MCP server with two tools.
func filesServer() *mcp.Server {
	server := mcp.NewServer(&mcp.Implementation{Name: "files", Version: "1"}, nil)
	type file struct {
		Path string `json:"path"`
	}
	mcp.AddTool(server, &mcp.Tool{Name: "file.read", Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true}},
		func(context.Context, *mcp.CallToolRequest, file) (*mcp.CallToolResult, any, error) {
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "Buy milk."}}}, nil, nil
		})
	mcp.AddTool(server, &mcp.Tool{Name: "file.delete"},
		func(context.Context, *mcp.CallToolRequest, file) (*mcp.CallToolResult, any, error) {
			return nil, nil, nil
		})
	return server
}

func ExampleTools() {
	ctx := context.Background()
	client := openroutertest.NewTransport(nil,
		openroutertest.ToolCall("call_1", "my_file_read", `{"path":"todo.txt"}`).ToolCall("call_2", "my_file_delete", `{"path":"todo.txt"}`),
		openroutertest.Text("You wanted to buy milk.")).Client()

	session, err := mcp.NewClient(&mcp.Implementation{Name: "desk", Version: "1"}, nil).Connect(ctx, start(filesServer()), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	tools, err := mcptools.Tools(ctx, session, mcptools.Config{
		Prefix: "my_",
		Approve: func(_ context.Context, call openrouter.ToolCall, tool *mcp.Tool) (agent.Decision, error) {
			fmt.Println("asked about", tool.Name, call.Function.Arguments) // not about file.read, which is read-only
			return agent.Decision{Reason: "ask me tomorrow"}, nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	run, err := agent.Agent{Client: client, Tools: tools}.Run(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("What is in todo.txt? Delete it then.")},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range run.Messages[2:] {
		fmt.Println(m.Role, m.Text())
	}
	// Output:
	// asked about file.delete {"path":"todo.txt"}
	// tool Buy milk.
	// tool error: the call was not allowed: ask me tomorrow
	// assistant You wanted to buy milk.
}

func ExampleServe() {
	weather := agent.NewTool("get_weather", "The weather in a city now.",
		func(_ context.Context, in struct {
			City string `json:"city" jsonschema:"name of a city"`
		}) (string, error) {
			return "rain in " + in.City, nil
		})

	server := mcp.NewServer(&mcp.Implementation{Name: "weather", Version: "1"}, nil)
	if err := mcptools.Serve(server, weather); err != nil {
		log.Fatal(err)
	}
	// A program that others start would now call server.Run(ctx, &mcp.StdioTransport{}). Here is what
	// a client sees.
	ctx := context.Background()
	session, err := mcp.NewClient(&mcp.Implementation{Name: "client", Version: "1"}, nil).Connect(ctx, start(server), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	for tool := range session.Tools(ctx, nil) {
		fmt.Println(tool.Name+":", tool.Description)
	}
	res, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "get_weather", Arguments: map[string]string{"city": "Oslo"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Content[0].(*mcp.TextContent).Text)
	// Output:
	// get_weather: The weather in a city now.
	// rain in Oslo
}
