package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"unicode/utf8"
)

// FileStore keeps results in a file, one JSON object per line, in the order of their arrival. Open
// one with [OpenFile]. It keeps no results in memory, and is safe for concurrent use. Other
// programs may read the file at any time.
type FileStore struct {
	path string
	abs  string // the program may change its folder
	f    *os.File
	info fs.FileInfo // at the beginning

	mu   sync.Mutex // of what follows, and of writing
	size int64      // of the lines that are durable
	buf  []byte
	err  error // after it the file may differ from what the disk holds
}

// OpenFile opens or creates a file of results. The file is locked until [FileStore.Close]: a second
// OpenFile of the same file fails, in this process and in others. The lock exists on Linux, macOS,
// the BSDs, illumos and Windows only.
//
// If a crash has cut the last line, OpenFile removes it; its job was not recorded. OpenFile refuses
// files with other content. After a power loss, check the file with [FileStore.Done]: a line that
// is not a result ends the sequence with an error that names the line.
func OpenFile(path string) (*FileStore, error) {
	f, err := openLocked(path)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	s := &FileStore{path: path, abs: path, f: f}
	if abs, err := filepath.Abs(path); err == nil {
		s.abs = abs
	}
	if err := s.open(); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("jobs: %s: %w", path, err)
	}
	return s, nil
}

var errForeign = errors.New("is not a file of results")

// errLocked is the reason of a [fs.PathError].
var errLocked = errors.New("is open in another FileStore, here or in another process")

func (s *FileStore) open() error {
	var err error
	if s.info, err = s.f.Stat(); err != nil {
		return err
	}
	if !s.info.Mode().IsRegular() {
		return errors.New("is not a regular file")
	}
	if s.size = s.info.Size(); s.size == 0 {
		return syncDir(filepath.Dir(s.path)) // a file without a name is lost with its results
	}
	first := make([]byte, min(s.size, 64)) // the first line of another file may be very long
	if _, err := s.f.ReadAt(first, 0); err != nil {
		return err
	}
	if first = bytes.TrimSpace(bytes.TrimPrefix(first, mark)); len(first) > 0 && first[0] != '{' {
		return errForeign
	}
	lines := newLines(io.NewSectionReader(s.f, 0, s.size))
	for lines.next() && len(bytes.TrimSpace(lines.text)) == 0 {
	}
	if bytes.HasSuffix(lines.text, []byte("\n")) {
		if _, err := readHead(lines.text); err != nil {
			return fmt.Errorf("line %d: %w", lines.n, err)
		}
		if name := foreignMember(lines.text); name != "" {
			return fmt.Errorf("line %d: is not a result: it has %q", lines.n, name)
		}
	}
	if lines.err != nil {
		return lines.err
	}
	return s.mend()
}

// mend cuts a last line that is not whole. A line that lacks nothing but its end is kept.
func (s *FileStore) mend() error {
	start, err := s.lastLine()
	if err != nil || start == s.size {
		return err
	}
	tail := make([]byte, s.size-start)
	if _, err := s.f.ReadAt(tail, start); err != nil {
		return err
	}
	if _, err := readHead(tail); err == nil {
		if err := s.append([]byte("\n")); err != nil {
			return err
		}
		s.size++
		return s.f.Sync()
	}
	if start == 0 && !bytes.HasPrefix([]byte(`{"key":`), tail[:min(len(tail), len(`{"key":`))]) {
		return errForeign
	}
	if err := s.f.Truncate(start); err != nil {
		return err
	}
	s.size = start
	return s.f.Sync()
}

// lastLine returns where the line begins that has no end; the size of the file if there is none.
func (s *FileStore) lastLine() (int64, error) {
	buf := make([]byte, 64<<10)
	for end := s.size; end > 0; {
		part := buf[:min(int64(len(buf)), end)]
		end -= int64(len(part))
		if _, err := s.f.ReadAt(part, end); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return end + int64(i) + 1, nil
		}
	}
	return 0, nil
}

// Put adds results to the file, with one write and one sync. If writing fails, the file stays as
// before. After a failed sync, the content of the disk is unknown and every later Put fails: open
// the file again. Put also fails after another program has removed, replaced or changed the file.
func (s *FileStore) Put(ctx context.Context, results ...Result) error {
	if err := ctx.Err(); err != nil || len(results) == 0 {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	buf := s.buf[:0]
	for i := range results {
		var err error
		if buf, err = appendResult(buf, &results[i]); err != nil {
			return fmt.Errorf("jobs: the result of %q cannot be stored: %w", results[i].Key, err)
		}
	}
	if s.buf = buf; cap(buf) > 1<<20 {
		s.buf = nil // media may be large
	}
	if err := s.append(buf); err != nil {
		if cut := s.f.Truncate(s.size); cut != nil {
			s.err = fmt.Errorf("jobs: %s: a line may be cut, open the file again: %w", s.path, cut)
		}
		return fmt.Errorf("jobs: %w", err)
	}
	if err := s.f.Sync(); err != nil {
		s.err = fmt.Errorf("jobs: %s: results may be lost, open the file again: %w", s.path, err)
		return s.err
	}
	s.size += int64(len(buf))
	// One that has no name any more would take the results with it.
	if info, err := os.Stat(s.abs); err != nil || !os.SameFile(info, s.info) || info.Size() != s.size {
		s.err = fmt.Errorf("jobs: %s: was removed, replaced or changed by another program: results may be lost, open the file again", s.path)
	}
	return s.err
}

func (s *FileStore) append(data []byte) error {
	if _, err := s.f.Seek(s.size, io.SeekStart); err != nil { // Windows has no O_APPEND here
		return err
	}
	_, err := s.f.Write(data)
	return err
}

// Close unlocks and closes the file. Later calls fail with [fs.ErrClosed].
func (s *FileStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.f.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}

// appendResult appends a line. It writes the parts itself, because encoding/json would check and
// copy the answer twice more.
func appendResult(buf []byte, r *Result) ([]byte, error) {
	if r.Key == "" || !utf8.ValidString(r.Key) {
		return nil, errors.New("its key is empty or not valid UTF-8")
	}
	head := *r
	head.Value, head.Answer = nil, nil
	data, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	buf = append(buf, data[:len(data)-1]...)
	if len(r.Value) > 0 {
		compact := bytes.NewBuffer(append(buf, `,"value":`...))
		if err := json.Compact(compact, r.Value); err != nil {
			return nil, fmt.Errorf("its value is not JSON: %w", err)
		}
		buf = compact.Bytes()
	}
	if r.Answer != nil {
		data, err := r.Answer.MarshalJSON()
		if err != nil {
			return nil, err
		}
		buf = append(append(buf, `,"answer":`...), data...)
	}
	return append(buf, '}', '\n'), nil
}
