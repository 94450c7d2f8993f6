package openrouter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// EmbeddingsService turns texts into vectors. Use it as [Client.Embeddings].
type EmbeddingsService struct {
	client *Client
}

const embeddingsPath = "/embeddings"

// Create returns a vector for each input of the request: Data[i] belongs to Input[i].
//
// A long list of inputs is sent in several requests, one after another; see [WithMaxInputs]. Usage
// is their sum, and the members beside Data are those of the last one. If a request fails, Create
// returns the error and a list with the vectors of the requests before, for the first inputs. The
// list is nil if there are none.
//
// Unless EncodingFormat is set, Create asks for vectors in base64. It also accepts lists of
// numbers. If the answer does not have exactly one vector for each input, the error is a
// [*DecodeError]. Other errors are those of [ChatService.Create].
func (s *EmbeddingsService) Create(ctx context.Context, req *EmbeddingRequest, opts ...Option) (*EmbeddingList, error) {
	cfg := s.client.config().with(opts)
	req, seen := forObservers(cfg, req)
	op := Operation{Name: "embeddings", Request: seen}
	if req != nil {
		op.Target = req.Model
	}
	return observed(ctx, cfg, op, func(ctx context.Context, cfg *config) (*EmbeddingList, error) {
		bodies, err := cfg.embeddingBodies(req)
		if err != nil {
			return nil, err
		}
		var all *EmbeddingList
		for _, b := range bodies {
			part, err := attempts(ctx, cfg, func(call *CallInfo) (*EmbeddingList, error) { return cfg.embedOnce(ctx, b, call) })
			if err != nil {
				cfg.watch.after(all.Call())
				return all, err
			}
			all = all.joined(part)
		}
		return all, nil
	})
}

// embeddingBody is one of the requests that a list of inputs is sent in.
type embeddingBody struct {
	json   wire.Body
	inputs int
}

// embeddingBodies encodes the request, in as many bodies as its inputs need.
func (c *config) embeddingBodies(req *EmbeddingRequest) ([]embeddingBody, error) {
	k := checker{unchecked: c.unchecked}
	var list []embeddingBody
	if k.embeddings(req); len(k.found) == 0 {
		sent := *req
		if sent.EncodingFormat == "" {
			sent.EncodingFormat = EncodingFormatBase64
		}
		for rest := req.Input; len(rest) > 0; {
			n := c.inputsOfOne(rest)
			if sent.Input, rest = rest[:n], rest[n:]; n < len(req.Input) {
				sent.presence.Set(embeddingRequestInput, wire.Plain)
			}
			data, err := encode(&sent)
			if err != nil {
				k.unencodable(&sent, err)
				break
			}
			list = append(list, embeddingBody{wire.NewBody(data), n})
		}
	}
	return list, c.refused(k.found)
}

// maxInputBytes is the size of the inputs of one request, unless a single one is larger. It stays
// below what providers accept, which is 300,000 tokens for some.
const maxInputBytes = 512 << 10

// inputsOfOne returns how many of the inputs fit into one request, at least 1.
func (c *config) inputsOfOne(inputs []EmbeddingInput) int {
	size := 0
	for i := range inputs {
		if size += inputs[i].size(); i > 0 && (i == c.maxInputs || size > maxInputBytes) {
			return i
		}
	}
	return len(inputs)
}

// size returns about as many bytes as the input has text and data.
func (in *EmbeddingInput) size() int {
	if in.Content == nil && in.Extra == nil {
		return len(in.Text) + 4*len(in.Tokens)
	}
	data, _ := encode(in) // media may be anywhere in it; an error comes again when the request is encoded
	return len(data)
}

func (k *checker) embeddings(req *EmbeddingRequest) {
	refuse := func(field, problem string) {
		k.found = append(k.found, Violation{Field: field, Problem: problem})
	}
	if req == nil {
		refuse("request", "is nil")
		return
	}
	if req.Model == "" {
		k.missing("model", "is empty")
	}
	if len(req.Input) == 0 {
		refuse("input", "is empty, so there is nothing to embed")
	}
	if has(req.Extra, "input") {
		refuse("input", "must not be in Extra: the method decides how many inputs a request has")
	}
	k.positive("dimensions", req.Dimensions)
	for i := range req.Input {
		in := &req.Input[i]
		field := "input[" + strconv.Itoa(i) + "]"
		set := 0
		for _, is := range []bool{in.Text != "", in.Tokens != nil, in.Content != nil} {
			if is {
				set++
			}
		}
		switch {
		case set > 1:
			refuse(field, "sets more than one of Text, Tokens and Content")
		case in.isZero() || in.Tokens != nil && len(in.Tokens) == 0 || in.Content != nil && len(in.Content) == 0:
			k.breaks(Violation{Field: field, Problem: "is empty, which models refuse"})
		}
	}
}

