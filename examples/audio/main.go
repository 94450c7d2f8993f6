// Command audio lets a model hear a recording and speak its answer. Speech comes
// in a stream only.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/examples/internal/demo"
	"github.com/openrouter-go/openrouter/openroutertest"
)

//go:embed beeps.wav
var beeps []byte

var output = flag.String("o", "", "`file` for the speech, 16-bit PCM at 24 kHz")

func main() {
	flag.Parse()
	demo.Run(run, openroutertest.Audio("audio_1", make([]byte, 48000), "I hear two beeps."))
}

func run(ctx context.Context, client *openrouter.Client) error {
	stream, err := client.Chat.Stream(ctx, &openrouter.ChatCompletionRequest{
		Model:      "openai/gpt-audio",
		Messages:   []openrouter.Message{openrouter.UserMessage("How many beeps do you hear?", openrouter.AudioPart("wav", beeps))},
		Modalities: []openrouter.Modality{openrouter.ModalityText, openrouter.ModalityAudio},
		Audio:      &openrouter.AudioConfig{Voice: "alloy", Format: "pcm16"},
	})
	if err != nil {
		return err
	}
	res, err := stream.Collect()
	if err != nil {
		return err
	}
	speech := res.Message().Audio
	if speech == nil {
		fmt.Println(res.Text()) // the model preferred to write
		return nil
	}
	pcm, err := speech.Bytes()
	if err != nil {
		return err
	}
	fmt.Println(speech.Transcript)
	fmt.Printf("%.1f seconds of speech\n", float64(len(pcm))/2/24000)
	if *output != "" {
		return os.WriteFile(*output, pcm, 0o644)
	}
	return nil
}
