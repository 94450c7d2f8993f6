package openrouter

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"iter"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/openrouter-go/openrouter/internal/filetype"
)

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
