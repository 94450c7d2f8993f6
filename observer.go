package openrouter

import (
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
)

// Observer watches the operations of a client, for traces, metrics and logs. Set it
// with [WithObserver]. Operations in several goroutines use it at the same time.
//
// An observer must not panic: the panic would pass through the call. The other observations still
// end.
type Observer interface {
	// Start is called before an operation begins. The operation, and the operations inside it, run
	// with the context that Start returns; nil means ctx. If Start returns a nil Observation, the
	// observer does not watch this operation.
	Start(ctx context.Context, op Operation) (context.Context, Observation)
}

// Observation watches one operation, with all its attempts and the whole stream. Its methods are
// called one at a time, usually in the goroutine of the call. Later versions may define further
// interfaces that an Observation can implement.
//
// An Observation must not refer to the [Stream] that it watches. Otherwise a stream that the
// program forgets could never be freed.
type Observation interface {
	// Retry is called before the wait for each retry, after the functions of
	// [WithOnRetry].
	Retry(Retry)
	// FirstChunk is called when the first content of a stream has arrived: text, reasoning, a tool
	// call or another part of the answer. Comments, and chunks that have only a role, do not count. It
	// is not called for an answer without content. For a streamed operation that contains others, such
	// as the run of an agent, it is the first content of the streams inside; see [Client.Observe].
	FirstChunk()
	// End is called exactly once for each operation: after an answer, an error, a panic, or an invalid
	// request that was not sent. A stream ends when it is read to its end, breaks off, or is left or
	// closed. A forgotten stream ends when the garbage collector finds it. End then runs in a
	// goroutine of the Go runtime and must not block.
	//
	// result is what the call returns: a [*ChatCompletion] for chat, streamed or not. For [Client.Do]
	// it is the argument out, and for [Client.DoRaw] nil. With an error it is the part of the answer
	// that had arrived, or nil. info is zero if nothing was sent. err is nil for a complete answer. For
	// a stream that was left, closed or forgotten, err matches [ErrStreamClosed].
	End(result any, info CallInfo, err error)
}

// Operation describes an operation that begins.
type Operation struct {
	// Name is the kind of operation: chat, embeddings, list_models, do and so on, and for other
	// packages names such as execute_tool and invoke_agent. There are few names.
	Name string
	// Target is the model, the tool or the agent. For [Client.Do] it is the method and the path
	// without its query. It may be empty.
	Target string
	// Stream is true if the answer is asked for as a stream.
	Stream bool
	// Request is the value that will be sent, or nil: a [*ChatCompletionRequest] for chat, a
	// [*ToolCall] for execute_tool. It contains prompts. For the request types of this package it is a
	// copy. Start may set its fields, and the changes are sent, but must not change what the fields
	// point to. For [Client.Do] it is the argument in, not a copy. For operations of other packages it
	// is read-only.
	Request any
	// BaseURL is the address of the service. It is empty for an operation that sends no request
	// itself; see [Client.Observe].
	BaseURL string
}

// WithObserver adds observers. The observers of the client come first, then those of the call. Each
// Start gets the context that the one before returned, and the observations end in reverse order.
// Nil observers are skipped. Without observers nothing is measured or allocated.
func WithObserver(observers ...Observer) Option {
	return func(c *config) {
		c.observers = slices.Clip(c.observers) // the client's list is shared by its calls
		for _, o := range observers {
			if o != nil {
				c.observers = append(c.observers, o)
			}
		}
	}
}

// Observe starts an operation that contains others, such as a loop over calls and tools. The
// observers of the client and of opts see it. Pass the returned context to the calls that belong to
// the operation. End the operation with [Observation.End]; a second End is ignored.
//
// If op.Stream is true, the first content of a stream that uses the context is also the first of
// the operation. This does not hold inside an operation that is not streamed, such as the call of a
// tool.
//
// The Observation is never nil. Without observers it does nothing.
func (c *Client) Observe(ctx context.Context, op Operation, opts ...Option) (context.Context, Observation) {
	cfg := c.config().with(opts)
	if len(cfg.observers) == 0 {
		return ctx, unobserved{}
	}
	w := &watch{}
	ctx = w.start(ctx, cfg, op)
	around := w
	if !op.Stream {
		around = nil // hides the one outside
	}
	return context.WithValue(ctx, aroundKey{}, around), w
}

