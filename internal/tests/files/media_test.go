package files_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

func imageOf(data string) openrouter.Image {
	return imageAt("data:text/html;base64," + base64.StdEncoding.EncodeToString([]byte(data)))
}

func imageAt(url string) openrouter.Image {
	return openrouter.Image{Type: "image_url", ImageURL: &openrouter.ImageURL{URL: url}}
}

func answerOf(images []openrouter.Image, speech ...string) *openrouter.ChatCompletion {
	res := &openrouter.ChatCompletion{Choices: []openrouter.Choice{{Message: openrouter.Message{Images: images}}}}
	for _, s := range speech {
		audio := &openrouter.Audio{ID: "audio_1", Data: base64.StdEncoding.EncodeToString([]byte(s))}
		res.Choices = append(res.Choices, openrouter.Choice{Message: openrouter.Message{Audio: audio}})
	}
	return res
}

func openRoot(t *testing.T) (*os.Root, string) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	t.Cleanup(func() { root.Close() })
	return root, dir
}

// The content of an image and of speech decides the extension. What the answer calls it does not count.
func TestSavedMedia(t *testing.T) {
	pcm := "\x01\x00\x02\x00"
	res := answerOf([]openrouter.Image{
		imageOf(pngHead), imageOf("\xff\xd8\xff\xe0"), imageOf(pngHead + "2"), imageOf("GIF89a"), imageOf("RIFF\x04\x00\x00\x00WEBP"),
		imageOf("<script>"), imageOf("\x7fELF"), imageOf("PK\x03\x04"), imageOf("\x00\x00\x00\x18ftypavif"),
	}, pcm, "RIFF\x04\x00\x00\x00WAVE", mp3Frames, "fLaC", "OggS\x00", "plain text is PCM, too", "\xff\xfb\x01\x00")
	root, dir := openRoot(t)
	names, err := res.SaveMedia(root)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"image-1.png", "image-1.jpg", "image-2.png", "image-1.gif", "image-1.webp", "image-1.bin", "image-2.bin", "image-3.bin", "image-1.avif",
		"speech-1.wav", "speech-2.wav", "speech-1.mp3", "speech-1.flac", "speech-1.ogg", "speech-3.wav", "speech-4.wav",
	}, names)
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(b)
	}
	assert.Equal(t, pngHead+"2", read("image-2.png"))
	assert.Equal(t, string(openrouter.WAVHeader(len(pcm)))+pcm, read("speech-1.wav"))
	assert.Equal(t, "RIFF\x04\x00\x00\x00WAVE", read("speech-2.wav"))
	assert.Equal(t, mp3Frames, read("speech-1.mp3"))

	// A second time nothing is overwritten.
	names, err = res.SaveMedia(root)
	require.NoError(t, err)
	assert.Equal(t, []string{"image-3.png", "image-2.jpg"}, names[:2])
	assert.Equal(t, pngHead, read("image-1.png"))

	listed := answerOf(nil)
	listed.Choices[0].Message.Content = []openrouter.Part{openrouter.TextPart("Here."), openrouter.ImagePart(imageOf(pngHead).ImageURL.URL)}
	names, err = listed.SaveMedia(root)
	require.NoError(t, err)
	assert.Equal(t, []string{"image-5.png"}, names)

	names, err = (&openrouter.ChatCompletion{}).SaveMedia(root)
	require.NoError(t, err)
	assert.Empty(t, names)
}

// Images that are links stay where they are, and what cannot be decoded is reported; the rest is saved.
func TestSavedMediaWithLinks(t *testing.T) {
	root, _ := openRoot(t)
	res := answerOf([]openrouter.Image{imageAt("https://example.com/a.png"), imageOf(pngHead), imageAt("data:image/png;base64,!!!")})
	res.Choices[0].Message.Audio = &openrouter.Audio{ID: "audio_1"} // which refers to a recording of before
	names, err := res.SaveMedia(root)
	require.EqualError(t, err, "openrouter: image: not a data URL")
	assert.Equal(t, []string{"image-1.png"}, names)

	res.Choices[0].Message = openrouter.Message{Audio: &openrouter.Audio{Data: "!!!"}}
	names, err = res.SaveMedia(root)
	require.ErrorContains(t, err, "openrouter: audio: ")
	assert.Empty(t, names)
}

