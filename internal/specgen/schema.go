package main

import (
	"encoding/json"
	"fmt"
	"maps"
)

const refPrefix = "#/components/schemas/"

type document struct {
	Components struct {
		Schemas map[string]*schema `json:"schemas"`
	} `json:"components"`
}

// A schema is what this program reads of a JSON schema.
type schema struct {
	Ref        string             `json:"$ref"`
	Type       json.RawMessage    `json:"type"` // a string or a list of them
	Enum       []any              `json:"enum"`
	Properties map[string]*schema `json:"properties"`
	Required   []string           `json:"required"`
	Items      *schema            `json:"items"`
	More       json.RawMessage    `json:"additionalProperties"` // a bool or a schema
	AnyOf      []*schema          `json:"anyOf"`
	OneOf      []*schema          `json:"oneOf"`
	AllOf      []*schema          `json:"allOf"`
}

// types returns the names of the JSON types, or any.
func (s *schema) types() []string {
	var one string
	if json.Unmarshal(s.Type, &one) == nil {
		return []string{one}
	}
	var several []string
	if json.Unmarshal(s.Type, &several) == nil {
		return several
	}
	return []string{"any"}
}

// strings returns the enum's values that are strings.
func (s *schema) strings() []string {
	var out []string
	for _, v := range s.Enum {
		if text, ok := v.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// additional returns the schema of members that are not named, nil if there are none.
func (s *schema) additional() (*schema, error) {
	switch string(s.More) {
	case "", "false":
		return nil, nil
	case "true":
		return &schema{}, nil
	}
	more := new(schema)
	if err := json.Unmarshal(s.More, more); err != nil {
		return nil, fmt.Errorf("additionalProperties: %w", err)
	}
	return more, nil
}

// merge joins the plain schemas of an allOf.
func merge(parts []*schema) *schema {
	all := &schema{Properties: map[string]*schema{}}
	for _, p := range parts {
		if all.Type == nil {
			all.Type = p.Type
		}
		if all.Enum == nil {
			all.Enum = p.Enum
		}
		if all.Items == nil {
			all.Items = p.Items
		}
		if all.More == nil {
			all.More = p.More
		}
		maps.Copy(all.Properties, p.Properties)
		all.Required = append(all.Required, p.Required...)
	}
	return all
}
