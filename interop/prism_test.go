package interop_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

// Prism mocks an API by its OpenAPI description, here the service's own. It
// refuses a request that the description does not allow, and says where.
const (
	prismURL       = "http://127.0.0.1:14020" // answers with the examples
	prismRandomURL = "http://127.0.0.1:14022" // answers with random values
)

// prism is a client whose requests are judged.
type prism struct {
	*openrouter.Client
	found []string // to be wrong in the last request
	sent  int
}

// newPrism skips the test unless Prism answers.
func newPrism(t *testing.T, base string) *prism {
	t.Helper()
	if os.Getenv("OPENROUTER_INTEROP") != "1" {
		t.Skip("OPENROUTER_INTEROP is not 1")
	}
	u, err := url.Parse(base)
	require.NoError(t, err)
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Skip("Prism is not up: " + err.Error())
	}
	conn.Close()
	p := &prism{}
	p.Client = openrouter.NewClient(openrouter.WithBaseURL(base), openrouter.WithAPIKey(testKey), openrouter.WithMaxRetries(0),
		openrouter.WithoutValidation(), // Prism is to judge wrong values, too
		openrouter.WithRouterMetadata(true), openrouter.WithHTTPClient(&http.Client{Transport: p}))
	return p
}

// RoundTrip notes what Prism found. Prism cannot write event streams, so each
// request asks for JSON. Stream takes that as well.
func (p *prism) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Accept", "application/json")
	p.found = nil
	p.sent++
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if header := res.Header.Get("Sl-Violations"); header != "" {
		var list []struct {
			Location []string
			Message  string
		}
		if json.Unmarshal([]byte(header), &list) != nil { // too many for a header
			p.found = []string{header}
		}
		for _, v := range list {
			p.found = append(p.found, strings.Join(v.Location, ".")+": "+v.Message)
		}
	}
	return res, nil
}

// complete sends a request the way that it asks for.
func (p *prism) complete(t *testing.T, req *openrouter.ChatCompletionRequest) error {
	if req.Stream == nil || !*req.Stream {
		_, err := p.Chat.Create(bounded(t), req)
		return err
	}
	stream, err := p.Chat.Stream(bounded(t), req)
	if err == nil {
		_, err = stream.Collect()
	}
	return err
}

// judge returns what Prism finds wrong with the request that send sends. A
// request that is not sent, or that fails for another reason, fails the test.
func (p *prism) judge(t *testing.T, send func() error) []string {
	t.Helper()
	err := send()
	if len(p.found) > 0 {
		var refused *openrouter.APIError
		require.ErrorAs(t, err, &refused)
		return p.found
	}
	require.NoError(t, err)
	return nil
}
