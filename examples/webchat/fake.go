package main

import (
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// fakeReply plays the model if there is no key.
func fakeReply(r *openroutertest.Request) openroutertest.Reply {
	last := r.Body.Messages[len(r.Body.Messages)-1]
	question := strings.ToLower(r.Text())
	reply := openroutertest.Reasoning("This is a demonstration: ", "a fake inside the program answers. ", "It looks for a word that it knows.")
	switch {
	case last.Role == openrouter.RoleTool && strings.Contains(last.Text(), "sent to"):
		reply = openroutertest.Text(words("The mail is on its way. *Nothing* was sent in truth.")...)
	case last.Role == openrouter.RoleTool && strings.Contains(last.Text(), "not allowed"):
		reply = openroutertest.Text(words("Then I leave it.")...)
	case last.Role == openrouter.RoleTool:
		reply = openroutertest.Text(words("It **rains** in Oslo, at 6 degrees. Take an umbrella.")...)
	case strings.Contains(question, "weather"):
		reply = reply.ToolCall("", "get_weather", `{"City":"Oslo"}`)
	case strings.Contains(question, "mail"):
		reply = reply.Text(words("I can tell Ada about the rain:")...).
			ToolCall("", "send_mail", `{"To":"ada@example.com","Subject":"Umbrella","Text":"It rains in Oslo. Take one."}`)
	default:
		reply = reply.Text(words(demonstration)...)
	}
	return reply.Pace(30 * time.Millisecond).Cost(0.002)
}

// words splits a text into pieces as a model would write it.
func words(text string) []string { return strings.SplitAfter(text, " ") }

const demonstration = `### A chat with tools

Ask about the **weather**, and a Go function is called. Ask for a **mail**, and you decide whether it is sent.

| The page shows | as it happens |
|---|---|
| text and tables | yes |
| reasoning, folded | yes |
| calls of tools | yes |

1. Stop an answer with the button.
2. Load the page again: the conversation is still there.

` + "```go\nstream := bot.Stream(r.Context(), req)\nerr := uistream.Serve(w, r, stream)\n```" + `

Everything else is in the [documentation](https://pkg.go.dev/github.com/openrouter-go/openrouter/agent/uistream).
`
