package openrouter

import (
	"fmt"
	"io"
)

// Errors and streams are rendered as their text by every verb of fmt and as
// JSON: their fields carry answers, and parts of prompts.

func render(f fmt.State, verb rune, text string) {
	switch verb {
	case 'q', 'x', 'X':
		fmt.Fprintf(f, fmt.FormatString(f, verb), text)
	default:
		_, _ = io.WriteString(f, text)
	}
}

// Format renders the error as its text, whatever the verb.
func (e *APIError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *APIError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the error as its text, whatever the verb.
func (e *StreamError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *StreamError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the error as its text, whatever the verb.
func (e *ConnectionError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *ConnectionError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the error as its text, whatever the verb.
func (e *DecodeError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *DecodeError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the error as its text, whatever the verb.
func (e *ValidationError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText is the text of the error, also for JSON.
func (e *ValidationError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// Format renders the stream as its text, whatever the verb.
func (s *Stream) Format(f fmt.State, verb rune) { render(f, verb, s.String()) }

// Format renders the client as its text, whatever the verb.
func (c *Client) Format(f fmt.State, verb rune) { render(f, verb, c.String()) }
