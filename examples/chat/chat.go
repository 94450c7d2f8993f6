package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

const defaultModel = "openai/gpt-5.2"

// stopped tells the model about an answer that the user has stopped.
const stopped = "(I stopped the answer here.)"

// console is where the user reads and writes.
type console interface {
	// Line returns what the user writes. The error is io.EOF if the user leaves.
	Line() (string, error)
	// Confirm asks a question that has the answers yes and no. Without an answer the reason says why.
	Confirm(ctx context.Context, question string) (isYes bool, reason string)
	// Reasoning and Answer show pieces of text as they come. Flush ends the text.
	Reasoning(piece string)
	Answer(piece string)
	Flush()
	// Question shows a question of a loaded conversation.
	Question(text string)
	// Note shows a line about the conversation.
	Note(format string, args ...any)
	// Failed shows what became of a line.
	Failed(err error)
	// Interruptible returns a context that Ctrl-C ends.
	Interruptible(ctx context.Context) (context.Context, context.CancelFunc)
}

// chat is a conversation.
type chat struct {
	console   console
	bot       agent.Agent
	model     string
	session   string
	isAllowed bool // every call of a tool

	run     agent.Run // of all questions together; its messages are the conversation
	file    string    // where it was saved or loaded last
	isSaved bool
}

// errQuit ends the loop.
var errQuit = errors.New("quit")

// loop reads questions and commands until the user leaves.
func (c *chat) loop(ctx context.Context) error {
	defer c.leave()
	c.console.Note("%s; /help lists the commands", c.model)
	for {
		text, err := c.console.Line()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		text = strings.TrimSpace(text)
		switch name, arg, ok := command(text); {
		case text == "":
		case ok:
			err = c.do(name, arg)
		default:
			err = c.ask(ctx, text)
		}
		if err == errQuit {
			return nil
		}
		if err != nil {
			c.console.Failed(err)
		}
	}
}

// ask sends a question and shows the answer.
func (c *chat) ask(ctx context.Context, text string) error {
	question, err := message(text)
	if err != nil {
		return err
	}
	for _, part := range question.Content[1:] {
		c.console.Note("attached: %v", part)
	}
	ctx, cancel := c.console.Interruptible(ctx)
	defer cancel()
	stream := c.bot.Stream(ctx, &openrouter.ChatCompletionRequest{
		Model:     c.model,
		SessionID: c.session,
		Messages:  append(slices.Clip(c.run.Messages), question),
	})
	for event, failure := range stream.Events() {
		err = failure
		switch {
		case event.Chunk != nil:
			c.console.Reasoning(event.Chunk.Reasoning())
			c.console.Answer(event.Chunk.Text())
		case event.Outcome != nil:
			c.console.Flush()
			c.console.Note("%s", describe(event.Outcome))
		}
	}
	c.console.Flush()
	return c.keep(stream.Run(), err)
}

// keep adds what a question led to to the conversation. err is what ended it.
func (c *chat) keep(run *agent.Run, err error) error {
	isStopped := errors.Is(err, context.Canceled)
	if err != nil && len(run.Steps) == 0 { // nothing has arrived
		if isStopped {
			err = errors.New("stopped")
		}
		return fmt.Errorf("%w; the question is not in the conversation", err)
	}
	c.run.Messages, c.run.Pending = run.Messages, run.Pending
	c.run.Steps = append(c.run.Steps, run.Steps...)
	c.run.Usage.Add(&run.Usage)
	c.isSaved = false
	if refusal := run.Answer().Refusal(); refusal != "" {
		c.console.Note("%s", refusal)
	}
	if n := len(run.Answer().Message().Images); n > 0 {
		c.console.Note("%d images: /save keeps them", n)
	}
	c.console.Note("%s; in sum $%.4f", cost(&run.Usage), c.run.Usage.Cost)
	if isStopped {
		c.run.Messages = append(c.run.Messages, openrouter.UserMessage(stopped))
		c.console.Note("stopped: what is above stays in the conversation; the service may charge more than is known here")
		return nil
	}
	return err
}

// approve asks about a call.
func (c *chat) approve(ctx context.Context, call openrouter.ToolCall) (agent.Decision, error) {
	if c.isAllowed || isHarmless(call.Function.Name) {
		return agent.Decision{Allow: true}, nil
	}
	c.console.Flush()
	isYes, reason := c.console.Confirm(ctx, call.Function.Name+" "+indented(call.Function.Arguments))
	return agent.Decision{Allow: isYes, Reason: reason}, ctx.Err()
}

// describe says in one line what became of a call.
func describe(o *agent.Outcome) string {
	line := "✓ " + o.Call.Function.Name
	if o.Result.IsError {
		line = "✗ " + o.Call.Function.Name
	}
	if o.Took >= time.Millisecond {
		line += " (" + o.Took.Round(time.Millisecond).String() + ")"
	}
	if o.Result.IsError && len(o.Result.Content) > 0 {
		line += ": " + oneLine(o.Result.Content[0].Text)
	}
	return line
}

// oneLine is the beginning of a text.
func oneLine(text string) string {
	const most = 200
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(runes)
}

func cost(u *openrouter.Usage) string {
	if u.PromptTokens == 0 && u.CompletionTokens == 0 && u.Cost == 0 {
		return "tokens and cost not reported"
	}
	return fmt.Sprintf("%d tokens in, %d out, $%.4f", u.PromptTokens, u.CompletionTokens, u.Cost)
}
