package mcptools

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime"
	"path"
	"reflect"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/openrouter-go/openrouter"
)

// parts returns what the model gets of a result.
func parts(res *mcp.CallToolResult) []openrouter.Part {
	structured, isText := structuredText(res)
	var out []openrouter.Part
	if structured != "" {
		out = append(out, openrouter.TextPart(structured))
	}
	for _, c := range res.Content {
		switch c := c.(type) {
		case *mcp.TextContent:
			// What explains an error is often in the text alone.
			if structured == "" || res.IsError && !isText {
				out = append(out, openrouter.TextPart(c.Text))
			}
		case *mcp.ImageContent:
			out = append(out, media("image", c.MIMEType, c.Data))
		case *mcp.AudioContent:
			out = append(out, media("recording", c.MIMEType, c.Data))
		case *mcp.ResourceLink:
			out = append(out, openrouter.TextPart(linkText(c)))
		case *mcp.EmbeddedResource:
			out = append(out, resource(c.Resource)...)
		default:
			text, err := json.Marshal(c)
			if err != nil {
				text = fmt.Appendf(nil, "[content that cannot be read: %v]", err)
			}
			out = append(out, openrouter.TextPart(string(text)))
		}
	}
	return out
}

// structuredText returns the structured content as JSON, or "". If a text of the result is the same
// JSON, it returns that text, because it has the digits and the order of the server, and isText.
func structuredText(res *mcp.CallToolResult) (text string, isText bool) {
	if res.StructuredContent == nil {
		return "", false
	}
	for _, c := range res.Content {
		var same any
		t, ok := c.(*mcp.TextContent)
		if ok && json.Unmarshal([]byte(t.Text), &same) == nil && reflect.DeepEqual(same, res.StructuredContent) {
			return t.Text, true
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(res.StructuredContent) != nil {
		return "", false // it came as JSON; the text is there anyway
	}
	return strings.TrimSuffix(b.String(), "\n"), false
}

// media returns the part of a file. What the service does not take becomes a note.
func media(name, mediaType string, data []byte) openrouter.Part {
	if path.Ext(name) == "" {
		name += extension(mediaType)
	}
	part, err := openrouter.ReadPart(name, bytes.NewReader(data))
	if err != nil {
		return openrouter.TextPart(fmt.Sprintf("[%s, %s, %d bytes, cannot be shown: %v]", name, mediaType, len(data), err))
	}
	return part
}

// extension tells recordings without a header apart.
func extension(mediaType string) string {
	switch kind, _, _ := mime.ParseMediaType(mediaType); kind {
	case "audio/pcm", "audio/l16":
		return ".pcm"
	case "audio/mp4", "audio/x-m4a":
		return ".m4a"
	}
	return ""
}

func resource(r *mcp.ResourceContents) []openrouter.Part {
	switch {
	case r == nil:
		return nil
	case len(r.Blob) > 0:
		return []openrouter.Part{openrouter.TextPart("[" + r.URI + "]"), media(path.Base(r.URI), r.MIMEType, r.Blob)}
	}
	return []openrouter.Part{openrouter.TextPart("[" + r.URI + "]\n" + r.Text)}
}

func linkText(l *mcp.ResourceLink) string {
	words := []string{"resource " + l.URI}
	for _, word := range []string{l.Name, l.Title, l.Description, l.MIMEType} {
		if word != "" {
			words = append(words, word)
		}
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// contents returns the parts of a result as a server sends them.
func contents(parts []openrouter.Part) []mcp.Content {
	out := make([]mcp.Content, 0, len(parts))
	for _, p := range parts {
		out = append(out, contentOf(p))
	}
	return out
}

func contentOf(p openrouter.Part) mcp.Content {
	switch {
	case p.Type == openrouter.PartTypeText:
		return &mcp.TextContent{Text: p.Text}
	case p.ImageURL != nil:
		mediaType, data, ok := dataOf(p.ImageURL.URL)
		if ok {
			return &mcp.ImageContent{MIMEType: mediaType, Data: data}
		}
		return &mcp.ResourceLink{URI: p.ImageURL.URL, Name: "image"}
	case p.InputAudio != nil:
		if data, err := base64.StdEncoding.DecodeString(p.InputAudio.Data); err == nil {
			return &mcp.AudioContent{MIMEType: "audio/" + p.InputAudio.Format, Data: data}
		}
	case p.VideoURL != nil:
		return file("video", p.VideoURL.URL)
	case p.File != nil && p.File.FileData != "":
		return file(p.File.Filename, p.File.FileData)
	}
	text, err := json.Marshal(p)
	if err != nil {
		text = fmt.Appendf(nil, "[a part that cannot be encoded: %v]", err)
	}
	return &mcp.TextContent{Text: string(text)}
}

// file returns a file with its data, or a link to it.
func file(name, url string) mcp.Content {
	if name == "" {
		name = "file"
	}
	if mediaType, data, ok := dataOf(url); ok {
		return &mcp.EmbeddedResource{Resource: &mcp.ResourceContents{URI: "file:///" + name, MIMEType: mediaType, Blob: data}}
	}
	return &mcp.ResourceLink{URI: url, Name: name}
}

// dataOf decodes a data URL.
func dataOf(url string) (mediaType string, data []byte, ok bool) {
	mediaType, data, err := openrouter.Image{ImageURL: &openrouter.ImageURL{URL: url}}.Data()
	return mediaType, data, err == nil
}
