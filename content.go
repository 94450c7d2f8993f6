package openrouter

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter/internal/deep"
)

// PartType names the payload of a [Part]. Other values are possible: a part of an unknown type
// keeps its payload in [Part.Extra].
type PartType string

// The known kinds of part.
const (
	PartTypeText       PartType = "text"
	PartTypeImageURL   PartType = "image_url"
	PartTypeInputAudio PartType = "input_audio"
	PartTypeVideoURL   PartType = "video_url"
	// PartTypeInputVideo is the older name of [PartTypeVideoURL], with the same payload.
	//
	// Deprecated: use [PartTypeVideoURL].
	PartTypeInputVideo PartType = "input_video"
	PartTypeFile       PartType = "file"
)

// Part is one piece of the content of a [Message]. Type names the payload field that is set; the
// constructors set both. System and developer messages accept only text. Put text before images:
// models read it better that way.
type Part struct {
	Type PartType `json:"type"`

	Text       string      `json:"text,omitzero" wire:"with=text"`
	ImageURL   *ImageURL   `json:"image_url,omitzero"`
	InputAudio *InputAudio `json:"input_audio,omitzero"`
	// VideoURL is also the payload of [PartTypeInputVideo].
	VideoURL *VideoURL `json:"video_url,omitzero"`
	File     *File     `json:"file,omitzero"`

	// CacheControl caches the prompt up to and including this part. If a message has several text
	// parts, set it only on the last one.
	CacheControl *CacheControl `json:"cache_control,omitzero"`
	// PromptCacheBreakpoint is OpenAI's form of CacheControl, for text parts. The service converts
	// each form into the other.
	PromptCacheBreakpoint *PromptCacheBreakpoint `json:"prompt_cache_breakpoint,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ImageDetail sets how closely a model looks at an image. Other values are possible.
type ImageDetail string

// The known levels of detail.
const (
	ImageDetailAuto ImageDetail = "auto"
	ImageDetailLow  ImageDetail = "low"
	ImageDetailHigh ImageDetail = "high"
	// ImageDetailOriginal asks for the full resolution. Providers without it use [ImageDetailHigh].
	ImageDetailOriginal ImageDetail = "original"
)

// ImageURL is an image given by URL.
type ImageURL struct {
	// URL is an https URL or a base64 data URL of a PNG, JPEG, WebP or GIF.
	URL string `json:"url"`
	// Detail is chosen by the model if empty.
	Detail ImageDetail `json:"detail,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// InputAudio is a recording for the model to hear. It cannot be given by URL.
type InputAudio struct {
	// Data is the recording in base64, without a data URL prefix.
	Data string `json:"data"`
	// Format is wav, mp3, flac, m4a, ogg, aiff, aac, pcm16, pcm24 or another one that the provider
	// supports.
	Format string `json:"format"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// VideoURL is a video given by URL.
type VideoURL struct {
	// URL is an https URL or a data URL of an MP4, MPEG, MOV or WebM. Providers differ: Google AI
	// Studio accepts only YouTube links, Google Vertex only data URLs.
	URL string `json:"url"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// File is a document. A PDF works with every model: if the model cannot read it, the service parses
// it. See [FileParserPlugin].
type File struct {
	Filename string `json:"filename,omitzero"`
	// FileData is an https URL or a base64 data URL.
	FileData string `json:"file_data,omitzero"`
	// FileID is the id of a file that was uploaded before. It is used in place of FileData.
	FileID string `json:"file_id,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Text returns content that has one text part.
func Text(s string) []Part {
	return []Part{TextPart(s)}
}

// TextPart returns a part with the given text.
func TextPart(text string) Part {
	return Part{Type: PartTypeText, Text: text}
}

// ImagePart returns an image part with an https URL or a data URL.
func ImagePart(url string) Part {
	return Part{Type: PartTypeImageURL, ImageURL: &ImageURL{URL: url}}
}

// ImageDataPart returns an image part with the given bytes. The media type is image/png,
// image/jpeg, image/webp or image/gif.
func ImageDataPart(mediaType string, data []byte) Part {
	return ImagePart(dataURL(mediaType, data))
}

// AudioPart returns a recording with the given bytes. [InputAudio.Format] lists the formats.
func AudioPart(format string, data []byte) Part {
	text, _ := encodeBase64("", bytes.NewReader(data), int64(len(data))) // memory can be read
	return Part{Type: PartTypeInputAudio, InputAudio: &InputAudio{Data: text, Format: format}}
}

// FilePart returns a document with an https URL or a data URL.
func FilePart(filename, url string) Part {
	return Part{Type: PartTypeFile, File: &File{Filename: filename, FileData: url}}
}

// FileDataPart returns a document with the given bytes and a media type such as application/pdf.
func FileDataPart(filename, mediaType string, data []byte) Part {
	return FilePart(filename, dataURL(mediaType, data))
}

// VideoPart returns a video with an https URL or a data URL.
func VideoPart(url string) Part {
	return Part{Type: PartTypeVideoURL, VideoURL: &VideoURL{URL: url}}
}

// Cached returns a copy of the part with a CacheControl. The provider then caches the prompt up to
// and including the part, for its default time.
func (p Part) Cached() Part { return p.CachedFor("") }

// CachedFor is [Part.Cached] with the time for which the provider keeps the prompt.
func (p Part) CachedFor(ttl CacheTTL) Part {
	p.CacheControl = &CacheControl{Type: "ephemeral", TTL: ttl}
	return p
}

// String describes the part for people. A text part is its text. Other parts are their type, name
// and URL, such as [file paper.pdf https://example.com/paper.pdf]. Data is left out.
func (p Part) String() string {
	if p.Type == PartTypeText || p.Type == "" && p.Text != "" {
		return p.Text
	}
	words := []string{string(p.Type)}
	switch {
	case p.ImageURL != nil:
		words = append(words, shortURL(p.ImageURL.URL))
	case p.InputAudio != nil:
		words = append(words, p.InputAudio.Format, strconv.Itoa(len(p.InputAudio.Data))+" bytes of base64")
	case p.VideoURL != nil:
		words = append(words, shortURL(p.VideoURL.URL))
	case p.File != nil:
		words = append(words, p.File.Filename, p.File.FileID, shortURL(p.File.FileData))
	}
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	return "[" + strings.Join(words, " ") + "]"
}

// shortURL returns a URL, or the beginning of one that has data.
func shortURL(url string) string {
	head, data, found := strings.Cut(url, ",")
	if !found || !strings.HasPrefix(strings.ToLower(url), "data:") {
		return url
	}
	return head + ", " + strconv.Itoa(len(data)) + " bytes"
}

// Equal reports whether both parts say the same; see [Message.Equal].
func (p Part) Equal(other Part) bool { return deep.Equal(p, other) }

func (p Part) clone() Part {
	p.ImageURL = cloneObject(p.ImageURL, func(u *ImageURL) *map[string]any { return &u.Extra })
	p.InputAudio = cloneObject(p.InputAudio, func(a *InputAudio) *map[string]any { return &a.Extra })
	p.VideoURL = cloneObject(p.VideoURL, func(u *VideoURL) *map[string]any { return &u.Extra })
	p.File = cloneObject(p.File, func(f *File) *map[string]any { return &f.Extra })
	p.CacheControl = cloneObject(p.CacheControl, func(c *CacheControl) *map[string]any { return &c.Extra })
	p.PromptCacheBreakpoint = cloneObject(p.PromptCacheBreakpoint,
		func(b *PromptCacheBreakpoint) *map[string]any { return &b.Extra })
	p.Extra = cloneExtra(p.Extra)
	return p
}

func dataURL(mediaType string, data []byte) string {
	url, _ := encodeBase64("data:"+mediaType+";base64,", bytes.NewReader(data), int64(len(data))) // memory can be read
	return url
}

// Image is an image that a model generated.
type Image struct {
	// Type is image_url.
	Type string `json:"type,omitzero"`
	// ImageURL usually has a data URL, which may be large. [Image.Data] and [Image.Decode] decode it.
	ImageURL *ImageURL `json:"image_url,omitzero"`
	// Index is the position among the images of the turn.
	Index *int `json:"index,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// Data decodes an image that is a base64 data URL. The media type has no parameters; it is empty if
// the URL has none. For an image that is a link, Data returns an error.
func (i Image) Data() (mediaType string, data []byte, err error) {
	mediaType, data, err = decodeDataURL(i.url())
	if err != nil {
		return "", nil, fmt.Errorf("openrouter: image: %w", err)
	}
	return mediaType, data, nil
}

func (i Image) url() string {
	if i.ImageURL != nil {
		return i.ImageURL.URL
	}
	// Some answers have a plain URL string in place of the object.
	var url string
	if raw, ok := i.Extra[""].(json.RawMessage); ok && isBare(i.presence, i.Extra) && i.blank() {
		_ = json.Unmarshal(raw, &url) // ignored: what is not a string is no URL
	}
	return url
}

func (i Image) clone() Image {
	i.ImageURL = cloneObject(i.ImageURL, func(u *ImageURL) *map[string]any { return &u.Extra })
	if i.Index != nil {
		i.Index = new(*i.Index)
	}
	i.Extra = cloneExtra(i.Extra)
	return i
}

// decodeDataURL returns errors that never quote the URL, which may be private and megabytes long.
func decodeDataURL(url string) (mediaType string, data []byte, err error) {
	const scheme = "data:"
	if url == "" {
		return "", nil, errors.New("no URL")
	}
	if len(url) < len(scheme) || !strings.EqualFold(url[:len(scheme)], scheme) {
		return "", nil, errors.New("not a data URL")
	}
	head, body, found := strings.Cut(url[len(scheme):], ",")
	if !found {
		return "", nil, errors.New("data URL without a comma")
	}
	mediaType, params, _ := strings.Cut(head, ";")
	if last := params[strings.LastIndexByte(params, ';')+1:]; !strings.EqualFold(strings.TrimSpace(last), "base64") {
		return "", nil, errors.New("data URL is not base64")
	}
	data, err = decodeBase64(strings.TrimRight(strings.TrimSpace(body), "="))
	if err != nil {
		return "", nil, err
	}
	if len(data) == 0 {
		return "", nil, errors.New("data URL without data")
	}
	return strings.TrimSpace(mediaType), data, nil
}

// encodeBase64 appends the base64 of about size bytes to a prefix. The text is allocated once: it may
// have a hundred megabytes.
func encodeBase64(prefix string, r io.Reader, size int64) (string, error) {
	var b strings.Builder
	b.Grow(len(prefix) + base64.StdEncoding.EncodedLen(int(size)))
	b.WriteString(prefix)
	enc := base64.NewEncoder(base64.StdEncoding, &b)
	if _, err := io.Copy(enc, r); err != nil {
		return "", err
	}
	_ = enc.Close() // a Builder never fails
	return b.String(), nil
}

// decodeBase64 decodes base64 without padding, in the standard or the URL alphabet.
func decodeBase64(s string) ([]byte, error) {
	enc := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		enc = base64.RawURLEncoding
	}
	return enc.DecodeString(s)
}

// Audio is speech that a model generated. In a [Delta] it is a fragment of one.
type Audio struct {
	// ID is the provider's id of the recording. In a later request the ID, without Data, refers to
	// the recording.
	ID string `json:"id,omitzero"`
	// Data is the recording in base64. [Audio.Bytes] decodes it.
	Data string `json:"data,omitzero" wire:"text"`
	// ExpiresAt is the Unix time in seconds at which ID expires.
	ExpiresAt int64 `json:"expires_at,omitzero"`
	// Transcript is the spoken text.
	Transcript string `json:"transcript,omitzero" wire:"text"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

var errNoAudio = errors.New("openrouter: audio: no data")

// Bytes decodes the recording. Its format is the one that the request asked for. Bytes returns an
// error if there is no data.
func (a *Audio) Bytes() ([]byte, error) {
	if a == nil {
		return nil, errNoAudio
	}
	var out []byte
	// In a stream, each fragment may have its own padding.
	for fragment := range strings.SplitSeq(a.Data, "=") {
		b, err := decodeBase64(fragment)
		if err != nil {
			return nil, fmt.Errorf("openrouter: audio: %w", err)
		}
		if out == nil {
			out = b
			continue
		}
		out = append(out, b...)
	}
	if len(out) == 0 {
		return nil, errNoAudio
	}
	return out, nil
}

// AnnotationType names the payload of an [Annotation]. Other values are possible: an annotation of
// an unknown type keeps its payload in [Annotation.Extra].
type AnnotationType string

// The known kinds of annotation.
const (
	AnnotationTypeURLCitation    AnnotationType = "url_citation"
	AnnotationTypeFile           AnnotationType = "file"
	AnnotationTypeFileAnnotation AnnotationType = "file_annotation"
)

// Annotation is a source that a model cites, or a file that the service parsed. Type names the
// payload field that is set.
type Annotation struct {
	Type AnnotationType `json:"type"`

	URLCitation *URLCitation `json:"url_citation,omitzero"`
	// File is a document in the form that the model received. Send it back to avoid parsing the
	// document again.
	File *ParsedFile `json:"file,omitzero"`
	// FileAnnotation is an older form of citing a file.
	FileAnnotation *FileCitation `json:"file_annotation,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// URLCitation is a web page that a model cites. Only URL is reliable.
type URLCitation struct {
	URL   string `json:"url"`
	Title string `json:"title,omitzero"`
	// Content is the passage of the page.
	Content string `json:"content,omitzero"`
	// StartIndex and EndIndex are the range of the answer that the citation belongs to. Often both
	// are 0.
	StartIndex int `json:"start_index,omitzero"`
	EndIndex   int `json:"end_index,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// ParsedFile is a document converted to text and images.
type ParsedFile struct {
	// Hash identifies the document. Annotations with the same hash are duplicates.
	Hash string `json:"hash"`
	// Name is the file name of the request. It may be empty.
	Name string `json:"name,omitzero"`
	// Content has text and image parts. The first and the last may be the tags <file name="...">
	// and </file>.
	Content []Part `json:"content,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
	Extra map[string]any `json:"-"`

	presence presence
}

// FileCitation is a passage of an uploaded file that a model cites.
type FileCitation struct {
	FileID string `json:"file_id"`
	Quote  string `json:"quote,omitzero"`

	// Extra holds what has no place in the fields; see "Extra" in the package documentation.
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
