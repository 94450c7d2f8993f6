package structured

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/internal/schema"
)

// Output asks for a T, with settings. The zero value does what the functions of the package do. It
// may be copied and shared.
type Output[T any] struct {
	// Name tells the model what a T is called: up to 64 letters, digits, underscores and dashes. Empty
	// means the name of the type, or answer if it has none.
	Name string
	// Description tells the model what the answer is for.
	Description string
	// Repairs is how often Create tells the model what is wrong with an answer and asks again. 0
	// means once, -1 never. Each time is a request that is paid.
	Repairs int
	// Lax allows types that strict modes refuse, such as maps and any: the schema is sent with its
	// bounds and without strict, and the provider may treat it as a hint. JSON in a fence, or with
	// text around it, is accepted then. The answer is checked as usual.
	Lax bool
}

// Create asks for a T and returns it with the whole answer: see [Output.Create].
func Create[T any](ctx context.Context, client *openrouter.Client, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) (T, *openrouter.ChatCompletion, error) {
	return Output[T]{}.Create(ctx, client, req, opts...)
}

// Stream asks for a T that is shown while it grows: see [Output.Stream].
func Stream[T any](ctx context.Context, client *openrouter.Client, req *openrouter.ChatCompletionRequest, opts ...openrouter.Option) (*StreamOf[T], error) {
	return Output[T]{}.Stream(ctx, client, req, opts...)
}

// Format returns the response format that asks for a T: see [Output.Format].
func Format[T any]() openrouter.JSONSchemaFormat { return Output[T]{}.Format() }

// Schema returns the schema that is sent for a T, or why there is none: see [Output.Schema].
func Schema[T any]() (json.RawMessage, error) { return Output[T]{}.Schema() }

// Decode reads a T from an answer: see [Output.Decode].
func Decode[T any](res *openrouter.ChatCompletion) (T, error) { return Output[T]{}.Decode(res) }

// Schema returns the schema that is sent. The error names the places of the type that have none.
func (o Output[T]) Schema() (json.RawMessage, error) {
	out, err := o.output()
	if err != nil {
		return nil, err
	}
	return append(json.RawMessage(nil), out.JSON...), nil
}

// Format returns the response format that asks for a T. It goes into any request, such as one of an
// agent, a job or a batch, and [Output.Decode] reads the answer.
//
// Create and Stream make sure that only endpoints that honor the format serve the request. With
// Format, that is up to the caller: without
//
//	req.Provider = &openrouter.ProviderPreferences{RequireParameters: new(true)}
//
// an endpoint that does not know the format answers as it likes.
//
// A T without a schema is reported as an [*openrouter.ValidationError] when the request is sent, and
// by [Output.Schema] before.
func (o Output[T]) Format() openrouter.JSONSchemaFormat {
	f := openrouter.NewJSONSchemaFormat(o.name(), nil)
	f.JSONSchema.Description = o.Description
	if !o.Lax {
		f.JSONSchema.Strict = new(true)
	}
	out, err := o.output()
	if err != nil {
		f.JSONSchema.Schema = noSchema{err}
		return f
	}
	f.JSONSchema.Schema = out.JSON
	return f
}

// noSchema makes the request invalid.
type noSchema struct{ err error }

func (n noSchema) MarshalJSON() ([]byte, error) { return nil, n.err }

func (o Output[T]) output() (*schema.Output, error) {
	return schema.OutputOf(reflect.TypeFor[T](), o.Lax)
}

// name is what a T is called. Type arguments are a part of it.
func (o Output[T]) name() string {
	if o.Name != "" {
		return o.Name
	}
	t := reflect.TypeFor[T]()
	for t.Kind() == reflect.Pointer && t.Name() == "" {
		t = t.Elem()
	}
	name := schema.DefinitionName(t.Name())
	if strings.Trim(name, "_") == "" {
		return "answer"
	}
	return name[:min(len(name), 64)]
}

// request returns a copy of req that asks for a T.
func (o Output[T]) request(client *openrouter.Client, req *openrouter.ChatCompletionRequest) (*openrouter.ChatCompletionRequest, error) {
	var found []openrouter.Violation
	if client == nil {
		found = append(found, openrouter.Violation{Field: "client", Problem: "is nil"})
	}
	if req == nil {
		found = append(found, openrouter.Violation{Field: "request", Problem: "is nil"})
	} else if req.ResponseFormat != nil {
		found = append(found, openrouter.Violation{Field: "response_format", Problem: "is set already: the type decides it"})
	}
	if _, err := o.output(); err != nil {
		found = append(found, withoutSchema(err))
	}
	if len(found) > 0 {
		return nil, &openrouter.ValidationError{Violations: found}
	}
	out := *req
	out.ResponseFormat = o.Format()
	provider := openrouter.ProviderPreferences{}
	if req.Provider != nil {
		provider = *req.Provider
	}
	if provider.RequireParameters == nil {
		provider.RequireParameters = new(true)
	}
	out.Provider = &provider
	return &out, nil
}

// withoutSchema is what is wrong with a T that has no schema.
func withoutSchema(err error) openrouter.Violation {
	return openrouter.Violation{Field: "response_format.json_schema.schema",
		Problem: "is invalid: " + strings.TrimPrefix(err.Error(), "schema: "), Err: err}
}
