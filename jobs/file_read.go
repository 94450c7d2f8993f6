package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/openrouter-go/openrouter"
)

// Done yields the keys in the order of the file, as it was on the disk when the loop began.
func (s *FileStore) Done(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for h, err := range s.heads(ctx, s.durable()) {
			if err != nil {
				yield("", err)
				return
			}
			if !h.isPending() && !yield(h.Key, nil) {
				return
			}
		}
	}
}

// Results yields the last result of each key, in the order of the file, as it was on the disk when
// the loop began. It reads the file twice, and needs about 40 bytes of memory for each key.
func (s *FileStore) Results(ctx context.Context) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		end := s.durable()
		count := map[keyHash]uint32{} // lines of the key that are still to come
		for h, err := range s.heads(ctx, end) {
			if err != nil {
				yield(Result{}, err)
				return
			}
			count[hashOf(h.Key)]++
		}
		for l, err := range s.lines(ctx, end) {
			var result Result
			if err == nil {
				err = s.at(l, json.Unmarshal(l.text, &result))
			}
			if err != nil {
				yield(Result{}, err)
				return
			}
			key := hashOf(result.Key)
			if count[key]--; count[key] == 0 && !yield(result, nil) {
				return
			}
		}
	}
}

// heads yields what a run must know of each line up to an end.
func (s *FileStore) heads(ctx context.Context, end int64) iter.Seq2[head, error] {
	return func(yield func(head, error) bool) {
		for l, err := range s.lines(ctx, end) {
			var h head
			if err == nil {
				h, err = readHead(l.text)
				err = s.at(l, err)
			}
			if !yield(h, err) || err != nil {
				return
			}
		}
	}
}

func (s *FileStore) durable() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size
}

type line struct {
	n    int
	text []byte // valid until the next line
}

// lines yields the lines up to an end.
func (s *FileStore) lines(ctx context.Context, end int64) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		lines := newLines(io.NewSectionReader(s.f, 0, end))
		for ctx.Err() == nil && lines.next() {
			if len(bytes.TrimSpace(lines.text)) > 0 && !yield(line{lines.n, lines.text}, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(line{}, err)
		} else if lines.err != nil {
			yield(line{}, fmt.Errorf("jobs: %w", lines.err))
		}
	}
}

// at adds the place of a line to an error.
func (s *FileStore) at(l line, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("jobs: %s: line %d: %w; remove the line to send its job again", s.path, l.n, err)
}

// head is a line without its answer.
type head struct {
	Key     string           `json:"key"`
	Err     string           `json:"error"`
	Batch   string           `json:"batch"`
	Usage   openrouter.Usage `json:"usage"`
	Meta    json.RawMessage  `json:"meta"`
	Value   present          `json:"value"`
	Answer  present          `json:"answer"`
	Request present          `json:"request"`
}

// present tells that a member is there, without decoding it.
type present bool

func (p *present) UnmarshalJSON(data []byte) error {
	*p = string(data) != "null"
	return nil
}

func (h *head) isPending() bool {
	return h.Batch != "" && h.Err == "" && !bool(h.Answer) && !bool(h.Value)
}

func readHead(text []byte) (head, error) {
	var h head
	switch err := json.Unmarshal(text, &h); {
	case err != nil:
		return h, fmt.Errorf("is not a result: %w", err)
	case bool(h.Request):
		return h, errors.New("is a job, not a result; read jobs with ReadJSONL")
	case h.Key == "":
		return h, errors.New("is not a result: it has no key")
	}
	return h, nil
}

// foreignMember returns a member of an object that has a key, and nothing else of a result. Beside
// what a result has, there may be members of a later version.
func foreignMember(text []byte) (name string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return ""
	}
	for member := range members {
		switch member {
		case "error", "error_type", "batch", "usage", "meta", "value", "answer":
			return ""
		case "key":
		default:
			name = max(name, member)
		}
	}
	return name
}