func (c *config) embedOnce(ctx context.Context, body embeddingBody, call *CallInfo) (*EmbeddingList, error) {
	out := outgoing{method: http.MethodPost, path: embeddingsPath, body: body.json}
	data, err := c.exchange(ctx, out, call, new(bytes.Buffer))
	if err != nil {
		return nil, err
	}
	list := &EmbeddingList{}
	if err := c.decode(call, data, list); err != nil {
		return nil, err
	}
	if list.Data == nil {
		return nil, c.without("data", call, data)
	}
	if problem := list.order(body.inputs); problem != "" {
		return nil, &DecodeError{What: "EmbeddingList", Body: bytes.Clone(data), Err: errors.New(problem), call: call}
	}
	list.call = call
	if call.GenerationID == "" {
		call.GenerationID = list.ID
	}
	return list, nil
}

// order sorts the embeddings by index and says what is wrong if they are not those of n inputs. An
// answer without any index is in the order of the inputs.
func (l *EmbeddingList) order(n int) (problem string) {
	if len(l.Data) != n {
		return fmt.Sprintf("has %d embeddings for %d inputs", len(l.Data), n)
	}
	indexed := false
	for i := range l.Data {
		e := &l.Data[i]
		if len(e.Vector) == 0 {
			return fmt.Sprintf("the embedding %d has no vector", i)
		}
		if has(e.Extra, "index") {
			return fmt.Sprintf("the index of the embedding %d is not an integer", i)
		}
		form := e.presence.Form(embeddingIndex)
		indexed = indexed || form != wire.Absent && form != wire.Null
	}
	if !indexed {
		for i := range l.Data {
			l.Data[i].Index = i
		}
		return ""
	}
	slices.SortStableFunc(l.Data, func(a, b Embedding) int { return a.Index - b.Index })
	for i := range l.Data {
		if l.Data[i].Index != i {
			return fmt.Sprintf("there is no embedding with the index %d, for the input of that number", i)
		}
	}
	return ""
}

// joined returns the list with the embeddings of the next request behind its own.
func (l *EmbeddingList) joined(next *EmbeddingList) *EmbeddingList {
	if l == nil {
		return next
	}
	for i := range next.Data {
		next.Data[i].Index += len(l.Data)
	}
	next.Data = append(l.Data, next.Data...)
	if l.Usage != nil {
		sum := &Usage{}
		sum.Add(l.Usage)
		sum.Add(next.Usage)
		next.Usage = sum
	}
	next.call.Attempts += l.call.Attempts
	next.call.Waited += l.call.Waited
	return next
}

// WithMaxInputs limits the inputs that [EmbeddingsService.Create] sends in one request. The default
// is 256. Models accept from 10 to 2048; the service does not report the number. A request also has
// at most 512 KiB of text and data, unless a single input is larger.
func WithMaxInputs(n int) Option {
	return func(c *config) {
		if n < 1 {
			c.reject("WithMaxInputs", "is "+strconv.Itoa(n)+", must be at least 1")
			return
		}
		c.maxInputs = n
	}
}

const defaultMaxInputs = 256

