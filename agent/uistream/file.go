package uistream

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/openrouter-go/openrouter"
)

// limits is what the new messages may still have.
type limits struct{ text, files int }

// userMessage returns a message of the user.
func (l *limits) userMessage(data json.RawMessage) (openrouter.Message, error) {
	var m uiMessage
	if json.Unmarshal(data, &m) != nil {
		return openrouter.Message{}, errors.New("it cannot be read")
	}
	var texts, files []openrouter.Part
	for i, part := range m.Parts {
		kind := kindOf(part)
		if strings.HasPrefix(kind, "data-") { // between the parts of the page
			continue
		}
		if kind != "text" && kind != "file" {
			return openrouter.Message{}, fmt.Errorf("parts[%d]: a user message may have only text and files", i)
		}
		var p uiPart
		if json.Unmarshal(part, &p) != nil {
			return openrouter.Message{}, fmt.Errorf("parts[%d]: it cannot be read", i)
		}
		read := openrouter.TextPart(p.Text)
		if kind == "file" {
			if l.files--; l.files < 0 {
				return openrouter.Message{}, fmt.Errorf("there are more than %d files", maxFiles)
			}
			var err error
			if read, err = filePart(p); err != nil {
				return openrouter.Message{}, fmt.Errorf("parts[%d]: %w", i, err)
			}
			files = append(files, read)
		} else if strings.TrimSpace(p.Text) != "" {
			texts = append(texts, read)
		}
		if l.text -= len(read.Text); l.text < 0 { // of files of text, too
			return openrouter.Message{}, fmt.Errorf("the text has more than %d bytes", maxText)
		}
	}
	if len(texts)+len(files) == 0 {
		return openrouter.Message{}, errors.New("its parts have no text and no file")
	}
	return openrouter.Message{Role: openrouter.RoleUser, Content: append(texts, files...)}, nil // models read text before images better
}

// filePart returns the part that a file is sent with.
func filePart(p uiPart) (openrouter.Part, error) {
	if len(p.Filename) > maxName {
		return openrouter.Part{}, errors.New("the name of the file is too long")
	}
	if strings.HasPrefix(p.URL, "data:") {
		data, err := contentOfURL(p.URL)
		if err != nil {
			return openrouter.Part{}, err
		}
		name := p.Filename
		if name == "" {
			name = "file"
		}
		part, err := openrouter.ReadPart(name, strings.NewReader(data))
		switch {
		case errors.Is(err, openrouter.ErrTooLarge):
			return openrouter.Part{}, errors.New("the file is too large")
		case err != nil:
			return openrouter.Part{}, errors.New("the file is not an image, PDF, recording, video or text")
		}
		return part, nil
	}
	if u, err := url.Parse(p.URL); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(p.URL) > 8<<10 {
		return openrouter.Part{}, errors.New("the address of a file must be a data URL or an https URL")
	}
	kind, _, _ := strings.Cut(strings.ToLower(p.MediaType), "/")
	switch kind {
	case "image":
		return openrouter.ImagePart(p.URL), nil
	case "video":
		return openrouter.VideoPart(p.URL), nil
	case "audio":
		return openrouter.Part{}, errors.New("a recording must be a data URL")
	}
	return openrouter.FilePart(p.Filename, p.URL), nil
}

// contentOfURL returns the content of a data URL.
func contentOfURL(address string) (string, error) {
	head, data, ok := strings.Cut(address, ",")
	if !ok {
		return "", errors.New("the data URL has no data")
	}
	if !strings.HasSuffix(strings.ToLower(head), ";base64") {
		text, err := url.PathUnescape(data)
		if err != nil {
			return "", errors.New("the data URL cannot be decoded")
		}
		return text, nil
	}
	content, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return "", errors.New("the data URL is not base64")
	}
	return string(content), nil
}
