package options_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// observation is one look at what a client does.
type observation struct {
	*testing.T
	client   *openrouter.Client
	opts     []openrouter.Option
	requests []*http.Request
	notes    []string
	respond  func(req *http.Request) (*http.Response, error)
}

func (o *observation) RoundTrip(req *http.Request) (*http.Response, error) {
	o.requests = append(o.requests, req)
	return o.respond(req)
}

// An hour bounds what nothing else does.
func (o *observation) hour() context.Context {
	ctx, cancel := context.WithTimeout(o.Context(), time.Hour)
	o.Cleanup(cancel)
	return ctx
}

func (o *observation) create() error {
	_, err := o.client.Chat.Create(o.hour(), asking(nil), o.opts...)
	return err
}

func (o *observation) stream() error {
	stream, err := o.client.Chat.Stream(o.hour(), asking(nil), o.opts...)
	if err != nil {
		return err
	}
	_, err = stream.Collect()
	return err
}

func (o *observation) record() error {
	_, err := o.client.Generations.Get(o.hour(), "gen-1", o.opts...)
	return err
}

// the ways to respond.

// embeds answers with as many vectors as the request has inputs, which it asks for in one string or a list.
func embeds(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var asked openrouter.EmbeddingRequest
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, err
	}
	list := openrouter.EmbeddingList{Object: "list"}
	for i := range asked.Input {
		list.Data = append(list.Data, openrouter.Embedding{Object: "embedding", Index: i, Vector: []float32{1, 0.5}})
	}
	data, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	return answerWith(200, string(data))(req)
}

func answerWith(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) {
		res := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
		for i := 0; i < len(header); i += 2 {
			res.Header.Set(header[i], header[i+1])
		}
		return res, nil
	}
}

const (
	wholeAnswer = `{"id":"g","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}`
	oneChunk    = `data: {"id":"g","choices":[{"index":0,"delta":{"content":"ok"}}]}` + "\n\n"
	doneEvent   = "data: [DONE]\n\n"
)

func fails(status int, header ...string) func(*http.Request) (*http.Response, error) {
	return answerWith(status, `{"error":{"message":"no"}}`, header...)
}

func never(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
}

// paced is the body of a stream that sends each text after a pause, and the
// last one for ever again.
func paced(pause time.Duration, texts ...string) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) {
		r, w := io.Pipe()
		context.AfterFunc(req.Context(), func() { w.CloseWithError(context.Cause(req.Context())) })
		go func() {
			for i := 0; ; i++ {
				if _, err := io.WriteString(w, texts[min(i, len(texts)-1)]); err != nil {
					return
				}
				select {
				case <-time.After(pause):
				case <-req.Context().Done():
					return
				}
			}
		}()
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: r, Request: req}, nil
	}
}

// the things to observe.

func sentHeaders(names ...string) func(*observation) string {
	return func(o *observation) string {
		require.NoError(o, o.create())
		var values []string
		for _, name := range names {
			values = append(values, o.requests[0].Header.Get(name))
		}
		return strings.Join(values, "|")
	}
}

// address is where requests go, or what is said instead.
func address(o *observation) string {
	if err := o.create(); err != nil {
		return err.Error()
	}
	return o.requests[0].URL.String()
}

func attemptsMade(o *observation) string {
	require.Error(o, o.create())
	return fmt.Sprint(len(o.requests))
}

func noted(call func(*observation) error) func(*observation) string {
	return func(o *observation) string {
		_ = call(o)
		return strings.Join(o.notes, "|")
	}
}

// ending is how a call ends, and after what time.
func ending(call func(*observation) error) func(*observation) string {
	return func(o *observation) string {
		start := time.Now()
		err := call(o)
		took := fmt.Sprint(time.Since(start), ": ")
		for _, known := range []error{openrouter.ErrAttemptTimeout, openrouter.ErrStreamIdle, openrouter.ErrContentTimeout, openrouter.ErrTooLarge} {
			if errors.Is(err, known) {
				return took + known.Error()
			}
		}
		return took + fmt.Sprint(err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// seer looks at one client.
type seer struct {
	*observation
	observe func(*observation) string
}

// on makes a client with the options.
func (c optionCase) on(t *testing.T, opts ...func(func(string)) openrouter.Option) seer {
	o := &observation{T: t, respond: c.respond}
	all := []openrouter.Option{openrouter.WithHTTPClient(&http.Client{Transport: o})}
	if c.base != nil {
		all = append(all, c.base)
	}
	for _, opt := range opts {
		all = append(all, opt(o.note))
	}
	o.client = openrouter.NewClient(all...)
	return seer{o, c.observe}
}

func (o *observation) note(s string) { o.notes = append(o.notes, s) }

// see makes a call with the options.
func (s seer) see(opts ...func(func(string)) openrouter.Option) string {
	s.opts, s.requests, s.notes = nil, nil, nil
	for _, opt := range opts {
		s.opts = append(s.opts, opt(s.note))
	}
	return s.observe(s.observation)
}

// noting is an observer that notes what it sees.
type noting func(string)

func (n noting) Start(ctx context.Context, op openrouter.Operation) (context.Context, openrouter.Observation) {
	n(op.Name)
	return ctx, n
}

func (n noting) Retry(openrouter.Retry) { n("retry") }
func (n noting) FirstChunk()            { n("first") }
func (n noting) End(_ any, _ openrouter.CallInfo, err error) {
	n(fmt.Sprint("end ", err))
}
