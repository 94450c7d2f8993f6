package openrouter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// The values of batches. The service calls its batches beta: they may change.

// BatchRequest is a batch of requests for one model, for [BatchesService.Submit].
type BatchRequest struct {
	// Rows yields the requests: 1 to 5,000, with at most 200 MB in total. If Rows yields an error, the
	// upload is aborted, and no batch is created. [BatchRows] makes a sequence from a list.
	Rows iter.Seq2[BatchRow, error]
	// Model answers all rows. If it is empty, the model of the first row is used. The service's list
	// of models has their batch prices.
	Model string
	// Endpoint is [BatchEndpointChat] when empty.
	Endpoint BatchEndpoint
	// CompletionWindow is "24h" when empty. The service documents no other value.
	CompletionWindow string
	// Provider limits which providers may run the batch. Nil allows all.
	Provider *BatchProvider
	// CallbackURL is an https address that the service calls when the batch has ended. The service
	// documents no signature, so do not trust the content of a call: get the batch with
	// [BatchesService.Get].
	CallbackURL string

	// Extra holds other members of the batch. They are sent before its requests.
	Extra map[string]any
}

// BatchRow is one request of a batch. Exactly one of Request and Body is set.
type BatchRow struct {
	// CustomID identifies the result of the row. It must be unique in the batch, with at most 64
	// characters.
	CustomID string
	// Request is the body of a row for [BatchEndpointChat]. It is checked as by
	// [ChatCompletionRequest.Validate]. Its Model must be empty or the model of the batch.
	Request *ChatCompletionRequest
	// Body is the body of a row for any endpoint: JSON as []byte or json.RawMessage, or any value that
	// encoding/json can encode to an object. For [BatchEndpointChat] it is checked like a Request.
	Body any
}

