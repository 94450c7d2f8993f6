package openroutertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/openrouter-go/openrouter"
)

// Key is the API key that the clients of a fake send. A fake accepts any other key,
// too, until RequireKey is called.
const Key = "sk-or-v1-fake"

// fake is what [Server] and [Transport] have in common: it decides what answers
// a request.
type fake struct {
	tb testing.TB // nil for none

	mu       sync.Mutex
	queue    []*queued
	requests []*Request
	records  map[string]*generation // by their ids
	recorded []string               // those ids, the oldest first
	models   []model
	batches  batches
	key      string // the only one that is taken, if set
	manager  string // the key that the account's own endpoints need, if set
	served   int
}

// queued is a reply with the number of requests it can still answer.
type queued struct {
	Reply
	left int
}

func newFake(tb testing.TB, replies []Reply) *fake {
	f := &fake{tb: tb, records: map[string]*generation{}, models: defaultModels()}
	f.Add(replies...)
	return f
}

// Add appends replies to those that the fake has.
func (f *fake) Add(replies ...Reply) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range replies {
		f.queue = append(f.queue, &queued{r, r.uses()})
	}
}

// Requests returns the requests in the order in which they arrived, including those
// that were refused. Only the last 10,000 are kept.
func (f *fake) Requests() []*Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

// Unused returns the replies that could still answer a request, except for those
// with [Reply.Always].
func (f *fake) Unused() []Reply {
	f.mu.Lock()
	defer f.mu.Unlock()
	var unused []Reply
	for _, q := range f.queue {
		if q.left > 0 && q.times >= 0 {
			unused = append(unused, q.Reply)
		}
	}
	return unused
}

// RequireKey makes the fake answer a request with any other key with the status
// 401. Clients that it makes afterwards send this key.
func (f *fake) RequireKey(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.key = key
}

func (f *fake) clientKey() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.key != "" {
		return f.key
	}
	return Key
}

// clientOptions are the options of a client of this fake. One reply answers one
// request: a client that repeats those that fail would use up several.
func (f *fake) clientOptions(url string) []openrouter.Option {
	return []openrouter.Option{
		openrouter.WithBaseURL(url),
		openrouter.WithAPIKey(f.clientKey()),
		openrouter.WithMaxRetries(0),
	}
}

// handle answers a request.
func (f *fake) handle(r *http.Request) *answer {
	req := newRequest(r)
	reply, id := f.choose(req)
	a := reply.answer(req, id)
	if a.record != nil {
		f.keep(a)
	}
	return a
}

// most is how many requests and answers are remembered, so that a fake that
// serves for long does not grow.
const most = 10_000

func (f *fake) keep(a *answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.records[a.id]; !ok {
		f.recorded = append(f.recorded, a.id)
	}
	f.records[a.id] = a.record
	if len(f.recorded) > most {
		delete(f.records, f.recorded[0])
		f.recorded = f.recorded[1:]
	}
}

// choose records the request and finds its reply.
func (f *fake) choose(req *Request) (Reply, string) {
	f.mu.Lock()
	f.served++
	id := fmt.Sprintf("gen-fake-%d", f.served)
	f.requests = append(f.requests, req)
	if len(f.requests) > most {
		f.requests[0] = nil
		f.requests = f.requests[1:]
	}
	key, ok := req.key()
	required, manager := f.key, f.manager
	f.mu.Unlock()

	switch {
	case !ok && !req.isPublic():
		return Error(http.StatusUnauthorized, "", "Missing Authentication header").UserID(""), id
	case required != "" && key != required && key != manager:
		return Error(http.StatusUnauthorized, "", "User not found.").UserID(""), id
	case manager != "" && key != manager && req.isManaged():
		return Error(http.StatusForbidden, "", "Only management keys can perform this operation").UserID(""), id
	case req.bad != nil:
		return Error(http.StatusBadRequest, openrouter.ErrInvalidRequest, "Invalid request: "+req.bad.Error()), id
	}
	if reply, ok := f.match(req); ok {
		return reply, id
	}
	if reply, ok := f.batch(req); ok {
		return reply, id
	}
	if reply, ok := f.read(req); ok {
		return reply, id
	}
	return f.unexpected(req), id
}

// match uses up the reply for a request.
func (f *fake) match(req *Request) (Reply, bool) {
	f.mu.Lock()
	queue := slices.Clone(f.queue)
	f.mu.Unlock()
	for _, q := range queue {
		// A condition is the user's code, which may call back: no lock is held.
		if q.matches(req) && f.take(q) {
			return q.Reply, true
		}
	}
	return Reply{}, false
}

// take uses a reply up by one request.
func (f *fake) take(q *queued) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if q.left == 0 {
		return false
	}
	if q.times >= 0 {
		q.left--
	}
	return true
}

// unexpected says that nothing answers the request.
func (f *fake) unexpected(req *Request) Reply {
	problem := fmt.Sprintf("openroutertest: unexpected request: %s; %s", req, f.expected())
	if f.tb != nil {
		f.tb.Errorf("%s", problem)
	}
	if !req.isChat() {
		return Error(http.StatusNotFound, openrouter.ErrNotFound, "openroutertest: the fake has no endpoint "+req.String()+"; Reply.ForPath adds one")
	}
	// Repeating the request does not help, whatever the status.
	return Error(http.StatusInternalServerError, openrouter.ErrServer, problem).
		Availability(openrouter.Availability{Code: "unexpected_request", RequestedModels: []string{req.Model()}})
}

// expected says what the fake waits for.
func (f *fake) expected() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var left []string
	for _, q := range f.queue {
		if q.left > 0 {
			left = append(left, q.String())
		}
	}
	switch {
	case len(f.queue) == 0:
		return "there are no replies"
	case len(left) == 0:
		return fmt.Sprintf("each of the %d replies has been used", len(f.queue))
	}
	return "the replies that are left are for others: " + strings.Join(left, "; ")
}
