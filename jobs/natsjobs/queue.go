package natsjobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Config configures a queue. Set exactly one of Dir and URL.
type Config struct {
	// Dir is the folder of a server inside this process, without a port. It is created if it does not
	// exist. Only one Queue at a time can use it; see [ErrInUse]. Each write waits for the disk.
	Dir string

	// URL is the address of a NATS server with JetStream, or several addresses of a cluster, such as
	// "nats://a:4222,nats://b:4222". A power cut can lose the writes of the server's last
	// sync_interval, by default two minutes, unless another server of the cluster has them.
	URL string

	// Options are options of the connection to URL, such as nats.UserCredentials.
	Options []nats.Option

	// Replicas is how many servers of a cluster keep each job and result. It is used when the queue is
	// created. 0 means 3 in a cluster and 1 otherwise.
	Replicas int

	// Lease is the time after which a job of a dead or disconnected worker goes to another worker.
	// Live workers renew their leases, however long an answer takes. 0 means the lease that the queue
	// already has, or 30 seconds for a new queue. The minimum is 300 milliseconds. It cannot be
	// changed while there are workers.
	Lease time.Duration

	// Deaths is how many workers may die while they run a job. Then the job is recorded as failed. 0
	// means 5.
	Deaths int

	// Wait makes Work wait for more jobs when all are recorded. It then returns when its context ends,
	// Drain is called, or the runner stops.
	Wait bool
}

const (
	defaultLease  = 30 * time.Second
	minLease      = 300 * time.Millisecond
	defaultDeaths = 5
	openTimeout   = time.Minute
)

// Queue is a queue of jobs, with their results, on a NATS server. It is a [jobs.Store] and safe for
// concurrent use. If the server does not answer, its methods try again until their context ends.
type Queue struct {
	name   string
	lease  time.Duration
	deaths int
	wait   bool

	server *embedded // nil with a URL
	nc     *nats.Conn
	js     jetstream.JetStream

	jobs     jetstream.Stream
	results  jetstream.Stream
	workers  jetstream.Consumer
	state    jetstream.KeyValue
	objects  jetstream.ObjectStore
	counted  count
	draining context.Context // ends with Drain
	drain    context.CancelFunc
	life     context.Context // ends with Close
	end      context.CancelFunc
	close    sync.Once
	closeErr error
}

var validName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Open opens the queue with this name, and creates it if it does not exist. A name has 1 to 64
// ASCII letters, digits, hyphens and underscores. A folder or server may have several queues.
//
// ctx limits only the opening. Without a deadline, Open waits up to a minute for a cluster that has
// no leader yet. Close the queue when it is no longer needed.
func Open(ctx context.Context, name string, config Config) (*Queue, error) {
	if err := check(name, config); err != nil {
		return nil, err
	}
	q := &Queue{name: name, deaths: config.Deaths, wait: config.Wait}
	q.draining, q.drain = context.WithCancel(context.Background())
	q.life, q.end = context.WithCancel(context.Background())
	if q.deaths == 0 {
		q.deaths = defaultDeaths
	}
	if err := q.connect(ctx, config); err != nil {
		return nil, errors.Join(err, q.Close())
	}
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, openTimeout)
		defer cancel()
	}
	if err := q.prepare(ctx, config); err != nil {
		return nil, errors.Join(fmt.Errorf("natsjobs: open the queue %s: %w", name, advise(err)), q.Close())
	}
	return q, nil
}

// advise adds what to do about an error of prepare.
func advise(err error) error {
	switch {
	case errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return fmt.Errorf("%w: enable JetStream for the account of the user, in the configuration of the server", err)
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled):
		return fmt.Errorf("%w: the server needs JetStream, as with nats-server -js", err)
	case hasCode(err, codeNoPeers):
		return fmt.Errorf("%w: a new queue in a cluster is kept on 3 servers unless Config.Replicas is set", err)
	case errors.Is(err, context.DeadlineExceeded) || hasCode(err, codeNotAvailable):
		return fmt.Errorf("%w: JetStream does not answer; in a cluster, more than half of the servers must run", err)
	}
	return err
}

