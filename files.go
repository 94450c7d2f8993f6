package openrouter

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/openrouter-go/openrouter/internal/filetype"
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
	head := make([]byte, filetype.HeadSize)
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
	kind := filetype.Of(head, path.Ext(baseName(name)))
	if kind.Part == "" {
		return Part{}, &streamEnd{kind.What + " is not supported", ErrFileType}
	}
	refusal := &tooLarge{what: kind.What, limit: maxFile}
	if kind.Part == filetype.Image {
		refusal.limit = maxImage
	}
	if size > refusal.limit {
		return Part{}, refusal
	}
	r = &limitedReader{r, refusal.limit, refusal}
	if size < 0 {
		if r, size, err = readAhead(r); err != nil {
			return Part{}, err
		}
	}
	switch kind.Part {
	case filetype.Text:
		return textFile(r, size)
	case filetype.Audio:
		data, err := encodeBase64("", r, size)
		return Part{Type: PartTypeInputAudio, InputAudio: &InputAudio{Data: data, Format: kind.Code}}, err
	}
	url, err := encodeBase64("data:"+kind.Code+";base64,", r, size)
	switch kind.Part {
	case filetype.Image:
		return ImagePart(url), err
	case filetype.Video:
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

// maxPixels bounds the memory for an image, which a few bytes can ask for. It is 512 MiB in RGBA.
const maxPixels = 128 << 20

// Decode decodes an image that is a base64 data URL, and returns the name of its format. The program
// must import the decoder, for example with import _ "image/png". For an image that is a link, and for
// one of more than 134 megapixels, Decode returns an error.
func (i Image) Decode() (img image.Image, format string, err error) {
	_, data, err := i.Data()
	if err != nil {
		return nil, "", err
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err == nil && int64(size.Width)*int64(size.Height) > maxPixels {
		err = fmt.Errorf("%d by %d pixels are too many", size.Width, size.Height)
	}
	if err == nil {
		img, format, err = image.Decode(bytes.NewReader(data))
	}
	if err != nil {
		return nil, "", fmt.Errorf("openrouter: image: %w", err)
	}
	return img, format, nil
}

// SaveMedia writes the images and the speech of an answer to files in a folder, and returns their
// names: image-1.png, image-2.jpg, speech-1.wav and so on. It overwrites nothing: a name that exists
// is passed over. The content decides the extension, which is .bin for an image of an unknown type.
// Speech without a header is taken for pcm16, and saved as WAV.
//
// SaveMedia does not download images that are links. It saves the rest and returns the first error.
func (c *ChatCompletion) SaveMedia(root *os.Root) (names []string, err error) {
	save := func(prefix, ext string, data ...[]byte) error {
		name, err := saveNew(root, prefix, ext, data...)
		if err == nil {
			names = append(names, name)
		}
		return err
	}
	for i := range c.Choices {
		m := &c.Choices[i].Message
		images := slices.Clip(m.Images)
		for _, part := range m.Content { // where a few services put them
			if part.ImageURL != nil {
				images = append(images, Image{ImageURL: part.ImageURL})
			}
		}
		for _, image := range images {
			_, data, e := image.Data()
			if e == nil {
				e = save("image-", imageExt(data), data)
			}
			err = cmp.Or(err, e)
		}
		if m.Audio == nil || m.Audio.Data == "" {
			continue
		}
		speech, e := m.Audio.Bytes()
		if kind := filetype.Of(speech, ""); e == nil && kind.Part == filetype.Audio {
			e = save("speech-", kind.Ext, speech)
		} else if e == nil {
			e = save("speech-", ".wav", WAVHeader(len(speech)), speech)
		}
		err = cmp.Or(err, e)
	}
	return names, err
}

// imageExt returns the extension for an image. What is no image gets one that no program opens.
func imageExt(data []byte) string {
	kind := filetype.Of(data, "")
	if strings.HasPrefix(kind.Code, "image/") {
		return kind.Ext
	}
	return filetype.Unknown.Ext
}

// saveNew writes a file whose name is not in use.
func saveNew(root *os.Root, prefix, ext string, data ...[]byte) (name string, err error) {
	for n := 1; ; n++ {
		name = prefix + strconv.Itoa(n) + ext
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("openrouter: %w", err)
		}
		for _, b := range data {
			if err == nil {
				_, err = f.Write(b)
			}
		}
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			_ = root.Remove(name) // half a file is of no use
			return "", fmt.Errorf("openrouter: %w", err)
		}
		return name, nil
	}
}

// Audio returns an iterator over the bytes of the speech as they arrive, to be played or written. Its
// format is the one that the request asked for. Audio reads the stream as [Stream.Chunks] does, and
// yields its error last. After the loop [Stream.Response] has the text and the transcript.
func (s *Stream) Audio() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var d base64Decoder
		for chunk, err := range s.Chunks() {
			if err != nil {
				yield(nil, err)
				return
			}
			audio := chunk.first().Delta.Audio
			if audio == nil || audio.Data == "" {
				continue
			}
			data, err := d.decode(audio.Data)
			if err != nil {
				yield(nil, &StreamError{Partial: s.Response(), Err: fmt.Errorf("openrouter: audio: %w", err)})
				return
			}
			if len(data) > 0 && !yield(data, nil) {
				return
			}
		}
		if data, err := decodeBase64(d.rest); err != nil {
			yield(nil, &StreamError{Partial: s.Response(), Err: fmt.Errorf("openrouter: audio: %w", err)})
		} else if len(data) > 0 {
			yield(data, nil)
		}
	}
}

// base64Decoder decodes base64 that comes in fragments. Each may have its own padding, or end anywhere.
type base64Decoder struct {
	rest string // up to three characters that await others
}

func (d *base64Decoder) decode(fragment string) ([]byte, error) {
	var out []byte
	for text, padded := d.rest+fragment, true; padded; {
		var piece string
		piece, text, padded = strings.Cut(text, "=")
		if !padded {
			whole := len(piece) / 4 * 4
			piece, d.rest = piece[:whole], piece[whole:]
		}
		data, err := decodeBase64(piece)
		if err != nil {
			return nil, err
		}
		out = append(out, data...)
	}
	return out, nil
}

// WAVHeader returns the header that makes a WAV file of speech in pcm16: samples of 16 bits, in one
// channel, at 24 kHz. size is the number of bytes that follow. If it is not known, -1 makes most
// programs play to the end of the file.
func WAVHeader(size int) []byte {
	const rate, bits = 24_000, 16
	data, riff := uint32(math.MaxUint32), uint32(math.MaxUint32)
	const header = 44
	if size >= 0 && int64(size) <= math.MaxUint32-header {
		data, riff = uint32(size), uint32(size+header-8)
	}
	h := append(make([]byte, 0, header), "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, riff)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16) // the size of what follows up to data
	h = binary.LittleEndian.AppendUint16(h, 1)  // PCM
	h = binary.LittleEndian.AppendUint16(h, 1)  // channels
	h = binary.LittleEndian.AppendUint32(h, rate)
	h = binary.LittleEndian.AppendUint32(h, rate*bits/8)
	h = binary.LittleEndian.AppendUint16(h, bits/8)
	h = binary.LittleEndian.AppendUint16(h, bits)
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, data)
}
