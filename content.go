package openrouter

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// PartType says which payload a [Part] carries. The set is open: a part of an
// unknown type keeps its payload in [Part.Extra].
type PartType string

// The known kinds of part.
const (
	PartTypeText       PartType = "text"
	PartTypeImageURL   PartType = "image_url"
	PartTypeInputAudio PartType = "input_audio"
	PartTypeVideoURL   PartType = "video_url"
	// PartTypeInputVideo is an old spelling of [PartTypeVideoURL], with the
	// same payload.
	//
	// Deprecated: use [PartTypeVideoURL].
	PartTypeInputVideo PartType = "input_video"
	PartTypeFile       PartType = "file"
)

// Part is one piece of the content of a [Message]. Type names the field that
// is set; the constructors set both. System and developer messages take text
// only. Models read text better when it stands before the images.
type Part struct {
	Type PartType `json:"type"`

	Text       string      `json:"text,omitzero" wire:"with=text"`
	ImageURL   *ImageURL   `json:"image_url,omitzero"`
	InputAudio *InputAudio `json:"input_audio,omitzero"`
	// VideoURL is also the payload of [PartTypeInputVideo].
	VideoURL *VideoURL `json:"video_url,omitzero"`
	File     *File     `json:"file,omitzero"`

	// CacheControl ends a cacheable prefix with this part. Of several parts of
	// one message only the last text part should carry it.
	CacheControl *CacheControl `json:"cache_control,omitzero"`
	// PromptCacheBreakpoint is the same mark in OpenAI's spelling, for text
	// parts. The service converts either into the other.
	PromptCacheBreakpoint *PromptCacheBreakpoint `json:"prompt_cache_breakpoint,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// ImageDetail is how closely a model looks at an image. The set is open.
type ImageDetail string

// The known levels of detail.
const (
	ImageDetailAuto ImageDetail = "auto"
	ImageDetailLow  ImageDetail = "low"
	ImageDetailHigh ImageDetail = "high"
	// ImageDetailOriginal asks for the full resolution; providers without it
	// get [ImageDetailHigh].
	ImageDetailOriginal ImageDetail = "original"
)

// ImageURL is an image by its address.
type ImageURL struct {
	// URL is an https address or a base64 data URL, of a PNG, JPEG, WebP or GIF.
	URL string `json:"url"`
	// Detail is the model's choice when empty.
	Detail ImageDetail `json:"detail,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// InputAudio is a recording for the model to hear. It cannot be a link.
type InputAudio struct {
	// Data is the base64 of the recording, without a data URL prefix.
	Data string `json:"data"`
	// Format is wav, mp3, flac, m4a, ogg, aiff, aac, pcm16, pcm24 or another
	// one the provider knows.
	Format string `json:"format"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// VideoURL is a video by its address.
type VideoURL struct {
	// URL is an https address or a data URL, of an MP4, MPEG, MOV or WebM. What
	// is accepted depends on the provider: Google AI Studio takes YouTube links
	// only, Google Vertex takes data URLs only.
	URL string `json:"url"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// File is a document. A PDF works with every model, through the file parser
// plugin where the model cannot read it.
type File struct {
	Filename string `json:"filename,omitzero"`
	// FileData is an https address or a base64 data URL.
	FileData string `json:"file_data,omitzero"`
	// FileID names a file that was uploaded before, instead of FileData.
	FileID string `json:"file_id,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Text returns content that is one text part.
func Text(s string) []Part {
	return []Part{TextPart(s)}
}

// TextPart returns a piece of text.
func TextPart(text string) Part {
	return Part{Type: PartTypeText, Text: text}
}

// ImagePart returns an image by its https address or data URL.
func ImagePart(url string) Part {
	return Part{Type: PartTypeImageURL, ImageURL: &ImageURL{URL: url}}
}

// ImageDataPart returns an image given as bytes, such as those of a file. The
// media type is image/png, image/jpeg, image/webp or image/gif.
func ImageDataPart(mediaType string, data []byte) Part {
	return ImagePart(dataURL(mediaType, data))
}

// AudioPart returns a recording given as bytes. For the formats see
// [InputAudio.Format].
func AudioPart(format string, data []byte) Part {
	return Part{Type: PartTypeInputAudio, InputAudio: &InputAudio{
		Data:   base64.StdEncoding.EncodeToString(data),
		Format: format,
	}}
}

// FilePart returns a document by its https address or data URL.
func FilePart(filename, url string) Part {
	return Part{Type: PartTypeFile, File: &File{Filename: filename, FileData: url}}
}

// FileDataPart returns a document given as bytes, with a media type such as
// application/pdf.
func FileDataPart(filename, mediaType string, data []byte) Part {
	return FilePart(filename, dataURL(mediaType, data))
}

// VideoPart returns a video by its https address or data URL.
func VideoPart(url string) Part {
	return Part{Type: PartTypeVideoURL, VideoURL: &VideoURL{URL: url}}
}

// Cached returns a copy of the part that ends a cacheable prefix, kept for the
// provider's default time. For a longer time set [Part.CacheControl].
func (p Part) Cached() Part {
	p.CacheControl = &CacheControl{Type: "ephemeral"}
	return p
}

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
	return "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// Image is a picture a model made.
type Image struct {
	// Type is image_url.
	Type string `json:"type,omitzero"`
	// ImageURL is normally a data URL, and then large: see [Image.Data].
	ImageURL *ImageURL `json:"image_url,omitzero"`
	// Index is the place among the images of the turn.
	Index *int `json:"index,omitzero"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

// Data decodes the picture of a base64 data URL. The media type is without
// parameters, and empty where the URL names none. A picture that is a link has
// no data here, which is an error.
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
	// Some answers have the bare address where the object belongs.
	var url string
	if raw, ok := i.Extra[""].(json.RawMessage); ok {
		_ = json.Unmarshal(raw, &url) // anything else is not an address
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

// decodeDataURL returns errors that never quote the URL: it may be megabytes
// long, and private.
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

// decodeBase64 takes base64 without its padding, in either alphabet.
func decodeBase64(s string) ([]byte, error) {
	enc := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		enc = base64.RawURLEncoding
	}
	return enc.DecodeString(s)
}

// Audio is speech a model made, or in a [Delta] a fragment of it.
type Audio struct {
	// ID names the recording on the provider's side. Sending it back, without
	// Data, stands for the recording.
	ID string `json:"id,omitzero"`
	// Data is the base64 of the recording: see [Audio.Bytes].
	Data string `json:"data,omitzero" wire:"text"`
	// ExpiresAt is the Unix time in seconds after which ID is forgotten.
	ExpiresAt int64 `json:"expires_at,omitzero"`
	// Transcript is what is said.
	Transcript string `json:"transcript,omitzero" wire:"text"`

	// Extra holds members this version has no field for.
	Extra map[string]any `json:"-"`

	presence presence
}

var errNoAudio = errors.New("openrouter: audio: no data")

// Bytes decodes the recording, in the format the request asked for. Having no
// data is an error.
func (a *Audio) Bytes() ([]byte, error) {
	if a == nil {
		return nil, errNoAudio
	}
	var out []byte
	// The fragments of a stream may each have been padded on their own.
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