// aroundKey is the key of the operation that hears of the first content of a stream; see
// [Client.Observe].
type aroundKey struct{}

type unobserved struct{}

func (unobserved) Retry(Retry)              {}
func (unobserved) FirstChunk()              {}
func (unobserved) End(any, CallInfo, error) {}

// observed runs one operation of the client under its observers. Everything that can
// fail belongs into run, so that a refused request is observed, too. run must use the
// context and the configuration that it gets, and reach attempts one after another.
func observed[T any](ctx context.Context, c *config, op Operation, run func(context.Context, *config) (T, error)) (res T, err error) {
	if len(c.observers) == 0 {
		return run(ctx, c)
	}
	w := &watch{}
	err = errPanicked
	defer func() {
		if !op.Stream || err != nil { // else the end of the stream is the end
			w.End(resultOf(res, err), w.call.value(), err)
		}
	}()
	if c.baseURLProblem() == "" { // an invalid address may contain a password
		op.BaseURL = c.secrets.Text(c.baseURL)
	}
	ctx = w.start(ctx, c, op)
	call := *c
	call.watch = w
	return run(ctx, &call)
}

// forObservers returns the request to send, and the same as Operation.Request: a copy if
// there are observers, which may change it.
func forObservers[T any](c *config, req *T) (*T, any) {
	if len(c.observers) == 0 || req == nil {
		return req, nil
	}
	own := *req
	return &own, &own
}

// errForgotten is why a stream ended that nobody read to its end or closed.
var errForgotten error = &streamEnd{"stream was neither read to its end nor closed", ErrStreamClosed}

// errPanicked is the error of an operation that ended with a panic.
var errPanicked = errors.New("openrouter: the call ended with a panic")

// watch is the observations of one operation. A nil watch has none. It never refers
// to a stream, so that the stream can become garbage.
type watch struct {
	list    []Observation
	around  *watch                  // the streamed operation that this one is part of, or nil
	call    *CallInfo               // of the last attempt
	reading sync.Mutex              // held while the stream is read
	telling sync.Mutex              // held while FirstChunk runs, and from End on
	first   atomic.Bool             // content has arrived
	last    atomic.Pointer[outcome] // how the operation ended
}

// outcome has the arguments of [Observation.End].
type outcome struct {
	result any
	info   CallInfo
	err    error
}

// start starts the observations and returns the context of the last one.
func (w *watch) start(ctx context.Context, c *config, op Operation) context.Context {
	op.Target = c.secrets.Text(op.Target) // a path, or a model by mistake
	w.around, _ = ctx.Value(aroundKey{}).(*watch)
	started := false
	defer func() {
		if !started {
			w.End(nil, CallInfo{}, errPanicked)
		}
	}()
	for _, o := range c.observers {
		inner, observation := o.Start(ctx, op)
		if inner != nil {
			ctx = inner
		}
		if observation != nil {
			w.list = append(w.list, observation)
		}
	}
	started = true
	return ctx
}

// attempt records the call of an attempt that begins.
func (w *watch) attempt(call *CallInfo) {
	if w != nil {
		w.call = call
	}
}

// after adds the attempts of the earlier requests of the operation to those of the last one.
func (w *watch) after(earlier CallInfo) {
	if w != nil {
		call := *w.call // a copy: the error of the last request shares it
		call.Attempts += earlier.Attempts
		call.Waited += earlier.Waited
		w.call = &call
	}
}

func (w *watch) Retry(r Retry) {
	if w == nil {
		return
	}
	for _, o := range w.list {
		o.Retry(r)
	}
}

// FirstChunk may be called several times, and in several goroutines: streams inside of an operation
// call it.
func (w *watch) FirstChunk() {
	if w.first.Swap(true) || !w.telling.TryLock() { // has ended
		return
	}
	defer w.finish() // an End that came meanwhile
	defer w.telling.Unlock()
	for _, o := range w.list {
		o.FirstChunk()
	}
	if w.around != nil {
		w.around.FirstChunk()
	}
}

func (w *watch) End(result any, info CallInfo, err error) {
	if w.last.CompareAndSwap(nil, &outcome{result, info, err}) {
		w.finish()
	}
}