func check(name string, config Config) error {
	switch {
	case !validName.MatchString(name):
		return fmt.Errorf("natsjobs: the queue name %q is invalid; it must have 1 to 64 letters, digits, '-' and '_'", name)
	case config.Dir == "" && config.URL == "":
		return errors.New("natsjobs: Config.Dir and Config.URL are both empty; set Dir for a server in this process, or URL")
	case config.Dir != "" && config.URL != "":
		return errors.New("natsjobs: Config.Dir and Config.URL cannot both be set")
	case config.Dir != "" && (config.Replicas > 1 || len(config.Options) > 0):
		return errors.New("natsjobs: Config.Replicas and Config.Options need Config.URL")
	case config.Replicas < 0 || config.Replicas > 5:
		return fmt.Errorf("natsjobs: Config.Replicas is %d: it must be 0 to 5", config.Replicas)
	case config.Lease != 0 && config.Lease < minLease:
		return fmt.Errorf("natsjobs: Config.Lease is %s: it must be at least %s", config.Lease, minLease)
	case config.Deaths < 0:
		return fmt.Errorf("natsjobs: Config.Deaths is %d: it must not be negative", config.Deaths)
	}
	return nil
}

func (q *Queue) connect(ctx context.Context, config Config) error {
	options := config.Options
	if config.Dir != "" {
		var err error
		if q.server, err = startEmbedded(config.Dir); err != nil {
			return err
		}
		options = []nats.Option{nats.InProcessServer(q.server.server)}
	}
	options = append([]nats.Option{
		nats.Name("openrouter-jobs " + q.name),
		// The client's own handler writes to standard error. What matters comes as an error, too.
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
		// A server that restarts must not end its workers, however long it takes.
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(250*time.Millisecond, time.Second),
	}, options...)
	var err error
	if q.nc, err = dial(ctx, config.URL, options); err != nil {
		if bad, ok := errors.AsType[*url.Error](err); ok {
			// The whole of it may show a password.
			return fmt.Errorf("natsjobs: Config.URL is not a URL: %w", bad.Err)
		}
		return fmt.Errorf("natsjobs: connect to the server of Config.URL: %w", err)
	}
	q.js, err = jetstream.New(q.nc,
		jetstream.WithPublishAsyncMaxPending(4*publishBatch),
		jetstream.WithPublishAsyncTimeout(publishTimeout))
	return err
}

// dial connects to a server, until the context ends.
func dial(ctx context.Context, address string, options []nats.Option) (*nats.Conn, error) {
	type connection struct {
		nc  *nats.Conn
		err error
	}
	done := make(chan connection, 1)
	go func() {
		nc, err := nats.Connect(address, options...)
		done <- connection{nc, err}
	}()
	select {
	case c := <-done:
		return c.nc, c.err
	case <-ctx.Done():
		go func() {
			if c := <-done; c.err == nil {
				c.nc.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

// prepare opens the streams of the queue, and makes those that do not exist.
func (q *Queue) prepare(ctx context.Context, config Config) error {
	replicas := config.Replicas
	if replicas == 0 {
		replicas = 1
		if q.nc.ConnectedClusterName() != "" {
			replicas = 3
		}
	}
	var err error
	q.jobs, err = q.stream(ctx, jetstream.StreamConfig{
		Name:        "openrouter-jobs-" + q.name,
		Description: "jobs that have no result",
		Subjects:    []string{q.jobSubject("*")},
		Retention:   jetstream.WorkQueuePolicy,
		// The server refuses a job whose key is queued, without a limit in time.
		MaxMsgsPerSubject:    1,
		Discard:              jetstream.DiscardNew,
		DiscardNewPerSubject: true,
		AllowDirect:          true,
		Replicas:             replicas,
	})
	if err != nil {
		return err
	}
	q.results, err = q.stream(ctx, jetstream.StreamConfig{
		Name:              "openrouter-results-" + q.name,
		Description:       "the last result of each job",
		Subjects:          []string{q.resultSubject("*")},
		MaxMsgsPerSubject: 1,
		AllowDirect:       true,
		Replicas:          replicas,
	})
	if err != nil {
		return err
	}
	bucket := "openrouter-" + q.name
	q.state, err = ask(ctx, q, func(ctx context.Context) (jetstream.KeyValue, error) {
		state, err := q.js.KeyValue(ctx, bucket)
		if errors.Is(err, jetstream.ErrBucketNotFound) {
			return q.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: bucket, Replicas: replicas})
		}
		return state, err
	})
	if err != nil {
		return fmt.Errorf("the key-value bucket %s: %w", bucket, err)
	}
	q.objects, err = ask(ctx, q, func(ctx context.Context) (jetstream.ObjectStore, error) {
		objects, err := q.js.ObjectStore(ctx, bucket)
		if errors.Is(err, jetstream.ErrBucketNotFound) {
			return q.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: bucket, Replicas: replicas})
		}
		return objects, err
	})
	if err != nil {
		return fmt.Errorf("the object store %s: %w", bucket, err)
	}
	if err := q.consumer(ctx, config.Lease); err != nil {
		return err
	}
	if q.server != nil {
		return q.forgetTheDead(ctx)
	}
	return nil
}

