package openrouter

// size estimates the length of the request's JSON, so that the buffer for it is
// allocated once: a body of many megabytes would otherwise be copied as often as
// it doubles. Only what can be long is counted.
func (r *ChatCompletionRequest) size() int {
	n := 1024 + len(r.Prompt) + 512*len(r.Tools)
	for i := range r.Messages {
		m := &r.Messages[i]
		n += 64 + len(m.Refusal) + len(m.Reasoning) + len(m.ReasoningContent) + 256*len(m.Annotations)
		for j := range m.Content {
			n += m.Content[j].size()
		}
		for j := range m.ToolCalls {
			n += 128 + len(m.ToolCalls[j].Function.Arguments)
		}
		for j := range m.ReasoningDetails {
			d := &m.ReasoningDetails[j]
			n += 128 + len(d.Text) + len(d.Signature) + len(d.Summary) + len(d.Data)
		}
		for j := range m.Images {
			if u := m.Images[j].ImageURL; u != nil {
				n += 64 + len(u.URL)
			}
		}
		if m.Audio != nil {
			n += 64 + len(m.Audio.Data)
		}
	}
	return n + n/32 // for the escapes
}

func (p *Part) size() int {
	n := 64 + len(p.Text)
	if p.ImageURL != nil {
		n += len(p.ImageURL.URL)
	}
	if p.InputAudio != nil {
		n += len(p.InputAudio.Data)
	}
	if p.VideoURL != nil {
		n += len(p.VideoURL.URL)
	}
	if p.File != nil {
		n += len(p.File.FileData)
	}
	return n
}
