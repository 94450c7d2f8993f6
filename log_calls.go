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
// A line never contains a prompt, an answer or a key. But the text of an error contains texts of
// the program itself: the cause of a context (see [context.WithCancelCause]) and the error of an
// HTTP transport.
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
		textAs[*BatchError], textAs[*APIError], textAs[*StreamError], textAs[*ConnectionError], textAs[*DecodeError], textAs[*ValidationError],
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
