package files_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

var (
	mp3Frames = frames("\xff\xfb\x90\x00", 417, 2)
	aacFrames = frames("\xff\xf1\x50\x80\x0b\x9f\xfc", 92, 2)
)

// frames repeats a frame of the given size.
func frames(header string, size, n int) string {
	return strings.Repeat(header+strings.Repeat("\x55", size-len(header)), n)
}

// What a file is sent as, by its content. In the column of the code, images, videos and documents have their media type, recordings their
// format.
func TestPartsOfFiles(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		part          openrouter.PartType
		code          string
	}{
		{"a.png", "\x89PNG\r\n\x1a\n....", openrouter.PartTypeImageURL, "image/png"},
		{"a.jpg", "\xff\xd8\xff\xe0..JFIF", openrouter.PartTypeImageURL, "image/jpeg"},
		{"a.webp", "RIFF\x04\x00\x00\x00WEBPVP8 ", openrouter.PartTypeImageURL, "image/webp"},
		{"a.gif", "GIF87a....", openrouter.PartTypeImageURL, "image/gif"},
		{"a.gif", "GIF89a....", openrouter.PartTypeImageURL, "image/gif"},
		{"a.pdf", "%PDF-1.7\n\xe2\xe3", openrouter.PartTypeFile, "application/pdf"},
		{"a.wav", "RIFF\x04\x00\x00\x00WAVEfmt ", openrouter.PartTypeInputAudio, "wav"},
		{"a.mp3", "ID3\x04\x00\x00\x00\x00\x00\x00", openrouter.PartTypeInputAudio, "mp3"},
		{"a.mp3", mp3Frames, openrouter.PartTypeInputAudio, "mp3"},
		{"a.flac", "fLaC\x00\x00\x00\x22", openrouter.PartTypeInputAudio, "flac"},
		{"a.m4a", "\x00\x00\x00\x1cftypM4A \x00\x00\x00\x00", openrouter.PartTypeInputAudio, "m4a"},
		{"a.m4b", "\x00\x00\x00\x1cftypM4B \x00\x00\x00\x00", openrouter.PartTypeInputAudio, "m4a"},
		{"a.ogg", "OggS\x00\x02" + strings.Repeat("\x00", 22) + "OpusHead", openrouter.PartTypeInputAudio, "ogg"},
		{"a.aiff", "FORM\x00\x00\x00\x04AIFFCOMM", openrouter.PartTypeInputAudio, "aiff"},
		{"a.aiff", "FORM\x00\x00\x00\x04AIFCFVER", openrouter.PartTypeInputAudio, "aiff"},
		{"a.aac", aacFrames, openrouter.PartTypeInputAudio, "aac"},
		{"a.mp4", "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", openrouter.PartTypeVideoURL, "video/mp4"},
		{"a.mp4", "\x00\x00\x00\x20ftypmp42\x00\x00\x02\x00", openrouter.PartTypeVideoURL, "video/mp4"},
		{"a.mov", "\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00", openrouter.PartTypeVideoURL, "video/mov"},
		{"a.mov", "\x00\x00\x00\x08wide\x00\x00\x02\x00mdat", openrouter.PartTypeVideoURL, "video/mov"},
		{"a.mpeg", "\x00\x00\x01\xba\x44\x00", openrouter.PartTypeVideoURL, "video/mpeg"},
		{"a.mpg", "\x00\x00\x01\xb3\x14\x00", openrouter.PartTypeVideoURL, "video/mpeg"},
		{"a.webm", "\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", openrouter.PartTypeVideoURL, "video/webm"},
		{"a.txt", "Ein Stück Text\n", openrouter.PartTypeText, ""},
		{"a.go", "package main\n", openrouter.PartTypeText, ""},
		{"a.txt", "x" + strings.Repeat("ä", 3000), openrouter.PartTypeText, ""}, // the first block ends within a character
		{"a.svg", "<svg/>", openrouter.PartTypeText, ""},

		// The content decides, whatever the name says.
		{"a.jpg", "\x89PNG\r\n\x1a\n....", openrouter.PartTypeImageURL, "image/png"},
		{"a.txt", "%PDF-1.7\n\xe2\xe3", openrouter.PartTypeFile, "application/pdf"},
		{"a.pdf", "GIF89a....", openrouter.PartTypeImageURL, "image/gif"},
		{"a", "RIFF\x04\x00\x00\x00WAVEfmt ", openrouter.PartTypeInputAudio, "wav"},
		{"", "RIFF\x04\x00\x00\x00WAVEfmt ", openrouter.PartTypeInputAudio, "wav"},
		{"a.bin", mp3Frames, openrouter.PartTypeInputAudio, "mp3"},
		{"a.mp3", aacFrames, openrouter.PartTypeInputAudio, "aac"},
		{"a.png", "The free text that begins like a MOV.", openrouter.PartTypeText, ""},
		{"a.pcm", "a text", openrouter.PartTypeText, ""},

		// The name decides where the content leaves it open.
		{"a.M4A", "\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", openrouter.PartTypeInputAudio, "m4a"},
		{"a.aac", "ID3\x04\x00\x00\x00\x00\x00\x00", openrouter.PartTypeInputAudio, "aac"},
		{"a.pcm", "\x00\x00\x01\x00\xff\xff", openrouter.PartTypeInputAudio, "pcm16"},
		{"a.pcm16", "\x00\x00\x01\x00\xff\xff", openrouter.PartTypeInputAudio, "pcm16"},
		{"a.pcm24", "\x00\x00\x01\x00\xff\xff", openrouter.PartTypeInputAudio, "pcm24"},
		{"a.pcm", "\xff\xfe\x01\x00", openrouter.PartTypeInputAudio, "pcm16"},
		{"a.mp3", mp3Frames[:100], openrouter.PartTypeInputAudio, "mp3"},
		{"scan.PDF", "\xff\x00 printer\n%PDF-1.4", openrouter.PartTypeFile, "application/pdf"},
	} {
		t.Run(tt.name+" "+string(tt.part)+" "+tt.code, func(t *testing.T) {
			part, err := openrouter.ReadPart(tt.name, strings.NewReader(tt.content))
			require.NoError(t, err)
			assert.Equal(t, tt.part, part.Type)
			code, content := payload(t, part)
			assert.Equal(t, tt.code, code)
			assert.Equal(t, tt.content, content)

			opened, err := openrouter.OpenPart(fstest.MapFS{"dir/f" + filepath.Ext(tt.name): {Data: []byte(tt.content)}}, "dir/f"+filepath.Ext(tt.name))
			require.NoError(t, err)
			_, content = payload(t, opened)
			assert.Equal(t, tt.content, content)
		})
	}
}

