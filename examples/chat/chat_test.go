package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const (
	interrupt = "\x03"
	endOfFile = "\x04"
)

// texts are the messages of a request.
func texts(req *openroutertest.Request) (list []string) {
	for _, m := range req.Body.Messages {
		list = append(list, string(m.Role)+": "+m.Text())
	}
	return list
}

// pieces cuts a text.
func pieces(text string, size int) (list []string) {
	for piece := range slices.Chunk([]byte(text), size) {
		list = append(list, string(piece))
	}
	return list
}

func TestMarkdownIsRenderedOnce(t *testing.T) {
	var answer strings.Builder
	answer.WriteString("# Title\n\nSome **bold** words, and a paragraph that is longer than a row of the screen so that it wraps.\n\n```go\n")
	for i := range 60 { // more than the screen has rows
		fmt.Fprintf(&answer, "\tline(%d)\n", i)
	}
	answer.WriteString("```\n\n- first\n- second\n\n  more of the second\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end.")
	server := openroutertest.NewServer(t, openroutertest.Reasoning("I think ", "about it.").
		Text(pieces(answer.String(), 10)...).Pace(4*time.Millisecond).Usage(12, 34).Cost(0.0123))
	s := newHome(t).start(t, server)
	s.line("Show me something.")
	s.see("in sum")
	screen := s.atPrompt()
	t.Log("\n" + screen)

	for i := range 60 {
		assert.Equal(t, 1, strings.Count(screen, fmt.Sprintf("line(%d)", i)), "line(%d)", i)
	}
	for _, once := range []string{"I think about it.", "Title", "Some bold words", "• first", "• second", "more of the second", "The end.", "12 tokens in, 34 out, $0.0123; in sum $0.0123"} {
		assert.Equal(t, 1, strings.Count(screen, once), once)
	}
	for _, source := range []string{"**", "```", "|---", "# Title"} {
		assert.NotContains(t, screen, source)
	}
	assert.NotContains(t, screen, "\n\n\n", "one empty row between blocks")
	assert.Contains(t, s.raw.String(), dim("I think about it."))
	s.line("/quit")
	s.leave()
}

func TestToolsAskFirst(t *testing.T) {
	write := openroutertest.ToolCall("call_1", "write_file", `{"path":"a.txt","text":"from the model"}`)
	server := openroutertest.NewServer(t,
		write.Cost(0.001), openroutertest.Text("I let it be.").Cost(0.002),
		openroutertest.ToolCall("call_2", "list_files", `{}`), write, openroutertest.Text("It is there."))
	h := newHome(t)
	s := h.start(t, server)
	s.line("Write a file.")
	s.see(`"text": "from the model"`, "allow? [y/n]")
	s.press("n")
	s.see("no", "I let it be.", "✗ write_file: the call was not allowed: the user said no", "$0.0030; in sum $0.0030")
	assert.NoFileExists(t, h.path("a.txt"))

	s.line("Do it.")
	s.see(`✓ list_files write_file { "path": "a.txt", "text": "from the model" } allow? [y/n]`)
	for i, typed := range []string{"why?", "\x1b[1;2A\x1bOA\x1bywhy?", "\x1b[200~yes\x1b[201~why?"} { // no answer
		for _, key := range []byte(typed + "\r") { // which may come one by one
			s.press(string(key))
		}
		s.see(strings.Repeat("allow? [y/n] why? ", i+1) + "allow? [y/n]")
	}
	assert.NoFileExists(t, h.path("a.txt"))
	s.press("y")
	t.Log("\n" + s.see("✓ write_file", "It is there."))
	text, err := os.ReadFile(h.path("a.txt"))
	require.NoError(t, err)
	assert.Equal(t, "from the model", string(text))
	last := server.Requests()[4]
	assert.Equal(t, "tool: error: the call was not allowed: the user said no", texts(last)[2])
	assert.Equal(t, "tool: written", texts(last)[8])
	s.line("/quit")
	s.leave()
}

// A key that is pressed before the question is there is no answer to it.
func TestEarlyKeysAllowNothing(t *testing.T) {
	server := openroutertest.NewServer(t,
		openroutertest.Text("Wait.\n\n").Pause(300*time.Millisecond).ToolCall("call_1", "write_file", `{"path":"a.txt","text":"x"}`),
		openroutertest.Text("Good."))
	h := newHome(t)
	s := h.start(t, server)
	s.line("Go.")
	s.see("Wait.")
	s.press("yyy\r")
	s.see("allow? [y/n]")
	s.press("n")
	s.see("Good.")
	assert.NoFileExists(t, h.path("a.txt"))
}

