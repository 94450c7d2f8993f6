package openrouter

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// LogCalls returns an observer that writes one line when an operation ends; see [WithObserver]. A
// nil logger means [slog.Default].
//
// The line has the operation, its target, the model, the provider, the finish reason, the token
// counts, the cost in USD, the status, the generation id, the attempts, and two durations: until
// the first content of a stream, and until the end. Unknown values are left out.
//
// After an error the line also has error_type, which is one of few names. It has the text of the
// error if the error is one of this package.
//
// A line never contains a prompt, an answer or a key. But the text of an error contains the message
// of the service, which may quote a part of the request, and texts of the program itself: the cause
// of a context (see [context.WithCancelCause]) and the error of an HTTP transport.
//
// The level is
//
//   - Info for an answer, and for an operation that the program ended: it left or closed the
//     stream, or cancelled the context.
//   - Error for a failure that a retry does not fix: an invalid request, a rejected key, missing
//     credits.
//   - Warn for every other failure.
//
// The logger gets the context of the operation. If another observer puts a trace into the context,
// pass that observer to WithObserver first.
func LogCalls(logger *slog.Logger) Observer { return callLogger{logger} }

type callLogger struct{ logger *slog.Logger }

func (l callLogger) Start(ctx context.Context, op Operation) (context.Context, Observation) {
	logger := l.logger
	if logger == nil {
		logger = slog.Default()
	}
	return ctx, &callLog{logger: logger, ctx: ctx, name: op.Name, target: op.Target, start: time.Now()}
}

// callLog makes the line of one operation.
type callLog struct {
	logger       *slog.Logger
	ctx          context.Context
	name, target string
	start        time.Time
	firstContent time.Duration
}

func (l *callLog) Retry(Retry) {}

func (l *callLog) FirstChunk() { l.firstContent = time.Since(l.start) }

func (l *callLog) End(result any, info CallInfo, err error) {
	now, level := time.Now(), levelOf(err)
	if !l.logger.Enabled(l.ctx, level) {
		return
	}
	var room [20]slog.Attr
	attrs := append(room[:0], slog.String("operation", l.name))
	attrs = appendText(attrs, "target", l.target)
	switch result := result.(type) {
	case *ChatCompletion:
		attrs = result.logAttrs(attrs)
	case slog.LogValuer:
		if v := result.LogValue(); v.Kind() == slog.KindGroup {
			attrs = append(attrs, v.Group()...)
		}
	}
	if e, ok := errors.AsType[*APIError](err); ok && providerOf(result) == "" {
		attrs = appendText(attrs, "provider", e.Provider)
	}
	if info.Attempts > 0 {
		attrs = info.logAttrs(attrs)
	}
	if l.firstContent > 0 {
		attrs = append(attrs, slog.Duration("first_content", l.firstContent))
	}
	attrs = append(attrs, slog.Duration("duration", now.Sub(l.start)))
	if err != nil {
		attrs = append(attrs, slog.String("error_type", errorKind(err)))
		attrs = appendText(attrs, "error", ownText(err))
	}
	line := slog.NewRecord(now, level, "openrouter", 0) // the line of the source would always be this one
	line.AddAttrs(attrs...)
	_ = l.logger.Handler().Handle(l.ctx, line) // as a Logger does
}

func providerOf(result any) string {
	if answer, ok := result.(*ChatCompletion); ok && answer != nil {
		return answer.Provider
	}
	return ""
}

// levelOf returns the level of a line, as [LogCalls] says.
func levelOf(err error) slog.Level {
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, ErrStreamClosed):
		return slog.LevelInfo
	case errors.Is(err, ErrMissingAPIKey):
		return slog.LevelError
	}
	if e, ok := errors.AsType[*APIError](err); ok && !e.Retryable() {
		return slog.LevelError
	}
	if _, ok := errors.AsType[*ValidationError](err); ok {
		return slog.LevelError
	}
	return slog.LevelWarn
}

// ownText returns the text of an error of this library. The text of another one, such
// as that of a tool, may contain anything.
func ownText(err error) string {
	if err == ErrMissingAPIKey {
		return err.Error()
	}
	for _, text := range []func(error) string{
		textAs[*BatchError], textAs[*BatchUnknownError], textAs[*APIError], textAs[*StreamError], textAs[*ConnectionError], textAs[*DecodeError], textAs[*ValidationError],
	} {
		if text := text(err); text != "" {
			return text
		}
	}
	return ""
}

// textAs returns the text of the first error of a type, or "".
func textAs[E error](err error) string {
	if e, ok := errors.AsType[E](err); ok {
		return e.Error()
	}
	return ""
}

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

// LogValue returns the id, the model, the status, the counts of requests and the usage.
// log/slog calls it.
func (b *Batch) LogValue() slog.Value {
	if b == nil {
		return slog.Value{}
	}
	attrs := appendText(make([]slog.Attr, 0, 12), "id", b.ID)
	attrs = appendText(attrs, "model", b.Model)
	attrs = appendText(attrs, "batch_status", string(b.Status))
	if n := b.RequestCounts; n.Total != 0 {
		attrs = append(attrs, slog.Int("requests", n.Total), slog.Int("completed", n.Completed), slog.Int("failed", n.Failed))
	}
	if b.Usage != nil {
		attrs = b.Usage.logAttrs(attrs)
	}
	return slog.GroupValue(attrs...)
}

// LogValue returns the custom id, the status, and the error if the row failed, without the answer.
// log/slog calls it.
func (r *BatchResult) LogValue() slog.Value {
	if r == nil {
		return slog.Value{}
	}
	attrs := appendText(make([]slog.Attr, 0, 4), "custom_id", r.CustomID)
	if r.Response != nil && r.Response.StatusCode != 0 {
		attrs = append(attrs, slog.Int("status", r.Response.StatusCode))
	}
	if _, _, _, err := r.open(); err != nil {
		attrs = logError(err, attrs)
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
func (e *BatchUnknownError) LogValue() slog.Value { return slog.GroupValue(logError(e, nil)...) }

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
	if errors.Is(err, ErrBatchUnknown) { // first: it wraps the reason
		return "batch_unknown"
	}
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