// EmbeddingRequest asks for a vector for each input.
type EmbeddingRequest struct {
	// Model is a [Model.ID], such as openai/text-embedding-3-small. To find such models, call
	// [ModelsService.List] with [ModalityEmbeddings] as the output modality.
	Model string `json:"model"`
	// Input is what to embed; see [Texts].
	Input []EmbeddingInput `json:"input" wire:"short"`
	// InputType says what the inputs are for, such as search_query or search_document. Some models
	// need it.
	InputType string `json:"input_type,omitzero"`
	// Dimensions is the length of the vectors. Nil means the default of the model. Few models support
	// other lengths.
	Dimensions *int `json:"dimensions,omitzero"`
	// EncodingFormat selects how vectors are sent. If it is empty, [EmbeddingsService.Create] asks for
	// [EncodingFormatBase64], which is smaller. Vectors are the same with either.
	EncodingFormat EncodingFormat       `json:"encoding_format,omitzero"`
	Provider       *ProviderPreferences `json:"provider,omitzero"`
	// User identifies the end user.
	User string `json:"user,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// EncodingFormat is a way to send a vector. Other values are possible.
type EncodingFormat string

const (
	EncodingFormatFloat  EncodingFormat = "float"
	EncodingFormatBase64 EncodingFormat = "base64"
)

// EmbeddingInput is one input, which gets one vector. Set exactly one of the fields.
type EmbeddingInput struct {
	Text string `json:"-" wire:"odd"`
	// Tokens is a text as token numbers of the model's tokenizer.
	Tokens []int `json:"-" wire:"odd"`
	// Content is for models that embed images or other media, alone or with text. Texts and images are
	// the same parts as in messages. The parts input_audio, input_video and input_file have data URLs
	// here: put them into [Part.Extra] under these names.
	Content []Part `json:"content"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Texts returns an input for each text.
func Texts(texts ...string) []EmbeddingInput {
	list := make([]EmbeddingInput, len(texts))
	for i, text := range texts {
		list[i].Text = text
	}
	return list
}

// EmbeddingList has the vectors of a request.
type EmbeddingList struct {
	// Object is list.
	Object string `json:"object"`
	// Data has one element for each input, in their order.
	Data []Embedding `json:"data"`
	// Model is the model that made the vectors. Compare only vectors of the same model.
	Model string `json:"model"`
	// ID identifies the answer. If there were several, it is that of the last one.
	ID string `json:"id,omitzero"`
	// Usage is the sum if there were several requests. It may be nil.
	Usage *Usage `json:"usage,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	call *CallInfo // set by the client

	presence presence
}

// Vectors returns the vectors, in the order of the inputs. They share memory with Data.
func (l *EmbeddingList) Vectors() [][]float32 {
	list := make([][]float32, len(l.Data))
	for i := range l.Data {
		list[i] = l.Data[i].Vector
	}
	return list
}

// Call describes the HTTP exchange. If there were several requests, it describes the last one;
// Attempts and Waited are sums.
func (l *EmbeddingList) Call() CallInfo {
	if l == nil {
		return CallInfo{}
	}
	return l.call.value()
}

// Embedding is the vector of one input.
type Embedding struct {
	// Object is embedding.
	Object string `json:"object"`
	// Vector is decoded from base64 or from a list of numbers.
	Vector []float32 `json:"embedding"`
	// Index is the number of the input. The first is 0.
	Index int `json:"index"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// readOdd reads an input that is a text or tokens.
func (in *EmbeddingInput) readOdd(r *wire.Reader) wire.Got {
	switch got := r.String(&in.Text); got {
	case wire.Value, wire.GotZero:
		return wire.Value
	case wire.GotNull:
		return got
	}
	return wire.Ints(r, &in.Tokens)
}

// writeOdd writes an input that is a text or tokens.
func (in *EmbeddingInput) writeOdd(w *wire.Writer) bool {
	if in.Content != nil || in.Extra != nil || in.presence != 0 {
		return false
	}
	if in.Tokens == nil {
		w.String(in.Text)
		return true
	}
	w.OpenArray()
	for _, n := range in.Tokens {
		w.Int(n)
	}
	w.CloseArray()
	return true
}

// standsAlone reports whether the input may be written without a list.
func (in *EmbeddingInput) standsAlone() bool {
	return in.Content == nil && in.Extra == nil && in.presence == 0 && (in.Tokens == nil || len(in.Tokens) > 0)
}

// readInputs reads a list of inputs, or one that is a text or tokens.
func readInputs(r *wire.Reader, dst *[]EmbeddingInput) wire.Got {
	var one EmbeddingInput
	start := *r
	switch got := one.readOdd(r); {
	case got == wire.GotNull:
		*dst = nil
		return got
	case got == wire.Value && one.standsAlone():
		*dst = []EmbeddingInput{one}
		return got
	}
	*r = start
	got := readList(r, dst, nil)
	if got == wire.Value && len(*dst) == 1 && (*dst)[0].standsAlone() {
		return wire.GotOther
	}
	return got
}

// writeInputs writes a list of inputs. If short is set, it writes a lone one without the list where
// it can.
func writeInputs(w *wire.Writer, list []EmbeddingInput, short bool) {
	if short && len(list) == 1 && list[0].standsAlone() {
		list[0].writeJSON(w)
		return
	}
	writeList(w, list)
}
