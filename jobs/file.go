package jobs

import (
	"context"
	"errors"
	"iter"
)

// FileStore keeps results in a file, a JSON object a line. Open one with [OpenFile].
type FileStore struct{}

// OpenFile opens or creates a file of results.
func OpenFile(path string) (*FileStore, error) { return nil, errors.New("jobs: not built yet") }

// Done implements [Store].
func (s *FileStore) Done(ctx context.Context) iter.Seq2[string, error] { return nil }

// Results implements [Store].
func (s *FileStore) Results(ctx context.Context) iter.Seq2[Result, error] { return nil }

// Put implements [Store].
func (s *FileStore) Put(ctx context.Context, results ...Result) error { return nil }

// Close implements [Store].
func (s *FileStore) Close() error { return nil }
