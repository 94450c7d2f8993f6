package mcptools_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/mcptools"
	"github.com/openrouter-go/openrouter/openroutertest"
)

type city struct {
	City string `json:"city" jsonschema:"name of a city"`
}

var weather = agent.NewTool("get_weather", "The weather in a city now.", func(_ context.Context, in city) (string, error) {
	if in.City != "Oslo" {
		return "", fmt.Errorf("there is no station in %s", in.City)
	}
	return "rain", nil
})

// serve returns a client of a server that has these tools.
func serve(t *testing.T, options *mcp.ClientOptions, tools ...agent.Tool) *mcp.ClientSession {
	t.Helper()
	server := mcp.NewServer(implementation, nil)
	require.NoError(t, mcptools.Serve(server, tools...))
	session, _ := connect(t, server, options)
	return session
}

// texts are the texts of a result.
func texts(t *testing.T, res *mcp.CallToolResult) (list []string) {
	t.Helper()
	for _, c := range res.Content {
		text, ok := c.(*mcp.TextContent)
		require.True(t, ok, "%T", c)
		list = append(list, text.Text)
	}
	return list
}

func TestServe(t *testing.T) {
	session := serve(t, nil, weather)
	listed, err := session.ListTools(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, listed.Tools, 1)
	assert.Equal(t, "get_weather", listed.Tools[0].Name)
	assert.Equal(t, "The weather in a city now.", listed.Tools[0].Description)
	schema, err := json.Marshal(listed.Tools[0].InputSchema)
	require.NoError(t, err)
	assert.JSONEq(t, fmt.Sprintf("%s", weather.Def.Function.Parameters), string(schema))

	tests := map[string]struct {
		arguments any
		isError   bool
		want      string
	}{
		"a result":            {map[string]any{"city": "Oslo"}, false, "rain"},
		"an error":            {map[string]any{"city": "Rome"}, true, "there is no station in Rome"},
		"arguments that fail": {map[string]any{"city": 7}, true, "invalid arguments:\ncity: must be a string, is a number"},
		"no arguments":        {nil, true, "invalid arguments:\ncity: is missing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			res, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "get_weather", Arguments: test.arguments})
			require.NoError(t, err)
			assert.Equal(t, test.isError, res.IsError)
			assert.Equal(t, []string{test.want}, texts(t, res))
		})
	}
}

// What holds for a tool in an agent holds for its calls by a client.
func TestServedToolsRunAsInAnAgent(t *testing.T) {
	tool := func(name string, f func(context.Context, city) (agent.Result, error), set func(*agent.Tool)) agent.Tool {
		tool := agent.NewTool(name, "", f)
		set(&tool)
		return tool
	}
	ok := func(context.Context, city) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text(strings.Repeat("x", 50))}, nil
	}
	fails := func(context.Context, city) (agent.Result, error) { return agent.Result{}, errors.New("password 1234") }
	decide := func(d agent.Decision, err error) func(*agent.Tool) {
		return func(tool *agent.Tool) {
			tool.Approve = func(context.Context, openrouter.ToolCall) (agent.Decision, error) { return d, err }
		}
	}
	session := serve(t, nil,
		tool("bounded", ok, func(tool *agent.Tool) { tool.MaxResult = 10 }),
		tool("hidden", fails, func(tool *agent.Tool) { tool.ErrorText = func(error) string { return "no luck" } }),
		tool("refused", ok, decide(agent.Decision{Reason: "not today"}, nil)),
		tool("waits", ok, decide(agent.Decision{Wait: true}, nil)),
		tool("undecided", ok, decide(agent.Decision{}, errors.New("nobody is there"))),
		tool("fatal", func(context.Context, city) (agent.Result, error) {
			return agent.Result{}, agent.Fatal(errors.New("disk gone"))
		}, func(*agent.Tool) {}),
		tool("late", func(ctx context.Context, _ city) (agent.Result, error) {
			<-ctx.Done()
			return agent.Result{}, ctx.Err()
		}, func(tool *agent.Tool) { tool.Timeout = time.Millisecond }),
		tool("id", func(ctx context.Context, _ city) (agent.Result, error) {
			call, ok := agent.CallFrom(ctx)
			return agent.Result{Content: openrouter.Text(fmt.Sprint(call.Function.Name, " ", ok && call.ID != ""))}, nil
		}, func(*agent.Tool) {}))

	tests := map[string]struct {
		isError bool
		want    string
	}{
		"bounded": {false, strings.Repeat("x", 10) + "\n[the result is cut: it has 50 bytes, these are the first 10]"},
		"hidden":  {true, "no luck"},
		"refused": {true, "the call was not allowed: not today"},
		"waits":   {true, "the call was not allowed: it waits for a decision"},
		"fatal":   {true, "disk gone"},
		"late":    {true, "timed out after 1ms"},
		"id":      {false, "id true"},
	}
	for name, test := range tests {
		res, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: city{"Oslo"}})
		require.NoError(t, err, name)
		assert.Equal(t, test.isError, res.IsError, name)
		assert.Equal(t, []string{test.want}, texts(t, res), name)
	}
	_, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "undecided", Arguments: city{"Oslo"}})
	require.ErrorContains(t, err, "nobody is there")
}