func (q *Queue) stream(ctx context.Context, config jetstream.StreamConfig) (jetstream.Stream, error) {
	stream, err := ask(ctx, q, func(ctx context.Context) (jetstream.Stream, error) {
		stream, err := q.js.Stream(ctx, config.Name)
		if errors.Is(err, nats.ErrNoResponders) {
			return nil, jetstream.ErrJetStreamNotEnabled // a server without a leader does not answer, but it listens
		}
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			return q.js.CreateStream(ctx, config)
		}
		return stream, err
	})
	if err != nil {
		return nil, fmt.Errorf("the stream %s: %w", config.Name, err)
	}
	return stream, nil
}

func (q *Queue) streamInfo(ctx context.Context, s jetstream.Stream) (*jetstream.StreamInfo, error) {
	return ask(ctx, q, func(ctx context.Context) (*jetstream.StreamInfo, error) { return s.Info(ctx) })
}

// consumer opens the one consumer of the jobs, which all workers share.
func (q *Queue) consumer(ctx context.Context, lease time.Duration) error {
	consumer, err := ask(ctx, q, func(ctx context.Context) (jetstream.Consumer, error) { return q.jobs.Consumer(ctx, "workers") })
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return err
	}
	// A process that was killed in forgetTheDead leaves a lease that nobody asked for.
	if err == nil && consumer.CachedInfo().Config.AckWait >= minLease {
		q.lease = consumer.CachedInfo().Config.AckWait
		if lease == 0 || lease == q.lease {
			q.workers = consumer
			return nil
		}
		if err := q.mayChange(ctx, lease); err != nil {
			return err
		}
	}
	q.lease = cmp.Or(lease, defaultLease)
	q.workers, err = ask(ctx, q, func(ctx context.Context) (jetstream.Consumer, error) {
		return q.jobs.CreateOrUpdateConsumer(ctx, q.consumerConfig(q.lease))
	})
	return err
}

// mayChange returns an error if there are workers, who would renew their leases too late.
func (q *Queue) mayChange(ctx context.Context, lease time.Duration) error {
	info, err := q.streamInfo(ctx, q.jobs)
	if err != nil {
		return err
	}
	workers, _, err := q.present(ctx, info.TimeStamp)
	if err != nil || workers == 0 || q.server != nil {
		return err
	}
	return fmt.Errorf("the queue has %d workers and a lease of %s; stop the workers before you change it to %s", workers, q.lease, lease)
}

func (q *Queue) consumerConfig(lease time.Duration) jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable:   "workers",
		AckPolicy: jetstream.AckExplicitPolicy,
		AckWait:   lease,
		// Work counts deliveries itself: the server would leave a message in the stream for ever.
		MaxDeliver: -1,
		// The default of 1000 is for the whole fleet.
		MaxAckPending: -1,
	}
}

// forgetTheDead gives the jobs of dead workers out at once. The folder is locked, so no worker of
// another process lives.
func (q *Queue) forgetTheDead(ctx context.Context) error {
	if err := q.clearWorkers(ctx); err != nil {
		return err
	}
	info, err := q.workers.Info(ctx)
	if err != nil || info.NumAckPending == 0 {
		return err
	}
	// The server looks for leases that have ended 100 ms after their length was changed.
	if _, err := q.jobs.UpdateConsumer(ctx, q.consumerConfig(time.Millisecond)); err != nil {
		return err
	}
	select {
	case <-time.After(250 * time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	q.workers, err = q.jobs.UpdateConsumer(ctx, q.consumerConfig(q.lease))
	return err
}

// Drain makes every Work of this Queue return as soon as its running jobs are recorded. Jobs that
// were not started go back to the queue. Later calls of Work return at once.
func (q *Queue) Drain() { q.drain() }

// Close closes the connection, and stops the server of Config.Dir. It must not be called while Work
// runs. Later calls return the same error as the first.
func (q *Queue) Close() error {
	q.close.Do(func() {
		q.end()
		if q.nc != nil {
			q.nc.Close()
		}
		if q.server != nil {
			q.closeErr = q.server.stop()
		}
	})
	return q.closeErr
}
