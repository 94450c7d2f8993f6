package mcptools

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

// Serve adds tools to an MCP server. A tool replaces one of the server with the same name. If one
// of the tools is invalid, Serve returns an error and adds none.
//
// A call works as in an agent. The arguments are checked, [agent.Tool.Approve] is called, the
// timeout and the limit of the result apply, [agent.Tool.ErrorText] sets the text of errors, and
// [agent.CallFrom] works. [agent.Progress] notifies clients that asked for progress: with the value
// if it is an [*mcp.ProgressNotificationParams], and otherwise with its text. If the client cancels
// its request, the context of the call ends.
//
// If Approve returns [agent.Decision.Wait], the call is refused, because a client cannot wait for
// the decision. [agent.Result.Usage] and [agent.Result.Stop] are not part of MCP and are not sent.
// A tool that panics ends the program, as in an agent.
func Serve(server *mcp.Server, tools ...agent.Tool) error {
	if server == nil {
		return errors.New("mcptools: the server is nil")
	}
	if err := check(tools...); err != nil {
		return fmt.Errorf("mcptools: %w", err)
	}
	offers := make([]*mcp.Tool, len(tools))
	for i, t := range tools {
		f := t.Def.Function
		offers[i] = &mcp.Tool{Name: f.Name, Description: f.Description, InputSchema: f.Parameters}
		if f.Parameters == nil {
			offers[i].InputSchema = json.RawMessage(`{"type":"object"}`)
		}
		if err := try(offers[i]); err != nil {
			return fmt.Errorf("mcptools: tool %q cannot be served: %w", f.Name, err)
		}
	}
	turns := &sync.RWMutex{}
	for i, t := range tools {
		server.AddTool(offers[i], serving{t, turns}.call)
	}
	return nil
}

// try adds a tool to a server that nobody uses. AddTool panics if a schema is not the one of an
// object.
func try(t *mcp.Tool) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	mcp.NewServer(&mcp.Implementation{Name: "trial", Version: "0"}, nil).AddTool(t, nil)
	return nil
}

// serving is a tool that is called by clients of a server.
type serving struct {
	tool  agent.Tool
	turns *sync.RWMutex // of all tools that were given to one Serve; held alone by a Sequential one
}

// call runs the tool in a goroutine of its own: one that a tool ends with runtime.Goexit would leave
// the client without an answer, and the session without an end.
func (s serving) call(ctx context.Context, req *mcp.CallToolRequest) (res *mcp.CallToolResult, err error) {
	res = failure("the tool ended without a result")
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s.tool.Sequential {
			s.turns.Lock()
			defer s.turns.Unlock()
		} else {
			s.turns.RLock()
			defer s.turns.RUnlock()
		}
		res, err = s.run(ctx, req)
	}()
	<-done
	return res, err
}

func failure(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}

// run runs the tool as an agent does: an agent whose conversation ends with the call runs it before
// it asks a model. It is stopped there.
func (s serving) run(ctx context.Context, req *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	call := openrouter.ToolCall{ID: "call_" + rand.Text(), Type: "function", Function: openrouter.FunctionCall{
		Name: s.tool.Def.Function.Name, Arguments: string(req.Params.Arguments),
	}}
	bot := agent.Agent{Client: openrouter.NewClient(), Tools: []agent.Tool{s.tool}, Stop: func(*agent.Run) bool { return true }}
	stream := bot.Stream(ctx, &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{
		{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{call}},
	}})
	var outcome *agent.Outcome
	steps := 0.0
	for event, err := range stream.Events() {
		switch {
		case err != nil && (outcome == nil || !errors.Is(err, outcome.Err)):
			return nil, err // of Approve; the error of a tool is in its outcome
		case event.Progress != nil:
			steps++
			notify(ctx, req, event.Progress, steps)
		case event.Outcome != nil:
			outcome = event.Outcome
		}
	}
	if outcome == nil { // nobody has decided about the call
		return failure("the call was not allowed: it waits for a decision"), nil
	}
	messages := stream.Run().Messages // where the limit of the result was applied
	content := contents(messages[len(messages)-1].Content)
	if outcome.Result.IsError {
		unmark(content)
	}
	return &mcp.CallToolResult{Content: content, IsError: outcome.Result.IsError}, nil
}

// unmark removes the word that tells a model about an error. MCP has a member for that.
func unmark(content []mcp.Content) {
	for _, c := range content {
		if text, ok := c.(*mcp.TextContent); ok {
			text.Text = strings.TrimPrefix(text.Text, "error: ")
			return
		}
	}
}

// notify tells the client how far a call is. A client that cannot be told gets the result anyway.
func notify(ctx context.Context, req *mcp.CallToolRequest, progress any, step float64) {
	token := req.Params.GetProgressToken()
	if token == nil {
		return
	}
	params := mcp.ProgressNotificationParams{Progress: step}
	switch p := progress.(type) {
	case *mcp.ProgressNotificationParams:
		params = *p
	case string:
		params.Message = p
	case fmt.Stringer:
		params.Message = p.String()
	default:
		params.Message = fmt.Sprint(p)
		if text, err := json.Marshal(p); err == nil {
			params.Message = string(text)
		}
	}
	params.ProgressToken = token
	_ = req.Session.NotifyProgress(ctx, &params)
}
