package clients

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
)

// netHTTP is what the exchange costs without any JSON: the body of the request
// is made beforehand, the lines of the answer are read and dropped.
type netHTTP struct {
	byHand
	body []byte
}

func newNetHTTP(baseURL string, hc *http.Client) Client {
	h := newByHand(baseURL, hc).(byHand)
	return netHTTP{h, encoded(h, corpus.Conversations["short"]())}
}

func encoded(h byHand, messages []corpus.Message) []byte {
	body, err := json.Marshal(h.request(messages))
	if err != nil {
		panic(err)
	}
	return body
}

func (n netHTTP) Stream(ctx context.Context, each func()) (Result, error) {
	res, err := post(ctx, n.hc, n.url, n.body)
	if err != nil {
		return Result{}, err
	}
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	partial := false // the line is longer than the buffer, and goes on
	for {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF {
			return Result{}, nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return Result{}, err
		}
		if !partial && each != nil && bytes.HasPrefix(line, dataPrefix) && string(line) != "data: [DONE]\n" {
			each()
		}
		partial = err == bufio.ErrBufferFull
	}
}

func (n netHTTP) Create(ctx context.Context) (Result, error) {
	return Result{}, n.exchange(ctx, n.body)
}

func (n netHTTP) Prepare(messages []corpus.Message) func(context.Context) error {
	body := encoded(n.byHand, messages)
	return func(ctx context.Context) error { return n.exchange(ctx, body) }
}

func (n netHTTP) exchange(ctx context.Context, body []byte) error {
	res, err := post(ctx, n.hc, n.url, body)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.ReadAll(res.Body)
	return err
}
