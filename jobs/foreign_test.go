package jobs_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/jobs"
)

func TestAFileThatIsTakenAwayMeanwhileIsAnError(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system does not let others change the file")
	}
	for name, change := range map[string]func(path string) error{
		"removed":  os.Remove,
		"moved":    func(path string) error { return os.Rename(path, path+".1") },
		"replaced": func(path string) error { return os.Rename(path+".other", path) },
		"emptied":  func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			store, path := openFile(t)
			require.NoError(t, os.WriteFile(path+".other", []byte("{\"key\":\"x\"}\n"), 0o600))
			n := 0
			runner := jobs.Runner{Store: store, Workers: 1, Do: empty, OnProgress: func(jobs.Status) {
				if n++; n == 10 {
					assert.NoError(t, change(path))
				}
			}}
			status, err := runner.Run(t.Context(), rows(100))
			require.ErrorContains(t, err, path+": was removed, replaced or changed by another program")
			assert.Less(t, status.Done, 100)
			assert.ErrorContains(t, store.Put(t.Context(), answer("late", "x")), "another program", "nor later")
		})
	}
}

func TestAFileIsFoundFromAnotherFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	store, err := jobs.OpenFile("results.jsonl")
	require.NoError(t, err)
	defer store.Close()
	t.Chdir(t.TempDir())
	require.NoError(t, store.Put(t.Context(), answer("a", "x")))
}

func TestALinkToAFile(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	store := reopen(t, link)
	require.NoError(t, store.Put(t.Context(), answer("a", "x")))
	_, err := jobs.OpenFile(target)
	require.ErrorContains(t, err, "is open in another FileStore")
	assert.Len(t, results(t, store), 1)
}

func TestAForeignFileWithKeysIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte(`{"key":"row-1","text":"It broke."}`+"\n"), 0o600))
	_, err := jobs.OpenFile(path)
	require.ErrorContains(t, err, `line 1: is not a result: it has "text"`)

	for _, text := range []string{`{"key":"a"}`, `{"key":"a","usage":{},"later":1}`, `{"key":"a","error":"no","tries":1}`} { // of Do, of a later version
		require.NoError(t, os.WriteFile(path, []byte(text+"\n"), 0o600))
		store, err := jobs.OpenFile(path)
		require.NoError(t, err, text)
		require.NoError(t, store.Close())
	}
}

func TestALargeForeignFileIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "video")
	f, err := os.Create(path)
	require.NoError(t, err)
	_, err = f.WriteString("ftypmp42")
	require.NoError(t, err)
	require.NoError(t, f.Truncate(1<<36)) // a hole, which takes no room on the disk
	require.NoError(t, f.Close())
	_, err = jobs.OpenFile(path)
	require.ErrorContains(t, err, "is not a file of results")
}

func TestAByteOrderMarkIsNoContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte("\ufeff{\"key\":\"a\",\"error\":\"no\"}\r\n{\"key\":\"b\"}\r\n{\"key\":\"c"), 0o600))
	store := reopen(t, path)
	got := results(t, store)
	require.Len(t, got, 2)
	assert.Equal(t, "no", got["a"].Err)
}

func TestTextThatIsNotUTF8IsRefused(t *testing.T) {
	// encoding/json would make one key of these two.
	text := "{\"key\":\"good\"}\n{\"key\":\"caf\xe9\"}\n{\"key\":\"caf\xe8\"}\n"
	n := 0
	for _, err := range jobs.ReadJSONL(strings.NewReader(text)) {
		if n++; n == 2 {
			require.EqualError(t, err, "jobs: line 2: is not valid UTF-8")
		}
	}
	assert.Equal(t, 2, n)
	for _, err := range jobs.ReadJSONL(strings.NewReader("\xff\xfe{\x00\"\x00")) { // UTF-16
		require.ErrorContains(t, err, "line 1: is not valid UTF-8")
	}
}
