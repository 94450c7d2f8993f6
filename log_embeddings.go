package openrouter

import "log/slog"

// LogValue returns the id, the model, the number of vectors and the usage, without the vectors.
// log/slog calls it.
func (l *EmbeddingList) LogValue() slog.Value {
	if l == nil {
		return slog.Value{}
	}
	attrs := []slog.Attr{slog.String("id", l.ID), slog.String("model", l.Model), slog.Int("vectors", len(l.Data))}
	if l.Usage != nil {
		attrs = append(attrs, slog.Int("prompt_tokens", l.Usage.PromptTokens), slog.Float64("cost", l.Usage.Cost))
	}
	return slog.GroupValue(attrs...)
}
