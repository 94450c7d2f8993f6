// Package filetype tells what a file is by its beginning.
package filetype

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// The types of the parts of a message that hold files.
const (
	Text     = "text"
	Document = "file"
	Audio    = "input_audio"
	Image    = "image_url"
	Video    = "video_url"
)

// Kind is a kind of file.
type Kind struct {
	What string // in an error
	Part string // the type of its part; empty for what the service does not take
	Code string // the media type; for audio the format
	Ext  string // of the name of a file with it
}

var (
	kindText  = Kind{"a text", Text, "text/plain", ".txt"}
	kindPDF   = Kind{"a PDF", Document, "application/pdf", ".pdf"}
	kindAAC   = Kind{"an AAC recording", Audio, "aac", ".aac"}
	kindAIFF  = Kind{"an AIFF recording", Audio, "aiff", ".aiff"}
	kindM4A   = Kind{"an M4A recording", Audio, "m4a", ".m4a"}
	kindMP3   = Kind{"an MP3 recording", Audio, "mp3", ".mp3"}
	kindPCM16 = Kind{"a PCM recording", Audio, "pcm16", ".pcm"}
	kindPCM24 = Kind{"a PCM recording", Audio, "pcm24", ".pcm24"}
	kindMOV   = Kind{"a MOV video", Video, "video/mov", ".mov"}
	kindMP4   = Kind{"an MP4 video", Video, "video/mp4", ".mp4"}
	kindMPEG  = Kind{"an MPEG video", Video, "video/mpeg", ".mpeg"}
	kindHEIC  = Kind{"a HEIC image", "", "image/heic", ".heic"}
	kindAVIF  = Kind{"an AVIF image", "", "image/avif", ".avif"}
	kindTIFF  = Kind{"a TIFF image", "", "image/tiff", ".tiff"}
	kind3GP   = Kind{"a 3GP video", "", "video/3gpp", ".3gp"}
	// Unknown is none of the others.
	Unknown = Kind{What: "this type of file", Ext: ".bin"}
)

// signatures are beginnings of files. A question mark stands for any byte. The first that fits
// counts.
var signatures = []struct {
	magic string
	kind  Kind
}{
	{"\x89PNG\r\n\x1a\n", Kind{"a PNG image", Image, "image/png", ".png"}},
	{"\xff\xd8\xff", Kind{"a JPEG image", Image, "image/jpeg", ".jpg"}},
	{"RIFF????WEBP", Kind{"a WebP image", Image, "image/webp", ".webp"}},
	{"GIF8?a", Kind{"a GIF image", Image, "image/gif", ".gif"}},
	{"%PDF-", kindPDF},
	{"RIFF????WAVE", Kind{"a WAV recording", Audio, "wav", ".wav"}},
	{"ID3", kindMP3},
	{"fLaC", Kind{"a FLAC recording", Audio, "flac", ".flac"}},
	{"FORM????AIFF", kindAIFF},
	{"FORM????AIFC", kindAIFF},
	{"OggS????????????????????????\x80theora", Kind{"an Ogg video", "", "video/ogg", ".ogv"}},
	{"OggS", Kind{"an Ogg recording", Audio, "ogg", ".ogg"}},
	{"\x00???ftypM4A ", kindM4A},
	{"\x00???ftypM4B ", kindM4A},
	{"\x00???ftyphei", kindHEIC},
	{"\x00???ftyphev", kindHEIC},
	{"\x00???ftypmif1", kindHEIC},
	{"\x00???ftypmsf1", kindHEIC},
	{"\x00???ftypavi", kindAVIF},
	{"\x00???ftyp3g", kind3GP},
	{"\x00???ftypqt", kindMOV},
	{"\x00???ftyp", kindMP4},
	{"\x00???moov", kindMOV},
	{"\x00???mdat", kindMOV},
	{"\x00???wide", kindMOV},
	{"\x00???free", kindMOV},
	{"\x00???skip", kindMOV},
	{"\x00\x00\x01\xba", kindMPEG},
	{"\x00\x00\x01\xb3", kindMPEG},
	{"RIFF????AVI ", Kind{"an AVI video", "", "video/x-msvideo", ".avi"}},
	{"II*\x00", kindTIFF},
	{"MM\x00*", kindTIFF},
	{"PK\x03\x04", Kind{"a ZIP archive or an Office document", "", "application/zip", ".zip"}},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind{"an Office document", "", "application/x-ole-storage", ".bin"}},
	{"\x1f\x8b\x08", Kind{"a gzip archive", "", "application/gzip", ".gz"}},
}

