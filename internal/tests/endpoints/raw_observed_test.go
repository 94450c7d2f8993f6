package endpoints_test

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// What an observer sees of events is what the loop over them sees, however the bytes arrive.
func TestEventsOfRawResponsesAreObserved(t *testing.T) {
	const media = "text/event-stream"
	for name, test := range map[string]struct {
		media, body string
		first       int
		want        error
	}{
		"whole":         {media, "data: 1\n\ndata: [DONE]\n\n", 1, nil},
		"no [DONE]":     {media, "data: 1\n\n", 1, nil},
		"comments only": {media, ": wait\n\n", 0, nil},
		"a report":      {media, "data: 1\n\ndata: {\"error\":{\"code\":429,\"message\":\"Later\"}}\n\n", 1, openrouter.ErrRateLimitExceeded},
		"a cut event":   {media, "data: {\"a\":", 0, openrouter.ErrStreamTruncated},
		"HTML":          {"text/html", "<html>", 0, openrouter.ErrProviderUnavailable},
		"a document":    {"application/json", `{"a":1}`, 1, nil},
	} {
		for _, pieces := range [][]string{{test.body}, {test.body[:3], test.body[3:]}} {
			seen := &noted{}
			_, err := events(t, sending(test.media, pieces...), openrouter.WithObserver(seen))
			require.ErrorIs(t, err, test.want, name)
			assert.Equal(t, []error{err}, seen.ends, name)
			assert.Equal(t, test.first, seen.first, name)
		}
	}

	seen := &noted{}
	res, err := serving(t, sending(media, "data: 1\n\n", "data: [DONE]\n\n", ": more"), openrouter.WithObserver(seen)).DoRaw(t.Context(), "GET", "/x", nil)
	require.NoError(t, err)
	for _, err := range res.Events() {
		if err != nil { // what comes after it may not have arrived
			require.ErrorIs(t, err, openrouter.ErrStreamClosed)
			break
		}
		assert.Empty(t, seen.ends)
		_ = res.Close() // as another goroutine may
		require.Len(t, seen.ends, 1)
	}
	require.Len(t, seen.ends, 1)
	assert.ErrorIs(t, seen.ends[0], openrouter.ErrStreamClosed)
}

// closing closes a body while a read has its first bytes but has not returned.
type closing struct {
	noted
	res *openrouter.RawResponse
}

func (c *closing) Start(ctx context.Context, _ openrouter.Operation) (context.Context, openrouter.Observation) {
	return ctx, c
}

func (c *closing) FirstChunk() {
	closed := make(chan error)
	go func() { closed <- c.res.Close() }()
	<-closed
}

func TestRawResponsesClosedDuringARead(t *testing.T) {
	seen := &closing{}
	res, err := serving(t, sending("audio/mpeg", "ab", "cd"), openrouter.WithObserver(seen)).DoRaw(t.Context(), "GET", "/x", nil)
	require.NoError(t, err)
	seen.res = res
	_, err = res.Read(make([]byte, 2))
	require.NoError(t, err)
	require.Len(t, seen.ends, 1, "no further read is needed")
	assert.ErrorIs(t, seen.ends[0], openrouter.ErrStreamClosed)
}

func TestRawResponsesAreNotReadAfterClose(t *testing.T) {
	for _, media := range []string{"application/json", "audio/mpeg"} {
		res, err := serving(t, sending(media, `{"a":1}`)).DoRaw(t.Context(), "GET", "/x", nil)
		require.NoError(t, err)
		require.NoError(t, res.Close())
		got, err := io.ReadAll(res)
		assert.Empty(t, got, media)
		assert.ErrorIs(t, err, openrouter.ErrStreamClosed, media)
	}
}
