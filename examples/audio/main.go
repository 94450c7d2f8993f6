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

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	output := flag.String("o", "", "`file` for the speech, 16-bit PCM at 24 kHz")
	flag.Parse()
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Audio("audio_1", make([]byte, 48000), "I hear two beeps."))
	defer stop()
	ctx := context.Background()

	stream, err := client.Chat.Stream(ctx, &openrouter.ChatCompletionRequest{
		Model:      "openai/gpt-audio",
		Messages:   []openrouter.Message{openrouter.UserMessage("How many beeps do you hear?", openrouter.AudioPart("wav", beeps()))},
		Modalities: []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityAudio},
		Audio:      &openrouter.AudioConfig{Voice: "alloy", Format: "pcm16"},
	})
	if err != nil {
		log.Fatal(err)
	}
	res, err := stream.Collect()
	if err != nil {
		log.Fatal(err)
	}
	speech := res.Message().Audio
	if speech == nil {
		fmt.Println(res.Text()) // the model preferred to write
		return
	}
	pcm, err := speech.Bytes()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(speech.Transcript)
	fmt.Printf("%.1f seconds of speech\n", float64(len(pcm))/2/24000)
	if *output != "" {
		if err := os.WriteFile(*output, pcm, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// beeps makes one second of sound with two beeps: a WAV file, 16-bit PCM at 8 kHz.
func beeps() []byte {
	const rate = 8000
	samples := make([]int16, rate)
	for i := range samples {
		if fifth := i * 5 / rate; fifth == 1 || fifth == 3 {
			samples[i] = int16(12000 * math.Sin(2*math.Pi*880*float64(i)/rate))
		}
	}
	var wav bytes.Buffer
	for _, v := range []any{
		[]byte("RIFF"), uint32(36 + 2*rate), []byte("WAVE"),
		[]byte("fmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16),
		[]byte("data"), uint32(2 * rate), samples,
	} {
		if err := binary.Write(&wav, binary.LittleEndian, v); err != nil {
			log.Fatal(err)
		}
	}
	return wav.Bytes()
}
