package openrouter_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func ExampleChatService_Stream() {
	srv := openroutertest.Start(openroutertest.Text("One, ", "two, ", "three."))
	defer srv.Close()
	ctx, client := context.Background(), srv.Client()
	req := question("Count to three.")

	stream, err := client.Chat.Stream(ctx, req)
	if err != nil {
		log.Fatal(err) // the stream did not begin
	}
	for chunk, err := range stream.Chunks() { // leaving the loop closes the stream
		if err != nil {
			log.Fatal(err) // the answer is not complete
		}
		fmt.Print(chunk.Text())
	}
	res := stream.Response() // the whole answer, as Create returns it
	fmt.Printf("\n%d characters, finish %s\n", len(res.Text()), res.FinishReason())
	// Output:
	// One, two, three.
	// 16 characters, finish stop
}

// Leaving the loop ends the call.
func ExampleStream_Chunks() {
	srv := openroutertest.Start(openroutertest.Text("One, ", "two, ", "three, ", "and so on.").Stall())
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Count for ever."))
	if err != nil {
		log.Fatal(err)
	}
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(chunk.Text())
		if strings.Contains(stream.Response().Text(), "three") {
			break
		}
	}
	// Output: One, two, three,
}

// Texts is the shortest loop for a program that shows text alone.
func ExampleStream_Texts() {
	srv := openroutertest.Start(openroutertest.Text("One, ", "two, ", "three."))
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Count to three."))
	if err != nil {
		log.Fatal(err)
	}
	for text, err := range stream.Texts() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Print(text)
	}
	fmt.Println("", stream.Response().Usage.TotalTokens > 0)
	// Output: One, two, three. true
}

// Response returns what had arrived when a stream was cut.
func ExampleStream_Response() {
	srv := openroutertest.Start(openroutertest.Text("To be, ", "or not ").Cut())
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("To be?"))
	if err != nil {
		log.Fatal(err)
	}
	for _, err = range stream.Chunks() {
		// This program does not use the chunks.
	}
	fmt.Println(errors.Is(err, openrouter.ErrStreamTruncated))
	fmt.Printf("%q\n", stream.Response().Text())
	// Output:
	// true
	// "To be, or not "
}

// Collect is for a program that does not need the chunks. A stream has an advantage
// over Create: WithStreamIdleTimeout detects a dead connection early.
func ExampleStream_Collect() {
	srv := openroutertest.Start(openroutertest.KeepAlive(3).Text("A ", "long ", "essay."))
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Write an essay."))
	if err != nil {
		log.Fatal(err)
	}
	res, err := stream.Collect()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Text())
	// Output: A long essay.
}

// A stream that is not read in a loop must be closed.
func ExampleStream_Close() {
	srv := openroutertest.Start(openroutertest.Text("Hello.").Stall())
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	fmt.Println(stream.Call().StatusCode)
	// Output: 200
}

func ExampleStream_Call() {
	srv := openroutertest.Start(openroutertest.Text("Hello."))
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Hello?"))
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	fmt.Println(stream.Call().GenerationID) // known before the answer is complete
	// Output: gen-fake-1
}

// ReadStream reads a stream that was recorded in a file.
func ExampleReadStream() {
	recorded := strings.NewReader(`: OPENROUTER PROCESSING

data: {"id":"gen-1","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"}}]}

data: {"id":"gen-1","choices":[{"index":0,"delta":{"content":"lo."},"finish_reason":"stop"}]}

data: [DONE]

`)
	res, err := openrouter.ReadStream(recorded).Collect()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.ID, res.Text(), res.FinishReason())
	// Output: gen-1 Hello. stop
}

// An Accumulator combines chunks into the whole answer.
func ExampleAccumulator() {
	srv := openroutertest.Start(openroutertest.ToolCallChunks("call_1", "get_weather", `{"ci`, `ty":"O`, `slo"}`))
	defer srv.Close()

	stream, err := srv.Client().Chat.Stream(context.Background(), question("Umbrella in Oslo?"))
	if err != nil {
		log.Fatal(err)
	}
	var acc openrouter.Accumulator
	for chunk, err := range stream.Chunks() {
		if err != nil {
			log.Fatal(err)
		}
		acc.Add(chunk)
	}
	for _, call := range acc.Response().ToolCalls() {
		fmt.Println(call.ID, call.Function.Name, call.Function.Arguments)
	}
	// Output: call_1 get_weather {"city":"Oslo"}
}
