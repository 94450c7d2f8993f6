package openroutertest_test

import (
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// No test of this package may call the service, whatever the environment.
func TestMain(m *testing.M) {
	for _, name := range []string{"OPENROUTER_API_KEY", "OPENROUTER_BASE_URL"} {
		if err := os.Unsetenv(name); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// clientOrFake also returns what was written to standard error.
func clientOrFake(t *testing.T, replies ...openroutertest.Reply) (client *openrouter.Client, stop func(), notice string) {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	stderr := os.Stderr
	os.Stderr = w
	client, stop = openroutertest.ClientOrFake(replies...)
	os.Stderr = stderr
	require.NoError(t, w.Close())
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return client, stop, string(text)
}

func TestClientOrFakeWithoutAKey(t *testing.T) {
	// The address alone is not enough: it is of no use without a key.
	elsewhere := openroutertest.NewServer(t)
	t.Setenv("OPENROUTER_BASE_URL", elsewhere.URL)
	client, stop, notice := clientOrFake(t, openroutertest.Text("from the fake"))
	assert.Equal(t, "OPENROUTER_API_KEY is not set: a fake service inside this program answers.\n", notice)

	res, err := ask(t.Context(), client, true, "Hi")
	require.NoError(t, err)
	assert.Equal(t, "from the fake", res.Text())
	_, err = ask(t.Context(), client, false, "Hi")
	assert.Contains(t, apiError(t, err).Message, "each of the 1 replies has been used")

	stop()
	stop()
	_, err = ask(t.Context(), client, false, "Hi")
	require.Error(t, err)
	_, answered := errors.AsType[*openrouter.APIError](err)
	assert.False(t, answered, "the fake is closed: %v", err)
}

func TestClientOrFakeWithAKey(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text("from the server"))
	srv.RequireKey("sk-or-v1-mine")
	t.Setenv("OPENROUTER_API_KEY", "sk-or-v1-mine")
	_, stop, notice := clientOrFake(t)
	assert.Equal(t, "OPENROUTER_API_KEY is set: calling the service, which costs money.\n", notice)
	stop()

	t.Setenv("OPENROUTER_BASE_URL", srv.URL)
	client, stop, notice := clientOrFake(t, openroutertest.Text("from the fake"))
	defer stop()
	assert.Equal(t, "OPENROUTER_API_KEY is set: calling the server at OPENROUTER_BASE_URL.\n", notice)
	res, err := ask(t.Context(), client, false, "Hi")
	require.NoError(t, err)
	assert.Equal(t, "from the server", res.Text())
}
