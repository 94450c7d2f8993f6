package openrouter

import (
	"context"
	"errors"
	"log/slog"
)

// What log/slog shows of answers, errors and calls. It is never a prompt, an answer, a
// header or a key.

// LogValue returns the id, the model, the provider, the finish reason, the usage and
// the number of attempts, without any text. log/slog calls it.
func (c *ChatCompletion) LogValue() slog.Value {
	if c == nil {
		return slog.Value{}
	}
	attrs := c.logAttrs(appendText(make([]slog.Attr, 0, 12), "id", c.ID))
	if c.call != nil {
		attrs = append(attrs, slog.Int("attempts", c.call.Attempts))
	}
	return slog.GroupValue(attrs...)
}

func (c *ChatCompletion) logAttrs(attrs []slog.Attr) []slog.Attr {
	attrs = appendText(attrs, "model", c.Model)
	attrs = appendText(attrs, "provider", c.Provider)
	attrs = appendText(attrs, "finish_reason", string(c.FinishReason()))
	if c.Usage != nil {
		attrs = c.Usage.logAttrs(attrs)
	}
	return attrs
}

// LogValue returns the id, the model, the number of vectors and the usage, without the vectors.
// log/slog calls it.
func (l *EmbeddingList) LogValue() slog.Value {
	if l == nil {
		return slog.Value{}
	}
	attrs := appendText(appendText(make([]slog.Attr, 0, 5), "id", l.ID), "model", l.Model)
	attrs = append(attrs, slog.Int("vectors", len(l.Data)))
	if l.Usage != nil {
		attrs = append(attrs, slog.Int("prompt_tokens", l.Usage.PromptTokens), slog.Float64("cost", l.Usage.Cost))
	}
	return slog.GroupValue(attrs...)
}

// LogValue returns the counts of tokens and the cost in USD. Counts of cached and of
// reasoning tokens are left out if they are 0. log/slog calls it.
func (u Usage) LogValue() slog.Value { return slog.GroupValue(u.logAttrs(make([]slog.Attr, 0, 5))...) }

func (u *Usage) logAttrs(attrs []slog.Attr) []slog.Attr {
	attrs = append(attrs, slog.Int("prompt_tokens", u.PromptTokens))
	if d := u.PromptTokensDetails; d != nil && d.CachedTokens != 0 {
		attrs = append(attrs, slog.Int("cached_tokens", d.CachedTokens))
	}
	attrs = append(attrs, slog.Int("completion_tokens", u.CompletionTokens))
	if d := u.CompletionTokensDetails; d != nil && d.ReasoningTokens != 0 {
		attrs = append(attrs, slog.Int("reasoning_tokens", d.ReasoningTokens))
	}
	return append(attrs, slog.Float64("cost", u.Cost))
}

// LogValue returns the status, the generation id, the number of attempts, the time waited between
// them, and whether the answer came from the response cache. log/slog calls it.
func (c CallInfo) LogValue() slog.Value { return slog.GroupValue(c.logAttrs(nil)...) }

func (c *CallInfo) logAttrs(attrs []slog.Attr) []slog.Attr {
	if c.StatusCode != 0 {
		attrs = append(attrs, slog.Int("status", c.StatusCode))
	}
	attrs = appendText(attrs, "generation_id", c.GenerationID)
	attrs = append(attrs, slog.Int("attempts", c.Attempts))
	if c.Waited != 0 {
		attrs = append(attrs, slog.Duration("waited", c.Waited))
	}
	if c.Cache != nil {
		attrs = append(attrs, slog.Bool("cache_hit", c.Cache.Hit))
	}
	return attrs
}

func appendText(attrs []slog.Attr, key, text string) []slog.Attr {
	if text == "" {
		return attrs
	}
	return append(attrs, slog.String(key, text))
}

// LogValue returns the text of the error, its type, and what identifies the call.
// log/slog calls it.
func (e *APIError) LogValue() slog.Value {
	call := e.Call()
	attrs := logError(e, make([]slog.Attr, 0, 9))
	attrs = appendText(attrs, "provider", e.Provider)
	if e.RetryAfter != 0 {
		attrs = append(attrs, slog.Duration("retry_after", e.RetryAfter))
	}
	return slog.GroupValue(call.logAttrs(attrs)...)
}

// LogValue returns the text of the error, its type, and what identifies the call.
// log/slog calls it.
func (e *StreamError) LogValue() slog.Value { return logCallError(e, e.Call()) }

// LogValue returns the text of the error, its type, and what identifies the call.
// log/slog calls it.
func (e *ConnectionError) LogValue() slog.Value { return logCallError(e, e.Call()) }

// LogValue returns the text of the error, its type, and what identifies the call.
// log/slog calls it.
func (e *DecodeError) LogValue() slog.Value { return logCallError(e, e.Call()) }

// LogValue returns the text of the error and its type. log/slog calls it.
func (e *ValidationError) LogValue() slog.Value { return slog.GroupValue(logError(e, nil)...) }

// LogValue returns the text of the error and its type. log/slog calls it.
func (e *BatchError) LogValue() slog.Value { return slog.GroupValue(logError(e, nil)...) }

// LogValue returns the text of the error and its type. log/slog calls it.
func (e *FileError) LogValue() slog.Value { return slog.GroupValue(logError(e, nil)...) }

func logCallError(err error, call CallInfo) slog.Value {
	attrs := logError(err, make([]slog.Attr, 0, 7))
	if call.Attempts == 0 {
		return slog.GroupValue(attrs...)
	}
	return slog.GroupValue(call.logAttrs(attrs)...)
}

func logError(err error, attrs []slog.Attr) []slog.Attr {
	return append(attrs, slog.String("error", err.Error()), slog.String("error_type", errorKind(err)))
}

// errorKinds names the failures that are not reported by the service.
var errorKinds = []struct {
	err  error
	kind string
}{
	{context.Canceled, "cancelled"},
	{context.DeadlineExceeded, "deadline_exceeded"},
	{ErrMissingAPIKey, "missing_api_key"},
	{ErrStreamClosed, "closed"},
	{ErrStreamIdle, "stream_idle"},
	{ErrContentTimeout, "content_timeout"},
	{ErrAttemptTimeout, "timeout"},
	{ErrTooLarge, "too_large"},
	{ErrStreamTruncated, "stream_truncated"},
}

// errorKind returns a short name for what went wrong. For a failure that the service
// reported, it is the type. There are few names.
func errorKind(err error) string {
	for _, k := range errorKinds {
		if errors.Is(err, k.err) {
			return k.kind
		}
	}
	if e, ok := errors.AsType[*APIError](err); ok {
		return nameIn(string(e.Type))
	}
	switch {
	case is[*ValidationError](err):
		return "invalid"
	case is[*DecodeError](err):
		return "undecodable"
	case is[*ConnectionError](err), is[*StreamError](err):
		return "connection"
	case is[*BatchError](err):
		return "batch"
	case is[*FileError](err):
		return "file"
	}
	return "other"
}

// is reports whether err is or wraps an E.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
