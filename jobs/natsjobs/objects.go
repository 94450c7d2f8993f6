package natsjobs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// stalled is how long an object may stand still on its way before it is sent or read again. How long
// the whole of it takes depends on the line.
const stalled = 30 * time.Second

// transfer is the context of an object on its way.
type transfer struct {
	context.Context
	timer *time.Timer
	end   context.CancelCauseFunc
	leave func() bool
}

func (q *Queue) newTransfer(ctx context.Context) *transfer {
	ctx, end := context.WithCancelCause(ctx)
	return &transfer{
		Context: ctx,
		timer:   time.AfterFunc(stalled, func() { end(context.DeadlineExceeded) }),
		end:     end,
		leave:   context.AfterFunc(q.life, func() { end(nats.ErrConnectionClosed) }),
	}
}

// Deadline limits one read of the client, which sees the end of the context only between two reads.
func (t *transfer) Deadline() (time.Time, bool) { return time.Now().Add(retryWait), true }

func (t *transfer) moved() { t.timer.Reset(stalled) }

// stop frees what the transfer holds. It returns the reason why it ended, or err.
func (t *transfer) stop(err error) error {
	t.timer.Stop()
	t.leave()
	if err != nil && t.Err() != nil {
		err = context.Cause(t)
	}
	t.end(nil)
	return err
}

// putObject stores an object.
func (q *Queue) putObject(ctx context.Context, name string, data []byte) error {
	_, err := repeat(ctx, q, func() (*jetstream.ObjectInfo, error) {
		t := q.newTransfer(ctx)
		info, err := q.objects.Put(t, jetstream.ObjectMeta{Name: name}, &upload{t, q.nc, bytes.NewReader(data), 0})
		return info, t.stop(err)
	})
	return err
}

// upload reads an object no faster than the server takes it. Otherwise the client would hold all of it,
// and nothing would show whether it moves.
type upload struct {
	*transfer
	nc   *nats.Conn
	data *bytes.Reader
	sent int
}

const uploadWindow = 512 << 10

func (u *upload) Read(p []byte) (int, error) {
	if u.sent >= uploadWindow {
		err := u.nc.FlushWithContext(u.transfer)
		if errors.Is(err, nats.ErrConnectionClosed) && !u.nc.IsClosed() {
			err = nats.ErrDisconnected // Flush says closed of a connection that is only lost
		}
		if err != nil {
			return 0, err
		}
		u.sent = 0
		u.moved()
	}
	n, err := u.data.Read(p)
	u.sent += n
	return n, err
}

// getObject reads an object.
func (q *Queue) getObject(ctx context.Context, name string) ([]byte, error) {
	return repeat(ctx, q, func() (data []byte, err error) {
		t := q.newTransfer(ctx)
		r, err := q.objects.Get(t, name)
		if err == nil {
			data, err = io.ReadAll(download{t, r})
			err = errors.Join(err, r.Close())
		}
		return data, t.stop(err)
	})
}

// download tells what moves, and reads on after a wait that was not the end.
type download struct {
	*transfer
	r io.Reader
}

func (d download) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if n > 0 {
		d.moved()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && d.Err() == nil {
		err = nil
	}
	return n, err
}