// HeadSize is how much of a file decides what it is. It has the first frames of MP3 and AAC.
const HeadSize = 4 << 10

// Of returns what a file is that begins with head, of which it looks at HeadSize bytes. The extension
// of its name decides where head leaves it open.
func Of(head []byte, ext string) Kind {
	head = head[:min(len(head), HeadSize)]
	ext = strings.ToLower(ext)
	for i := range signatures {
		if !fits(head, signatures[i].magic) {
			continue
		}
		switch kind := signatures[i].kind; {
		case kind == kindMP3 && ext == ".aac": // both may begin with the title and a cover
			return kindAAC
		case kind == kindMP4 && (ext == ".m4a" || ext == ".m4b"):
			return kindM4A
		default:
			return kind
		}
	}
	if fits(head, "\x1aE\xdf\xa3") {
		if bytes.Contains(head[:min(len(head), 64)], []byte("webm")) {
			return Kind{"a WebM video", Video, "video/webm", ".webm"}
		}
		return Kind{"a Matroska video", "", "video/x-matroska", ".mkv"}
	}
	if kind, ok := framed(head, ext); ok {
		return kind
	}
	switch {
	case ext == ".pdf" && bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")): // readers allow for what comes before
		return kindPDF
	case isText(head):
		return kindText
	case ext == ".pcm" || ext == ".pcm16":
		return kindPCM16
	case ext == ".pcm24":
		return kindPCM24
	case fits(head, "\xff\xfe") || fits(head, "\xfe\xff"):
		return Kind{What: "text in UTF-16", Ext: ".bin"}
	}
	return Unknown
}

func fits(head []byte, magic string) bool {
	if len(head) < len(magic) {
		return false
	}
	for i := range magic {
		if magic[i] != '?' && magic[i] != head[i] {
			return false
		}
	}
	return true
}

// isText reports whether head may be the beginning of a text in UTF-8, whose last character may be
// cut.
func isText(head []byte) bool {
	for len(head) > 0 {
		c, n := utf8.DecodeRune(head)
		switch {
		case c == utf8.RuneError && n == 1:
			return !utf8.FullRune(head)
		case c < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", c):
			return false
		}
		head = head[n:]
	}
	return true
}

// framed recognizes MP3 and AAC without a title: a frame, and at its end another one. The bytes with
// which frames begin also stand at the beginning of other files.
func framed(head []byte, ext string) (Kind, bool) {
	if len(head) < 7 || head[0] != 0xff {
		return Kind{}, false
	}
	kind, size := kindAAC, int(head[3]&3)<<11|int(head[4])<<3|int(head[5])>>5
	if head[1]&0xf6 != 0xf0 {
		kind, size = kindMP3, mp3Frame(head)
	}
	switch {
	case size < 7:
		return Kind{}, false
	case ext == kind.Ext || size == len(head) && size < HeadSize:
		return kind, true
	}
	return kind, size+1 < len(head) && head[size] == 0xff && head[size+1] == head[1]
}

// bitrates are those of MPEG 1 layer III and of the later versions, in kbit/s.
var bitrates = [2][16]int{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
}

// mp3Frame returns the size of the frame that begins with head, or 0 if none does.
func mp3Frame(head []byte) int {
	version, layer, rate := head[1]>>3&3, head[1]>>1&3, head[2]>>2&3
	if head[1]&0xe0 != 0xe0 || version == 1 || layer != 1 || rate == 3 {
		return 0
	}
	hertz, later := [3]int{44100, 48000, 32000}[rate], 0
	if version != 3 {
		hertz, later = hertz/2, 1
	}
	if version == 0 {
		hertz /= 2
	}
	bits := bitrates[later][head[2]>>4]
	if bits == 0 {
		return 0
	}
	return (144>>later)*1000*bits/hertz + int(head[2]>>1&1)
}