func TestServedMedia(t *testing.T) {
	all := []openrouter.Part{
		openrouter.TextPart("see"), openrouter.ImageDataPart("image/png", pixel), openrouter.AudioPart("wav", wave),
		openrouter.FileDataPart("a.pdf", "application/pdf", []byte("%PDF-1.7")),
		openrouter.ImagePart("https://example.com/i.png"), openrouter.FilePart("b.pdf", "https://example.com/b.pdf"), openrouter.VideoPart("https://example.com/v.mp4"),
		{Type: "hologram", Extra: map[string]any{"hologram": 3}},
	}
	session := serve(t, nil, agent.NewTool("show", "", func(context.Context, struct{}) ([]openrouter.Part, error) { return all, nil }))
	res, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "show"})
	require.NoError(t, err)
	assert.Equal(t, []mcp.Content{
		&mcp.TextContent{Text: "see"},
		&mcp.ImageContent{MIMEType: "image/png", Data: pixel},
		&mcp.AudioContent{MIMEType: "audio/wav", Data: wave},
		&mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "file:///a.pdf", MIMEType: "application/pdf", Blob: []byte("%PDF-1.7")}},
		&mcp.ResourceLink{URI: "https://example.com/i.png", Name: "image"},
		&mcp.ResourceLink{URI: "https://example.com/b.pdf", Name: "b.pdf"},
		&mcp.ResourceLink{URI: "https://example.com/v.mp4", Name: "video"},
		&mcp.TextContent{Text: `{"type":"hologram","hologram":3}`},
	}, res.Content)
}

func TestServedProgress(t *testing.T) {
	got := make(chan *mcp.ProgressNotificationParams, 4)
	options := &mcp.ClientOptions{ProgressNotificationHandler: func(_ context.Context, req *mcp.ProgressNotificationClientRequest) { got <- req.Params }}
	session := serve(t, options, agent.NewTool("work", "", func(ctx context.Context, _ struct{}) (string, error) {
		agent.Progress(ctx, "begun")
		agent.Progress(ctx, map[string]int{"files": 3})
		agent.Progress(ctx, time.Second)
		agent.Progress(ctx, &mcp.ProgressNotificationParams{Progress: 7, Total: 8, Message: "nearly"})
		return "done", nil
	}))
	params := &mcp.CallToolParams{Name: "work"}
	_, err := session.CallTool(t.Context(), params) // without a token nobody is told
	require.NoError(t, err)
	params.SetProgressToken("t1")
	_, err = session.CallTool(t.Context(), params)
	require.NoError(t, err)
	for _, want := range []mcp.ProgressNotificationParams{
		{Progress: 1, Message: "begun"}, {Progress: 2, Message: `{"files":3}`}, {Progress: 3, Message: "1s"}, {Progress: 7, Total: 8, Message: "nearly"},
	} {
		p := <-got
		assert.Equal(t, "t1", p.ProgressToken)
		assert.Equal(t, want.Progress, p.Progress)
		assert.Equal(t, want.Total, p.Total)
		assert.Equal(t, want.Message, p.Message)
	}
}

func TestServedCallIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	session := serve(t, nil, agent.NewTool("wait", "", func(ctx context.Context, _ struct{}) (string, error) {
		cancel()
		<-ctx.Done()
		ended <- ctx.Err()
		return "", ctx.Err()
	}))
	_, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "wait"})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestServeRefusesInvalidTools(t *testing.T) {
	require.EqualError(t, mcptools.Serve(nil), "mcptools: the server is nil")
	raw := func(schema string) agent.Tool {
		return agent.NewRawTool(openrouter.Function{Name: "raw", Parameters: json.RawMessage(schema)},
			func(context.Context, json.RawMessage) (agent.Result, error) { return agent.Result{}, nil })
	}
	tests := map[string]struct {
		tools []agent.Tool
		want  string
	}{
		"a schema without a type":    {[]agent.Tool{weather, raw(`{}`)}, `mcptools: tool "raw" cannot be served: AddTool "raw": input schema must have type "object"`},
		"a schema that is no object": {[]agent.Tool{weather, raw(`{"type":"array"}`)}, `arguments must be a JSON object, but the schema is of type array`},
		"two of a name":              {[]agent.Tool{weather, weather}, `"get_weather"`},
		"a name":                     {[]agent.Tool{weather, agent.NewTool("a b", "", func(context.Context, city) (string, error) { return "", nil })}, `"a b"`},
		"a type without a schema":    {[]agent.Tool{weather, agent.NewTool("ch", "", func(context.Context, struct{ C chan int }) (string, error) { return "", nil })}, `chan int`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := mcp.NewServer(implementation, &mcp.ServerOptions{Capabilities: &mcp.ServerCapabilities{Tools: &mcp.ToolCapabilities{}}})
			require.ErrorContains(t, mcptools.Serve(server, test.tools...), test.want)
			session, _ := connect(t, server, nil)
			listed, err := session.ListTools(t.Context(), nil)
			require.NoError(t, err)
			assert.Empty(t, listed.Tools, "none is added")
		})
	}
}

// A tool that is served and taken back works as before: nothing is lost on the way.
func TestThereAndBack(t *testing.T) {
	raw := agent.NewRawTool(openrouter.Function{Name: "raw"}, func(_ context.Context, args json.RawMessage) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text(string(args))}, nil
	})
	server := mcp.NewServer(implementation, nil)
	require.NoError(t, mcptools.Serve(server, weather, raw))
	tools := toolsOf(t, server, mcptools.Config{})
	run, _, err := ask(t, agent.Agent{Tools: tools},
		openroutertest.ToolCall("1", "get_weather", `{"city":"Oslo"}`).ToolCall("2", "get_weather", `{"city":"Rome"}`).ToolCall("3", "raw", `{"n":9007199254740993}`),
		openroutertest.Text("Rain."))
	require.NoError(t, err)
	assert.Equal(t, "rain", results(run)[0].Text())
	assert.Equal(t, "error: there is no station in Rome", results(run)[1].Text())
	assert.Equal(t, `{"n":9007199254740993}`, results(run)[2].Text())
}

// A tool that ends its goroutine, as a failed assertion in it does, leaves no client waiting.
func TestServedToolEndsItsGoroutine(t *testing.T) {
	session := serve(t, nil, agent.NewTool("leave", "", func(context.Context, struct{}) (string, error) {
		runtime.Goexit()
		return "", nil
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	res, err := session.CallTool(ctx, &mcp.CallToolParams{Name: "leave"})
	require.NoError(t, err)
	assert.True(t, res.IsError)
	assert.Equal(t, []string{"the tool ended without a result"}, texts(t, res))
}

func TestServeRunsSequentialToolsAlone(t *testing.T) {
	var running, most, beside atomic.Int32
	alone := agent.NewTool("alone", "", func(context.Context, struct{}) (string, error) {
		most.Store(max(most.Load(), running.Add(1)))
		defer running.Add(-1)
		for range 1000 {
			runtime.Gosched() // the others would start now
		}
		return "", nil
	})
	alone.Sequential = true
	other := agent.NewTool("other", "", func(context.Context, struct{}) (string, error) {
		beside.Add(running.Load())
		return "", nil
	})
	session := serve(t, nil, alone, other)
	var calls sync.WaitGroup
	for i := range 16 {
		calls.Go(func() {
			_, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: []string{"alone", "other"}[i%2]})
			assert.NoError(t, err)
		})
	}
	calls.Wait()
	assert.EqualValues(t, 1, most.Load())
	assert.Zero(t, beside.Load())
}
