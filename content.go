package openrouter

import "encoding/base64"

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
