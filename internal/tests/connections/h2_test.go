package connections_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// The kinds, flags and codes of RFC 9113 that this server needs.
const (
	frameData, frameHeaders, frameReset, frameSettings, framePing, frameGoAway = 0, 1, 3, 4, 6, 7

	flagEndStream, flagAck, flagEndHeaders = 1, 1, 4

	codeNone, codeProtocol, codeInternal, codeRefused = 0, 1, 2, 7
)

// rawH2 is an HTTP/2 server that knows frames and nothing else, so that it can
// break off wherever a test wants.
type rawH2 struct {
	url      string
	roots    *x509.CertPool
	requests atomic.Int32
	conns    atomic.Int32
}

// h2Conn is one connection of a rawH2.
type h2Conn struct {
	net.Conn
	t *testing.T
}

func (c *h2Conn) frame(kind, flags byte, stream uint32, payload []byte) {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(payload))<<8|uint32(kind))
	b = append(b, flags)
	b = binary.BigEndian.AppendUint32(b, stream)
	_, _ = c.Write(append(b, payload...)) // the client may have gone
}

func (c *h2Conn) reset(stream, code uint32) {
	c.frame(frameReset, 0, stream, binary.BigEndian.AppendUint32(nil, code))
}

// goAway says that no stream after last was looked at.
func (c *h2Conn) goAway(last, code uint32) {
	c.frame(frameGoAway, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code))
}

// earlyHints sends the status 103, which is no answer: a literal without a name in
// the table, in the static table at 8.
func (c *h2Conn) earlyHints(stream uint32) {
	c.frame(frameHeaders, flagEndHeaders, stream, append([]byte{0x08, 3}, "103"...))
}

// answer sends the status 200, which is number 8 of HPACK's static table, and JSON.
func (c *h2Conn) answer(stream uint32, body string) {
	c.head(stream)
	c.frame(frameData, flagEndStream, stream, []byte(body))
}

// head sends the status and the content type, whose name is number 31.
func (c *h2Conn) head(stream uint32) {
	const json = "application/json"
	c.frame(frameHeaders, flagEndHeaders, stream, append([]byte{0x88, 0x0f, 31 - 15, byte(len(json))}, json...))
}

// A when says at which part of a request a server acts.
type when int

const (
	atEnd  when = iota // the request is complete
	atHead             // the header has come
)

// serveH2 calls act for each request, with its number; the first is 1.
func serveH2(t *testing.T, at when, act func(n int, c *h2Conn, stream uint32)) *rawH2 {
	borrowed := httptest.NewTLSServer(http.NotFoundHandler()) // its certificate is valid for 127.0.0.1
	cert := borrowed.TLS.Certificates[0]
	roots := x509.NewCertPool()
	roots.AddCert(borrowed.Certificate())
	borrowed.Close()

	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	s := &rawH2{url: "https://" + l.Addr().String(), roots: roots}
	var serving sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[conn] = true
			mu.Unlock()
			serving.Go(func() {
				defer conn.Close()
				s.conns.Add(1)
				s.serve(&h2Conn{conn, t}, at, act)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		serving.Wait()
	})
	return s
}

func (s *rawH2) serve(c *h2Conn, at when, act func(n int, c *h2Conn, stream uint32)) {
	in := bufio.NewReader(c)
	if _, err := in.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")); err != nil {
		return
	}
	c.frame(frameSettings, 0, 0, nil)
	for {
		var head [9]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return
		}
		kind, flags := head[3], head[4]
		stream := binary.BigEndian.Uint32(head[5:])
		if _, err := in.Discard(int(binary.BigEndian.Uint32(head[:]) >> 8)); err != nil {
			return
		}
		switch {
		case kind == frameSettings && flags&flagAck == 0:
			c.frame(frameSettings, flagAck, 0, nil)
		case kind == framePing && flags&flagAck == 0:
			c.frame(framePing, flagAck, 0, make([]byte, 8))
		case kind == frameHeaders && (at == atHead || flags&flagEndStream != 0), kind == frameData && at == atEnd && flags&flagEndStream != 0:
			act(int(s.requests.Add(1)), c, stream)
		}
	}
}