// A file that is there already, even one that leads out of the folder, is not written.
func TestSavedMediaStayInTheirFolder(t *testing.T) {
	root, dir := openRoot(t)
	outside := filepath.Join(t.TempDir(), "outside.png")
	if err := os.Symlink(outside, filepath.Join(dir, "image-1.png")); err != nil {
		t.Skip(err)
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "image-2.png"), 0o700))
	names, err := answerOf([]openrouter.Image{imageOf(pngHead)}).SaveMedia(root)
	require.NoError(t, err)
	assert.Equal(t, []string{"image-3.png"}, names)
	assert.NoFileExists(t, outside)
}

func TestSavedMediaInAFolderThatIsClosed(t *testing.T) {
	root, _ := openRoot(t)
	require.NoError(t, root.Close())
	names, err := answerOf([]openrouter.Image{imageOf(pngHead)}, "pcm").SaveMedia(root)
	require.ErrorIs(t, err, fs.ErrClosed)
	assert.Empty(t, names)
	assert.NotContains(t, err.Error(), "\n")
}

func TestDecodedImages(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))))
	img, format, err := imageOf(b.String()).Decode()
	require.NoError(t, err)
	assert.Equal(t, "png", format)
	assert.Equal(t, image.Pt(3, 2), img.Bounds().Size())

	for url, problem := range map[string]string{
		"https://example.com/a.png":           "openrouter: image: not a data URL",
		imageOf(b.String()[:60]).ImageURL.URL: "openrouter: image: unexpected EOF",
		imageOf("a file").ImageURL.URL:        "openrouter: image: image: unknown format",
	} {
		_, _, err := imageAt(url).Decode()
		require.EqualError(t, err, problem)
	}
	_, _, err = imageOf("a file").Decode()
	require.ErrorIs(t, err, image.ErrFormat)

	// A few bytes cannot ask for much memory.
	huge := bytes.Clone(b.Bytes())
	binary.BigEndian.PutUint32(huge[16:], 15_000)
	binary.BigEndian.PutUint32(huge[20:], 10_000)
	binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
	_, _, err = imageOf(string(huge)).Decode()
	require.EqualError(t, err, "openrouter: image: 15000 by 10000 pixels are too many")
}

