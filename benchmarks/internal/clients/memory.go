package clients

import (
	"bytes"
	"io"
	"net/http"
)

// Memory is a transport without sockets: it reads the request to its end and
// answers with bytes it has.
type Memory struct {
	Type   string   // of the content
	Body   []byte   // the answer, or
	Pieces [][]byte // the same, of which each read gets at most one

	Sent int64     // size of the last request
	Copy io.Writer // gets the requests, unless nil

	buf [32 << 10]byte
}

// RoundTrip answers.
func (m *Memory) RoundTrip(req *http.Request) (*http.Response, error) {
	m.Sent = 0
	if req.Body != nil {
		// As a connection would: in pieces, through a buffer of net/http's size.
		for {
			n, err := req.Body.Read(m.buf[:])
			m.Sent += int64(n)
			if m.Copy != nil {
				if _, err := m.Copy.Write(m.buf[:n]); err != nil {
					return nil, err
				}
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, err
			}
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	res := &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {m.Type}}, ContentLength: -1, Request: req, // the service does not say the length
	}
	res.Body = io.NopCloser(m.Reader())
	return res, nil
}

// Reader reads the answer, and can do nothing else.
func (m *Memory) Reader() io.Reader {
	if m.Pieces != nil {
		return &pieces{rest: m.Pieces}
	}
	return struct{ io.Reader }{bytes.NewReader(m.Body)}
}

// pieces reads as a slow connection does: one piece at a time.
type pieces struct {
	rest [][]byte
	at   int // in the first of them
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest[0][p.at:])
	p.at += n
	if p.at == len(p.rest[0]) {
		p.rest, p.at = p.rest[1:], 0
	}
	return n, nil
}