func TestInterruptStopsTheAnswer(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Text("A beginning ", "of an answer").Stall(), openroutertest.Text("Next answer."))
	s := newHome(t).start(t, server)
	s.line("Tell me.")
	s.see("A beginning of an answer")
	s.press(interrupt)
	t.Log("\n" + s.see("stopped: what is above stays in the conversation"))
	<-server.Requests()[0].Context().Done() // the service is told

	s.line("Go on.")
	s.see("Next answer.")
	assert.Equal(t, []string{"user: Tell me.", "assistant: A beginning of an answer", "user: " + stopped, "user: Go on."}, texts(server.Requests()[1]))

	// The line was entered since: it takes two more to leave.
	s.atPrompt()
	s.press("half a line" + interrupt)
	s.see("Ctrl-C again leaves")
	s.press(interrupt)
	screen := s.leave()
	assert.Equal(t, 1, strings.Count(screen, "A beginning"))
	assert.Contains(t, flat(screen), "/load brings it back")
}

func TestInterruptDuringAQuestion(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.ToolCall("call_1", "write_file", `{"path":"a.txt","text":"x"}`), openroutertest.Text("Fine."))
	h := newHome(t)
	s := h.start(t, server)
	s.line("Write.")
	s.see("allow? [y/n]")
	s.press(interrupt)
	s.see("stopped: ")
	s.line("And now?")
	s.see("Fine.")
	assert.NoFileExists(t, h.path("a.txt"))
	assert.Equal(t, "tool: error: not run: the run was cancelled", texts(server.Requests()[1])[2])
}

// Nothing has arrived: the question can be asked again.
func TestFailureBeforeTheAnswer(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Error(402, openrouter.ErrPaymentRequired, "no credits"),
		openroutertest.Text("Half ").MidStreamError(502, openrouter.ErrProviderUnavailable, "gone"), openroutertest.Text("Hello."))
	s := newHome(t).start(t, server)
	s.line("One?")
	s.see("payment_required 402: no credits", "the question is not in the conversation")
	s.line("Two?")
	s.see("Half", "provider_unavailable 502: gone")
	s.line("Three?")
	s.see("Hello.")
	assert.Equal(t, []string{"user: Two?", "assistant: Half ", "user: Three?"}, texts(server.Requests()[2]))
}

func TestCommandsAndResume(t *testing.T) {
	server := openroutertest.NewServer(t,
		openroutertest.SignedReasoning("signature", "Hm.").Text("**First** answer.").Usage(10, 5).Cost(0.01), openroutertest.Text("Second.").Usage(20, 6).Cost(0.02),
		openroutertest.Text("Third.").Usage(30, 7).Cost(0.03), openroutertest.Text("Fourth."))
	h := newHome(t)
	s := h.start(t, server, "-model", "a/one")
	s.line("/nonsense")
	s.see("there is no command /nonsense")
	s.line("/help")
	s.see("/save [file]")
	s.line("Question one?")
	s.see("First answer.")
	s.line("/model b/two")
	s.see("model: b/two")
	s.line("Question two?")
	s.see("Second.")
	s.line("/cost")
	s.see("30 tokens in, 11 out, $0.0300 in 2 answers")
	s.line("/save talk.json")
	s.see("saved: talk.json")
	s.atPrompt()
	s.press(endOfFile)
	screen := s.leave()
	assert.NotContains(t, flat(screen), "/load brings it back", "it was saved")
	t.Log("\n" + screen)

	// The file is an agent.Run.
	text, err := os.ReadFile(h.path("talk.json"))
	require.NoError(t, err)
	var run agent.Run
	require.NoError(t, json.Unmarshal(text, &run))
	assert.Len(t, run.Messages, 4)
	assert.Len(t, run.Steps, 2)

	s = h.start(t, server, "talk.json")
	screen = s.see("> Question one?", "Hm.", "First answer.", "> Question two?", "Second.", "loaded: talk.json, 4 messages, b/two")
	t.Log("\n" + screen)
	s.line("Question three?")
	s.see("Third.", "in sum $0.0600")
	last := server.Requests()[2].Body
	assert.Equal(t, "b/two", last.Model)
	assert.Equal(t, []string{"user: Question one?", "assistant: **First** answer.", "user: Question two?", "assistant: Second.", "user: Question three?"}, texts(server.Requests()[2]))
	assert.Equal(t, server.Requests()[1].Body.Messages[:3], last.Messages[:3], "reasoning and its signature, too")
	s.line("/quit") // without saving
	s.see("/load brings it back")
	s.leave()

	s = h.start(t, server)
	s.line("/load")
	s.see("Third.", "6 messages")
	s.line("/load nowhere.json")
	s.see("no such file")
	s.line("Question four?")
	s.see("Fourth.")
	assert.Len(t, server.Requests()[3].Body.Messages, 7)
}

