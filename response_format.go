package openrouter

import "encoding/json"

// ResponseFormat says what form of text the model must write: a [TextFormat],
// [JSONObjectFormat], [JSONSchemaFormat], [GrammarFormat], [PythonFormat] or
// [RawResponseFormat]. Endpoints differ in what they support; see
// [ProviderPreferences.RequireParameters].
type ResponseFormat interface{ responseFormat() }

// TextFormat asks for any text, which is the default.
//
//wire:variant ResponseFormat type=text
type TextFormat struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// JSONObjectFormat asks for some JSON object. The messages must ask for JSON
// as well.
//
//wire:variant ResponseFormat type=json_object
type JSONObjectFormat struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// JSONSchemaFormat asks for JSON that matches a schema. Weak endpoints may
// still wrap it in other text, and a stream is JSON only at its end.
//
//wire:variant ResponseFormat type=json_schema
type JSONSchemaFormat struct {
	JSONSchema JSONSchema `json:"json_schema"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// JSONSchema is a schema with a name.
type JSONSchema struct {
	// Name is made of letters, digits, underscores and dashes, 64 at most.
	Name string `json:"name"`
	// Description tells the model what the object is.
	Description string `json:"description,omitzero"`
	// Schema is any value that encodes to a JSON schema: a map, a struct, a
	// [json.RawMessage]. Providers agree best on schemas that forbid additional
	// properties and require all others.
	Schema any `json:"schema,omitzero"`
	// Strict asks the provider to enforce the schema. Some take it as a hint,
	// and it can leave no endpoint to route to: the service answers 404.
	Strict *bool `json:"strict,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// GrammarFormat asks for text that a grammar accepts.
//
//wire:variant ResponseFormat type=grammar
type GrammarFormat struct {
	// Grammar is in a notation that the provider knows.
	Grammar string `json:"grammar"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// PythonFormat asks for Python code.
//
//wire:variant ResponseFormat type=python
type PythonFormat struct {
	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`
}

// RawResponseFormat is a response format this version has no type for, kept as
// its JSON.
//
//wire:raw ResponseFormat
type RawResponseFormat json.RawMessage
