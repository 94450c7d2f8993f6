package mcptools

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"syscall"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

// source is the server that tools are called on.
type source struct {
	session *mcp.ClientSession
	approve func(context.Context, openrouter.ToolCall, *mcp.Tool) (agent.Decision, error)
	closed  atomic.Pointer[error] // how a call found out that the session is closed
}

// tool makes an agent tool of a tool of the server.
func (s *source) tool(t *mcp.Tool, name string) (agent.Tool, error) {
	checked, told, err := schemas(t.InputSchema)
	if err != nil {
		return agent.Tool{}, err
	}
	tool := agent.NewRawTool(openrouter.Function{
		Name:        name,
		Description: cmp.Or(t.Description, t.Title),
		Parameters:  checked,
	}, func(ctx context.Context, args json.RawMessage) (agent.Result, error) {
		return s.call(ctx, t.Name, args)
	})
	tool.Def.Function.Parameters = told // the model needs no $schema, which some providers refuse
	tool.ErrorText = errorText
	tool.Approve = func(ctx context.Context, call openrouter.ToolCall) (agent.Decision, error) {
		// Approve is asked before any call of a step starts: the model has already been told.
		if err := s.closed.Load(); err != nil {
			return agent.Decision{}, &closedError{*err}
		}
		if s.approve == nil || !isDestructive(t.Annotations) {
			return agent.Decision{Allow: true}, nil
		}
		return s.approve(ctx, call, t)
	}
	return tool, check(tool)
}

// schemas returns the schema of a tool as it is, which names its draft, and as the model gets it.
func schemas(input any) (checked, told json.RawMessage, err error) {
	if checked, err = json.Marshal(input); err != nil {
		return nil, nil, err
	}
	object := map[string]json.RawMessage{}
	if err := json.Unmarshal(checked, &object); err != nil {
		return nil, nil, fmt.Errorf("the schema is not an object: %w", err)
	}
	if object == nil { // null
		checked, object = json.RawMessage(`{"type":"object"}`), map[string]json.RawMessage{"type": json.RawMessage(`"object"`)}
	}
	delete(object, "$schema")
	delete(object, "$id")
	var types []string
	if kind, ok := object["type"]; !ok || json.Unmarshal(kind, &types) == nil && slices.Contains(types, "object") {
		object["type"] = json.RawMessage(`"object"`) // what arguments are; some providers demand it
	}
	if _, ok := object["properties"]; !ok && string(object["type"]) == `"object"` {
		object["properties"] = json.RawMessage(`{}`) // as above
	}
	told, err = json.Marshal(object)
	return checked, told, err
}

// isDestructive reports whether a tool may destroy something, as far as its server says.
func isDestructive(a *mcp.ToolAnnotations) bool {
	return a == nil || !a.ReadOnlyHint && (a.DestructiveHint == nil || *a.DestructiveHint)
}

// check returns what an agent would report about tools. Nothing is sent: the context has ended.
func check(tools ...agent.Tool) error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := agent.Agent{Client: openrouter.NewClient(), Tools: tools}.Run(ctx, &openrouter.ChatCompletionRequest{})
	if invalid, ok := errors.AsType[*openrouter.ValidationError](err); ok {
		return invalid
	}
	return nil
}

// call calls a tool of the server.
func (s *source) call(ctx context.Context, name string, args json.RawMessage) (agent.Result, error) {
	res, err := s.session.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: args})
	if err != nil {
		if isCut(err) { // of a call under way the SDK says only this
			err = fmt.Errorf("%w: %w", mcp.ErrConnectionClosed, err)
		}
		if isClosed(err) {
			s.closed.CompareAndSwap(nil, &err)
		}
		return agent.Result{}, err
	}
	if res.NeedsInput() {
		return agent.Result{}, errNeedsInput
	}
	return agent.Result{Content: parts(res), IsError: res.IsError, Data: res}, nil
}

const needsInput = "the server asks for user input, which is not supported"

var errNeedsInput = errors.New("mcptools: " + needsInput)

func isClosed(err error) bool {
	return errors.Is(err, mcp.ErrConnectionClosed) || errors.Is(err, mcp.ErrSessionMissing)
}

// closedError ends a run. The text of its cause may contain the id of the session, which is a secret.
type closedError struct{ cause error }

func (*closedError) Error() string   { return "mcptools: the session with the server is closed" }
func (e *closedError) Unwrap() error { return e.cause }

// isCut reports whether the connection ended in the middle of a call.
func isCut(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, os.ErrClosed, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

// unsent is what the SDK says itself where a request did not reach the server.
const unsent = "rejected by transport"

// errorText is what the model is told about an error of a call. Errors of a connection may contain
// addresses.
func errorText(err error) string {
	if isClosed(err) {
		return "the connection to the server of this tool is closed: its tools cannot be used any more"
	}
	if e, ok := errors.AsType[*jsonrpc.Error](err); ok && e.Error() != unsent {
		return "the server of this tool reports: " + e.Message
	}
	if errors.Is(err, errNeedsInput) {
		return needsInput
	}
	return "the server of this tool could not be reached, or gave no valid answer"
}
