package openrouter_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	_ "image/png" // the decoder for Image.Decode
	"log"
	"os"
	"strings"
	"testing/fstest"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

// folder is what os.DirFS returns in a program.
var folder = fstest.MapFS{
	"docs/notes.txt": {Data: []byte("Remember the milk.")},
	"docs/paper.pdf": {Data: []byte("%PDF-1.7 and so on")},
	"chart.jpg":      {Data: []byte("\x89PNG\r\n\x1a\n and so on")}, // the name is wrong
	"film.mkv":       {Data: []byte("\x1aE\xdf\xa3\x93B\x82\x88matroska")},
}

func ExampleOpenPart() {
	for _, name := range []string{"docs/notes.txt", "docs/paper.pdf", "chart.jpg"} {
		part, err := openrouter.OpenPart(folder, name)
		if err != nil {
			log.Fatal(err)
		}
		printJSON(part)
	}
	// Output:
	// {"type":"text","text":"Remember the milk."}
	// {"type":"file","file":{"filename":"paper.pdf","file_data":"data:application/pdf;base64,JVBERi0xLjcgYW5kIHNvIG9u"}}
	// {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgogYW5kIHNvIG9u"}}
}

// A file that a program received, perhaps over a connection.
func ExampleReadPart() {
	upload := strings.NewReader("RIFF\x04\x00\x00\x00WAVE")
	part, err := openrouter.ReadPart("question.wav", upload)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(part.Type, part.InputAudio.Format)
	// Output: input_audio wav
}

func ExampleFileError() {
	_, err := openrouter.OpenPart(folder, "film.mkv")
	fmt.Println(err)
	fmt.Println("convert it:", errors.Is(err, openrouter.ErrFileType))

	photo := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 40_000_000)...)
	_, err = openrouter.ReadPart("photo.png", bytes.NewReader(photo))
	fmt.Println(err)
	if e, ok := errors.AsType[*openrouter.FileError](err); ok && errors.Is(err, openrouter.ErrTooLarge) {
		fmt.Println("scale it down:", e.Name, e.Limit)
	}
	// Output:
	// openrouter: file "film.mkv": a Matroska video is not supported
	// convert it: true
	// openrouter: file "photo.png": too large: a PNG image must have at most 30 MB
	// scale it down: photo.png 30000000
}

// A model made an image. Decode returns its pixels.
func ExampleImage_Decode() {
	onePixel := "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
	srv := openroutertest.Start(openroutertest.Text("Here it is.").Image(onePixel))
	defer srv.Close()

	res, err := srv.Client().Chat.Create(context.Background(), question("Draw a cat."))
	if err != nil {
		log.Fatal(err)
	}
	for _, made := range res.Message().Images {
		img, format, err := made.Decode()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(format, img.Bounds().Size())
	}
	// Output: png (1,1)
}

func ExampleChatCompletion_SaveMedia() {
	srv := openroutertest.Start(openroutertest.Text("Here they are.").
		ImageData("image/png", []byte("\x89PNG\r\n\x1a\n and so on")).
		ImageData("image/jpeg", []byte("\xff\xd8\xff and so on")))
	defer srv.Close()

	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer root.Close()

	res, err := srv.Client().Chat.Create(context.Background(), question("Draw two cats."))
	if err != nil {
		log.Fatal(err)
	}
	names, err := res.SaveMedia(root)
	fmt.Println(names, err)
	// Output: [image-1.png image-1.jpg] <nil>
}

// Speech is played while it is spoken.
func ExampleStream_Audio() {
	srv := openroutertest.Start(openroutertest.Audio("audio_1", []byte("pcm of one word"), "Hello."))
	defer srv.Close()

	req := question("Say hello.")
	req.Modalities = []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityAudio}
	req.Audio = &openrouter.AudioConfig{Voice: "alloy", Format: "pcm16"}
	stream, err := srv.Client().Chat.Stream(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	var loudspeaker bytes.Buffer
	for speech, err := range stream.Audio() {
		if err != nil {
			log.Fatal(err)
		}
		loudspeaker.Write(speech)
	}
	fmt.Println(loudspeaker.String())
	fmt.Println(stream.Response().Message().Audio.Transcript)
	// Output:
	// pcm of one word
	// Hello.
}

// Samples without a header become a file that every player knows.
func ExampleWAVHeader() {
	samples := make([]byte, 48_000) // one second of silence
	wav := append(openrouter.WAVHeader(len(samples)), samples...)
	fmt.Println(len(wav), string(wav[:4]), string(wav[8:12]))
	// Output: 48044 RIFF WAVE
}
