package natsjobs

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

// Headers of the messages. They can be read without the payload.
const (
	headerKey    = "Job-Key"    // the key, escaped as in a query
	headerResult = "Job-Result" // of a result: its summary
	headerAgain  = "Job-Again"  // of a job that is asked again: the sequence of its failed result
	headerObject = "Job-Object" // the object that holds the payload, if it is too large for a message
)

// What a result says.
const (
	stateDone   = "done"
	stateFailed = "failed"
	stateBatch  = "batch" // the answer is still to come
)

// hash names a key in a subject, which may not have dots, spaces, * and >.
func hash(key string) string {
	sum := sha256.Sum256([]byte(key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

func (q *Queue) jobSubject(hash string) string    { return "openrouter.jobs." + q.name + "." + hash }
func (q *Queue) resultSubject(hash string) string { return "openrouter.results." + q.name + "." + hash }

// recorded is the payload of a result.
type recorded struct {
	Result jobs.Result `json:"result"`
	// Job is that of a failed result, for RetryFailed.
	Job *jobs.Job `json:"job,omitempty"`
}

// totals is what is added up of openrouter.Usage for the status.
type totals struct {
	Prompt     int     `json:"prompt,omitempty"`
	Completion int     `json:"completion,omitempty"`
	Total      int     `json:"total,omitempty"`
	Cost       float64 `json:"cost,omitempty"`
	// Upstream is the bill of the provider, with the account's own key. It comes on top of Cost.
	Upstream float64 `json:"upstream,omitempty"`
}

func totalsOf(u openrouter.Usage) totals {
	t := totals{Prompt: u.PromptTokens, Completion: u.CompletionTokens, Total: u.TotalTokens, Cost: u.Cost}
	if u.IsBYOK && u.CostDetails != nil {
		t.Upstream = u.CostDetails.UpstreamInferenceCost
	}
	return t
}

func (t *totals) add(o totals) {
	t.Prompt += o.Prompt
	t.Completion += o.Completion
	t.Total += o.Total
	t.Cost += o.Cost
	t.Upstream += o.Upstream
}

func (t *totals) subtract(o totals) {
	t.add(totals{Prompt: -o.Prompt, Completion: -o.Completion, Total: -o.Total, Cost: -o.Cost, Upstream: -o.Upstream})
}

func (t totals) usage() openrouter.Usage {
	u := openrouter.Usage{PromptTokens: t.Prompt, CompletionTokens: t.Completion, TotalTokens: t.Total, Cost: t.Cost}
	if t.Upstream != 0 {
		u.IsBYOK, u.CostDetails = true, &openrouter.CostDetails{UpstreamInferenceCost: t.Upstream}
	}
	return u
}

// summary is what the status needs of a result.
type summary struct {
	State string `json:"state"`
	Used  totals `json:"used,omitzero"` // by all tries of the job
	// After is the sequence of the result that this one replaced, and Was and Before what it said.
	After  uint64 `json:"after,omitempty"`
	Was    string `json:"was,omitempty"`
	Before totals `json:"before,omitzero"`
}

// found is what the headers of a result say.
type found struct {
	summary
	seq    uint64
	key    string
	object string
}

func keyIn(header nats.Header) (string, error) {
	key, err := url.QueryUnescape(header.Get(headerKey))
	if err == nil && key == "" {
		err = errors.New("it has no key")
	}
	return key, err
}

func readHeaders(header nats.Header, seq uint64) (found, error) {
	f := found{seq: seq, object: header.Get(headerObject)}
	var err error
	if f.key, err = keyIn(header); err == nil {
		err = json.Unmarshal([]byte(header.Get(headerResult)), &f.summary)
	}
	if err != nil {
		return f, fmt.Errorf("natsjobs: message %d of the results was not written by this library: %w", seq, err)
	}
	return f, nil
}

// newMessage makes a message of a value. A payload that is too large for the server goes to an
// object, which is stored when newMessage returns.
func (q *Queue) newMessage(ctx context.Context, subject, key string, value any) (*nats.Msg, error) {
	if key == "" || !utf8.ValidString(key) {
		return nil, errors.New("natsjobs: a key is empty or not valid UTF-8")
	}
	escaped := url.QueryEscape(key)
	if len(escaped) > maxKey {
		return nil, fmt.Errorf("natsjobs: the key has %d bytes, escaped as in a URL; at most %d are allowed", len(escaped), maxKey)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("natsjobs: %s: %w", key, err)
	}
	m := nats.NewMsg(subject)
	m.Header.Set(headerKey, escaped)
	if int64(len(data)+len(escaped)+roomForHeaders) <= q.nc.MaxPayload() {
		m.Data = data
		return m, nil
	}
	// The name is new each time: a message that is refused must not share it with the one that is kept.
	name := nuid.Next()
	if err := q.putObject(ctx, name, data); err != nil {
		return nil, fmt.Errorf("natsjobs: store %d bytes of %s: %w", len(data), key, err)
	}
	m.Header.Set(headerObject, name)
	return m, nil
}

// maxKey leaves room for the other headers: a server takes 64 KiB of them.
const maxKey = 48 << 10

// roomForHeaders is more than the headers need beside the key.
const roomForHeaders = 4 << 10

// payload decodes what newMessage encoded.
func (q *Queue) payload(ctx context.Context, header nats.Header, data []byte, value any) error {
	if name := header.Get(headerObject); name != "" {
		var err error
		data, err = q.getObject(ctx, name)
		if err != nil {
			err = fmt.Errorf("natsjobs: read the object of a large message: %w", err)
			if errors.Is(err, jetstream.ErrObjectNotFound) || errors.Is(err, jetstream.ErrDigestMismatch) {
				return err
			}
			return unreadError{err}
		}
	}
	return json.Unmarshal(data, value)
}

// unreadError says nothing about a payload: it may be there.
type unreadError struct{ error }

func (e unreadError) Unwrap() error { return e.error }

// dropObject deletes an object that no message needs any more.
func (q *Queue) dropObject(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	err := q.insist(ctx, func(ctx context.Context) error { return q.objects.Delete(ctx, name) })
	if errors.Is(err, jetstream.ErrObjectNotFound) {
		return nil
	}
	return err
}
