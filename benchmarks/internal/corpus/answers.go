package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
)

// Whole is an answer that is not a stream.
type Whole struct {
	Body []byte
	Want Answer
}

// Wholes are the whole answers by name.
var Wholes = map[string]func() *Whole{
	"small":    sync.OnceValue(func() *Whole { return whole("Hello! How can I help you today?", "null", 0) }),
	"logprobs": sync.OnceValue(logprobsAnswer),
}

func whole(text, logprobs string, tokens int) *Whole {
	body := fmt.Sprintf(`{"id":%q,"provider":"OpenAI","model":"openai/gpt-4.1-2025-04-14","object":"chat.completion","created":%d,"choices":[{"logprobs":%s,`+
		`"finish_reason":"stop","native_finish_reason":"stop","index":0,"message":{"role":"assistant","content":%s,"refusal":null,"reasoning":null}}],`+
		`"system_fingerprint":"fp_a1b2c3d4e5","usage":%s}`, id, created, logprobs, quote(text), usage)
	return &Whole{Body: []byte(body), Want: Answer{Text: text, Tokens: tokens}}
}

// logprobsAnswer is an answer of 64 KiB, most of it log probabilities, with
// three alternatives to each token.
func logprobsAnswer() *Whole {
	const size = 64 << 10
	r := rand.New(rand.NewPCG(40, 7))
	one := func(token string, p float64) string {
		return fmt.Sprintf(`"token":%s,"logprob":%v,"bytes":%s`, quote(token), p, strings.ReplaceAll(fmt.Sprint([]byte(token)), " ", ","))
	}
	var text, list strings.Builder
	n := 0
	for _, t := range tokens(41, 4096) {
		if text.Len()+list.Len() > size-1200 {
			break
		}
		if n > 0 {
			list.WriteByte(',')
		}
		n++
		text.WriteString(t)
		p := -r.Float64()
		list.WriteString("{" + one(t, p) + `,"top_logprobs":[{` + one(t, p) + "}")
		for _, other := range tokens(r.Uint64(), 2) {
			p -= 4 * r.Float64()
			list.WriteString(",{" + one(other, p) + "}")
		}
		list.WriteString("]}")
	}
	return whole(text.String(), `{"content":[`+list.String()+`],"refusal":null}`, n)
}

// Message is a turn of a conversation.
type Message struct {
	Role  string
	Text  string
	Image string // a data URL
}

// Conversations are what requests carry, by name.
var Conversations = map[string]func() []Message{
	"short":        func() []Message { return []Message{{Role: "user", Text: "Say hello."}} },
	"conversation": sync.OnceValue(conversation),
	"image": sync.OnceValue(func() []Message {
		return []Message{{Role: "user", Text: "What is this?", Image: dataURL(31, 8<<20)}}
	}),
}

// conversation has 200 messages and 50 KiB of text.
func conversation() []Message {
	const count, size = 200, 50 << 10
	list := []Message{{Role: "system", Text: "You are a helpful assistant."}}
	left := size - len(list[0].Text)
	for i := 1; i < count; i++ {
		role := "user"
		if i%2 == 0 {
			role = "assistant"
		}
		want := left / (count - i)
		text := strings.Join(tokens(uint64(100+i), want/4), "")
		text = strings.ToValidUTF8(text[:min(want, len(text))], "")
		list = append(list, Message{Role: role, Text: text})
		left -= len(text)
	}
	return list
}

// Model is the model that requests name.
const Model = "openai/gpt-4.1"
