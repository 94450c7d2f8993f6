package openroutertest

import (
	"fmt"
	"os"

	"github.com/openrouter-go/openrouter"
)

// ClientOrFake returns a client for a program that should run with or without an
// API key, such as an example.
//
// If the environment variable OPENROUTER_API_KEY is set, ClientOrFake returns
// [openrouter.NewClient](). That client calls the service, which costs money, and
// the replies are not used. Otherwise the client calls a fake inside the program,
// which answers with the replies; see [Start]. A line on standard error says which
// of the two it is.
//
// Call stop when the client is no longer needed: it closes the fake.
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
