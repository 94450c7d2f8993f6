package jobs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// ReadJSONL reads jobs, one JSON object a line:
//
//	{"key": "row-1", "request": {"model": "openai/gpt-5.2", "messages": [{"role": "user", "content": "Hi"}]}, "meta": {"label": 3}}
//
// The key and the meta may be left out. Empty lines are skipped. The sequence ends with the first
// line that is not a job, or not UTF-8; its error names the line. It holds one line at a time, of any length, and
// can be read once.
func ReadJSONL(r io.Reader) iter.Seq2[Job, error] {
	return func(yield func(Job, error) bool) {
		lines := newLines(r)
		for lines.next() {
			text := bytes.TrimSpace(lines.text)
			if len(text) == 0 {
				continue
			}
			job, err := readJob(text)
			if err != nil {
				yield(Job{}, fmt.Errorf("jobs: line %d: %w", lines.n, err))
				return
			}
			if !yield(job, nil) {
				return
			}
		}
		if lines.err != nil {
			yield(Job{}, fmt.Errorf("jobs: line %d: %w", lines.n+1, lines.err))
		}
	}
}

func readJob(text []byte) (Job, error) {
	var job Job
	if !utf8.Valid(text) { // encoding/json would replace what is wrong, and make different keys equal
		return job, errors.New("is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields() // a wrong name would be a job without a request
	if err := d.Decode(&job); err != nil {
		return job, fmt.Errorf(`is not a job, {"key": …, "request": {…}, "meta": …}: %w`, err)
	}
	if rest, _ := io.ReadAll(d.Buffered()); len(bytes.TrimSpace(rest)) > 0 {
		return job, errors.New("has more than one JSON value")
	}
	if job.Key == "" && job.Request == nil {
		return job, errors.New(`has neither a "key" nor a "request"`)
	}
	return job, nil
}

// lines reads lines of any length.
type lines struct {
	r    *bufio.Reader
	n    int    // of lines so far
	text []byte // of the line, with its end; valid until the next
	long []byte
	err  error // that is not io.EOF
}

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, 64<<10)} }

func (l *lines) next() bool {
	text, err := l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = append(l.long[:0], text...)
		for errors.Is(err, bufio.ErrBufferFull) {
			text, err = l.r.ReadSlice('\n')
			l.long = append(l.long, text...)
		}
		text = l.long
	}
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
		return false
	}
	if len(text) > 0 {
		l.n++
	}
	if l.text = text; l.n == 1 {
		l.text = bytes.TrimPrefix(text, mark)
	}
	return len(text) > 0
}

// mark is the byte order mark, which some programs of Windows write.
var mark = []byte("\ufeff")
