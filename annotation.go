package openrouter

// AnnotationType says which payload an [Annotation] carries. The set is open:
// an annotation of an unknown type keeps its payload in [Annotation.Extra].
type AnnotationType string

// The known kinds of annotation.
const (
	AnnotationTypeURLCitation    AnnotationType = "url_citation"
	AnnotationTypeFile           AnnotationType = "file"
	AnnotationTypeFileAnnotation AnnotationType = "file_annotation"
)

// Annotation is a source a model names, or a file the service parsed. Type
// names the field that is set.
type Annotation struct {
	Type AnnotationType `json:"type"`

	URLCitation *URLCitation `json:"url_citation,omitzero"`
	// File is a document as the model got to read it. Sending it back spares
	// parsing the document again.
	File *ParsedFile `json:"file,omitzero"`
	// FileAnnotation is an older way of citing a file.
	FileAnnotation *FileCitation `json:"file_annotation,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// URLCitation is a web page a model drew on. Only the URL is dependable.
type URLCitation struct {
	URL   string `json:"url"`
	Title string `json:"title,omitzero"`
	// Content is the passage that was found.
	Content string `json:"content,omitzero"`
	// StartIndex and EndIndex say which stretch of the answer rests on the
	// page. They are often both 0.
	StartIndex int `json:"start_index,omitzero"`
	EndIndex   int `json:"end_index,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ParsedFile is a document turned into text and images.
type ParsedFile struct {
	// Hash identifies the document; annotations with the same hash repeat each
	// other.
	Hash string `json:"hash"`
	// Name is the file name of the request, possibly empty.
	Name string `json:"name,omitzero"`
	// Content is text and image parts. The first and the last may be the tags
	// <file name="..."> and </file>.
	Content []Part `json:"content,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// FileCitation is a passage of an uploaded file that a model drew on.
type FileCitation struct {
	FileID string `json:"file_id"`
	Quote  string `json:"quote,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

func (a Annotation) clone() Annotation {
	a.URLCitation = cloneObject(a.URLCitation, func(c *URLCitation) *map[string]any { return &c.Extra })
	a.File = cloneObject(a.File, func(f *ParsedFile) *map[string]any { return &f.Extra })
	if a.File != nil {
		a.File.Content = cloneAll(a.File.Content, Part.clone)
	}
	a.FileAnnotation = cloneObject(a.FileAnnotation, func(c *FileCitation) *map[string]any { return &c.Extra })
	a.Extra = cloneExtra(a.Extra)
	return a
}
