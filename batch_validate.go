package openrouter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter/internal/wire"
)

// batch applies the rules for a batch without its rows.
func (k *checker) batch(r *BatchRequest) {
	never := func(field, problem string) { k.found = append(k.found, Violation{Field: field, Problem: problem}) }
	if r == nil {
		never("request", "is nil")
		return
	}
	if r.Rows == nil {
		never("requests", "has no Rows; BatchRows makes them of a list")
	}
	if has(r.Extra, "requests") {
		never("requests", "must not be in Extra; use Rows")
	}
	if u := r.CallbackURL; u != "" && !strings.HasPrefix(u, "https://") {
		k.missing("callback_url", "must start with https://")
	}
	k.noSearchIn(r.Model)
}

// noSearchIn checks that a model does not search the web.
func (k *checker) noSearchIn(model string) {
	if strings.HasSuffix(model, ":online") {
		k.breaks(Violation{Field: "model", Problem: "ends with :online, but batches have no web search", Value: model})
	}
}

// model returns the model that a row names.
func (r *BatchRow) model() string {
	switch {
	case r.Request != nil:
		return r.Request.Model
	case r.Body != nil:
		if body, err := encodeBody(r.Body); err == nil {
			look := wire.NewReader(body)
			return look.Peek("model")
		}
	}
	return ""
}

// batchRow checks the body of a row and returns it.
func (k *checker) batchRow(row *BatchRow, head *batchHead) wire.Body {
	r := row.Request
	switch {
	case r == nil && row.Body == nil:
		return k.noBody("is empty: set Request or Body", nil)
	case r != nil && row.Body != nil:
		return k.noBody("is set twice: Request and Body cannot both be set", nil)
	case r != nil && head.Endpoint != BatchEndpointChat:
		return k.noBody("is a chat completion, but the endpoint is "+string(head.Endpoint)+"; use Body", nil)
	}
	var body wire.Body
	model := ""
	if r == nil {
		data, err := encodeBody(row.Body)
		if err != nil {
			return k.noBody(err.Error(), err)
		}
		if kindOf(data) != '{' {
			return k.noBody("is not a JSON object", nil)
		}
		body = wire.NewBody(data)
		if head.Endpoint == BatchEndpointChat {
			r = &ChatCompletionRequest{}
			if err := r.UnmarshalJSON(data); err != nil {
				return k.noBody("is not a chat completion", err)
			}
		} else {
			members := openEnvelope(data)
			model = textIn(members["model"])
			if string(members["stream"]) == "true" {
				k.streams()
			}
		}
	}
	if r != nil {
		model = r.Model
		k.request(r)
		k.batched(r)
		if row.Request != nil {
			sent := *r
			sent.Stream = nil
			body = k.write(&sent)
		}
	}
	switch k.noSearchIn(model); {
	case head.Model == "":
		k.missing("model", "is missing in the batch and in this row")
	case model != "" && model != head.Model:
		k.breaks(Violation{Field: "model", Problem: "is " + strconv.Quote(nameIn(model)) + ", but the batch has the model " + strconv.Quote(nameIn(head.Model)) + "; submit one batch for each model", Value: model})
	}
	return body
}

// noBody records why a row has no body that can be sent.
func (k *checker) noBody(problem string, err error) wire.Body {
	k.found = append(k.found, Violation{Problem: problem, Err: err})
	return wire.Body{}
}

func (k *checker) streams() {
	k.breaks(Violation{Field: "stream", Problem: "is true, but batches do not stream", Value: true})
}

// batched applies the rules for requests in batches.
func (k *checker) batched(r *ChatCompletionRequest) {
	if r.Stream != nil && *r.Stream {
		k.streams()
	}
	if n := len(r.Models); n > 0 {
		k.breaks(Violation{Field: "models", Problem: "must be empty: a batch has one model", Value: n})
	}
	if r.Audio != nil {
		k.missing("audio", "must be nil: batches have no audio output")
	}
	for i, m := range r.Modalities {
		if m == ModalityImage || m == ModalityAudio {
			k.breaks(Violation{Field: "modalities[" + strconv.Itoa(i) + "]", Problem: "is " + string(m) + ", but batches answer only with text", Value: string(m)})
		}
	}
	if p := r.Provider; p != nil && p.ZDR != nil && *p.ZDR {
		k.breaks(Violation{Field: "provider.zdr", Problem: "is true, but batches do not support zero data retention", Value: true})
	}
	for i, tool := range r.Tools {
		_, search := as[WebSearchTool](tool)
		_, shorthand := as[WebSearchShorthandTool](tool)
		if search || shorthand {
			k.missing("tools["+strconv.Itoa(i)+"].type", "is a web search, which batches do not support")
		}
	}
	for i, plugin := range r.Plugins {
		if p, ok := as[WebPlugin](plugin); ok && (p.Enabled == nil || *p.Enabled) {
			k.missing("plugins["+strconv.Itoa(i)+"].id", "is web, but batches have no web search")
		}
	}
	for i := range r.Messages {
		m := &r.Messages[i]
		for j := range m.Content {
			k.batchPart(&m.Content[j], fmt.Sprintf("messages[%d].content[%d]", i, j))
		}
		for j := range m.Images {
			k.batchURL(m.Images[j].ImageURL, fmt.Sprintf("messages[%d].images[%d]", i, j))
		}
	}
}

// batchPart checks that a part refers to its media by a public address.
func (k *checker) batchPart(p *Part, path string) {
	switch {
	case p.InputAudio != nil:
		k.missing(path+".input_audio", "is audio, which batches do not accept")
	case p.VideoURL != nil:
		k.missing(path+".video_url", "is a video, which batches do not accept")
	case p.File != nil && p.File.FileData != "" && !isPublic(p.File.FileData):
		k.missing(path+".file.file_data", "is a file in the request; batches accept only public URLs")
	}
	k.batchURL(p.ImageURL, path)
}

func (k *checker) batchURL(u *ImageURL, path string) {
	if u != nil && u.URL != "" && !isPublic(u.URL) {
		k.missing(path+".image_url.url", "is an image in the request; batches accept only public URLs")
	}
}

func isPublic(url string) bool {
	scheme, _, found := strings.Cut(url[:min(len(url), len("https://"))], "://")
	return found && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http"))
}

// place moves what was found to row n, and names the row.
func (k *checker) place(n int, id string) {
	for i := range k.found {
		v := &k.found[i]
		at := "requests[" + strconv.Itoa(n) + "].body"
		if v.Field != "" {
			at += "."
		}
		v.Field = at + v.Field
		if id != "" {
			v.Problem += " (custom_id " + strconv.Quote(nameIn(id)) + ")"
		}
	}
}

// batchIDs checks the id of row n, and keeps it.
func (k *checker) batchIDs(n int, id string, ids map[string]int) {
	field := "requests[" + strconv.Itoa(n) + "].custom_id"
	before, twice := ids[id]
	switch size, tooLong := exceeds(id, maxBatchRowID); {
	case id == "":
		k.missing(field, "is missing: it identifies the result")
	case !utf8.ValidString(id):
		k.missing(field, "is not valid UTF-8")
	case tooLong:
		k.longer(field, size, maxBatchRowID, "characters")
	case twice:
		k.missing(field, "is also the id of requests["+strconv.Itoa(before)+"]; ids must be unique")
	}
	ids[id] = n
}
