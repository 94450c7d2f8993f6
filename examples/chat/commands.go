package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

const help = `/model [slug]   shows the model, or changes it
/save [file]    saves the conversation as JSON
/load [file]    loads a conversation; without a file, the last one that was not saved
/cost           shows what the conversation has cost
/help           shows this
/quit           leaves; so does Ctrl-D

Ctrl-C stops an answer. The path of an image or PDF in a question attaches the file.`

// command splits a line such as "/save file". Other lines that begin with a slash are paths.
func command(line string) (name, arg string, ok bool) {
	name, arg, _ = strings.Cut(line, " ")
	if !strings.HasPrefix(name, "/") || strings.Contains(name[1:], "/") || filepath.Ext(name) != "" {
		return "", "", false
	}
	return name, strings.TrimSpace(arg), true
}

func (c *chat) do(name, arg string) error {
	switch name {
	case "/model":
		if arg != "" {
			c.model = arg
		}
		c.console.Note("model: %s", c.model)
	case "/save":
		return c.save(arg)
	case "/load":
		return c.load(arg)
	case "/cost":
		c.console.Note("%s in %d answers", cost(&c.run.Usage), answers(c.run.Steps))
	case "/help":
		c.console.Note("%s", help)
	case "/quit", "/exit":
		return errQuit
	default:
		return fmt.Errorf("there is no command %s; /help lists them", name)
	}
	return nil
}

func answers(steps []agent.Step) (n int) {
	for _, s := range steps {
		if s.Answer != nil {
			n++
		}
	}
	return n
}

// saved is the file of a conversation: an agent.Run, and the model.
type saved struct {
	Model string `json:"model,omitempty"`
	agent.Run
}

func (c *chat) save(name string) error {
	if name == "" {
		name = c.file
	}
	if name == "" {
		name = "chat.json"
	}
	if _, err := os.Lstat(name); err == nil && name != c.file {
		return fmt.Errorf("%s is there already: give another name", name)
	}
	if err := c.write(name); err != nil {
		return err
	}
	c.file, c.isSaved = name, true
	c.console.Note("saved: %s", name)
	return nil
}

// write replaces a file at once, so that no failure leaves half of it.
func (c *chat) write(name string) error {
	text, err := json.MarshalIndent(saved{c.model, c.run}, "", "\t")
	if err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if failed, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s: %w", name, failed.Err) // without the name of the part
	}
	if err != nil {
		return err
	}
	_, err = part.Write(append(text, '\n'))
	if err = errors.Join(err, part.Close()); err == nil {
		err = os.Rename(part.Name(), name)
	}
	if err != nil {
		_ = os.Remove(part.Name())
	}
	return err
}

func (c *chat) load(name string) error {
	isUnsaved := name == ""
	if isUnsaved {
		var err error
		if name, err = unsavedFile(); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var s saved
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("%s: not a saved conversation: %w", name, err)
	}
	if len(s.Messages) == 0 {
		return fmt.Errorf("%s: not a saved conversation: no messages", name)
	}
	if err := c.rescue(); err != nil {
		return fmt.Errorf("the conversation so far cannot be kept: %w", err)
	}
	c.run, c.isSaved, c.file = s.Run, true, name
	if isUnsaved {
		c.isSaved, c.file = false, ""
	}
	if s.Model != "" {
		c.model = s.Model
	}
	c.show()
	c.console.Note("loaded: %s, %d messages, %s", name, len(c.run.Messages), c.model)
	return nil
}

// show shows the conversation.
func (c *chat) show() {
	for _, m := range c.run.Messages {
		switch m.Role {
		case openrouter.RoleUser:
			c.console.Question(m.Text())
		case openrouter.RoleAssistant:
			c.console.Reasoning(m.Reasoning)
			c.console.Answer(m.Text())
			c.console.Flush()
			for _, call := range m.ToolCalls {
				c.console.Note("%s %s", call.Function.Name, oneLine(call.Function.Arguments))
			}
		case openrouter.RoleTool:
			c.console.Note("→ %s", oneLine(m.Text()))
		}
	}
}

// leave saves what the user has not.
func (c *chat) leave() {
	if err := c.rescue(); err != nil {
		c.console.Note("the conversation is lost: %v", err)
	}
}

// rescue saves a conversation that the user has not saved.
func (c *chat) rescue() error {
	if _, isPlain := c.console.(*plain); isPlain || c.isSaved || len(c.run.Messages) == 0 {
		return nil
	}
	name, err := unsavedFile()
	if err == nil {
		err = c.write(name)
	}
	if err != nil {
		return err
	}
	c.console.Note("the conversation is in %s; /load brings it back", name)
	return nil
}

// unsavedFile is where a conversation goes that was left without /save.
func unsavedFile() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return filepath.Join(dir, "openrouter-chat.json"), nil
}

// indented is JSON on several lines. Other text is returned as it is.
func indented(text string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if e.Encode(json.RawMessage(text)) != nil {
		return text
	}
	return strings.TrimSpace(out.String())
}