// payload returns the media type or the format of a part, and its content.
func payload(t testing.TB, p openrouter.Part) (code, content string) {
	t.Helper()
	var text string
	switch p.Type {
	case openrouter.PartTypeText:
		return "", p.Text
	case openrouter.PartTypeInputAudio:
		code, text = p.InputAudio.Format, p.InputAudio.Data
	case openrouter.PartTypeImageURL:
		text = p.ImageURL.URL
	case openrouter.PartTypeVideoURL:
		text = p.VideoURL.URL
	case openrouter.PartTypeFile:
		text = p.File.FileData
	default:
		t.Fatal(p.Type)
	}
	if code == "" {
		var ok bool
		code, text, ok = strings.Cut(strings.TrimPrefix(text, "data:"), ";base64,")
		require.True(t, ok)
	}
	b, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return code, string(b)
}

// What the service does not take is refused, and the error says what it is.
func TestRefusedFiles(t *testing.T) {
	for _, tt := range []struct{ name, content, problem string }{
		{"a.heic", "\x00\x00\x00\x18ftypheic", "a HEIC image is not supported"},
		{"a.jpg", "\x00\x00\x00\x18ftypmif1", "a HEIC image is not supported"},
		{"a.avif", "\x00\x00\x00\x18ftypavif", "an AVIF image is not supported"},
		{"a.tiff", "II*\x00\x08\x00\x00\x00", "a TIFF image is not supported"},
		{"a.mp4", "\x00\x00\x00\x18ftyp3gp4", "a 3GP video is not supported"},
		{"a.avi", "RIFF\x04\x00\x00\x00AVI LIST", "an AVI video is not supported"},
		{"a.webm", "\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", "a Matroska video is not supported"},
		{"a.ogg", "OggS\x00\x02" + strings.Repeat("\x00", 22) + "\x80theora", "an Ogg video is not supported"},
		{"a.docx", "PK\x03\x04\x14\x00", "a ZIP archive or an Office document is not supported"},
		{"a.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document is not supported"},
		{"a.pdf.gz", "\x1f\x8b\x08\x00", "a gzip archive is not supported"},
		{"a.txt", "\xff\xfeH\x00i\x00", "text in UTF-16 is not supported"},
		{"a.txt", "Stra\xdfe", "this type of file is not supported"},
		{"a.txt", strings.Repeat("text ", 2000) + "Stra\xdfe", "text that is not UTF-8 is not supported"},
		{"a.txt", strings.Repeat("text ", 2000) + "\x00", "text that is not UTF-8 is not supported"},
		{"a.png", "\x7fELF\x02\x01\x01\x00", "this type of file is not supported"},
		{"a.mp3", "\xff\xff\x01\x00\x03\x00\xf0\x00", "this type of file is not supported"},
		{"a.raw", mp3Frames[:417] + "\x00\xfb", "this type of file is not supported"},
		{"a.txt", "", "is empty"},
		{"a.txt", "\ufeff", "is empty"},
	} {
		t.Run(tt.name+" "+tt.problem, func(t *testing.T) {
			part, err := openrouter.ReadPart(tt.name, strings.NewReader(tt.content))
			assert.Equal(t, openrouter.Part{}, part)
			e := fileError(t, err)
			assert.Equal(t, tt.name, e.Name)
			assert.Zero(t, e.Limit)
			require.ErrorIs(t, err, openrouter.ErrFileType)
			assert.EqualError(t, err, `openrouter: file "`+tt.name+`": `+tt.problem)
		})
	}
}

