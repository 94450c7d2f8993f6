package openrouter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxFile is the limit that the service documents for POST /files. For a file in a request it
	// documents none.
	maxFile = 100_000_000
	// maxImage is from the error with which the service refuses a larger image: "image content
	// cannot exceed 30MB", status 413.
	maxImage = 30_000_000
)

// ErrFileType means that a file is of a kind that the service does not take. It is the reason in a
// [*FileError].
var ErrFileType = errors.New("openrouter: file type not supported")

// FileError means that [OpenPart] or [ReadPart] cannot make a part of a file. Nothing was sent.
type FileError struct {
	// Name is the name of the file, as it was given.
	Name string
	// Limit is the largest size of a file of its kind in bytes, if the file is larger. Else it is 0.
	Limit int64
	// Err is the reason. It matches [ErrTooLarge], [ErrFileType] or the error of the file system or
	// of the reader.
	Err error
}

// Error returns one line. It contains the name of the file, and nothing of its content.
func (e *FileError) Error() string {
	reason := e.Err
	if p, ok := errors.AsType[*fs.PathError](e.Err); ok {
		reason = p.Err // which does not repeat the name
	}
	return "openrouter: file " + strconv.Quote(nameIn(e.Name)) + ": " + strings.TrimPrefix(oneLine(reason.Error()), "openrouter: ")
}

// Unwrap returns Err.
func (e *FileError) Unwrap() error { return e.Err }

// OpenPart reads a file of a file system, such as os.DirFS("."), and returns the part to send it
// with. [ReadPart] says how. It refuses what is not a regular file. A file system confines the name:
// one that comes from outside cannot leave the folder if fsys is the FS of an os.Root.
func OpenPart(fsys fs.FS, name string) (Part, error) {
	part, err := openPart(fsys, name)
	if err != nil {
		return Part{}, fileError(name, err)
	}
	return part, nil
}

func openPart(fsys fs.FS, name string) (Part, error) {
	info, err := fs.Stat(fsys, name) // before opening: that can wait forever for what is not a file
	if err != nil {
		return Part{}, err
	}
	if info.IsDir() {
		return Part{}, errors.New("is a directory")
	}
	if !info.Mode().IsRegular() {
		return Part{}, errors.New("is not a regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return Part{}, err
	}
	defer f.Close()
	return readPart(name, f, info.Size())
}

// ReadPart reads a file to its end and returns the part to send it with: a PNG, JPEG, WebP or GIF
// image; a PDF; a recording (WAV, MP3, FLAC, M4A, Ogg, AIFF, AAC); a video (MP4, MPEG, MOV, WebM); or
// text in UTF-8, which is sent as a text part.
//
// The content decides what the file is. The extension of the name decides where the content leaves
// it open: .m4a is the sound of an MP4, and .pcm, .pcm16 and .pcm24 are samples without a header. Only
// the name of a PDF is sent, without its folders.
//
// Every error is a [*FileError]. ReadPart refuses an image of more than 30 MB and any other file of
// more than 100 MB, before it reads all of it where r is an io.Seeker. [ImageDataPart], [AudioPart],
// [FileDataPart] and [VideoPart] check nothing.
func ReadPart(name string, r io.Reader) (Part, error) {
	part, err := readPart(name, r, sizeOf(r))
	if err != nil {
		return Part{}, fileError(name, err)
	}
	return part, nil
}

func fileError(name string, err error) *FileError {
	e := &FileError{Name: name, Err: err}
	if t, ok := errors.AsType[*tooLarge](err); ok {
		e.Limit = t.limit
	}
	return e
}

// sizeOf returns how much is left to read of r, or -1 if that is not known.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case *bytes.Buffer:
		return int64(r.Len())
	case io.Seeker:
		at, err := r.Seek(0, io.SeekCurrent)
		if err != nil {
			return -1
		}
		if end, err := r.Seek(0, io.SeekEnd); err == nil {
			if _, err = r.Seek(at, io.SeekStart); err == nil {
				return end - at
			}
		}
	}
	return -1
}

