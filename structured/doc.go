// Package structured asks a model for an answer that is a value of a Go type.
//
//	type Invoice struct {
//		Number string    `json:"number"`
//		Total  float64   `json:"total" jsonschema:"in EUR,minimum=0"`
//		Kind   string    `json:"kind" jsonschema:"enum=bill,enum=credit"`
//		Due    time.Time `json:"due,omitzero"`
//	}
//
//	invoice, res, err := structured.Create[Invoice](ctx, client, &openrouter.ChatCompletionRequest{
//		Model:    "openai/gpt-5.2",
//		Messages: []openrouter.Message{openrouter.UserMessage("Read this invoice.", scan)},
//	})
//
// [Create] sends the schema of the type, checks the answer against it, and tells the model once what
// is wrong. [Stream] shows the value while it grows. [Format] and [Decode] are the two halves, for an
// agent, a job, a batch or a stored answer. [Output] has the same as methods, with settings.
//
// # Types
//
// Names, embedding and the option string follow encoding/json. A member is required unless it is a
// pointer or has omitempty or omitzero; the model answers null for one that it leaves out. The tag
// jsonschema has a description and keywords, separated by commas: minimum, maximum, minLength,
// maxLength, pattern, enum=a,enum=b, minItems, maxItems, format and the other tags of
// invopop/jsonschema. A comma in a text is written as \\,.
//
// A type with an UnmarshalText is a string, and a [time.Duration] is a number of nanoseconds, which the
// model is told. A type with a method JSONSchema() *jsonschema.Schema, as in invopop/jsonschema,
// describes itself. This is useful for an enum that occurs in several places.
//
// A type that is not an object, such as a slice, is sent as an object with the member value, which
// only the model sees. Types that contain themselves are sent with references; Anthropic and Gemini
// do not accept them in strict mode. Anthropic accepts up to 16 optional members in a type.
//
// Strict modes accept no maps and no any. [Output.Lax] allows them.
//
// # What can go wrong
//
// An [*Error] means that the answer is not a T. It holds the answer and the usage of all tries. Its
// Err tells the cases apart: [ErrRefused], [ErrTruncated], [ErrFiltered], [ErrNotJSON] and [ErrViolation].
// Violations has a line for each place. All other errors are those of the root package.
package structured