func fileError(t testing.TB, err error) *openrouter.FileError {
	t.Helper()
	e, ok := errors.AsType[*openrouter.FileError](err)
	require.True(t, ok, "%T: %[1]v", err)
	return e
}

// endless is a file that goes on far beyond every limit.
type endless struct {
	head string
	read int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.head)
	e.head = e.head[n:]
	clear(p[n:])
	if e.read += int64(len(p)); e.read > 200_000_000 {
		return 0, errors.New("read too much")
	}
	return len(p), nil
}

// fileOf is a file system of one file, which says that it has a size.
type fileOf struct {
	io.Reader
	size int64
}

func (f fileOf) Open(string) (fs.File, error) { return f, nil }
func (f fileOf) Stat() (fs.FileInfo, error)   { return f, nil }
func (f fileOf) Close() error                 { return nil }
func (f fileOf) Name() string                 { return "file" }
func (f fileOf) Size() int64                  { return f.size }
func (f fileOf) Mode() fs.FileMode            { return 0o600 }
func (f fileOf) ModTime() time.Time           { return time.Time{} }
func (f fileOf) IsDir() bool                  { return false }
func (f fileOf) Sys() any                     { return nil }

const (
	pngHead = "\x89PNG\r\n\x1a\n"
	pdfHead = "%PDF-1.7\n"
	mp4Head = "\x00\x00\x00\x20ftypisom"
)

