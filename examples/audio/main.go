// Command audio lets a model hear a recording and speak its answer. The service sends
// speech in streams only.
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	dir := flag.String("dir", "", "`folder` for the speech, as a WAV file")
	flag.Parse()
	var folder *os.Root
	if *dir != "" {
		var err error
		if folder, err = os.OpenRoot(*dir); err != nil {
			log.Fatal(err) // before the speech costs money
		}
		defer folder.Close()
	}
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Audio("audio_1", make([]byte, 48000), "I hear two beeps."))
	defer stop()
	ctx := context.Background()

	recording, err := openrouter.ReadPart("beeps.wav", beeps())
	if err != nil {
		log.Fatal(err)
	}
	stream, err := client.Chat.Stream(ctx, &openrouter.ChatCompletionRequest{
		Model:      "openai/gpt-audio",
		Messages:   []openrouter.Message{openrouter.UserMessage("How many beeps do you hear?", recording)},
		Modalities: []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityAudio},
		Audio:      &openrouter.AudioConfig{Voice: "alloy", Format: "pcm16"},
	})
	if err != nil {
		log.Fatal(err)
	}
	samples := 0
	for speech, err := range stream.Audio() {
		if err != nil {
			log.Fatal(err)
		}
		samples += len(speech) / 2 // a player would play them
	}
	res := stream.Response()
	if speech := res.Message().Audio; speech != nil {
		fmt.Println(speech.Transcript)
	} else {
		fmt.Println(res.Text()) // the model preferred to write
	}
	fmt.Printf("%.1f seconds of speech\n", float64(samples)/24000)

	if folder != nil {
		names, err := res.SaveMedia(folder)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(strings.Join(names, "\n"))
	}
}

// beeps makes one second of sound with two beeps: a WAV file.
func beeps() *bytes.Buffer {
	const rate = 24000
	wav := bytes.NewBuffer(openrouter.WAVHeader(2 * rate))
	for i := range rate {
		var sample int16
		if fifth := i * 5 / rate; fifth == 1 || fifth == 3 {
			sample = int16(12000 * math.Sin(2*math.Pi*880*float64(i)/rate))
		}
		_ = binary.Write(wav, binary.LittleEndian, sample) // a Buffer never fails
	}
	return wav
}
