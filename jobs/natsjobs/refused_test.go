package natsjobs_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/jobs"
	"github.com/openrouter-go/openrouter/jobs/natsjobs"
)

func as(name, password string) []nats.Option { return []nats.Option{nats.UserInfo(name, password)} }

func TestOpenDoesNotWaitForAServerWithoutJetStream(t *testing.T) {
	srv := newServer(t, func(o *server.Options) { o.JetStream = false })
	start := time.Now()
	_, err := natsjobs.Open(t.Context(), "labels", natsjobs.Config{URL: srv.URL})
	require.ErrorIs(t, err, jetstream.ErrJetStreamNotEnabled)
	assert.ErrorContains(t, err, "nats-server -js")
	assert.Less(t, time.Since(start), 30*time.Second)
}

func TestOpenEndsWithItsContext(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = natsjobs.Open(ctx, "labels", natsjobs.Config{URL: "nats://" + silent.Addr().String()})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAMissingPermissionIsAnError(t *testing.T) {
	t.Parallel() // it waits most of the time
	denied := func(subjects ...string) *server.Permissions {
		return &server.Permissions{Publish: &server.SubjectPermission{Allow: []string{">"}, Deny: subjects}}
	}
	srv := newServer(t, func(o *server.Options) {
		o.Users = []*server.User{
			{Username: "all", Password: "p"},
			{Username: "api", Password: "p", Permissions: denied("$JS.API.>")},
			{Username: "state", Password: "p", Permissions: denied("$KV.>")},
			{Username: "next", Password: "p", Permissions: denied("$JS.API.CONSUMER.MSG.NEXT.>")},
			{Username: "results", Password: "p", Permissions: denied("openrouter.results.>")},
			{Username: "ack", Password: "p", Permissions: denied("$JS.ACK.>")},
			{Username: "inbox", Password: "p", Permissions: &server.Permissions{Subscribe: &server.SubjectPermission{Deny: []string{"_INBOX.>"}}}},
		}
	})
	add(t, open(t, "labels", natsjobs.Config{URL: srv.URL, Options: as("all", "p")}), 0, 10)
	for name, subject := range map[string]string{
		"api": "$JS.API.STREAM.INFO", "inbox": "_INBOX.", "state": "$KV.openrouter-labels", "next": "$JS.API.CONSUMER.MSG.NEXT",
		"results": "openrouter.results.labels", "ack": "$JS.ACK.",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, err := natsjobs.Open(within(t, long), "labels", natsjobs.Config{URL: srv.URL, Options: as(name, "p")})
			if err == nil {
				defer q.Close()
				_, err = q.Work(within(t, long), &jobs.Runner{Client: newFake(t, nil).Client(), Workers: 1})
			}
			require.ErrorIs(t, err, nats.ErrPermissionViolation)
			assert.ErrorContains(t, err, subject)
			assert.ErrorContains(t, err, "natsjobs: ")
		})
	}
}

// It is not the fault of the job.
func TestAJobThatMayNotBeReadDoesNotFail(t *testing.T) {
	t.Parallel() // it waits most of the time
	srv := newServer(t, func(o *server.Options) {
		o.Users = []*server.User{
			{Username: "all", Password: "p"},
			{Username: "objects", Password: "p", Permissions: &server.Permissions{
				Publish: &server.SubjectPermission{Allow: []string{">"}, Deny: []string{"$JS.API.DIRECT.GET.OBJ_openrouter-labels.>"}},
			}},
		}
	})
	q := open(t, "labels", natsjobs.Config{URL: srv.URL, Options: as("all", "p")})
	_, _, err := q.Add(t.Context(), list(large(2<<20)))
	require.NoError(t, err)
	worker := open(t, "labels", natsjobs.Config{URL: srv.URL, Options: as("objects", "p")})
	_, err = worker.Work(within(t, 2*long), &jobs.Runner{Client: newFake(t, nil).Client()})
	require.ErrorIs(t, err, nats.ErrPermissionViolation)
	assert.Empty(t, results(t, q))
	assert.Equal(t, 1, left(t, q))
}

func TestAFullServerIsAnError(t *testing.T) {
	srv := newServer(t, func(o *server.Options) { o.JetStreamMaxStore = 256 << 10 })
	q := open(t, "labels", natsjobs.Config{URL: srv.URL})
	added, _, err := q.Add(within(t, long), rows(0, 5000))
	require.ErrorContains(t, err, "storage of the server is full")
	assert.NotZero(t, added)
	assert.Equal(t, added, left(t, q), "what is in the queue is counted")
}

func TestARejectedUserIsAnError(t *testing.T) {
	t.Parallel()
	srv := newServer(t, func(o *server.Options) { o.Username, o.Password = "u", "old" })
	q := open(t, "labels", natsjobs.Config{URL: srv.URL, Options: as("u", "old")})
	srv.stop()
	srv.opts.Password = "new"
	srv.start()
	_, err := q.Status(within(t, long))
	require.ErrorIs(t, err, nats.ErrConnectionClosed)
	assert.ErrorIs(t, err, nats.ErrAuthorization)
}

func TestTheEndOfTheContextIsTheErrorOfACallThatWaits(t *testing.T) {
	t.Parallel()
	srv := newServer(t)
	q := open(t, "labels", natsjobs.Config{URL: srv.URL})
	add(t, q, 0, 10)
	srv.stop()
	for name, call := range map[string]func(context.Context) error{
		"Status": func(ctx context.Context) error { _, err := q.Status(ctx); return err },
		"Add":    func(ctx context.Context) error { _, _, err := q.Add(ctx, rows(0, 3)); return err },
		"Put":    func(ctx context.Context) error { return q.Put(ctx, jobs.Result{Key: "a"}) },
		"Work": func(ctx context.Context) error {
			_, err := q.Work(ctx, &jobs.Runner{Client: newFake(t, nil).Client()})
			return err
		},
		"Results": func(ctx context.Context) error {
			for _, err := range q.Results(ctx) {
				return err
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			start := time.Now()
			require.ErrorIs(t, call(ctx), context.Canceled)
			assert.Less(t, time.Since(start), 4*time.Second, "a request has five seconds")
		})
	}
}