// finish ends the observations if the operation has ended. While FirstChunk runs, it leaves that to
// FirstChunk: to wait would be a deadlock if an observer ends the operation there.
func (w *watch) finish() {
	end := w.last.Load()
	if end == nil || !w.telling.TryLock() {
		return
	}
	for _, o := range w.list {
		defer o.End(end.result, end.info, end.err) // in the opposite order, and even if another one panics
	}
}

// forgotten ends the observations of a stream that is garbage.
func (w *watch) forgotten() {
	if w != nil {
		w.End(nil, w.call.value(), &StreamError{Partial: &ChatCompletion{call: w.call}, Err: errForgotten})
	}
}

// resultOf returns what End is told about what a call returns.
func resultOf(res any, err error) any {
	if err == nil {
		return res
	}
	if partial := partialOf(err); partial != nil {
		return partial
	}
	if v := reflect.ValueOf(res); v.Kind() == reflect.Pointer && !v.IsNil() {
		return res // some methods return what they have with an error
	}
	return nil
}

// partialOf returns what an error holds of the answer, or nil.
func partialOf(err error) any {
	if e, ok := errors.AsType[*BatchError](err); ok && e.Batch != nil {
		return e.Batch
	}
	var partial *ChatCompletion
	if e, ok := errors.AsType[*APIError](err); ok {
		partial = e.Partial
	} else if e, ok := errors.AsType[*StreamError](err); ok {
		partial = e.Partial
	}
	if partial == nil || len(partial.Choices) == 0 && partial.Usage == nil {
		return nil
	}
	return partial
}

// watched is a stream that is observed: a [Stream] or a [RawResponse].
type watched interface {
	Call() CallInfo
	isClosed() bool
	left() error        // the error of a stream that was closed before its end
	resultAt(error) any // the result of a stream that ended with this error; io.EOF is success
}

// reads runs a step of reading s. It tells whether content came, and how the stream ended.
func (w *watch) reads(s watched, step func() (content bool, err error)) {
	if w == nil {
		_, _ = step()
		return
	}
	defer w.closed(s) // by another goroutine, which left the end to this one
	w.reading.Lock()
	defer w.reading.Unlock()
	content, err := step()
	if content {
		w.FirstChunk()
	}
	if err != nil {
		w.ends(s, err)
	}
}

// closed ends the observation of a stream that was closed. A goroutine that is reading the stream
// does this itself, since only it may look at the answer.
func (w *watch) closed(s watched) {
	if w == nil || !s.isClosed() || !w.reading.TryLock() {
		return
	}
	defer w.reading.Unlock()
	if w.last.Load() == nil {
		w.ends(s, s.left())
	}
}

func (w *watch) ends(s watched, err error) {
	result := s.resultAt(err)
	if err == io.EOF {
		err = nil
	}
	w.End(result, s.Call(), err)
}

// observe lets w see what becomes of the stream.
func (s *Stream) observe(w *watch) {
	if w == nil {
		return
	}
	s.conn.watch = w
	told := false
	defer func() {
		if !told { // an observer panics, and nobody gets the stream
			s.Close()
		}
	}()
	if s.next.hasContent() {
		w.FirstChunk()
	}
	told = true
}

// advancing returns the function that reads the next chunk. It is chosen once for
// each loop, so that a stream that nobody observes pays nothing for each chunk.
func (s *Stream) advancing() func(*Stream) (*ChatCompletionChunk, error) {
	if s.conn.watch != nil {
		return (*Stream).advanceObserved
	}
	return (*Stream).advance
}

// advanceObserved is advance for a stream that is observed.
func (s *Stream) advanceObserved() (chunk *ChatCompletionChunk, err error) {
	w := s.conn.watch
	w.reads(s, func() (bool, error) {
		chunk, err = s.advance()
		return chunk != nil && !w.first.Load() && chunk.hasContent(), err
	})
	return chunk, err
}

func (s *Stream) endObserved()   { s.conn.watch.closed(s) }
func (s *Stream) isClosed() bool { return s.closed.Load() }
func (s *Stream) left() error    { return s.cfg().secrets.conceal(s.broken(ErrStreamClosed)) }

func (s *Stream) resultAt(err error) any {
	if err == io.EOF {
		return s.Response()
	}
	return partialOf(err)
}
