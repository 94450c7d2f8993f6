package agent_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func testResults(t *testing.T) {
	big := agent.NewTool("echo", "", func(context.Context, text) (string, error) { return strings.Repeat("ä", 300<<10), nil })
	answer := func(tool agent.Tool, a agent.Agent) string {
		a.Client, a.Tools = fake(t, call("c1", "one"), openroutertest.Text("Done.")).Client(), []agent.Tool{tool}
		run, err := a.Run(t.Context(), question())
		require.NoError(t, err)
		requireValid(t, run)
		return results(run.Messages)["c1"]
	}
	got := answer(big, agent.Agent{})
	head, note, _ := strings.Cut(got, "\n")
	assert.Len(t, head, 256<<10)
	assert.Equal(t, "[the result is cut: it has 614400 bytes, these are the first 262144]", note)
	assert.True(t, utf8.ValidString(got))

	assert.True(t, strings.HasPrefix(answer(big, agent.Agent{MaxResult: 5}), "ää\n[the result is cut"), "at a character")
	assert.Len(t, answer(big, agent.Agent{MaxResult: -1}), 600<<10)
	own := big
	own.MaxResult = 2
	assert.True(t, strings.HasPrefix(answer(own, agent.Agent{MaxResult: 500}), "ä\n[the result is cut"))
	failed := agent.NewTool("echo", "", func(context.Context, text) (string, error) { return "", errors.New(strings.Repeat("x", 100)) })
	assert.True(t, strings.HasPrefix(answer(failed, agent.Agent{MaxResult: 10}), "error: xxxxxxxxxx\n[the result is cut"))

	type out struct {
		A string `json:"a"`
		B []int  `json:"b"`
	}
	assert.Equal(t, `{"a":"<&>","b":[1]}`, answer(agent.NewTool("echo", "", func(context.Context, text) (out, error) { return out{"<&>", []int{1}}, nil }), agent.Agent{}))
	assert.Equal(t, "null", answer(agent.NewTool("echo", "", func(context.Context, text) (*out, error) { return nil, nil }), agent.Agent{}))
	assert.Equal(t, "{}", answer(agent.NewTool("echo", "", func(context.Context, text) (struct{}, error) { return struct{}{}, nil }), agent.Agent{}))
	assert.Equal(t, "(no output)", answer(agent.NewTool("echo", "", func(context.Context, text) (string, error) { return "", nil }), agent.Agent{}))
	assert.Equal(t, "(no output)", answer(agent.NewTool("echo", "", func(context.Context, text) ([]openrouter.Part, error) { return nil, nil }), agent.Agent{}))
	assert.Equal(t, "(no output)", answer(agent.NewTool("echo", "", func(context.Context, text) (string, error) { return " \n", nil }), agent.Agent{}))
	binary := agent.NewTool("echo", "", func(context.Context, text) (string, error) { return strings.Repeat("\x80", 100), nil })
	assert.Equal(t, strings.Repeat("\x80", 10)+"\n[the result is cut: it has 100 bytes, these are the first 10]", answer(binary, agent.Agent{MaxResult: 10}))
	assert.Contains(t, answer(agent.NewTool("echo", "", func(context.Context, text) (any, error) { return make(chan int), nil }), agent.Agent{}), "error: result: ")
	assert.Equal(t, "error: no such city", answer(agent.NewTool("echo", "", func(context.Context, text) (agent.Result, error) {
		return agent.Result{Content: openrouter.Text("no such city"), IsError: true}, nil
	}), agent.Agent{}))
}

func testMedia(t *testing.T) {
	image := openrouter.ImageDataPart("image/png", []byte("png"))
	for _, tool := range []agent.Tool{
		agent.NewTool("echo", "", func(context.Context, text) (openrouter.Part, error) { return image, nil }),
		agent.NewTool("echo", "", func(context.Context, text) ([]openrouter.Part, error) {
			return []openrouter.Part{image, openrouter.TextPart("123456789"), image, openrouter.TextPart("more"), image}, nil
		}),
		agent.NewTool("echo", "", func(context.Context, text) (agent.Result, error) {
			return agent.Result{Content: []openrouter.Part{image}, IsError: true}, nil
		}),
	} {
		srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}, MaxResult: 5}.Run(t.Context(), question())
		require.NoError(t, err)
		requireValid(t, run)
		sent := srv.Requests()[1].Body.Messages[2].Content
		images, words := 0, ""
		for _, p := range sent {
			words += p.Text
			if p.ImageURL != nil {
				images++
				assert.Equal(t, image.ImageURL.URL, p.ImageURL.URL)
			}
		}
		switch outcome := run.Steps[0].Outcomes[0].Result; {
		case outcome.IsError:
			assert.Equal(t, "error: the call failed", words)
		case len(outcome.Content) > 1:
			assert.Equal(t, "12345\n[the result is cut: it has 13 bytes, these are the first 5]", words)
			assert.Equal(t, 3, images)
		default:
			assert.Equal(t, 1, images)
		}
	}
}

// What a tool returns cannot make the conversation one that no service accepts.
func TestResultsThatCannotBeSent(t *testing.T) {
	for want, content := range map[string][]openrouter.Part{
		"error: result: content[0].type is missing":                                              {{}},
		"error: result: content[0].x contains a value of type chan int, which JSON cannot carry": {{Type: "text", Text: "x", Extra: map[string]any{"x": make(chan int)}}},
		"error: result: content[1] is of type image_url, but has no such content":                {openrouter.TextPart("x"), {Type: openrouter.PartTypeImageURL}},
		"error: result: content[0] is of type input_audio, but has no such content":              {{Type: openrouter.PartTypeInputAudio}},
		"error: result: content[0] is of type file, but has no such content":                     {{Type: openrouter.PartTypeFile}},
		"error: result: content[0] is of type video_url, but has no such content":                {openrouter.VideoPart("")},
	} {
		tool := agent.NewTool("echo", "", func(context.Context, text) ([]openrouter.Part, error) { return content, nil })
		srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
		run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
		require.NoError(t, err)
		requireValid(t, run)
		assert.Equal(t, want, results(run.Messages)["c1"])
		assert.Error(t, run.Steps[0].Outcomes[0].Err)

		tool.Approve = decide(wait)
		run, err = agent.Agent{Client: fake(t, call("c1", "one")).Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
		require.NoError(t, err)
		require.EqualError(t, run.Resolve("c1", agent.Result{Content: content}), strings.Replace(want, "error", "agent", 1))
		require.Len(t, run.Pending, 1, "it can be resolved again")
	}
}

// Some providers refuse text that is empty.
func TestEmptyTextBesideMedia(t *testing.T) {
	image := openrouter.ImagePart("https://example.com/a.png")
	tool := agent.NewTool("echo", "", func(context.Context, text) ([]openrouter.Part, error) {
		return []openrouter.Part{openrouter.TextPart(""), image}, nil
	})
	srv := fake(t, call("c1", "one"), openroutertest.Text("Done."))
	run, err := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{tool}}.Run(t.Context(), question())
	require.NoError(t, err)
	assert.Equal(t, []openrouter.Part{image}, run.Messages[2].Content)
}