// Neither /load nor /save drops a conversation: not the one on the screen, not one in a file.
func TestNothingIsReplaced(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Text("First."), openroutertest.Text("Second."))
	h := newHome(t)
	const other = `{"messages":[{"role":"user","content":"Other?"}]}`
	require.NoError(t, os.WriteFile(h.path("other.json"), []byte(other), 0o600))
	for _, name := range []string{"chat.json", "new.json.part"} {
		require.NoError(t, os.WriteFile(h.path(name), []byte("mine"), 0o600))
	}
	s := h.start(t, server)
	s.line("Question one?")
	s.see("First.")
	for name, bad := range map[string]string{"list": "[]", "null": "null", "text": `{"messages":"x"}`, "zero": "\x00", "empty": ""} {
		require.NoError(t, os.WriteFile(h.path(name), []byte(bad), 0o600))
		s.line("/load " + name)
		s.see("\n" + name + ": not a saved conversation")
	}
	s.line("/load .")
	s.line("/load other.json")
	s.see("/load brings it back", "> Other?", "loaded: other.json, 1 messages")
	s.line("/load")
	s.see("2 messages")
	s.line("Question two?")
	s.see("Second.")
	assert.Equal(t, []string{"user: Question one?", "assistant: First.", "user: Question two?"}, texts(server.Requests()[1]))

	s.line("/save")
	s.see("chat.json is there already: give another name")
	s.line("/save other.json")
	s.see("other.json is there already")
	s.line("/save missing/a.json")
	s.see("missing/a.json: no such file")
	s.line("/save new.json")
	s.see("saved: new.json")
	s.line("/save")
	s.see("> /save saved: new.json")
	s.line("/quit")
	s.leave()
	for name, want := range map[string]string{"chat.json": "mine", "new.json.part": "mine", "other.json": other} {
		text, err := os.ReadFile(h.path(name))
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
	}
	left, err := filepath.Glob(h.path("new.json.*"))
	require.NoError(t, err)
	assert.Equal(t, []string{h.path("new.json.part")}, left)
}

// A path in a question attaches the image. A text of the model cannot control the terminal.
func TestAttachmentsAndHarmlessText(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Text("A\x1b[2J\x1b]52;c;AAAA\x07 pixel\u202e."))
	h := newHome(t)
	png := []byte("\x89PNG\r\n\x1a\nrest")
	require.NoError(t, os.WriteFile(h.path("my photo.png"), png, 0o600))
	s := h.start(t, server)
	s.line(`What is on 'my photo.png', and missing.png?`) // with the signs of a sentence
	screen := s.see("attached: [image_url data:image/png;base64", "A[2J]52;c;AAAA pixel.")
	assert.Contains(t, screen, "lists the commands", "the screen was not cleared")
	content := server.Requests()[0].Body.Messages[0].Content
	require.Len(t, content, 2)
	assert.Equal(t, openrouter.ImageDataPart("image/png", png).ImageURL.URL, content[1].ImageURL.URL)
}

func TestPastedLinesAreOneQuestion(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Text("Read."))
	s := newHome(t).start(t, server)
	s.atPrompt()
	s.press("Look: \x1b[200~one\rtwo\r\n\tthree\x03 \x1b[A\x1b[20")
	s.press("1~ done\r")
	s.see("Read.")
	assert.Equal(t, []string{"user: Look: one\ntwo\n    three [A done"}, texts(server.Requests()[0]))
}

