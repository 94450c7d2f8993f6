package openrouter

// detailsMerger collects the reasoning details of a choice.
type detailsMerger struct {
	list []*detailMerger
	open map[detailKey]*detailMerger
	last *detailMerger // of the latest fragment
	seen bool          // there was a list, if only an empty one
}

// detailKey tells details apart: different types may share an index.
type detailKey struct {
	kind  ReasoningDetailType
	index int
}

func (m *detailsMerger) add(fragments []ReasoningDetail) {
	m.seen = m.seen || fragments != nil
	for i := range fragments {
		m.addOne(&fragments[i])
	}
}

func (m *detailsMerger) addOne(d *ReasoningDetail) {
	if m.last = m.find(d); m.last != nil {
		m.last.add(d)
		return
	}
	m.last = newDetailMerger(d)
	m.list = append(m.list, m.last)
	if d.Index != nil {
		if m.open == nil {
			m.open = make(map[detailKey]*detailMerger, 1)
		}
		m.open[detailKey{d.Type, *d.Index}] = m.last
	}
}

// addAgain takes in the only fragment of a list that differs from the one before
// in its texts only.
func (m *detailsMerger) addAgain(d *ReasoningDetail) {
	switch d.Type {
	case ReasoningDetailTypeText, ReasoningDetailTypeSummary:
		m.last.text.add(d.Text)
		m.last.summary.add(d.Summary)
	default:
		m.addOne(d)
	}
}

// find returns the detail that the fragment continues, nil if it starts one.
// Without an index it can only continue the latest.
func (m *detailsMerger) find(d *ReasoningDetail) *detailMerger {
	have := m.last
	if have == nil {
		return nil
	}
	if d.Index != nil {
		if i := have.detail.Index; i == nil || *i != *d.Index || have.detail.Type != d.Type {
			have = m.open[detailKey{d.Type, *d.Index}]
		}
	}
	if have == nil || have.detail.Type != d.Type {
		return nil
	}
	switch d.Type {
	case ReasoningDetailTypeText, ReasoningDetailTypeSummary:
		return have
	case ReasoningDetailTypeEncrypted:
		// Always complete: a fragment only ever repeats it.
		if alike(have.detail.ID, d.ID) && alike(have.detail.Data, d.Data) {
			return have
		}
	}
	return nil
}

// alike reports whether two values can be the same one, as far as they are known.
func alike(a, b string) bool { return a == b || a == "" || b == "" }

func (m *detailsMerger) reasoningDetails() []ReasoningDetail {
	if !m.seen {
		return nil
	}
	details := make([]ReasoningDetail, len(m.list))
	for i, d := range m.list {
		details[i] = d.reasoningDetail()
	}
	return details
}

// detailMerger collects one reasoning detail.
type detailMerger struct {
	detail  ReasoningDetail // all but the text and the summary
	text    textMerger
	summary textMerger
	merged  bool // of more than one fragment
}

func newDetailMerger(d *ReasoningDetail) *detailMerger {
	m := &detailMerger{detail: d.clone()}
	m.detail.Text, m.detail.Summary = "", ""
	m.text.add(d.Text)
	m.summary.add(d.Summary)
	return m
}

func (m *detailMerger) add(d *ReasoningDetail) {
	m.merged = true
	have := &m.detail
	keepFirst(&have.ID, d.ID)
	keepFirst(&have.Format, d.Format)
	m.text.add(d.Text)
	m.summary.add(d.Summary)
	keepLast(&have.Signature, d.Signature)
	keepFirst(&have.Data, d.Data)
	keepLast(&have.ToolName, d.ToolName)
	keepLast(&have.Arguments, d.Arguments)
	keepLast(&have.Result, d.Result)
	keepLast(&have.ToolCallID, d.ToolCallID)
	mergeExtra(&have.Extra, d.Extra)
	if d.presence == have.presence {
		return
	}
	// The member that is written even when it is empty.
	written := reasoningDetailType
	switch d.Type {
	case ReasoningDetailTypeSummary:
		written = reasoningDetailSummary
	case ReasoningDetailTypeEncrypted:
		written = reasoningDetailData
	}
	mergeForms(&have.presence, d.presence, written)
}

func (m *detailMerger) reasoningDetail() ReasoningDetail {
	d := m.detail.clone()
	d.Text, d.Summary = m.text.String(), m.summary.String()
	if !m.merged {
		return d
	}
	settle(&d.presence, &reasoningDetailMembers, map[string]bool{
		"id": d.ID != "", "format": d.Format != "", "index": d.Index != nil,
		"text": d.Text != "", "signature": d.Signature != "", "summary": d.Summary != "", "data": d.Data != "",
		"tool_name": d.ToolName != "", "arguments": d.Arguments != "", "result": d.Result != "", "tool_call_id": d.ToolCallID != "",
	})
	giveWay(&d.presence, &reasoningDetailMembers, d.Extra)
	return d
}
