package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/schema"
)

// Tool is a function that the model may call. Make it with [NewTool] or [NewRawTool]; you may
// change its fields afterwards.
type Tool struct {
	// Def is sent to the model: name, description, schema, and settings such as Function.Strict and
	// CacheControl. Arguments are checked against the schema that the tool was made with, even if you
	// change the schema in Def.
	Def openrouter.FunctionTool
	// Call runs the tool. It is called from several goroutines at once, unless the tool is
	// Sequential or the agent's Parallel is 1. The arguments are a JSON object.
	//
	// If Call returns an error, the model gets its text and can try again; see [Fatal] and
	// [Tool.ErrorText].
	Call func(context.Context, openrouter.ToolCall) (Result, error)
	// Sequential makes the tool run alone: after all calls before it have ended, and before any call
	// after it starts.
	Sequential bool
	// Timeout limits the time of a call, instead of [Agent.ToolTimeout]; -1 means no limit. At the
	// timeout, the context of the call ends. If the tool does not return within another second, the
	// model is told that the call timed out, and the run continues. A later result, progress report or
	// panic of the tool is ignored.
	Timeout time.Duration
	// MaxResult limits the text of a result, instead of [Agent.MaxResult].
	MaxResult int
	// Approve decides whether a call may run: see [Agent.Approve].
	Approve func(context.Context, openrouter.ToolCall) (Decision, error)
	// ErrorText returns the text that the model gets for an error of Call. Nil means the error's own
	// text, which may contain addresses, paths or passwords that a model should not see.
	ErrorText func(error) string

	err     error // why the tool cannot be offered
	checker *schema.Checker
}

// NewTool makes a tool from a Go function. The schema of the arguments is made from the type In, a
// struct or a map, by the rules of encoding/json:
//
//	type Search struct {
//		Query string `json:"query" jsonschema:"words to look for"`
//		Limit int    `json:"limit,omitzero" jsonschema:"number of hits,minimum=1,maximum=20"`
//	}
//
// A member is required unless it is a pointer, or has omitempty or omitzero. The tag jsonschema has
// a description and keywords, separated by commas: minimum, maximum, minLength, maxLength, pattern,
// enum=a,enum=b, minItems, maxItems, format, default and the other tags of invopop/jsonschema.
// Everything else, including a misspelt keyword, becomes part of the description. A type with a
// method JSONSchema() *jsonschema.Schema, as in that package, describes itself.
//
// If arguments break the schema, f is not called, and the model is told each violation.
//
// Out may be a string, an openrouter.Part, a []openrouter.Part, a [Result] or a pointer to a
// Result. A value of any other type is sent to the model as JSON.
//
// If In has no schema, for example because of a channel, [Agent.Run] returns an error before
// anything is sent.
func NewTool[In, Out any](name, description string, f func(context.Context, In) (Out, error)) Tool {
	parameters, checker, err := objectSchema(reflect.TypeFor[In]())
	t := Tool{Def: openrouter.FunctionTool{Function: openrouter.Function{Name: name, Description: description}}, checker: checker, err: err}
	if err == nil {
		t.Def.Function.Parameters = parameters
	}
	if f == nil {
		return t // which has no Call
	}
	t.Call = func(ctx context.Context, call openrouter.ToolCall) (Result, error) {
		args, err := checked(checker, call)
		if err != nil {
			return Result{}, err
		}
		var in In
		if err := schema.Decode(args, &in); err != nil {
			return Result{}, told("arguments: " + strings.TrimPrefix(err.Error(), "json: "))
		}
		out, err := f(ctx, in)
		return resultOf(out, err)
	}
	return t
}

// NewRawTool makes a tool with the JSON schema in def.Parameters: any value that encodes to a JSON
// schema, or nil to accept any arguments. If arguments break the schema, f is not called. For an
// invalid schema, [Agent.Run] returns an error.
//
// Formats in the schema, and patterns that Go's regexp does not support, are not checked.
func NewRawTool(def openrouter.Function, f func(context.Context, json.RawMessage) (Result, error)) Tool {
	var parameters json.RawMessage
	var err error
	if def.Parameters != nil {
		parameters, err = json.Marshal(def.Parameters)
		def.Parameters = parameters // the same bytes in every request
	}
	t := Tool{Def: openrouter.FunctionTool{Function: def}, err: err}
	if parameters != nil {
		if t.checker, t.err = schema.Compile(parameters, false); t.err == nil {
			t.err = notAnObject("the schema", parameters)
		}
	}
	if f == nil {
		return t // which has no Call
	}
	checker := t.checker
	t.Call = func(ctx context.Context, call openrouter.ToolCall) (Result, error) {
		args, err := checked(checker, call)
		if err != nil {
			return Result{}, err
		}
		return f(ctx, args)
	}
	return t
}

// objectSchema returns the schema of arguments, which are always an object.
func objectSchema(in reflect.Type) (json.RawMessage, *schema.Checker, error) {
	s, err := schema.Reflect(in)
	if err != nil {
		return nil, nil, err
	}
	if string(s) == "true" {
		return json.RawMessage(`{"type":"object"}`), nil, nil
	}
	if err := notAnObject(in.String(), s); err != nil {
		return nil, nil, err
	}
	checker, err := schema.CheckerOf(in)
	return s, checker, err
}

// notAnObject reports a schema that no object fits.
func notAnObject(name string, s json.RawMessage) error {
	var root struct{ Type any }
	if json.Unmarshal(s, &root) != nil || root.Type == nil || root.Type == "object" {
		return nil
	}
	if types, ok := root.Type.([]any); ok && slices.Contains(types, any("object")) {
		return nil
	}
	return fmt.Errorf("arguments must be a JSON object, but %s is of type %v", name, root.Type)
}

// checked returns the arguments of a call, or what is wrong with them.
func checked(c *schema.Checker, call openrouter.ToolCall) (json.RawMessage, error) {
	args, err := arguments(call.Function, false)
	if err != nil || c == nil {
		return args, err
	}
	lines, err := c.Check(args)
	if err != nil {
		return nil, told("arguments: " + err.Error())
	}
	if len(lines) > 0 {
		return nil, told("invalid arguments:\n" + strings.Join(lines, "\n"))
	}
	return args, nil
}

// resultOf makes a result from what a function returned.
func resultOf(out any, err error) (Result, error) {
	switch v := out.(type) {
	case Result:
		return v, err
	case *Result:
		if v == nil {
			v = &Result{}
		}
		return *v, err
	case string:
		return Result{Content: openrouter.Text(v)}, err
	case []openrouter.Part:
		return Result{Content: v}, err
	case openrouter.Part:
		return Result{Content: []openrouter.Part{v}}, err
	}
	if err != nil {
		return Result{}, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return Result{}, fmt.Errorf("result: %w", err)
	}
	return Result{Content: openrouter.Text(strings.TrimSuffix(b.String(), "\n"))}, nil
}
