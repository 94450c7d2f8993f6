package natsjobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	scanMessages = 1000
	scanBytes    = 8 << 20
)

// scanned is a result as it was read from the stream.
type scanned struct {
	found
	msg jetstream.Msg
}

// scan reads the results from a sequence on, without their payloads if only the headers are needed.
func (q *Queue) scan(ctx context.Context, from uint64, headers bool) iter.Seq2[scanned, error] {
	return func(yield func(scanned, error) bool) {
		for {
			s, err := q.newScan(ctx, from, headers)
			if err == nil {
				err = s.run(ctx, yield)
			}
			if err != nil {
				yield(scanned{}, fmt.Errorf("natsjobs: read the results: %w", err))
				return
			}
			if s.left == 0 {
				return
			}
			from = s.next // the connection was lost
		}
	}
}

// scan is a consumer that only reads. The ordered one of the client would do, but its channel has no
// room for the status messages of the server: it drops results and starts again.
type scan struct {
	q        *Queue
	consumer jetstream.Consumer
	next     uint64 // sequence in the stream
	read     uint64 // sequence of the consumer
	left     uint64 // messages
}

func (q *Queue) newScan(ctx context.Context, from uint64, headers bool) (*scan, error) {
	consumer, err := ask(ctx, q, func(ctx context.Context) (jetstream.Consumer, error) {
		return q.results.CreateConsumer(ctx, jetstream.ConsumerConfig{
			DeliverPolicy: jetstream.DeliverByStartSequencePolicy,
			OptStartSeq:   from,
			AckPolicy:     jetstream.AckNonePolicy,
			HeadersOnly:   headers,
			MemoryStorage: true,
			// For a reader that dies: a server allows so many consumers.
			InactiveThreshold: time.Minute,
		})
	})
	if err != nil {
		return nil, err
	}
	return &scan{q: q, next: from, consumer: consumer, left: consumer.CachedInfo().NumPending}, nil
}

// run yields results until none is left, the loop is left, or some were lost on their way.
func (s *scan) run(ctx context.Context, yield func(scanned, error) bool) error {
	defer s.stop(ctx)
	for s.left > 0 {
		before, problem := s.read, s.q.nc.LastError()
		if err := s.fetch(ctx, yield); err != nil {
			return ignoreTemporary(ctx, err)
		}
		if s.read == before && s.left > 0 {
			return errors.Join(s.q.denied(problem), sleep(ctx, retryWait))
		}
	}
	return nil
}

func (s *scan) fetch(ctx context.Context, yield func(scanned, error) bool) error {
	attempt, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	batch, err := s.consumer.Fetch(int(min(s.left, scanMessages)),
		jetstream.FetchMaxBytes(int(max(scanBytes, 2*s.q.nc.MaxPayload()))),
		jetstream.FetchContext(attempt))
	if err != nil {
		return err
	}
	for m := range batch.Messages() {
		meta, err := m.Metadata()
		if err != nil {
			return err
		}
		if meta.Sequence.Consumer != s.read+1 {
			return nil // the next fetch reads nothing, either
		}
		f, err := readHeaders(m.Headers(), meta.Sequence.Stream)
		if err != nil {
			return err
		}
		s.read, s.next, s.left = meta.Sequence.Consumer, meta.Sequence.Stream+1, meta.NumPending
		if !yield(scanned{found: f, msg: m}, nil) {
			s.left = 0
			return nil
		}
	}
	return nil
}

// stop removes the consumer.
func (s *scan) stop(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = s.q.results.DeleteConsumer(ctx, s.consumer.CachedInfo().Name) // if it fails, the threshold removes it
}
