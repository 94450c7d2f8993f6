package jobs

import "log/slog"

// LogValue returns the counts of jobs and the usage. log/slog calls it, and
// [openrouter.LogCalls] shows it at the end of a run.
func (s Status) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Int("done", s.Done), slog.Int("failed", s.Failed), slog.Int("left", s.Left)}
	return slog.GroupValue(append(attrs, s.Usage.LogValue().Group()...)...)
}
