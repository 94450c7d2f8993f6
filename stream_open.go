package openrouter

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"strings"
)

// openStream makes a stream of a response with a status of success. It returns
// when the first event is decoded, or the reason why there is none.
func (c *config) openStream(conn *connection, call *CallInfo) (*Stream, error) {
	conn.idle, conn.content, conn.nextContent = c.idle, c.firstContent, c.nextContent
	head, err := peekText(conn)
	if err != nil && err != io.EOF {
		defer conn.abort(ErrStreamClosed)
		return nil, newStream(c, conn, call).broken(err)
	}
	media, _, _ := mime.ParseMediaType(call.Header.Get("Content-Type"))
	if !opensEvents(head, media) {
		return c.openWhole(conn, call, head)
	}
	conn.body = readCloser{io.MultiReader(strings.NewReader(head), conn.body), conn.body}
	s := newStream(c, conn, call)
	s.next, s.end = s.read()
	if s.end != nil {
		s.Close()
		return nil, s.end
	}
	return s, nil
}

// opensEvents reports whether text starts as an event stream does. The header's
// word alone is not to be relied on: proxies answer HTML, servers JSON, under
// either type.
func opensEvents(head, media string) bool {
	if head == "" || head[0] == '{' || head[0] == '<' {
		return false
	}
	if media == "text/event-stream" || head[0] == ':' || head[0] == '\xEF' { // a comment, a byte order mark
		return true
	}
	for _, field := range []string{"data:", "event:", "id:", "retry:"} {
		if n := min(len(head), len(field)); head[:n] == field[:n] {
			return true
		}
	}
	return false
}

type readCloser struct {
	io.Reader
	io.Closer
}

// peekText reads the body up to its first bytes that are not white space.
func peekText(r io.Reader) (string, error) {
	buf := make([]byte, 512)
	for {
		n, err := r.Read(buf)
		if text := bytes.TrimLeft(buf[:n], " \t\r\n"); len(text) > 0 {
			return string(text), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// openWhole makes a stream of an answer that came in one piece: one chunk.
func (c *config) openWhole(conn *connection, call *CallInfo, head string) (*Stream, error) {
	rest, err := io.ReadAll(io.LimitReader(conn, c.maxBody))
	data := append([]byte(head), rest...)
	s := newStream(c, conn, call)
	defer conn.abort(ErrStreamClosed)
	if err != nil {
		return nil, c.broken(conn.ctx, fmt.Errorf("answer cut short: %w", err), data, call)
	}
	if int64(len(data)) > c.maxBody {
		return nil, &ConnectionError{Err: ErrTooLarge, Body: scrub(data, c.secrets), call: call}
	}
	res, err := c.completion(call, data)
	if err != nil {
		return nil, err
	}
	s.whole, s.next, s.end = res, res.chunk(), io.EOF
	return s, nil
}

// chunk is the answer as the only chunk of a stream.
func (c *ChatCompletion) chunk() *ChatCompletionChunk {
	chunk := &ChatCompletionChunk{
		ID: c.ID, Object: "chat.completion.chunk", Created: c.Created, Model: c.Model, Provider: c.Provider,
		SystemFingerprint: c.SystemFingerprint, ServiceTier: c.ServiceTier, Usage: c.Usage,
		OpenRouterMetadata: c.OpenRouterMetadata, Debug: c.Debug, UserID: c.UserID, Extra: c.Extra,
	}
	for i := range c.Choices {
		choice := &c.Choices[i]
		m := &choice.Message
		chunk.Choices = append(chunk.Choices, ChunkChoice{
			Index: choice.Index,
			Delta: Delta{
				Role: m.Role, Content: m.Text(), Reasoning: m.Reasoning, ReasoningContent: m.ReasoningContent, Refusal: m.Refusal,
				ToolCalls: m.ToolCalls, ReasoningDetails: m.ReasoningDetails, Images: m.Images, Audio: m.Audio, Annotations: m.Annotations,
				Extra: m.Extra,
			},
			Text:               choice.Text,
			FinishReason:       choice.FinishReason,
			NativeFinishReason: choice.NativeFinishReason,
			Logprobs:           choice.Logprobs,
			Extra:              choice.Extra,
		})
	}
	return chunk
}