// readPart makes a part of what r has, about size bytes; -1 if that is not known.
func readPart(name string, r io.Reader, size int64) (Part, error) {
	head := make([]byte, headSize)
	n, err := fill(head, r)
	switch head = head[:n]; err {
	case nil:
		r = io.MultiReader(bytes.NewReader(head), r)
	case io.EOF:
		r, size = bytes.NewReader(head), int64(n)
	default:
		return Part{}, err
	}
	if n == 0 {
		return Part{}, &streamEnd{"is empty", ErrFileType}
	}
	kind := sniff(head, path.Ext(baseName(name)))
	if kind.part == "" {
		return Part{}, &streamEnd{kind.what + " is not supported", ErrFileType}
	}
	refusal := &tooLarge{what: kind.what, limit: kind.limit()}
	if size > refusal.limit {
		return Part{}, refusal
	}
	r = &limitedReader{r, refusal.limit, refusal}
	if size < 0 {
		if r, size, err = readAhead(r); err != nil {
			return Part{}, err
		}
	}
	switch kind.part {
	case PartTypeText:
		return textFile(r, size)
	case PartTypeInputAudio:
		data, err := encodeBase64("", r, size)
		return Part{Type: PartTypeInputAudio, InputAudio: &InputAudio{Data: data, Format: kind.code}}, err
	}
	url, err := encodeBase64("data:"+kind.code+";base64,", r, size)
	switch kind.part {
	case PartTypeImageURL:
		return ImagePart(url), err
	case PartTypeVideoURL:
		return VideoPart(url), err
	}
	return FilePart(pdfName(name), url), err
}

// fill reads until p is full, or r ends with io.EOF or another error. io.ReadFull would not tell the
// end of r from one that was cut.
func fill(p []byte, r io.Reader) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	if n == len(p) && err == io.EOF {
		err = nil
	}
	return n, err
}

// readAhead reads all of r to find its size. It does not move what it has read.
func readAhead(r io.Reader) (_ io.Reader, size int64, err error) {
	var pieces []io.Reader
	for next := 64 << 10; err == nil; next = min(2*next, 4<<20) {
		piece, n := make([]byte, next), 0
		n, err = fill(piece, r)
		pieces, size = append(pieces, bytes.NewReader(piece[:n])), size+int64(n)
	}
	if err != io.EOF {
		return nil, 0, err
	}
	return io.MultiReader(pieces...), size, nil
}

// tooLarge is the error for a file with more bytes than its limit.
type tooLarge struct {
	what  string
	limit int64
}

func (t *tooLarge) Error() string {
	return fmt.Sprintf("too large: %s must have at most %d MB", t.what, t.limit/1_000_000)
}

func (t *tooLarge) Is(target error) bool { return target == ErrTooLarge }

// limitedReader fails with err after left bytes.
type limitedReader struct {
	r    io.Reader
	left int64
	err  error
}

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p[:min(int64(len(p)), l.left+1)])
	if l.left -= int64(n); l.left < 0 {
		return 0, l.err
	}
	return n, err
}

func textFile(r io.Reader, size int64) (Part, error) {
	var b strings.Builder
	b.Grow(int(size))
	if _, err := io.Copy(&b, r); err != nil {
		return Part{}, err
	}
	text := strings.TrimPrefix(b.String(), byteOrderMark)
	switch {
	case text == "":
		return Part{}, &streamEnd{"is empty", ErrFileType}
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return Part{}, &streamEnd{"text that is not UTF-8 is not supported", ErrFileType}
	}
	return TextPart(text), nil
}

