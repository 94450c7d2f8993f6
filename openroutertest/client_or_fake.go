package openroutertest

import (
	"fmt"
	"os"

	"github.com/openrouter-go/openrouter"
)

// ClientOrFake returns a client for a program that has to run without an API key,
// too, such as an example.
//
// If the environment variable OPENROUTER_API_KEY is set, the client is that of
// [openrouter.NewClient]: it calls the service, which costs money, and the replies
// are not used. Otherwise it calls a fake inside the program, which gives the
// replies as one made by [Start] does. A line on standard error says which.
//
// Call stop when the client is no longer needed. It closes the fake, if there is
// one.
func ClientOrFake(replies ...Reply) (client *openrouter.Client, stop func()) {
	if os.Getenv("OPENROUTER_API_KEY") == "" {
		fmt.Fprintln(os.Stderr, "OPENROUTER_API_KEY is not set: a fake service inside this program answers.")
		fake := Start(replies...)
		return fake.Client(), fake.Close
	}
	server := "the service, which costs money"
	if os.Getenv("OPENROUTER_BASE_URL") != "" {
		server = "the server at OPENROUTER_BASE_URL"
	}
	fmt.Fprintf(os.Stderr, "OPENROUTER_API_KEY is set: calling %s.\n", server)
	return openrouter.NewClient(), func() {}
}