// A file that is too large is refused by its size, before it is read, and while it is read where the size is not known or wrong.
func TestFilesThatAreTooLarge(t *testing.T) {
	for _, tt := range []struct {
		name, head, problem string
		limit               int64
	}{
		{"a.png", pngHead, "a PNG image must have at most 30 MB", 30_000_000},
		{"a.pdf", pdfHead, "a PDF must have at most 100 MB", 100_000_000},
	} {
		check := func(t *testing.T, err error, read int64, most int64) {
			e := fileError(t, err)
			require.ErrorIs(t, err, openrouter.ErrTooLarge)
			assert.Equal(t, tt.limit, e.Limit)
			assert.EqualError(t, err, `openrouter: file "`+tt.name+`": too large: `+tt.problem)
			assert.LessOrEqual(t, read, most)
		}
		t.Run("known "+tt.name, func(t *testing.T) {
			r := &endless{head: tt.head}
			_, err := openrouter.OpenPart(fileOf{r, tt.limit + 1}, tt.name)
			check(t, err, r.read, 8<<10)
		})
		t.Run("growing "+tt.name, func(t *testing.T) {
			r := &endless{head: tt.head}
			_, err := openrouter.OpenPart(fileOf{r, 1000}, tt.name)
			check(t, err, r.read, tt.limit+1<<20)
		})
		t.Run("unknown "+tt.name, func(t *testing.T) {
			r := &endless{head: tt.head}
			_, err := openrouter.ReadPart(tt.name, r)
			check(t, err, r.read, tt.limit+1<<20)
		})
		t.Run("seekable "+tt.name, func(t *testing.T) {
			content := tt.head + string(make([]byte, tt.limit+1-int64(len(tt.head))))
			r := strings.NewReader(content)
			_, err := openrouter.ReadPart(tt.name, r)
			check(t, err, int64(len(content)-r.Len()), 8<<10)
			_, err = openrouter.ReadPart(tt.name, strings.NewReader(content[:tt.limit]))
			require.NoError(t, err, "exactly the limit")
		})
	}
}

// A reader of which a part was read already gives the rest.
func TestPartOfTheRestOfAReader(t *testing.T) {
	pdf := pdfHead + strings.Repeat("x", 5000)
	r := strings.NewReader(string(make([]byte, 120_000_000)) + pdf) // what was read does not count
	_, err := r.Seek(120_000_000, io.SeekStart)
	require.NoError(t, err)
	for _, r := range []io.Reader{r, bytes.NewBufferString(pdf), iotest.OneByteReader(strings.NewReader(pdf)), iotest.DataErrReader(strings.NewReader(pdf))} {
		part, err := openrouter.ReadPart("a.pdf", r)
		require.NoError(t, err)
		_, content := payload(t, part)
		assert.Equal(t, pdf, content)
	}
}

// A byte order mark is no part of a text.
func TestPartOfATextWithAByteOrderMark(t *testing.T) {
	part, err := openrouter.ReadPart("a.txt", strings.NewReader("\ufeffHello."))
	require.NoError(t, err)
	assert.Equal(t, "Hello.", part.Text)
}

func TestFilesThatCannotBeRead(t *testing.T) {
	failure := errors.New("disk on\nfire")
	open := func(fsys fs.FS, name string) error {
		part, err := openrouter.OpenPart(fsys, name)
		assert.Equal(t, openrouter.Part{}, part)
		assert.Equal(t, name, fileError(t, err).Name)
		return err
	}
	files := fstest.MapFS{"dir/a.txt": {}, "pipe": {Mode: fs.ModeNamedPipe}, "device": {Mode: fs.ModeDevice}}
	err := open(files, "no.txt")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, `openrouter: file "no.txt": file does not exist`)
	require.ErrorIs(t, open(files, "../a.txt"), fs.ErrNotExist)
	require.EqualError(t, open(files, "dir"), `openrouter: file "dir": is a directory`)
	require.EqualError(t, open(files, "pipe"), `openrouter: file "pipe": is not a regular file`)
	require.EqualError(t, open(files, "device"), `openrouter: file "device": is not a regular file`)

	// A file that was cut is not whole.
	for _, head := range []int{0, 10, 4096, 5000, 100_000} {
		for _, r := range []io.Reader{io.MultiReader(strings.NewReader(strings.Repeat("x", head)), iotest.ErrReader(io.ErrUnexpectedEOF)), &cut{head}} {
			_, err = openrouter.ReadPart("a", r)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	}
	for _, after := range []int{0, 10, 5000} {
		for _, head := range []string{pngHead, "text"} {
			content := head + strings.Repeat(" ", after)
			_, err = openrouter.ReadPart("a", io.MultiReader(strings.NewReader(content[:after]), iotest.ErrReader(failure)))
			require.ErrorIs(t, err, failure)
			require.EqualError(t, err, `openrouter: file "a": disk on fire`)
			require.ErrorIs(t, open(fileOf{io.MultiReader(strings.NewReader(content), iotest.ErrReader(failure)), 9000}, "a"), failure)
		}
	}
}

// cut ends with an error that comes with its last bytes.
type cut struct{ left int }

func (c *cut) Read(p []byte) (int, error) {
	n := min(len(p), c.left)
	for i := range p[:n] {
		p[i] = 'x'
	}
	if c.left -= n; c.left == 0 {
		return n, io.ErrUnexpectedEOF
	}
	return n, nil
}

// Only the last element of a name is sent, and of a PDF only.
func TestNamesOfFiles(t *testing.T) {
	for name, want := range map[string]string{
		"scan.pdf":                    "scan.pdf",
		"/home/ada/salaries/scan.pdf": "scan.pdf",
		`C:\Users\ada\scan.pdf`:       "scan.pdf",
		`a/b\c.pdf`:                   "c.pdf",
		"../../scan":                  "scan",
		"":                            "document.pdf",
		"a/":                          "document.pdf",
		"..":                          "document.pdf",
	} {
		part, err := openrouter.ReadPart(name, strings.NewReader(pdfHead))
		require.NoError(t, err)
		assert.Equal(t, want, part.File.Filename, "%q", name)
	}
	part, err := openrouter.OpenPart(fstest.MapFS{"salaries/scan.pdf": {Data: []byte(pdfHead)}}, "salaries/scan.pdf")
	require.NoError(t, err)
	assert.Equal(t, "scan.pdf", part.File.Filename)
	_, err = openrouter.ReadPart("a\nb"+strings.Repeat("x", 1000), strings.NewReader(""))
	assert.Less(t, len(err.Error()), 200)
	assert.NotContains(t, err.Error(), "\n")
}

// A name from outside cannot leave the folder.
func TestFilesOfARoot(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret.txt"), []byte("secret"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte("hello"), 0o600))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()

	part, err := openrouter.OpenPart(root.FS(), "a.txt")
	require.NoError(t, err)
	assert.Equal(t, "hello", part.Text)
	names := []string{"../" + filepath.Base(outside) + "/secret.txt", filepath.ToSlash(filepath.Join(outside, "secret.txt"))}
	if os.Symlink(outside, filepath.Join(dir, "link")) == nil { // not everybody may make one on Windows
		names = append(names, "link/secret.txt")
	}
	for _, name := range names {
		_, err = openrouter.OpenPart(root.FS(), name)
		fileError(t, err)
	}
}

// No content and no name makes ReadPart panic, and what it takes arrives whole, however the reader gives it.
func FuzzReadPart(f *testing.F) {
	for _, content := range []string{pngHead, pdfHead, mp4Head, mp3Frames, aacFrames, "text", "\ufefftext", "\xff\xfe", "\x1aE\xdf\xa3webm", strings.Repeat("ä", 3000)} {
		for _, name := range []string{"a.pcm", "dir/a.pdf", `dir\a.mp3`, "a.aac", "a.m4a"} {
			f.Add([]byte(content), name)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte, name string) {
		part, err := openrouter.ReadPart(name, bytes.NewReader(content))
		slow, slowErr := openrouter.ReadPart(name, iotest.HalfReader(bytes.NewBuffer(content)))
		assert.Equal(t, part, slow)
		if err != nil {
			require.ErrorIs(t, err, openrouter.ErrFileType)
			require.EqualError(t, slowErr, err.Error())
			return
		}
		require.NoError(t, slowErr)
		_, got := payload(t, part)
		if part.Type == openrouter.PartTypeText {
			content = bytes.TrimPrefix(content, []byte("\ufeff"))
		}
		require.Equal(t, string(content), got)
		if part.File != nil {
			require.False(t, strings.ContainsAny(part.File.Filename, `/\`))
		}
		req := openrouter.ChatCompletionRequest{Messages: []openrouter.Message{openrouter.UserMessage("what is this?", part)}}
		require.NoError(t, req.Validate())
	})
}