// BatchRows returns a sequence of the rows, for [BatchRequest.Rows].
func BatchRows(rows ...BatchRow) iter.Seq2[BatchRow, error] {
	return func(yield func(BatchRow, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// BatchEndpoint is the endpoint that the rows of a batch are for. Other values are possible.
type BatchEndpoint string

const (
	BatchEndpointChat       BatchEndpoint = "/v1/chat/completions"
	BatchEndpointResponses  BatchEndpoint = "/v1/responses"
	BatchEndpointMessages   BatchEndpoint = "/v1/messages"
	BatchEndpointEmbeddings BatchEndpoint = "/v1/embeddings"
)

// BatchProvider limits which providers may run a batch.
type BatchProvider struct {
	// Only lists the slugs of the providers that may run the batch.
	Only []string `json:"only,omitzero"`
	// AllowFallbacks false allows only the first provider. The service's default is true.
	AllowFallbacks *bool `json:"allow_fallbacks,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// batchHead is a batch without its requests, as it is sent.
type batchHead struct {
	Endpoint         BatchEndpoint  `json:"endpoint"`
	Model            string         `json:"model"`
	CompletionWindow string         `json:"completion_window"`
	Provider         *BatchProvider `json:"provider,omitzero"`
	CallbackURL      string         `json:"callback_url,omitzero"`

	Extra map[string]any `json:"-"`

	presence presence
}

// Batch is the state of a batch. Its results are not part of it: see [BatchesService.Results].
type Batch struct {
	ID       string        `json:"id"`
	Object   string        `json:"object,omitzero"`
	Endpoint BatchEndpoint `json:"endpoint,omitzero"`
	Model    string        `json:"model,omitzero"`
	// Provider is the display name of the provider that runs the batch. It is empty until the service
	// has chosen one.
	Provider         string      `json:"provider" wire:"null"`
	CompletionWindow string      `json:"completion_window,omitzero"`
	Status           BatchStatus `json:"status"`
	// CreatedAt, FinalizedAt and ExpiresAt are in seconds since 1970. FinalizedAt is 0 until the batch
	// has ended. After ExpiresAt the provider completes no more requests. ExpiresAt may be later than
	// the end of the completion window. It is 0 if the provider has no such time.
	CreatedAt   int64 `json:"created_at,omitzero"`
	FinalizedAt int64 `json:"finalized_at" wire:"null"`
	ExpiresAt   int64 `json:"expires_at" wire:"null"`
	// RequestCounts is zero until the service has counted the requests.
	RequestCounts BatchCounts `json:"request_counts,omitzero"`
	// Usage is the sum of all rows. It is nil until the service has counted it.
	Usage *Usage `json:"usage" wire:"null"`
	// Error describes why the batch failed. It is nil for other batches.
	Error *ErrorObject `json:"error" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// BatchStatus is the state of a batch. Other values are possible.
type BatchStatus string

const (
	// BatchStatusValidating is the first status. The service has stored the batch, but not yet checked
	// it.
	BatchStatusValidating BatchStatus = "validating"
	BatchStatusInProgress BatchStatus = "in_progress"
	// BatchStatusCompleted means that every row has a result. Single rows may have failed.
	BatchStatusCompleted BatchStatus = "completed"
	// BatchStatusFailed means that the service refused the batch. [Batch.Error] has the reason.
	BatchStatusFailed BatchStatus = "failed"
	// BatchStatusExpired means that the time ended before all rows were answered. Answered rows have
	// results.
	BatchStatusExpired   BatchStatus = "expired"
	BatchStatusCancelled BatchStatus = "cancelled"
)

// Ended reports whether a batch with this status never changes again. It is false for a status that
// this version does not know.
func (s BatchStatus) Ended() bool {
	switch s {
	case BatchStatusCompleted, BatchStatusFailed, BatchStatusExpired, BatchStatusCancelled:
		return true
	}
	return false
}

// BatchCounts counts the requests of a batch.
type BatchCounts struct {
	Total     int `json:"total"`
	Completed int `json:"completed"`
	Failed    int `json:"failed"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Call describes the HTTP exchange that returned the batch.
func (b *Batch) Call() CallInfo {
	if b == nil {
		return CallInfo{}
	}
	return b.call.value()
}

// hasEnded reports whether the batch never changes again.
func (b *Batch) hasEnded() bool { return b.Status.Ended() || b.FinalizedAt != 0 }

// failure returns the error of a batch that is not completed, or nil.
func (b *Batch) failure() error {
	if b.Status == BatchStatusCompleted {
		return nil
	}
	e := &BatchError{Batch: b}
	if b.Error != nil && b.Error.Message != "" {
		e.Err = errors.New(b.Error.Message)
	}
	return e
}

// BatchError means that a batch did not complete: it failed, expired, was cancelled, or is still
// running. It can also mean that results of a completed batch are missing.
type BatchError struct {
	// Batch is the last known state of the batch; see its Status.
	Batch *Batch
	// Err has the message of [Batch.Error], or says that results are missing. It may be nil.
	Err error
}

// Error returns one line.
func (e *BatchError) Error() string {
	n := e.Batch.RequestCounts
	msg := "openrouter: batch " + nameIn(e.Batch.ID) + " is " + nameIn(string(e.Batch.Status))
	if n.Total > 0 {
		msg += fmt.Sprintf(": %d of %d requests completed, %d failed", n.Completed, n.Total, n.Failed)
	}
	if e.Err != nil {
		msg += ": " + strings.TrimPrefix(oneLine(e.Err.Error()), "openrouter: ")
	}
	return msg
}

// Unwrap returns Err.
func (e *BatchError) Unwrap() error { return e.Err }

// Format writes the text of the error, for every verb.
func (e *BatchError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *BatchError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }

// BatchResult is the result of one row.
type BatchResult struct {
	// ID is the service's id of the row.
	ID string `json:"id,omitzero"`
	// CustomID is [BatchRow.CustomID].
	CustomID string `json:"custom_id"`
	// Response is nil if there was no response. [BatchResult.Answer] and [BatchResult.Decode] read
	// it.
	Response *BatchResponse `json:"response" wire:"null"`
	// Error describes why there is no response.
	Error *ErrorObject `json:"error" wire:"null"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	config func() *config // a func, so that formatting the result prints nothing of it
	err    error          // why the row could not be read

	presence presence
}

// BatchResponse is the response to one row.
type BatchResponse struct {
	// StatusCode is the HTTP status that the request would have had outside of a batch.
	StatusCode int    `json:"status_code"`
	RequestID  string `json:"request_id,omitzero"`
	// Body is the body of the response that the request would have had outside of a batch.
	Body json.RawMessage `json:"body"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Answer returns the answer of a row for [BatchEndpointChat]. Its errors are:
//
//   - [*APIError]: the row failed. StatusCode is that of the row, or 0.
//   - [*DecodeError]: the row, or its answer, cannot be decoded.
//   - [*ConnectionError] that wraps [ErrTooLarge]: the row is larger than [WithMaxBodySize] allows.
//
// Each call of Answer decodes the body again.
func (r *BatchResult) Answer() (*ChatCompletion, error) {
	c, call, body, err := r.open()
	if err != nil {
		return nil, err
	}
	answer, err := c.completion(call, body)
	return answer, c.secrets.conceal(err)
}

// Decode decodes the body of a row into out, for any endpoint, as [Client.Do] does. Its errors are
// those of [BatchResult.Answer].
func (r *BatchResult) Decode(out any) error {
	c, call, body, err := r.open()
	if err != nil {
		return err
	}
	return c.secrets.conceal(c.decode(call, body, out))
}

// open returns the body of a row that succeeded, and what reads it.
func (r *BatchResult) open() (c *config, call *CallInfo, body []byte, err error) {
	c, call = &config{}, &CallInfo{}
	if r.config != nil {
		c = r.config()
	}
	if r.err != nil {
		return c, call, nil, r.err
	}
	if r.Response != nil {
		call.StatusCode, body = r.Response.StatusCode, r.Response.Body
	}
	report := rawMember(r.Extra, "error")
	if r.Error != nil {
		if report, err = r.Error.MarshalJSON(); err != nil {
			return c, call, nil, err
		}
	}
	switch ok := call.StatusCode == 0 || call.StatusCode >= 200 && call.StatusCode <= 299; {
	case says(report):
		err = c.errorFromBody(call, []byte(`{"error":`+string(report)+`}`))
	case r.Response == nil:
		e := newAPIError(call, nil)
		e.Message, e.opaque = "the row has neither a response nor an error", true
		err = e
	case !ok:
		err = c.errorFromBody(call, body)
	}
	return c, call, body, c.secrets.conceal(err)
}

// newResult reads the row in raw, which are its first bytes if size is larger. A row that cannot
// be read keeps the reason.
func (c *config) newResult(raw []byte, size int64, call *CallInfo) *BatchResult {
	r := &BatchResult{config: func() *config { return c }}
	if size > int64(len(raw)) {
		r.err = &ConnectionError{Err: ErrTooLarge, Body: reportBody(raw), call: call}
	} else if kindOf(raw) != '{' {
		r.err = &DecodeError{What: "BatchResult", Body: bytes.Clone(raw), Err: errors.New("not an object"), call: call}
	} else if err := decode(r, raw, "BatchResult"); err != nil {
		r.err = during(call, err)
	}
	if r.err != nil {
		look := wire.NewReader(raw)
		r.CustomID = look.Peek("custom_id")
		r.err = c.secrets.conceal(r.err)
	}
	return r
}

// during adds the exchange to an error of decoding.
func during(call *CallInfo, err error) error {
	if e, ok := errors.AsType[*DecodeError](err); ok {
		e.call = call
	}
	return err
}

// BatchList is a page of batches, the newest first.
type BatchList struct {
	Object  string  `json:"object,omitzero"`
	Data    []Batch `json:"data"`
	FirstID string  `json:"first_id" wire:"null"`
	// LastID is the value of After for the next page.
	LastID string `json:"last_id" wire:"null"`
	// HasMore is true if there is a next page.
	HasMore bool `json:"has_more"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Call describes the HTTP exchange that returned the page.
func (l *BatchList) Call() CallInfo {
	if l == nil {
		return CallInfo{}
	}
	return l.call.value()
}

func (l *BatchList) received(call *CallInfo) {
	l.call = call
	for i := range l.Data {
		l.Data[i].call = call
	}
}

func (l *BatchList) problem() error {
	if l.Data == nil {
		return missing("data")
	}
	return nil
}

// BatchDeletion is the result of [BatchesService.Delete].
type BatchDeletion struct {
	ID     string `json:"id"`
	Object string `json:"object,omitzero"`
	// Deletion has the outcome at the service, and at the provider if one ran the batch.
	Deletion json.RawMessage `json:"deletion,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

func (d *BatchDeletion) received(*CallInfo) {}

func (d *BatchDeletion) problem() error {
	if d.ID == "" {
		return missing("id")
	}
	return nil
}

// ErrBatchUnknown means that it is unknown whether the service created a batch. See
// [BatchUnknownError].
var ErrBatchUnknown error = &streamEnd{"it is unknown whether the batch was created", nil}

// BatchUnknownError means that [BatchesService.Submit] sent a whole batch, but got no usable
// answer. The service may run and bill the batch. Look for it before you submit again:
//
//	params := &openrouter.BatchListParams{CreatedAfter: e.Since}
//	for b, err := range client.Batches.All(ctx, params) {
//		// is it b.Model == e.Model, with b.RequestCounts.Total == e.Rows?
//	}
//
// It matches [ErrBatchUnknown].
type BatchUnknownError struct {
	// Model and Rows are those of the batch.
	Model string
	Rows  int
	// Since is one minute before the upload began, by the clock of this machine.
	Since time.Time
	// Err is the reason: a [*ConnectionError], an [*APIError] or a [*DecodeError].
	Err error
}

// Error returns one line.
func (e *BatchUnknownError) Error() string {
	return fmt.Sprintf("%v: look in Batches.List for one of model %s with %d requests, created after %s: %s", ErrBatchUnknown,
		nameIn(e.Model), e.Rows, e.Since.UTC().Format(time.RFC3339), strings.TrimPrefix(oneLine(e.Err.Error()), "openrouter: "))
}

// Unwrap returns Err and [ErrBatchUnknown].
func (e *BatchUnknownError) Unwrap() []error { return []error{e.Err, ErrBatchUnknown} }

// Format writes the text of the error, for every verb.
func (e *BatchUnknownError) Format(f fmt.State, verb rune) { render(f, verb, e.Error()) }

// MarshalText returns the text of the error. encoding/json uses it, too.
func (e *BatchUnknownError) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }
