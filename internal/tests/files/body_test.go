package files_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

const answer = `{"choices":[{"message":{"content":"x"}}]}`

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func respond(req *http.Request, status int) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer)), Request: req}
}

func clientOf(t http.RoundTripper) *openrouter.Client {
	return openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithHTTPClient(&http.Client{Transport: t}))
}

// Requests with texts that are referred to, and with long ones that cannot be.
func largeRequests() map[string]*openrouter.ChatCompletionRequest {
	plain, image := strings.Repeat("plain text ", 10_000), bytes.Repeat([]byte("png"), 50_000)
	ask := func(text string, parts ...openrouter.Part) *openrouter.ChatCompletionRequest {
		return &openrouter.ChatCompletionRequest{Model: "m", Messages: []openrouter.Message{openrouter.UserMessage(text, parts...)}}
	}
	extra := ask("hi")
	extra.Extra = map[string]any{strings.Repeat("name", 20_000): plain, "b": []any{plain}}
	reply := ask("hi")
	reply.Messages = append(reply.Messages, openrouter.Message{
		Role:   openrouter.RoleAssistant,
		Images: []openrouter.Image{{Type: "image_url", ImageURL: &openrouter.ImageURL{URL: openrouter.ImageDataPart("image/png", image).ImageURL.URL}}},
		Audio:  &openrouter.Audio{Data: strings.Repeat("AAAA", 20_000), Transcript: "hm"},
	})
	return map[string]*openrouter.ChatCompletionRequest{
		"one":     ask("what is this?", openrouter.ImageDataPart("image/png", image)),
		"several": ask(plain, openrouter.ImageDataPart("image/png", image), openrouter.FileDataPart("a.pdf", "application/pdf", image), openrouter.AudioPart("wav", image), openrouter.VideoPart(openrouter.FileDataPart("", "video/mp4", image).File.FileData)),
		"unicode": ask(strings.Repeat("ä→", 30_000)),
		"escapes": ask(strings.Repeat("a\n", 50_000), openrouter.TextPart("\x01"+plain), openrouter.TextPart(plain+"\""), openrouter.TextPart(plain+"\xff"), openrouter.TextPart(plain+"\u2028")),
		"borders": ask(strings.Repeat("x", 32<<10-1), openrouter.TextPart(strings.Repeat("x", 32<<10)), openrouter.TextPart(strings.Repeat("x", 32<<10+1))),
		"extra":   extra,
		"reply":   reply,
	}
}

// What is sent is what encoding/json makes of the request, its length is announced, and net/http can read it again.
func TestLargeRequestsAreSentWhole(t *testing.T) {
	for name, req := range largeRequests() {
		t.Run(name, func(t *testing.T) {
			want, err := json.Marshal(req)
			require.NoError(t, err)
			_, err = clientOf(roundTrip(func(r *http.Request) (*http.Response, error) {
				assert.Equal(t, int64(len(want)), r.ContentLength)
				again, err := r.GetBody()
				require.NoError(t, err)
				head := make([]byte, 100)
				_, err = io.ReadFull(again, head)
				require.NoError(t, err)
				for _, body := range []io.ReadCloser{r.Body, again} {
					got, err := io.ReadAll(body)
					require.NoError(t, err)
					if body == again {
						got = append(head, got...)
					}
					require.True(t, bytes.Equal(want, got), "%d bytes, not %d", len(got), len(want))
					require.NoError(t, body.Close())
				}
				return respond(r, http.StatusOK), nil
			})).Chat.Create(t.Context(), req)
			require.NoError(t, err)
		})
	}
}

// Each attempt sends the whole request, also after one that read a part of it.
func TestLargeRequestsAreRetried(t *testing.T) {
	req := largeRequests()["several"]
	want, err := json.Marshal(req)
	require.NoError(t, err)
	attempts := 0
	client := clientOf(roundTrip(func(r *http.Request) (*http.Response, error) {
		if attempts++; attempts < 3 {
			_, err := io.CopyN(io.Discard, r.Body, int64(attempts)*50_000)
			require.NoError(t, err)
			return respond(r, http.StatusServiceUnavailable), nil
		}
		got, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, got))
		return respond(r, http.StatusOK), nil
	}))
	res, err := client.Chat.Create(t.Context(), req, openrouter.WithMaxRetryWait(0, 0))
	require.NoError(t, err)
	assert.Equal(t, 3, res.Call().Attempts)
}

// Over a connection of HTTP/1 and one of HTTP/2, from Create and from Stream.
func TestLargeRequestsOverAConnection(t *testing.T) {
	req := largeRequests()["several"]
	for _, http2 := range []bool{false, true} {
		var length int64
		var got []byte
		srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			length = r.ContentLength
			got, _ = io.ReadAll(r.Body)
			assert.Equal(t, http2, r.ProtoMajor == 2)
			_, _ = io.WriteString(w, answer)
		}))
		srv.EnableHTTP2 = http2
		srv.StartTLS()
		client := openrouter.NewClient(openrouter.WithAPIKey("sk-or-v1-test"), openrouter.WithBaseURL(srv.URL), openrouter.WithHTTPClient(srv.Client()))
		_, err := client.Chat.Create(t.Context(), req)
		require.NoError(t, err)
		want, err := json.Marshal(req)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(want, got))
		assert.Equal(t, int64(len(want)), length)

		stream, err := client.Chat.Stream(t.Context(), req)
		require.NoError(t, err)
		require.NoError(t, stream.Close())
		assert.Len(t, got, len(want)+len(`,"stream":true`))
		assert.True(t, json.Valid(got))
		srv.Close()
	}
}

// A value without JSON beside a large text is still found.
func TestLargeRequestsAreValidated(t *testing.T) {
	req := largeRequests()["several"]
	req.Messages[0].Content[4].Extra = map[string]any{"x": func() {}}
	err := req.Validate()
	var e *openrouter.ValidationError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "messages[0].content[4].x", e.Violations[0].Field)
}

// From the file to the request, the base64 of a file is allocated once.
func TestAllocationsOfAFile(t *testing.T) {
	const size = 64 << 20
	content := append([]byte(mp4Head), make([]byte, size-len(mp4Head))...)
	base64 := float64(size) / 3 * 4
	client := clientOf(roundTrip(func(r *http.Request) (*http.Response, error) {
		n, err := io.Copy(io.Discard, r.Body)
		assert.Greater(t, n, int64(base64))
		return respond(r, http.StatusOK), err
	}))
	for _, tt := range []struct {
		name string
		part func() (openrouter.Part, error)
		most float64
	}{
		{"OpenPart", func() (openrouter.Part, error) {
			return openrouter.OpenPart(fileOf{bytes.NewReader(content), size}, "a.mp4")
		}, 1.1},
		{"ReadPart", func() (openrouter.Part, error) { return openrouter.ReadPart("a.mp4", bytes.NewReader(content)) }, 1.1},
		{"FileDataPart", func() (openrouter.Part, error) {
			return openrouter.FileDataPart("a.mp4", "video/mp4", content), nil
		}, 1.1},
		{"a size that is not known", func() (openrouter.Part, error) {
			return openrouter.ReadPart("a.mp4", io.MultiReader(bytes.NewReader(content)))
		}, 1.9}, // the file is read before it is encoded
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := tt.part()
			require.NoError(t, err)
			_, err = client.Chat.Create(t.Context(), &openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("what is this?", p)}})
			require.NoError(t, err)
			runtime.ReadMemStats(&after)
			assert.LessOrEqual(t, float64(after.TotalAlloc-before.TotalAlloc)/base64, tt.most)
		})
	}
}
