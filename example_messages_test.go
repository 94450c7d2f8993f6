package openrouter_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
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

var (
	png = []byte("\x89PNG, and so on")
	pdf = []byte("%PDF-1.4, and so on")
)

func Example_files() {
	srv := openroutertest.Start(openroutertest.Text("Yes, up to the third quarter."))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model: "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("Does the chart match the paper?",
			openrouter.ImageDataPart("image/png", png),                              // from bytes
			openrouter.FilePart("paper.pdf", "https://example.com/paper.pdf"),       // from a URL
			openrouter.FileDataPart("notes.pdf", "application/pdf", pdf).Cached())}, // cache the prompt up to here
		Plugins: []openrouter.Plugin{openrouter.FileParserPlugin{PDF: &openrouter.PDFOptions{Engine: openrouter.PDFEngineMistralOCR}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	// Output: Yes, up to the third quarter.
}

func ExampleSystemMessage() {
	printJSON(openrouter.SystemMessage("Answer in Greek."))
	// Output: {"role":"system","content":"Answer in Greek."}
}

func ExampleDeveloperMessage() {
	printJSON(openrouter.DeveloperMessage("Answer in Greek."))
	// Output: {"role":"developer","content":"Answer in Greek."}
}

// A message with only text is sent as a string. A message with other parts is sent
// as a list.
func ExampleUserMessage() {
	printJSON(openrouter.UserMessage("Hello."))
	printJSON(openrouter.UserMessage("What is this?", openrouter.ImagePart("https://example.com/a.png")))
	// Output:
	// {"role":"user","content":"Hello."}
	// {"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}
}

// As the last message of a request, it is the beginning of the answer. Not every
// model supports this.
func ExampleAssistantMessage() {
	printJSON(openrouter.AssistantMessage("The capital of Norway is"))
	// Output: {"role":"assistant","content":"The capital of Norway is"}
}

func ExampleToolMessage() {
	printJSON(openrouter.ToolMessage("call_1", "rain, 6 degrees"))
	// Output: {"role":"tool","content":"rain, 6 degrees","tool_call_id":"call_1"}
}

func ExampleMessage_Text() {
	m := openrouter.UserMessage("What is ", openrouter.ImagePart("https://example.com/a.png"), openrouter.TextPart("this?"))
	fmt.Println(m.Text())
	// Output: What is this?
}

// Messages can be stored as JSON and read again with encoding/json.
func ExampleMessage_UnmarshalJSON() {
	stored := `[{"role":"user","content":"Hello?"},{"role":"assistant","content":null,"mood":"shy"}]`
	var messages []openrouter.Message
	if err := json.Unmarshal([]byte(stored), &messages); err != nil {
		log.Fatal(err)
	}
	fmt.Println(messages[0].Text())
	printJSON(messages)
	// Output:
	// Hello?
	// [{"role":"user","content":"Hello?"},{"role":"assistant","content":null,"mood":"shy"}]
}

func ExampleText() {
	m := openrouter.Message{Role: openrouter.RoleUser, Name: "ada", Content: openrouter.Text("Hello.")}
	printJSON(m)
	// Output: {"role":"user","content":"Hello.","name":"ada"}
}

func ExampleTextPart() {
	printJSON(openrouter.TextPart("Hello."))
	// Output: {"type":"text","text":"Hello."}
}

func ExampleImagePart() {
	part := openrouter.ImagePart("https://example.com/chart.png")
	part.ImageURL.Detail = openrouter.ImageDetailHigh
	printJSON(part)
	// Output: {"type":"image_url","image_url":{"url":"https://example.com/chart.png","detail":"high"}}
}

func ExampleImageDataPart() {
	printJSON(openrouter.ImageDataPart("image/png", []byte("...")))
	// Output: {"type":"image_url","image_url":{"url":"data:image/png;base64,Li4u"}}
}

func ExampleFilePart() {
	printJSON(openrouter.FilePart("paper.pdf", "https://example.com/paper.pdf"))
	// Output: {"type":"file","file":{"filename":"paper.pdf","file_data":"https://example.com/paper.pdf"}}
}

func ExampleFileDataPart() {
	printJSON(openrouter.FileDataPart("paper.pdf", "application/pdf", []byte("...")))
	// Output: {"type":"file","file":{"filename":"paper.pdf","file_data":"data:application/pdf;base64,Li4u"}}
}

func ExampleAudioPart() {
	printJSON(openrouter.AudioPart("wav", []byte("...")))
	// Output: {"type":"input_audio","input_audio":{"data":"Li4u","format":"wav"}}
}

func ExampleVideoPart() {
	printJSON(openrouter.VideoPart("https://example.com/a.mp4"))
	// Output: {"type":"video_url","video_url":{"url":"https://example.com/a.mp4"}}
}

func ExamplePart_Cached() {
	printJSON(openrouter.TextPart("a long text that many requests share").Cached())
	// Output: {"type":"text","text":"a long text that many requests share","cache_control":{"type":"ephemeral"}}
}

func ExamplePart_CachedFor() {
	printJSON(openrouter.TextPart("a long text that many requests share").CachedFor(openrouter.CacheTTL1h))
	// Output: {"type":"text","text":"a long text that many requests share","cache_control":{"type":"ephemeral","ttl":"1h"}}
}

func ExamplePart_String() {
	fmt.Println(openrouter.TextPart("Hello."))
	fmt.Println(openrouter.ImageDataPart("image/png", png))
	fmt.Println(openrouter.FilePart("paper.pdf", "https://example.com/paper.pdf"))
	// Output:
	// Hello.
	// [image_url data:image/png;base64, 20 bytes]
	// [file paper.pdf https://example.com/paper.pdf]
}

func ExampleMessage_String() {
	fmt.Println(openrouter.UserMessage("What is this?", openrouter.ImagePart("https://example.com/a.png")))
	call := openrouter.ToolCall{ID: "call_1", Function: openrouter.FunctionCall{Name: "look", Arguments: `{}`}}
	fmt.Println(openrouter.Message{Role: openrouter.RoleAssistant, ToolCalls: []openrouter.ToolCall{call}})
	fmt.Println(call.Result("a cat"))
	// Output:
	// user: What is this? [image_url https://example.com/a.png]
	// assistant: [call call_1 look({})]
	// tool call_1: a cat
}

// A copy can be changed while the original is in use.
func ExampleMessage_Clone() {
	m := openrouter.UserMessage("Hello.")
	c := m.Clone()
	c.Content[0].Text = "Good bye."
	fmt.Println(m.Text(), c.Text())
	// Output: Hello. Good bye.
}

// How a message was spelled makes no difference.
func ExampleMessage_Equal() {
	var m openrouter.Message
	if err := json.Unmarshal([]byte(`{"name":null,"role":"user","content":[{"type":"text","text":"Hello."}]}`), &m); err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Equal(openrouter.UserMessage("Hello.")), m.Equal(openrouter.UserMessage("Hello?")))
	// Output: true false
}

