package openroutertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/openrouter-go/openrouter"
)

const batchesPath = "/batches"

// batches are those that were submitted.
type batches struct {
	life []openrouter.BatchStatus
	list []*batch // the oldest first
	made int
}

// batch is a batch of the fake.
type batch struct {
	ID               string                 `json:"id"`
	Object           string                 `json:"object"`
	Endpoint         string                 `json:"endpoint"`
	Model            string                 `json:"model"`
	Provider         *string                `json:"provider"`
	CompletionWindow string                 `json:"completion_window"`
	Status           openrouter.BatchStatus `json:"status"`
	CreatedAt        int64                  `json:"created_at"`
	FinalizedAt      *int64                 `json:"finalized_at"`
	ExpiresAt        int64                  `json:"expires_at"`
	RequestCounts    batchCounts            `json:"request_counts"`
	Usage            *openrouter.Usage      `json:"usage"`
	Error            *batchError            `json:"error"`
	Results          []batchResult          `json:"results,omitempty"` // must be the last

	life    []openrouter.BatchStatus // what is still to come
	request *Request
	rows    []batchRow
	invalid string // why the service fails it
	once    sync.Once
}

type batchCounts struct {
	Total     int `json:"total"`
	Completed int `json:"completed"`
	Failed    int `json:"failed"`
}

type batchError struct {
	Message string  `json:"message"`
	Type    string  `json:"type,omitempty"`
	Param   *string `json:"param,omitempty"`
}

type batchRow struct {
	CustomID string          `json:"custom_id"`
	Body     json.RawMessage `json:"body"`
}

type batchResult struct {
	ID       string         `json:"id"`
	CustomID string         `json:"custom_id"`
	Response *batchResponse `json:"response"`
	Error    *batchError    `json:"error"`
}

type batchResponse struct {
	StatusCode int             `json:"status_code"`
	RequestID  string          `json:"request_id"`
	Body       json.RawMessage `json:"body"`
}

// SetBatchLife sets the statuses that a batch has, for batches that are submitted later. Each GET of
// a batch shows the next one, and the last stays. Without a call it is completed at the first GET.
//
// The replies of the fake answer the rows, in their order, when the batch is completed. A reply that
// fails makes the row fail. [Echo] answers a row for which there is no reply. Of a batch that
// expires, the second half of the rows is not answered. Of one that fails or is cancelled, no row is.
func (f *fake) SetBatchLife(statuses ...openrouter.BatchStatus) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batches.life = slices.Clone(statuses)
}

// batch answers the requests about batches.
func (f *fake) batch(req *Request) (Reply, bool) {
	id, one := strings.CutPrefix(req.Path, batchesPath+"/")
	switch {
	case req.outside || !one && req.Path != batchesPath:
		return Reply{}, false
	case !one && req.Method == http.MethodPost:
		return f.submitBatch(req), true
	case !one && req.Method == http.MethodGet:
		return f.listBatches(req), true
	case one && req.Method == http.MethodGet:
		return f.showBatch(id), true
	case one && req.Method == http.MethodDelete:
		return f.deleteBatch(id), true
	}
	return Reply{}, false
}

