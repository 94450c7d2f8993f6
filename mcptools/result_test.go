package mcptools_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/mcptools"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// pixel is a PNG.
var pixel = func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b.Bytes()
}()

var (
	wave = []byte("RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00")
	text = func(s string) mcp.Content { return &mcp.TextContent{Text: s} }
)

func TestResultsBecomeParts(t *testing.T) {
	type object = map[string]any
	tests := map[string]struct {
		res  *mcp.CallToolResult
		want []openrouter.Part
	}{
		"text":  {&mcp.CallToolResult{Content: []mcp.Content{text("one"), text("two")}}, []openrouter.Part{openrouter.TextPart("one"), openrouter.TextPart("two")}},
		"empty": {&mcp.CallToolResult{}, nil},
		"structured content is preferred": {
			&mcp.CallToolResult{Content: []mcp.Content{text("It is 6 degrees.")}, StructuredContent: object{"celsius": 6, "sky": "<rain>"}},
			openrouter.Text(`{"celsius":6,"sky":"<rain>"}`),
		},
		"structured content that is also the text keeps its digits and order": {
			&mcp.CallToolResult{Content: []mcp.Content{text(`{"z": 9007199254740993, "a": 1}`)}, StructuredContent: object{"z": 9007199254740993, "a": 1}},
			openrouter.Text(`{"z": 9007199254740993, "a": 1}`),
		},
		"structured content that is no object": {&mcp.CallToolResult{StructuredContent: []any{1, "two"}}, openrouter.Text(`[1,"two"]`)},
		"an error is explained by its text": {
			&mcp.CallToolResult{Content: []mcp.Content{text("disk full")}, StructuredContent: object{"code": 7}, IsError: true},
			[]openrouter.Part{openrouter.TextPart(`{"code":7}`), openrouter.TextPart("disk full")},
		},
		"media": {
			&mcp.CallToolResult{Content: []mcp.Content{
				&mcp.ImageContent{MIMEType: "image/png", Data: pixel}, &mcp.AudioContent{MIMEType: "audio/wav", Data: wave},
			}},
			[]openrouter.Part{openrouter.ImageDataPart("image/png", pixel), openrouter.AudioPart("wav", wave)},
		},
		"the content decides what an image is": {
			&mcp.CallToolResult{Content: []mcp.Content{&mcp.ImageContent{MIMEType: "image/webp", Data: pixel}}},
			[]openrouter.Part{openrouter.ImageDataPart("image/png", pixel)},
		},
		"samples without a header": {
			&mcp.CallToolResult{Content: []mcp.Content{&mcp.AudioContent{MIMEType: "audio/pcm;rate=24000", Data: []byte{0, 1, 0xff, 3}}}},
			[]openrouter.Part{openrouter.AudioPart("pcm16", []byte{0, 1, 0xff, 3})},
		},
		"an image that no model takes": {
			&mcp.CallToolResult{Content: []mcp.Content{&mcp.ImageContent{MIMEType: "image/tiff", Data: []byte("II*\x00....")}}},
			openrouter.Text(`[image, image/tiff, 8 bytes, cannot be shown: openrouter: file "image": a TIFF image is not supported]`),
		},
		"a drawing in XML": {
			&mcp.CallToolResult{Content: []mcp.Content{&mcp.ImageContent{MIMEType: "image/svg+xml", Data: []byte("<svg/>")}}}, openrouter.Text("<svg/>"),
		},
		"resources": {
			&mcp.CallToolResult{Content: []mcp.Content{
				&mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "file:///a.txt", MIMEType: "text/plain", Text: "words"}},
				&mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "file:///docs/b.pdf", Blob: []byte("%PDF-1.7")}},
				&mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "file:///c.zip", MIMEType: "application/zip", Blob: []byte("PK\x03\x04")}},
				&mcp.ResourceLink{URI: "https://example.com/d", Name: "d", Description: "The rest.", MIMEType: "text/html"},
			}},
			[]openrouter.Part{
				openrouter.TextPart("[file:///a.txt]\nwords"),
				openrouter.TextPart("[file:///docs/b.pdf]"), openrouter.FileDataPart("b.pdf", "application/pdf", []byte("%PDF-1.7")),
				openrouter.TextPart("[file:///c.zip]"),
				openrouter.TextPart(`[c.zip, application/zip, 4 bytes, cannot be shown: openrouter: file "c.zip": a ZIP archive or an Office document is not supported]`),
				openrouter.TextPart("[resource https://example.com/d, d, The rest., text/html]"),
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tools := toolsOf(t, offer(gives(test.res), &mcp.Tool{Name: "get"}), mcptools.Config{})
			got, err := tools[0].Call(t.Context(), openrouter.ToolCall{})
			require.NoError(t, err)
			assert.Equal(t, test.want, got.Content)
			assert.Equal(t, test.res.IsError, got.IsError)
			whole, ok := got.Data.(*mcp.CallToolResult)
			require.True(t, ok)
			assert.Len(t, whole.Content, len(test.res.Content))
		})
	}
}

// A whole run: two calls at once, an error of the server that the model answers to, and an image.
func TestRun(t *testing.T) {
	server := mcp.NewServer(implementation, nil)
	type in struct {
		City string `json:"city"`
	}
	type out struct {
		Sky string `json:"sky"`
	}
	mcp.AddTool(server, &mcp.Tool{Name: "weather"}, func(_ context.Context, _ *mcp.CallToolRequest, in in) (*mcp.CallToolResult, out, error) {
		if in.City != "Oslo" {
			return nil, out{}, assert.AnError
		}
		return nil, out{"rain"}, nil
	})
	server.AddTool(&mcp.Tool{Name: "map", InputSchema: anything}, gives(&mcp.CallToolResult{Content: []mcp.Content{&mcp.ImageContent{MIMEType: "image/png", Data: pixel}}}))

	run, fake, err := ask(t, agent.Agent{Tools: toolsOf(t, server, mcptools.Config{Prefix: "w_"})},
		openroutertest.ToolCall("1", "w_weather", `{"city":"Rome"}`).ToolCall("2", "w_map", `{}`),
		openroutertest.ToolCall("3", "w_weather", `{"city":7}`),
		openroutertest.ToolCall("4", "w_weather", `{"city":"Oslo"}`),
		openroutertest.Text("It rains."))
	require.NoError(t, err)
	assert.Equal(t, "It rains.", run.Text())
	got := results(run)
	assert.Equal(t, "error: "+assert.AnError.Error(), got[0].Text())
	assert.Equal(t, []openrouter.Part{openrouter.ImageDataPart("image/png", pixel)}, got[1].Content)
	assert.Contains(t, got[2].Text(), "error: invalid arguments:\ncity: ")
	assert.Equal(t, `{"sky":"rain"}`, got[3].Text())
	require.NoError(t, run.Steps[0].Outcomes[0].Err, "the call itself worked")

	first := fake.Requests()[0].Body.Tools
	require.Len(t, first, 2)
	for _, req := range fake.Requests() {
		assert.Equal(t, first, req.Body.Tools)
	}
}

func TestResultsAreBounded(t *testing.T) {
	tools := toolsOf(t, offer(says(strings.Repeat("x", 5000)), &mcp.Tool{Name: "long"}), mcptools.Config{MaxResult: 100})
	run, _, err := ask(t, agent.Agent{Tools: tools}, openroutertest.ToolCall("1", "long", `{}`), openroutertest.Text("Done."))
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("x", 100)+"\n[the result is cut: it has 5000 bytes, these are the first 100]", results(run)[0].Text())
}