func ExamplePredictedContent() {
	printJSON(&openrouter.ChatCompletionRequest{
		Model:      "openai/gpt-5.2",
		Messages:   []openrouter.Message{openrouter.UserMessage("Rename i to index: for i := range 3 {}")},
		Prediction: openrouter.PredictedContent("for index := range 3 {}"),
	})
	// Output: {"model":"openai/gpt-5.2","messages":[{"role":"user","content":"Rename i to index: for i := range 3 {}"}],"prediction":{"type":"content","content":"for index := range 3 {}"}}
}

// A model made an image. Data returns its bytes.
func ExampleImage_Data() {
	srv := openroutertest.Start(openroutertest.Text("Here it is.").ImageData("image/png", png))
	defer srv.Close()

	req := question("Draw a cat.")
	req.Modalities = []openrouter.Modality{openrouter.ModalityImage, openrouter.ModalityText}
	res, err := srv.Client().Chat.Create(context.Background(), req)
	if err != nil {
		log.Fatal(err)
	}
	for _, image := range res.Message().Images {
		mediaType, data, err := image.Data()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(mediaType, len(data))
	}
	// Output: image/png 15
}

// A model made speech. Bytes returns the decoded data.
func ExampleAudio_Bytes() {
	speech := &openrouter.Audio{Data: base64.StdEncoding.EncodeToString([]byte("pcm")), Transcript: "Hello."}
	data, err := speech.Bytes()
	fmt.Println(string(data), err)
	// Output: pcm <nil>
}

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
