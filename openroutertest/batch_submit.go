package openroutertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter"
)

// The limits of a batch.
const (
	maxBatchRows  = 5_000
	maxBatchSize  = 200_000_000
	maxBatchRowID = 64
)

// readBatch reads a batch as the service does: in the order of its members, and strictly.
func readBatch(data []byte) (b *batch, status int, err error) {
	refuse := func(status int, format string, args ...any) (*batch, int, error) {
		return nil, status, fmt.Errorf(format, args...)
	}
	if len(data) > maxBatchSize {
		return refuse(http.StatusRequestEntityTooLarge, "The batch is larger than 200 MB")
	}
	var head struct {
		Endpoint, Model  string
		CompletionWindow string `json:"completion_window"`
		CallbackURL      string `json:"callback_url"`
	}
	before := map[string]json.RawMessage{}
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return refuse(http.StatusBadRequest, "The body is not a JSON object")
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return refuse(http.StatusBadRequest, "Invalid JSON: %w", err)
		}
		if b != nil {
			return refuse(http.StatusBadRequest, "All members must come before requests, but %v comes after it", name)
		}
		if name != "requests" {
			var value json.RawMessage
			if err := dec.Decode(&value); err != nil {
				return refuse(http.StatusBadRequest, "Invalid JSON: %w", err)
			}
			before[name.(string)] = value
			continue
		}
		if err := json.Unmarshal(encode(before), &head); err != nil {
			return refuse(http.StatusBadRequest, "Invalid batch: %w", err)
		}
		switch {
		case head.Endpoint == "" || head.Model == "":
			return refuse(http.StatusBadRequest, "endpoint and model must come before requests")
		case head.CompletionWindow != "24h":
			return refuse(http.StatusBadRequest, "completion_window must be 24h")
		case strings.HasSuffix(head.Model, ":online"):
			return refuse(http.StatusUnprocessableEntity, "Batches do not support :online")
		case head.CallbackURL != "" && !strings.HasPrefix(head.CallbackURL, "https://"):
			return refuse(http.StatusBadRequest, "callback_url must use https")
		}
		b = &batch{Endpoint: head.Endpoint, Model: head.Model, CompletionWindow: head.CompletionWindow}
		if err := b.readRows(dec); err != nil {
			return nil, http.StatusBadRequest, err
		}
	}
	if _, err := dec.Token(); err != nil { // the last brace
		return refuse(http.StatusBadRequest, "Invalid JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF || b == nil {
		return refuse(http.StatusBadRequest, "The body is not a batch")
	}
	return b, 0, nil
}

func (b *batch) readRows(dec *json.Decoder) error {
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errors.New("requests must be a list")
	}
	ids := map[string]bool{}
	for dec.More() {
		var row batchRow
		if err := dec.Decode(&row); err != nil {
			return fmt.Errorf("requests[%d] is invalid JSON: %w", len(b.rows), err)
		}
		var body struct{ Model string }
		switch n := len(b.rows); {
		case n >= maxBatchRows:
			return errors.New("requests may be at most 5,000")
		case row.CustomID == "" || utf8.RuneCountInString(row.CustomID) > maxBatchRowID:
			return fmt.Errorf("requests[%d].custom_id must have 1 to 64 characters", n)
		case ids[row.CustomID]:
			return fmt.Errorf("requests[%d].custom_id is not unique", n)
		case json.Unmarshal(row.Body, &body) != nil:
			return fmt.Errorf("requests[%d].body must be an object", n)
		case body.Model != "" && body.Model != b.Model:
			return fmt.Errorf("requests[%d].body.model must match the batch", n)
		}
		ids[row.CustomID] = true
		b.rows = append(b.rows, row)
	}
	if len(b.rows) == 0 {
		return errors.New("requests must not be empty")
	}
	_, err := dec.Token() // the last bracket
	return err
}

// invalidRow is what is wrong with the first row that is invalid, which the service finds later.
func (b *batch) invalidRow() string {
	for i, row := range b.rows {
		req := b.rowRequest(row)
		if req.bad == nil && req.isChat() {
			req.bad = invalid(req.Body.Validate())
		}
		if req.bad == nil && req.Stream() {
			req.bad = errors.New("stream is not supported")
		}
		if req.bad != nil {
			return fmt.Sprintf("requests[%d]: %v", i, req.bad)
		}
	}
	return ""
}

// rowRequest is a row as a request by itself.
func (b *batch) rowRequest(row batchRow) *Request {
	req := &Request{
		Method: http.MethodPost, Path: strings.TrimPrefix(b.Endpoint, "/v1"), Raw: row.Body,
		Body: &openrouter.ChatCompletionRequest{},
	}
	if b.request != nil {
		req.Header, req.ctx = b.request.Header, b.request.ctx
	}
	if req.isChat() {
		req.bad = json.Unmarshal(row.Body, req.Body)
		if req.Body.Model == "" {
			req.Body.Model = b.Model
		}
	}
	if req.Path == embeddingsPath {
		req.Raw = withModel(req.Raw, b.Model)
	}
	return req
}

// withModel returns the body of a row, which may leave out the model of its batch.
func withModel(body json.RawMessage, model string) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil || object == nil || object["model"] != nil {
		return body
	}
	object["model"] = encode(model)
	return encode(object)
}
