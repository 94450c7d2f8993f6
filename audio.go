package openrouter

import (
	"errors"
	"fmt"
	"strings"
)

// Audio is speech a model made, or in a [Delta] a fragment of it.
type Audio struct {
	// ID names the recording on the provider's side. Sending it back, without
	// Data, stands for the recording.
	ID string `json:"id,omitzero"`
	// Data is the base64 of the recording: see [Audio.Bytes].
	Data string `json:"data,omitzero" wire:"text"`
	// ExpiresAt is the Unix time in seconds after which ID is forgotten.
	ExpiresAt int64 `json:"expires_at,omitzero"`
	// Transcript is what is said.
	Transcript string `json:"transcript,omitzero" wire:"text"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

var errNoAudio = errors.New("openrouter: audio: no data")

// Bytes decodes the recording, in the format the request asked for. Having no
// data is an error.
func (a *Audio) Bytes() ([]byte, error) {
	if a == nil {
		return nil, errNoAudio
	}
	var out []byte
	// The fragments of a stream may each have been padded on their own.
	for fragment := range strings.SplitSeq(a.Data, "=") {
		b, err := decodeBase64(fragment)
		if err != nil {
			return nil, fmt.Errorf("openrouter: audio: %w", err)
		}
		if out == nil {
			out = b
			continue
		}
		out = append(out, b...)
	}
	if len(out) == 0 {
		return nil, errNoAudio
	}
	return out, nil
}
