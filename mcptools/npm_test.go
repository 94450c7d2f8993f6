package mcptools_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/mcptools"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// The servers that the makers of the protocol publish, written in TypeScript.
const serversVersion = "2026.8.31"

// npmServer installs a server from npm and connects to it over its standard input and output.
func npmServer(t *testing.T, name string, args ...string) (*mcp.ClientSession, *exec.Cmd) {
	t.Helper()
	if os.Getenv("OPENROUTER_MCP") == "" {
		t.Skip("OPENROUTER_MCP is not set: it needs Node and installs a package from npm")
	}
	dir := t.TempDir()
	install := exec.CommandContext(t.Context(), "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", dir,
		"@modelcontextprotocol/server-"+name+"@"+serversVersion)
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)

	program := filepath.Join(dir, "node_modules", "@modelcontextprotocol", "server-"+name, "dist", "index.js")
	server := exec.Command("node", append([]string{program}, args...)...)
	session, err := mcp.NewClient(implementation, nil).Connect(t.Context(), &mcp.CommandTransport{Command: server}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = session.Close() })
	return session, server
}

// server-everything has a tool for each feature of the protocol.
func TestServerEverything(t *testing.T) {
	session, _ := npmServer(t, "everything")
	tools, err := mcptools.Tools(t.Context(), session, mcptools.Config{Prefix: "e_", Pin: map[string]string{}})
	require.NoError(t, err)
	t.Log(names(tools))
	assert.Contains(t, names(tools), "e_get-sum")

	run, fake, err := ask(t, agent.Agent{Tools: tools},
		openroutertest.ToolCall("1", "e_get-sum", `{"a":2,"b":3}`).
			ToolCall("2", "e_get-tiny-image", `{}`).
			ToolCall("3", "e_get-structured-content", `{"location":"Chicago"}`).
			ToolCall("4", "e_get-structured-content", `{"location":"Atlantis"}`).
			ToolCall("5", "e_get-resource-links", `{"count":1}`).
			ToolCall("6", "e_get-resource-reference", `{"resourceType":"Text","resourceId":1}`).
			ToolCall("7", "e_get-resource-reference", `{"resourceType":"Text","resourceId":-1}`),
		openroutertest.Text("All done."))
	require.NoError(t, err)
	got := results(run)
	assert.Equal(t, "The sum of 2 and 3 is 5.", got[0].Text())
	require.Len(t, got[1].Content, 3)
	assert.True(t, strings.HasPrefix(got[1].Content[1].ImageURL.URL, "data:image/png;base64,"))
	assert.JSONEq(t, `{"temperature":36,"conditions":"Light rain / drizzle","humidity":82}`, got[2].Text())
	assert.Contains(t, got[3].Text(), "error: invalid arguments:\nlocation: ")
	assert.Contains(t, got[4].Text(), "[resource demo://resource/")
	assert.Contains(t, got[5].Text(), "[demo://resource/dynamic/text/1]\n")
	assert.Contains(t, got[6].Text(), "error: Invalid resourceId: -1")

	for _, tool := range fake.Requests()[0].Body.Tools {
		assert.NotContains(t, fmt.Sprintf("%s", tool), "$schema")
	}
	require.NoError(t, fake.Requests()[1].Body.Validate())
}

// server-filesystem confines its tools to a folder.
func TestServerFilesystem(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	name := filepath.Join(dir, "a.txt")
	require.NoError(t, os.WriteFile(name, []byte("from the file"), 0o600))
	session, _ := npmServer(t, "filesystem", dir)
	tools, err := mcptools.Tools(t.Context(), session, mcptools.Config{Allow: func(tool *mcp.Tool) bool {
		return tool.Annotations != nil && tool.Annotations.ReadOnlyHint || tool.Name == "write_file"
	}})
	require.NoError(t, err)
	t.Log(names(tools))
	assert.NotContains(t, names(tools), "move_file")

	run, _, err := ask(t, agent.Agent{Tools: tools},
		openroutertest.ToolCall("1", "read_text_file", fmt.Sprintf(`{"path":%q}`, name)).
			ToolCall("2", "read_text_file", `{"path":"/etc/passwd"}`).
			ToolCall("3", "move_file", `{}`),
		openroutertest.ToolCall("4", "write_file", fmt.Sprintf(`{"path":%q,"content":"changed"}`, name)),
		openroutertest.Text("Done."))
	require.NoError(t, err)
	got := results(run)
	assert.Contains(t, got[0].Text(), "from the file")
	assert.Contains(t, got[1].Text(), "error: Access denied")
	assert.Contains(t, got[2].Text(), `there is no tool "move_file"`)
	changed, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "changed", string(changed))
}

// The program of a server dies while a call is under way.
func TestServerThatDies(t *testing.T) {
	session, server := npmServer(t, "everything")
	tools, err := mcptools.Tools(t.Context(), session, mcptools.Config{})
	require.NoError(t, err)
	kill := agent.NewTool("kill", "", func(context.Context, struct{}) (string, error) { return "killed", server.Process.Kill() })
	run, _, err := ask(t, agent.Agent{Tools: append(tools, kill)},
		openroutertest.ToolCall("1", "trigger-long-running-operation", `{"duration":60,"steps":1}`).ToolCall("2", "kill", `{}`),
		openroutertest.ToolCall("3", "echo", `{"message":"hi"}`))
	require.ErrorIs(t, err, mcp.ErrConnectionClosed)
	assert.Equal(t, closedText, results(run)[0].Text())
	assert.Equal(t, "killed", results(run)[1].Text())
}
