package natsjobs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
)

// ErrInUse means that the folder of Config.Dir is open in another Queue, in this process or
// another. To share a queue between processes, use a server: see Config.URL.
var ErrInUse = errors.New("natsjobs: the folder is in use by another queue")

// embedded is a NATS server inside this process. It has no port.
type embedded struct {
	server *server.Server
	lock   *flock.Flock
}

// startEmbedded starts a server with its store in the folder dir, which it makes and locks.
func startEmbedded(dir string) (*embedded, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("natsjobs: make the folder of the queue: %w", err)
	}
	// Two servers on one store destroy it, and the server itself does not look.
	lock := flock.New(filepath.Join(dir, "lock"))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("natsjobs: lock the folder of the queue: %w", err)
	}
	if !locked {
		return nil, fmt.Errorf("%w: %s: end the other process, or start a nats-server with JetStream and give all of them its URL", ErrInUse, dir)
	}
	srv, err := server.NewServer(&server.Options{
		ServerName: "openrouter-jobs",
		DontListen: true,
		NoSigs:     true,
		NoLog:      true,
		JetStream:  true,
		StoreDir:   dir,
		// The default is to sync every two minutes.
		SyncAlways: true,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("natsjobs: start the server on %s: %w", dir, err), lock.Unlock())
	}
	e := &embedded{server: srv, lock: lock}
	srv.Start()
	if !srv.ReadyForConnections(startTimeout) {
		return nil, errors.Join(fmt.Errorf("natsjobs: the server on %s is not ready after %s", dir, startTimeout), e.stop())
	}
	if !srv.JetStreamEnabled() {
		return nil, errors.Join(fmt.Errorf("natsjobs: the server cannot use the folder %s as a store", dir), e.stop())
	}
	return e, nil
}

// startTimeout is for the recovery of large stores: a server reads its index before it is ready.
const startTimeout = time.Minute

func (e *embedded) stop() error {
	e.server.Shutdown()
	e.server.WaitForShutdown()
	return e.lock.Unlock()
}