// The editor takes 4096 characters a line: what is longer must not be cut in silence.
func TestLongPaste(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Text("Read."), openroutertest.Text("Again."))
	s := newHome(t).start(t, server)
	var long strings.Builder
	for i := range 500 {
		fmt.Fprintf(&long, "line %d of what was pasted\n", i)
	}
	s.atPrompt()
	s.press("Look: \x1b[200~" + strings.ReplaceAll(long.String(), "\n", "\r\n") + "\x1b[201~ and say.\r")
	s.see("> Look: [pasted text 1] and say.", "Read.")
	want := "Look: " + long.String() + " and say."
	assert.Equal(t, []string{"user: " + want}, texts(server.Requests()[0]))

	s.atPrompt() // from the history
	s.press("\x1b[A\r")
	s.see("Again.")
	assert.Equal(t, "user: "+want, texts(server.Requests()[1])[2])
}

// A signal ends the program as /quit does: the terminal is given back, and nothing is lost.
func TestSignal(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP, os.Interrupt} {
		server := openroutertest.NewServer(t, openroutertest.Text("A beginning").Stall())
		h := newHome(t)
		s := h.start(t, server)
		s.line("Tell me.")
		s.see("A beginning")
		require.NoError(t, s.process.Signal(signal))
		assert.Contains(t, flat(s.leave()), "/load brings it back")
		assert.True(t, strings.HasSuffix(s.raw.String(), "\x1b[?2004l"))
		text, err := os.ReadFile(h.path("openrouter-chat.json"))
		require.NoError(t, err)
		assert.Contains(t, string(text), "A beginning")
	}
}

// Lines in, answers out; all else is on the standard error.
func TestWithoutATerminal(t *testing.T) {
	server := openroutertest.NewServer(t,
		openroutertest.Reasoning("Hm.").Text("**One**", " answer.").Cost(0.01),
		openroutertest.ToolCall("call_1", "write_file", `{"path":"a.txt","text":"x"}`), openroutertest.Text("Not allowed.\n"))
	h := newHome(t)
	cmd := h.command(t, server)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("First?\n\n/model a/b\nSecond?"), &out, &errs
	require.NoError(t, cmd.Run())
	assert.Equal(t, "**One** answer.\nNot allowed.\n", out.String())
	assert.Contains(t, errs.String(), "in sum $0.0100")
	assert.Contains(t, errs.String(), "there is no terminal to ask the user on")
	assert.Equal(t, "a/b", server.Requests()[1].Body.Model)
	assert.NoFileExists(t, h.path("a.txt"))
	assert.NotContains(t, out.String()+errs.String(), openroutertest.Key)
}

// A script learns from the exit status that an answer is missing.
func TestFailureWithoutATerminal(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Error(401, openrouter.ErrAuthentication, "User not found."), openroutertest.Text("Two."))
	cmd := newHome(t).command(t, server)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("First?\nSecond?"), &out, &errs
	require.Error(t, cmd.Run())
	assert.Equal(t, 1, cmd.ProcessState.ExitCode())
	assert.Equal(t, "Two.\n", out.String())
	assert.Contains(t, errs.String(), "authentication 401: User not found.")
	assert.True(t, strings.HasSuffix(errs.String(), "chat: failed: 1 of 2 lines\n"), errs.String())
}

// The questions come from a file, and the answers go to a terminal.
func TestHarmlessWithoutAKeyboard(t *testing.T) {
	server := openroutertest.NewServer(t, openroutertest.Text("A\x1b]52;c;AAAA\x07\tpixel\u202e."))
	screen, tty, err := pty.Open()
	require.NoError(t, err)
	defer screen.Close()
	cmd := newHome(t).command(t, server)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("Hi.\n"), tty, tty
	require.NoError(t, cmd.Run())
	require.NoError(t, tty.Close())
	raw, _ := io.ReadAll(screen) // it ends with an error
	assert.Contains(t, string(raw), "A]52;c;AAAA    pixel.\r\n")
	assert.NotContains(t, string(raw), "\x1b")
}

func TestWrongArguments(t *testing.T) {
	for want, args := range map[string][]string{"one.json: no such file": {"one.json"}, `unexpected argument "two.json"`: {"one.json", "two.json"}} {
		out, err := newHome(t).command(t, nil, args...).CombinedOutput()
		require.Error(t, err)
		assert.Contains(t, string(out), want)
	}
}

// Without a key the fake inside the program answers.
func TestWithoutAKey(t *testing.T) {
	s := newHome(t).start(t, nil, "-yes")
	s.line("make a file")
	s.see("✓ write_file", "The file is written.")
	s.line("/quit")
	s.leave()
}
