package main

import (
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const demoText = `## Hello

I am a **fake** inside this program, because there is no key. I can show what an answer looks like:

1. a list, with ` + "`code`" + ` in it
2. and a [link](https://openrouter.ai)

` + "```go" + `
client := openrouter.NewClient()
` + "```" + `

| Word | Shows |
|---|---|
| file | a tool that asks before it runs |
| long | an answer to stop with Ctrl-C |
`

// demo are the replies of the fake. Words in the question choose among them.
func demo() openroutertest.Reply {
	return openroutertest.Func(func(req *openroutertest.Request) openroutertest.Reply {
		const pace = 20 * time.Millisecond
		messages := req.Body.Messages
		last := messages[len(messages)-1]
		switch {
		case last.Role == openrouter.RoleTool && strings.HasPrefix(last.Text(), "error:"):
			return inPieces("Then I leave the file alone.").Pace(pace).Cost(0.0002)
		case last.Role == openrouter.RoleTool:
			return inPieces("The file is **written**.").Pace(pace).Cost(0.0002)
		case strings.Contains(req.Text(), "file"):
			return openroutertest.Reasoning("The user wants a file. ", "I use the tool for that.").
				ToolCall("call_1", "write_file", `{"path":"hello.txt","text":"Hello from a chat.\n"}`).Pace(pace).Cost(0.0003)
		case strings.Contains(req.Text(), "long"):
			return inPieces(strings.Repeat("This answer goes on and on. ", 200)).Pace(pace)
		}
		return inPieces(demoText).Pace(pace).Cost(0.0004)
	}).Always()
}

// inPieces is a reply in pieces, as a model sends it.
func inPieces(text string) openroutertest.Reply {
	return openroutertest.Text(strings.SplitAfter(text, " ")...)
}
