// Command vision asks about a picture: the file on its command line, or a chart that
// it draws.
package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func main() {
	client, stop := openroutertest.ClientOrFake(
		openroutertest.Text("Three bars: blue, red, green. The green one is the tallest.").Usage(96, 15).Cost(0.000378))
	defer stop()
	ctx := context.Background()

	picture, err := openrouter.ReadPart("chart.png", chart())
	if len(os.Args) > 1 {
		picture, err = openrouter.OpenPart(os.DirFS(filepath.Dir(os.Args[1])), filepath.Base(os.Args[1]))
	}
	if err != nil {
		log.Fatal(err)
	}

	res, err := client.Chat.Create(ctx, &openrouter.ChatCompletionRequest{
		Model:    "openai/gpt-5.2",
		Messages: []openrouter.Message{openrouter.UserMessage("What does this chart show? One line.", picture)},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	if u := res.Usage; u != nil {
		fmt.Printf("%d tokens in, $%.6f\n", u.PromptTokens, u.Cost)
	}
}

// chart draws three bars as a PNG.
func chart() *bytes.Buffer {
	img := image.NewRGBA(image.Rect(0, 0, 130, 100))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for i, bar := range []struct {
		color  color.RGBA
		height int
	}{
		{color.RGBA{B: 255, A: 255}, 40},
		{color.RGBA{R: 255, A: 255}, 60},
		{color.RGBA{G: 160, A: 255}, 90},
	} {
		left := 10 + 40*i
		draw.Draw(img, image.Rect(left, 100-bar.height, left+30, 100), image.NewUniform(bar.color), image.Point{}, draw.Src)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		log.Fatal(err)
	}
	return &b
}
