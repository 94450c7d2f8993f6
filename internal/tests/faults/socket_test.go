package faults_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// onWire is a reply of bytes and worse. The request has been read.
func onWire(f func(*net.TCPConn)) reply { return reply{raw: f} }

// writes sends bytes as they are and closes the connection.
func writes(text string) reply {
	return onWire(func(c *net.TCPConn) { _, _ = io.WriteString(c, text) })
}

// writesAndStays sends bytes and waits until the client goes.
func writesAndStays(text string) reply {
	return onWire(func(c *net.TCPConn) {
		_, _ = io.WriteString(c, text)
		_, _ = io.Copy(io.Discard, c)
	})
}

// resets sends bytes and resets the connection, in place of closing it.
func resets(text string) reply {
	return onWire(func(c *net.TCPConn) {
		_, _ = io.WriteString(c, text)
		_ = c.SetLinger(0)
	})
}

// patience is how long nothing that works takes.
const patience = 10 * time.Second

// rawServer is a listener that knows nothing of HTTP but how to read a request.
type rawServer struct {
	addr     string
	listener net.Listener
	requests atomic.Int32
	serving  sync.WaitGroup
}

// listenRaw gives each connection the next reply; without any, it listens no
// more.
func listenRaw(t *testing.T, replies []reply) *rawServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &rawServer{addr: l.Addr().String(), listener: l}
	if len(replies) == 0 {
		l.Close()
		return w
	}
	w.serving.Go(func() {
		for i := 0; ; i++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if i >= len(replies) {
				t.Error("one connection too many")
				conn.Close()
				continue
			}
			w.serving.Go(func() {
				defer conn.Close()
				defer time.AfterFunc(patience, func() {
					t.Errorf("the client still holds the connection after %v", patience)
					conn.Close()
				}).Stop()
				if w.readRequest(conn) == nil {
					replies[i].raw(conn.(*net.TCPConn))
				}
			})
		}
	})
	return w
}

func (w *rawServer) readRequest(conn net.Conn) error {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return err
	}
	w.requests.Add(1)
	_, err = io.Copy(io.Discard, req.Body)
	return err
}

func (w *rawServer) close() {
	if err := w.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		panic(err)
	}
	w.serving.Wait()
}
