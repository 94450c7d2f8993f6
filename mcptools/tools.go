package mcptools

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

// Config selects the tools that [Tools] returns, and how they run. The zero value selects all
// tools.
type Config struct {
	// Prefix is put in front of the names that the model sees. Use it if tools of several servers
	// could have the same name.
	Prefix string
	// Allow returns whether a tool is offered to the model. Nil allows all tools.
	Allow func(*mcp.Tool) bool
	// MaxResult limits the text of a result in bytes: see [agent.Tool.MaxResult].
	MaxResult int
	// Approve decides about calls of tools that may destroy something. These are all tools that the
	// server does not declare as read-only or as not destructive. Nil allows them.
	//
	// The declaration of the server may be wrong. If you do not trust the server, set
	// [agent.Agent.Approve], which is called for every call.
	Approve func(context.Context, openrouter.ToolCall, *mcp.Tool) (agent.Decision, error)
	// Pin has a fingerprint of each tool, by the server's name of the tool. Tools fails with
	// [ErrChanged] if the description, the schema or the hints of a tool have changed. A tool without
	// an entry is added to the map. Begin with an empty map, store it after the call, for example as
	// JSON, and load it the next time. Nil means no check.
	Pin map[string]string
}

// ErrChanged means that a server describes a tool differently than before: see [Config.Pin].
var ErrChanged = errors.New("mcptools: the server has changed a tool")

// Tools returns the tools of an MCP server, sorted by name. It reads all pages of the server's list.
// The session must stay open while an agent uses the tools.
//
// In names, characters other than letters, digits, underscores and dashes become underscores. A
// name of more than 64 characters is cut and ends in a hash. Tools returns an error if two tools
// then have the same name, or if the schema of a tool is invalid. The members $schema and $id of a
// schema are not sent to the model. The arguments of a call are checked against the schema before
// they are sent to the server.
//
// The model gets the structured content of a result, or its text if there is none. Images,
// recordings and PDF documents become parts. For a resource, the model also gets the URI.
// [agent.Result.Data] is the whole [*mcp.CallToolResult]. If the server marks a result as an error,
// the model gets it as an error.
//
// The SDK decodes numbers of structured content as float64, which rounds integers above 2^53. The
// model gets all their digits only if the text of the result is the same JSON.
//
// The model also gets errors of the protocol. It can try again, and [agent.Agent.MaxRepeats] limits
// how often. If a call finds that the session is closed, the model is told and may still answer. If
// it calls one of the tools in a later step, the run ends with an error that matches
// [mcp.ErrConnectionClosed] or [mcp.ErrSessionMissing].
//
// The list is read once. If the server changes it, call Tools again before the next run.
func Tools(ctx context.Context, session *mcp.ClientSession, config Config) ([]agent.Tool, error) {
	if session == nil {
		return nil, errors.New("mcptools: the session is nil")
	}
	listed, err := list(ctx, session, config)
	if err != nil {
		return nil, err
	}
	pins, err := pin(listed, config.Pin)
	if err != nil {
		return nil, err
	}
	s := &source{session: session, approve: config.Approve}
	tools := make([]agent.Tool, 0, len(listed))
	for _, t := range listed {
		tool, err := s.tool(t.tool, t.name)
		if err != nil {
			return nil, fmt.Errorf("mcptools: tool %q of the server: %w; Config.Allow can leave it out", t.tool.Name, err)
		}
		tool.MaxResult = config.MaxResult
		tools = append(tools, tool)
	}
	maps.Copy(config.Pin, pins)
	return tools, nil
}

// named is a tool with the name that the model sees.
type named struct {
	name string
	tool *mcp.Tool
}

// list returns the allowed tools of a server, sorted by the names that the model sees.
func list(ctx context.Context, session *mcp.ClientSession, config Config) ([]named, error) {
	all, err := pages(ctx, session)
	if err != nil {
		return nil, fmt.Errorf("mcptools: listing the tools of the server: %w", err)
	}
	var listed []named
	names := map[string]string{} // of the server's tools, by those that the model sees
	for _, tool := range all {
		if config.Allow != nil && !config.Allow(tool) {
			continue
		}
		name := nameOf(config.Prefix, tool.Name)
		switch other, ok := names[name]; {
		case ok && other == tool.Name:
			return nil, fmt.Errorf("mcptools: the server lists tool %q twice", tool.Name)
		case ok:
			return nil, fmt.Errorf("mcptools: tools %q and %q of the server would both be called %q; Config.Allow can leave one out",
				other, tool.Name, name)
		}
		names[name] = tool.Name
		listed = append(listed, named{name, tool})
	}
	slices.SortFunc(listed, func(a, b named) int { return cmp.Compare(a.name, b.name) })
	return listed, nil
}

// maxPages is far above what a list needs. A server can invent cursors for ever.
const maxPages = 10_000

// pages reads the whole list of a server.
func pages(ctx context.Context, session *mcp.ClientSession) (all []*mcp.Tool, err error) {
	seen := map[string]bool{}
	for next := ""; ; {
		page, err := session.ListTools(ctx, &mcp.ListToolsParams{Cursor: next})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Tools...)
		switch next = page.NextCursor; {
		case next == "":
			return all, nil
		case seen[next]: // the iterator of the SDK would never end
			return nil, errors.New("the cursor of a page repeats an earlier one")
		case len(seen) == maxPages-1:
			return nil, fmt.Errorf("it has more than %d pages", maxPages)
		}
		seen[next] = true
	}
}

// nameOf returns a name that a function can have: 1 to 64 letters, digits, underscores and dashes.
func nameOf(prefix, name string) string {
	const most = 64
	full := prefix + name
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '_', r == '-', r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			return r
		}
		return '_'
	}, full)
	if len(clean) <= most {
		return clean
	}
	sum := sha256.Sum256([]byte(full))
	const digits = 8
	return clean[:most-digits-1] + "_" + hex.EncodeToString(sum[:])[:digits]
}

// pin compares tools with their fingerprints. It returns those of tools that had none.
func pin(listed []named, known map[string]string) (added map[string]string, err error) {
	if known == nil {
		return nil, nil
	}
	added = map[string]string{}
	var changed []string
	for _, t := range listed {
		now, err := fingerprint(t.tool)
		if err != nil {
			return nil, fmt.Errorf("mcptools: tool %q of the server: %w", t.tool.Name, err)
		}
		switch before, ok := known[t.tool.Name]; {
		case !ok:
			added[t.tool.Name] = now
		case before != now:
			changed = append(changed, fmt.Sprintf("%q", t.tool.Name))
		}
	}
	if len(changed) > 0 {
		return nil, fmt.Errorf("%w: %s; to accept the change, delete the tool's entry in Config.Pin",
			ErrChanged, strings.Join(changed, ", "))
	}
	return added, nil
}

// fingerprint is a hash of what decides how a tool is used.
func fingerprint(t *mcp.Tool) (string, error) {
	text, err := json.Marshal([]any{t.Name, t.Title, t.Description, t.InputSchema, t.Annotations})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