// baseName returns the last element of a name, of whatever system the name is.
func baseName(name string) string { return name[strings.LastIndexAny(name, `/\`)+1:] }

// pdfName is the name that the service gets. It shows the name to the model.
func pdfName(name string) string {
	if base := baseName(name); strings.Trim(base, ".") != "" {
		return base
	}
	return "document.pdf"
}

// fileKind is a kind of file.
type fileKind struct {
	what string   // in an error
	part PartType // empty for what the service does not take
	code string   // the media type; for audio the format
	ext  string   // of the name of a file with it
}

func (k fileKind) limit() int64 {
	if k.part == PartTypeImageURL {
		return maxImage
	}
	return maxFile
}

var (
	kindText  = fileKind{"a text", PartTypeText, "text/plain", ".txt"}
	kindPDF   = fileKind{"a PDF", PartTypeFile, "application/pdf", ".pdf"}
	kindAAC   = fileKind{"an AAC recording", PartTypeInputAudio, "aac", ".aac"}
	kindAIFF  = fileKind{"an AIFF recording", PartTypeInputAudio, "aiff", ".aiff"}
	kindM4A   = fileKind{"an M4A recording", PartTypeInputAudio, "m4a", ".m4a"}
	kindMP3   = fileKind{"an MP3 recording", PartTypeInputAudio, "mp3", ".mp3"}
	kindPCM16 = fileKind{"a PCM recording", PartTypeInputAudio, "pcm16", ".pcm"}
	kindPCM24 = fileKind{"a PCM recording", PartTypeInputAudio, "pcm24", ".pcm24"}
	kindMOV   = fileKind{"a MOV video", PartTypeVideoURL, "video/mov", ".mov"}
	kindMP4   = fileKind{"an MP4 video", PartTypeVideoURL, "video/mp4", ".mp4"}
	kindMPEG  = fileKind{"an MPEG video", PartTypeVideoURL, "video/mpeg", ".mpeg"}
	kindHEIC  = fileKind{"a HEIC image", "", "image/heic", ".heic"}
	kindAVIF  = fileKind{"an AVIF image", "", "image/avif", ".avif"}
	kindTIFF  = fileKind{"a TIFF image", "", "image/tiff", ".tiff"}
	kind3GP   = fileKind{"a 3GP video", "", "video/3gpp", ".3gp"}
	unknown   = fileKind{what: "this type of file", ext: ".bin"}
)

// signatures are beginnings of files. A question mark stands for any byte. The first that fits
// counts.
var signatures = []struct {
	magic string
	kind  fileKind
}{
	{"\x89PNG\r\n\x1a\n", fileKind{"a PNG image", PartTypeImageURL, "image/png", ".png"}},
	{"\xff\xd8\xff", fileKind{"a JPEG image", PartTypeImageURL, "image/jpeg", ".jpg"}},
	{"RIFF????WEBP", fileKind{"a WebP image", PartTypeImageURL, "image/webp", ".webp"}},
	{"GIF8?a", fileKind{"a GIF image", PartTypeImageURL, "image/gif", ".gif"}},
	{"%PDF-", kindPDF},
	{"RIFF????WAVE", fileKind{"a WAV recording", PartTypeInputAudio, "wav", ".wav"}},
	{"ID3", kindMP3},
	{"fLaC", fileKind{"a FLAC recording", PartTypeInputAudio, "flac", ".flac"}},
	{"FORM????AIFF", kindAIFF},
	{"FORM????AIFC", kindAIFF},
	{"OggS????????????????????????\x80theora", fileKind{"an Ogg video", "", "video/ogg", ".ogv"}},
	{"OggS", fileKind{"an Ogg recording", PartTypeInputAudio, "ogg", ".ogg"}},
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
	{"RIFF????AVI ", fileKind{"an AVI video", "", "video/x-msvideo", ".avi"}},
	{"II*\x00", kindTIFF},
	{"MM\x00*", kindTIFF},
	{"PK\x03\x04", fileKind{"a ZIP archive or an Office document", "", "application/zip", ".zip"}},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", fileKind{"an Office document", "", "application/x-ole-storage", ".bin"}},
	{"\x1f\x8b\x08", fileKind{"a gzip archive", "", "application/gzip", ".gz"}},
}

// headSize is how much of a file decides what it is. It has the first frames of MP3 and AAC.
const headSize = 4 << 10

// sniff returns what a file is that begins with head. The extension of its name decides where head
// leaves it open.
func sniff(head []byte, ext string) fileKind {
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
			return fileKind{"a WebM video", PartTypeVideoURL, "video/webm", ".webm"}
		}
		return fileKind{"a Matroska video", "", "video/x-matroska", ".mkv"}
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
		return fileKind{what: "text in UTF-16", ext: ".bin"}
	}
	return unknown
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
func framed(head []byte, ext string) (fileKind, bool) {
	if len(head) < 7 || head[0] != 0xff {
		return fileKind{}, false
	}
	kind, size := kindAAC, int(head[3]&3)<<11|int(head[4])<<3|int(head[5])>>5
	if head[1]&0xf6 != 0xf0 {
		kind, size = kindMP3, mp3Frame(head)
	}
	switch {
	case size < 7:
		return fileKind{}, false
	case ext == kind.ext || size == len(head) && size < headSize:
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
