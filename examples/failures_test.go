package examples_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// fails runs a program against a service that gives these replies. It returns its exit status.
func fails(t *testing.T, name string, fake *openroutertest.Server, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "program.exe")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", program, "./"+name).CombinedOutput()
	require.NoError(t, err, string(out))
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "OPENROUTER_API_KEY="+openroutertest.Key, "OPENROUTER_BASE_URL="+fake.URL)
	var printed, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &errs
	_ = cmd.Run()
	assert.NotContains(t, errs.String(), "goroutine", "a panic")
	return cmd.ProcessState.ExitCode(), printed.String(), errs.String()
}

// A standard order needs no date.
func TestStructuredWithoutADate(t *testing.T) {
	fake := openroutertest.NewServer(t, openroutertest.Text(`{"customer":{"name":"Ada","mail":null},"items":[{"name":"pen","count":2,"price":1.5}],"shipping":"standard","due":null}`))
	status, printed, _ := fails(t, "structured", fake)
	assert.Equal(t, 0, status)
	assert.Contains(t, printed, "Ada 2 pen standard")
}

func TestStructuredSaysWhatIsWrong(t *testing.T) {
	refused := openroutertest.Refusal("I would rather not.").Usage(20, 5).Cost(0.01)
	status, _, errs := fails(t, "structured", openroutertest.NewServer(t, refused))
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "structured: the model refused to answer, for $0.0100\n")
}

func TestBulkThatFails(t *testing.T) {
	wrongKey := openroutertest.Error(401, openrouter.ErrAuthentication, "User not found.").Always()
	status, printed, errs := fails(t, "bulk", openroutertest.NewServer(t, wrongKey))
	assert.Equal(t, 1, status)
	assert.Contains(t, printed, "0 of 500 done, 0 failed, $0.00\n")
	assert.Contains(t, errs, "authentication 401: User not found.\n")

	refused := openroutertest.Error(400, openrouter.ErrInvalidRequest, "No.").Always()
	status, printed, _ = fails(t, "bulk", openroutertest.NewServer(t, refused))
	assert.Equal(t, 0, status)
	assert.Contains(t, printed, "0 of 500 done, 500 failed, $0.00\n")
	assert.Contains(t, printed, "invalid_request 400: No.:500")
}

// A batch that has not completed is a failure, after the results that there are.
func TestBatchThatExpires(t *testing.T) {
	fake := openroutertest.NewServer(t, openroutertest.Text("positive").Always())
	fake.SetBatchLife(openrouter.BatchStatusExpired)
	status, printed, errs := fails(t, "batch", fake)
	assert.Equal(t, 1, status)
	assert.Contains(t, printed, "r-101 positive\n")
	assert.Contains(t, errs, "expired")
}

// The speech costs money: where it goes is looked at first.
func TestAudioWithoutAFolder(t *testing.T) {
	fake := openroutertest.NewServer(t)
	status, _, errs := fails(t, "audio", fake, "-dir", "missing")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "missing: no such file or directory")
	assert.Empty(t, fake.Requests())

	speech := openroutertest.Audio("audio_1", make([]byte, 480), "Hi.")
	status, printed, _ := fails(t, "audio", openroutertest.NewServer(t, speech), "-dir", ".")
	assert.Equal(t, 0, status)
	assert.Contains(t, printed, "speech-1.wav\n")
}

// A function that the model makes up is not the one that there is.
func TestToolsWithAnUnknownName(t *testing.T) {
	fake := openroutertest.NewServer(t, openroutertest.ToolCall("call_1", "get_time", `{"city":"Oslo"}`), openroutertest.Text("I do not know."))
	status, printed, _ := fails(t, "tools", fake)
	assert.Equal(t, 0, status)
	assert.Contains(t, printed, "=> there is no function get_time\n")
}
