package stream_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// A waitingBody has one chunk, and then nothing until it is closed.
type waitingBody struct {
	chunk  io.Reader
	closed chan struct{}
}

func (b *waitingBody) Read(p []byte) (int, error) {
	if n, err := b.chunk.Read(p); err == nil {
		return n, nil
	}
	<-b.closed
	return 0, io.ErrClosedPipe
}

func (b *waitingBody) Close() error {
	select {
	case <-b.closed:
	default:
		close(b.closed)
	}
	return nil
}

type answersWith func() io.ReadCloser

func (f answersWith) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: f(), Request: req}, nil
}

// The clock that bounds a silence of two minutes holds nothing of a stream that is over.
func TestTheClockHoldsNothing(t *testing.T) {
	for name, leave := range map[string]func(*openrouter.Stream){
		"closed": func(s *openrouter.Stream) { s.Close() },
		"left": func(s *openrouter.Stream) {
			for range s.Chunks() {
				break
			}
		},
		"forgotten": func(*openrouter.Stream) {},
	} {
		t.Run(name, func(t *testing.T) {
			freed := make(chan struct{})
			func() {
				client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithHTTPClient(&http.Client{Transport: answersWith(func() io.ReadCloser {
					body := &waitingBody{chunk: strings.NewReader(`data: {"id":"g","choices":[{"index":0,"delta":{"content":"hi"}}]}` + "\n\n"), closed: make(chan struct{})}
					runtime.AddCleanup(body, func(freed chan struct{}) { close(freed) }, freed)
					return body
				})}))
				s, err := client.Chat.Stream(t.Context(), &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("hi")}})
				require.NoError(t, err)
				leave(s)
			}()
			for range 2000 {
				runtime.GC()
				runtime.Gosched()
				select {
				case <-freed:
					return
				default:
				}
			}
			t.Error("it is still held")
		})
	}
}
