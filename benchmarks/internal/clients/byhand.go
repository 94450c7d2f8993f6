package clients

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/openrouter-go/openrouter/benchmarks/internal/corpus"
)

// byHand is what one writes without a client: net/http, encoding/json, and a
// struct for what the service sends.
type byHand struct {
	hc  *http.Client
	url string
}

func newByHand(baseURL string, hc *http.Client) Client {
	if hc == nil {
		hc = http.DefaultClient
	}
	return byHand{hc, baseURL + "/chat/completions"}
}

type handRequest struct {
	Model    string        `json:"model"`
	Messages []handMessage `json:"messages"`
	Stream   bool          `json:"stream,omitempty"`
}

type handMessage struct {
	Role    string `json:"role"`
	Content any    `json:"content"` // a string or []handPart
}

type handPart struct {
	Type     string        `json:"type"`
	Text     string        `json:"text,omitempty"`
	ImageURL *handImageURL `json:"image_url,omitempty"`
}

type handImageURL struct {
	URL string `json:"url"`
}

type handAnswer struct {
	ID                string       `json:"id"`
	Provider          string       `json:"provider"`
	Model             string       `json:"model"`
	Object            string       `json:"object"`
	Created           int64        `json:"created"`
	Choices           []handChoice `json:"choices"`
	SystemFingerprint string       `json:"system_fingerprint"`
	Usage             *handUsage   `json:"usage"`
	Error             *handError   `json:"error"`
}

type handError struct {
	Code    any    `json:"code"`
	Message string `json:"message"`
}

type handUsage struct {
	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"`
	TotalTokens      int     `json:"total_tokens"`
	Cost             float64 `json:"cost"`
}

type handChoice struct {
	Index              int           `json:"index"`
	Delta              handDelta     `json:"delta"`
	Message            handDelta     `json:"message"`
	FinishReason       string        `json:"finish_reason"`
	NativeFinishReason string        `json:"native_finish_reason"`
	Logprobs           *handLogprobs `json:"logprobs"`
}

type handDelta struct {
	Role             string           `json:"role"`
	Content          string           `json:"content"`
	Reasoning        string           `json:"reasoning"`
	ReasoningDetails []handDetail     `json:"reasoning_details"`
	ToolCalls        []handToolCall   `json:"tool_calls"`
	Images           []handImageEntry `json:"images"`
}

type handDetail struct {
	Type      string `json:"type"`
	Text      string `json:"text"`
	Signature string `json:"signature"`
	Format    string `json:"format"`
	Index     int    `json:"index"`
}

type handToolCall struct {
	Index    int    `json:"index"`
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

type handImageEntry struct {
	Type     string       `json:"type"`
	ImageURL handImageURL `json:"image_url"`
}

type handLogprobs struct {
	Content []handLogprob `json:"content"`
}

type handLogprob struct {
	Token       string        `json:"token"`
	Logprob     float64       `json:"logprob"`
	Bytes       []int         `json:"bytes"`
	TopLogprobs []handLogprob `json:"top_logprobs"`
}

func (h byHand) request(messages []corpus.Message) *handRequest {
	req := &handRequest{Model: corpus.Model}
	for _, m := range messages {
		msg := handMessage{Role: m.Role, Content: m.Text}
		if m.Image != "" {
			msg.Content = []handPart{{Type: "text", Text: m.Text}, {Type: "image_url", ImageURL: &handImageURL{m.Image}}}
		}
		req.Messages = append(req.Messages, msg)
	}
	return req
}

func (h byHand) send(ctx context.Context, r *handRequest) (*http.Response, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	return post(ctx, h.hc, h.url, body)
}

// post sends a body and returns the response to it, if that is a success.
func post(ctx context.Context, hc *http.Client, url string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	res, err := hc.Do(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		return nil, fmt.Errorf("status %s", res.Status)
	}
	return res, nil
}

var dataPrefix = []byte("data: ")

func (h byHand) Stream(ctx context.Context, each func()) (Result, error) {
	req := h.request(corpus.Conversations["short"]())
	req.Stream = true
	res, err := h.send(ctx, req)
	if err != nil {
		return Result{}, err
	}
	defer res.Body.Close()

	var text, reasoning, signature strings.Builder
	var calls callBuilders
	var answer corpus.Answer
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 64<<20)
	done := false
	for !done && lines.Scan() {
		data, ok := bytes.CutPrefix(lines.Bytes(), dataPrefix)
		if !ok {
			continue
		}
		if string(data) == "[DONE]" {
			done = true
			continue
		}
		var chunk handAnswer
		if err := json.Unmarshal(data, &chunk); err != nil {
			return Result{}, err
		}
		if chunk.Error != nil {
			return Result{}, errors.New(chunk.Error.Message)
		}
		if len(chunk.Choices) > 0 {
			delta := &chunk.Choices[0].Delta
			text.WriteString(delta.Content)
			reasoning.WriteString(delta.Reasoning)
			for i := range delta.ReasoningDetails {
				signature.WriteString(delta.ReasoningDetails[i].Signature)
			}
			for i := range delta.ToolCalls {
				call := &delta.ToolCalls[i]
				calls.add(call.Index, call.ID, call.Function.Name, call.Function.Arguments)
			}
			for i := range delta.Images {
				answer.Image = delta.Images[i].ImageURL.URL
			}
		}
		if each != nil {
			each()
		}
	}
	if err := lines.Err(); err != nil {
		return Result{}, err
	}
	if !done {
		return Result{}, io.ErrUnexpectedEOF
	}
	answer.Text, answer.Reasoning, answer.Arguments = text.String(), reasoning.String(), calls.join()
	return Result{Answer: answer, Kept: &answer}, nil
}

func (h byHand) Create(ctx context.Context) (Result, error) {
	res, err := h.send(ctx, h.request(corpus.Conversations["short"]()))
	if err != nil {
		return Result{}, err
	}
	defer res.Body.Close()
	answer := &handAnswer{}
	if err := json.NewDecoder(res.Body).Decode(answer); err != nil {
		return Result{}, err
	}
	r := Result{Kept: answer}
	if len(answer.Choices) > 0 {
		r.Text = answer.Choices[0].Message.Content
		if lp := answer.Choices[0].Logprobs; lp != nil {
			r.Tokens = len(lp.Content)
		}
	}
	return r, nil
}

func (h byHand) Prepare(messages []corpus.Message) func(context.Context) error {
	req := h.request(messages)
	return func(ctx context.Context) error {
		res, err := h.send(ctx, req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		return json.NewDecoder(res.Body).Decode(&handAnswer{})
	}
}