func (f *fake) submitBatch(req *Request) Reply {
	b, status, err := readBatch(req.Raw)
	if err != nil {
		return Error(status, openrouter.ErrInvalidRequest, err.Error())
	}
	if !req.isChecked() {
		b.invalid = b.invalidRow()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.batches.made++
	b.ID, b.Object, b.request = fmt.Sprintf("batch_fake_%d", f.batches.made), "batch", req
	b.Status, b.CreatedAt = openrouter.BatchStatusValidating, time.Now().Unix()
	b.ExpiresAt = b.CreatedAt + 24*60*60
	b.life = f.batches.life
	if len(b.life) == 0 {
		b.life = []openrouter.BatchStatus{openrouter.BatchStatusCompleted}
	}
	f.batches.list = append(f.batches.list, b)
	return rawJSON(b).Status(http.StatusAccepted)
}

func (f *fake) showBatch(id string) Reply {
	f.mu.Lock()
	b := f.findBatch(id)
	if b == nil {
		f.mu.Unlock()
		return noBatch(id)
	}
	if len(b.life) > 0 {
		b.Status, b.life = b.life[0], b.life[1:]
	}
	if b.invalid != "" {
		b.Status, b.life = openrouter.BatchStatusFailed, nil
	}
	ended := b.Status.Ended()
	f.mu.Unlock()
	if ended {
		b.once.Do(func() { f.endBatch(b) }) // the replies may call back: no lock is held
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	b.RequestCounts.Total = len(b.rows)
	return rawJSON(b)
}

func noBatch(id string) Reply {
	return Error(http.StatusNotFound, openrouter.ErrNotFound, "Batch "+id+" not found").UserID("")
}

// findBatch returns the batch with an id, or nil.
func (f *fake) findBatch(id string) *batch {
	for _, b := range f.batches.list {
		if b.ID == id {
			return b
		}
	}
	return nil
}

// endBatch gives a batch its results.
func (f *fake) endBatch(b *batch) {
	answered, counts := len(b.rows), batchCounts{}
	var failed *batchError
	switch b.Status {
	case openrouter.BatchStatusExpired:
		answered /= 2
	case openrouter.BatchStatusFailed:
		answered, failed = 0, &batchError{Message: b.invalid}
		if b.invalid == "" {
			failed.Message = "The provider refused the batch"
		}
	case openrouter.BatchStatusCancelled:
		answered = 0
	}
	usage := &openrouter.Usage{Extra: map[string]any{"cost": 0}}
	results := []batchResult{}
	for i, row := range b.rows {
		if b.Status != openrouter.BatchStatusCompleted && b.Status != openrouter.BatchStatusExpired {
			break
		}
		result := batchResult{Error: &batchError{Message: "The batch expired before this request was answered", Type: "batch_expired"}}
		if i < answered {
			result = f.answerRow(b, row)
		}
		result.ID, result.CustomID = fmt.Sprintf("batch_req_%s_%d", b.ID, i+1), row.CustomID
		if result.Response == nil {
			counts.Failed++
		} else {
			counts.Completed++
			var body struct{ Usage *openrouter.Usage }
			if json.Unmarshal(result.Response.Body, &body) == nil {
				usage.Add(body.Usage)
			}
		}
		results = append(results, result)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	b.FinalizedAt, b.RequestCounts, b.Error, b.Results, b.Provider = new(time.Now().Unix()), counts, failed, results, new("Fake")
	if counts.Completed > 0 {
		b.Usage = usage
	}
}

// answerRow answers a row with the reply that its request would get by itself.
func (f *fake) answerRow(b *batch, row batchRow) batchResult {
	req := b.rowRequest(row)
	if req.bad != nil {
		return batchResult{Error: &batchError{Message: req.bad.Error(), Type: string(openrouter.ErrInvalidRequest)}}
	}
	id := f.nextID()
	reply, ok := f.match(req)
	if !ok {
		reply, ok = f.read(req)
	}
	if !ok && req.isChat() {
		reply, ok = Echo(), true
	}
	if !ok {
		reply = Error(http.StatusNotFound, openrouter.ErrNotFound, "openroutertest: nothing answers "+req.String()+" in a batch")
	}
	a := reply.answer(req, id)
	var body []byte
	end := goOn
	for end == goOn && !a.reset {
		piece, wait, e := a.body.next()
		if end = e; wait == Forever {
			end = cutBody
		}
		body = append(body, piece...)
	}
	body = bytes.TrimSpace(body)
	switch {
	case a.reset || a.latency == Forever || end == cutBody || !json.Valid(body):
		return batchResult{Error: &batchError{Message: "The provider did not answer", Type: string(openrouter.ErrProviderUnavailable)}}
	case a.status >= http.StatusBadRequest:
		var e struct {
			Error struct {
				Message  string
				Metadata struct {
					ErrorType string `json:"error_type"`
				}
			}
		}
		_ = json.Unmarshal(body, &e) // the message of another report stays empty
		return batchResult{Error: &batchError{Message: e.Error.Message, Type: e.Error.Metadata.ErrorType}}
	}
	if a.record != nil {
		f.keep(a)
	}
	return batchResult{Response: &batchResponse{StatusCode: a.status, RequestID: "req-" + id, Body: body}}
}

// nextID returns the id of the next answer.
func (f *fake) nextID() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.served++
	return fmt.Sprintf("gen-fake-%d", f.served)
}

// listBatches answers with a page of batches, without their results.
func (f *fake) listBatches(req *Request) Reply {
	f.mu.Lock()
	defer f.mu.Unlock()
	limit := min(max(number(req.Query, "limit", 20), 1), 100)
	after := req.Query.Get("after")
	skip := after != ""
	page, more := []*batch{}, false
	for _, b := range slices.Backward(f.batches.list) {
		if skip {
			skip = b.ID != after
			continue
		}
		if !b.isIn(req) {
			continue
		}
		if more = len(page) == limit; more {
			break
		}
		page = append(page, b.withoutResults())
	}
	answer := map[string]any{"object": "list", "data": page, "has_more": more, "first_id": nil, "last_id": nil}
	if n := len(page); n > 0 {
		answer["first_id"], answer["last_id"] = page[0].ID, page[n-1].ID
	}
	return rawJSON(answer)
}

func (b *batch) withoutResults() *batch {
	return &batch{
		ID: b.ID, Object: b.Object, Endpoint: b.Endpoint, Model: b.Model, Provider: b.Provider, CompletionWindow: b.CompletionWindow,
		Status: b.Status, CreatedAt: b.CreatedAt, FinalizedAt: b.FinalizedAt, ExpiresAt: b.ExpiresAt,
		RequestCounts: batchCounts{len(b.rows), b.RequestCounts.Completed, b.RequestCounts.Failed}, Usage: b.Usage, Error: b.Error,
	}
}

// isIn reports whether the query of a list selects a batch.
func (b *batch) isIn(req *Request) bool {
	statuses := req.Query["status"]
	if len(statuses) > 0 && !slices.Contains(statuses, string(b.Status)) {
		return false
	}
	created := time.Unix(b.CreatedAt, 0)
	if t, err := time.Parse(time.RFC3339, req.Query.Get("created_after")); err == nil && created.Before(t) {
		return false
	}
	t, err := time.Parse(time.RFC3339, req.Query.Get("created_before"))
	return err != nil || created.Before(t)
}

func (f *fake) deleteBatch(id string) Reply {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.findBatch(id)
	switch {
	case b == nil:
		return noBatch(id)
	case !b.Status.Ended():
		return Error(http.StatusConflict, "", "Batch "+id+" is still running").UserID("")
	}
	f.batches.list = slices.DeleteFunc(f.batches.list, func(other *batch) bool { return other == b })
	return rawJSON(map[string]any{"id": id, "object": "batch", "deletion": map[string]string{"openrouter": "deleted"}})
}