// speechStream is a stream of fragments of speech.
func speechStream(end string, fragments ...string) *openrouter.Stream {
	var b strings.Builder
	for i, f := range fragments {
		fmt.Fprintf(&b, `data: {"choices":[{"index":1,"delta":{"audio":{"data":"////"}}},{"index":0,"delta":{"audio":{"id":"audio_1","data":%q,"transcript":"%d "}}}]}`+"\n\n", f, i)
	}
	return openrouter.ReadStream(strings.NewReader(b.String() + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n" + end))
}

const done = "data: [DONE]\n\n"

// Wherever the base64 is cut, and whether its pieces have padding, the bytes are the same.
func TestSpeechOfAStream(t *testing.T) {
	speech := []byte("\xff\xfe\xfd speech")
	encode := base64.StdEncoding.EncodeToString
	whole := encode(speech)
	cases := [][]string{
		{whole},
		{encode(speech[:1]), encode(speech[1:3]), encode(speech[3:])},
		{encode(speech[:1]) + encode(speech[1:2]), "", encode(speech[2:])},
		{strings.TrimRight(encode(speech), "=")},
		{base64.URLEncoding.EncodeToString(speech)},
		strings.Split(whole, ""),
		strings.Split(encode(speech[:1])+encode(speech[1:]), ""),
	}
	for i := range whole {
		cases = append(cases, []string{whole[:i], whole[i:]})
	}
	for _, fragments := range cases {
		s := speechStream(done, fragments...)
		var got []byte
		for piece, err := range s.Audio() {
			require.NoError(t, err)
			assert.NotEmpty(t, piece)
			got = append(got, piece...)
		}
		require.Equal(t, speech, got, "%q", fragments)
		assert.Equal(t, "x", s.Response().Text())
		assert.Equal(t, "audio_1", s.Response().Message().Audio.ID)
	}
}

// A piece is there before the stream ends, and leaving the loop closes the stream.
func TestSpeechComesWhileItIsSpoken(t *testing.T) {
	s := speechStream("", "AAAA", "BBBB")
	for piece, err := range s.Audio() {
		require.NoError(t, err)
		assert.Equal(t, []byte{0, 0, 0}, piece)
		assert.Equal(t, "0 ", s.Response().Message().Audio.Transcript)
		break
	}
	for _, err := range s.Audio() {
		require.ErrorIs(t, err, openrouter.ErrStreamClosed)
	}
}

func TestSpeechThatBreaksOff(t *testing.T) {
	for _, tt := range []struct {
		name   string
		stream *openrouter.Stream
		pieces int
		reason func(error) bool
	}{
		{"cut", speechStream("", "AAAA"), 1, func(err error) bool { return errors.Is(err, openrouter.ErrStreamTruncated) }},
		{"no base64", speechStream(done, "AAAA", "!!!!"), 1, isCorrupt},
		{"half a byte", speechStream(done, "AAAA", "A"), 1, isCorrupt},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pieces := 0
			var last error
			for piece, err := range tt.stream.Audio() {
				require.NoError(t, last, "an error is the last")
				if last = err; err == nil {
					pieces++
				} else {
					assert.Nil(t, piece)
				}
			}
			assert.Equal(t, tt.pieces, pieces)
			var e *openrouter.StreamError
			require.ErrorAs(t, last, &e)
			assert.True(t, tt.reason(last), last)
			assert.NotNil(t, e.Partial.Message().Audio)
			assert.NotContains(t, last.Error(), "!!!!")
		})
	}
	reported := openrouter.ReadStream(strings.NewReader(`data: {"error":{"code":502,"message":"down"}}` + "\n\n"))
	for _, err := range reported.Audio() {
		var e *openrouter.APIError
		require.ErrorAs(t, err, &e)
	}
}

func isCorrupt(err error) bool {
	var e base64.CorruptInputError
	return errors.As(err, &e) && strings.HasPrefix(err.Error(), "openrouter: stream: audio: ")
}

func TestWAVHeader(t *testing.T) {
	type header struct {
		RIFF                 [4]byte
		Size                 uint32
		WAVEfmt              [8]byte
		FormatSize           uint32
		Format, Channels     uint16
		Rate, BytesPerSecond uint32
		BytesPerSample, Bits uint16
		Data                 [4]byte
		DataSize             uint32
	}
	want := header{[4]byte([]byte("RIFF")), 1036, [8]byte([]byte("WAVEfmt ")), 16, 1, 1, 24000, 48000, 2, 16, [4]byte([]byte("data")), 1000}
	for size, sizes := range map[int][2]uint32{1000: {1036, 1000}, 0: {36, 0}, -1: {1<<32 - 1, 1<<32 - 1}} {
		want.Size, want.DataSize = sizes[0], sizes[1]
		var got header
		r := bytes.NewReader(openrouter.WAVHeader(size))
		require.NoError(t, binary.Read(r, binary.LittleEndian, &got))
		assert.Zero(t, r.Len())
		assert.Equal(t, want, got)
	}
	// What it makes of samples is a file that can be sent.
	part, err := openrouter.ReadPart("a", bytes.NewReader(openrouter.WAVHeader(0)))
	require.NoError(t, err)
	assert.Equal(t, "wav", part.InputAudio.Format)
}
