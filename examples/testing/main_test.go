package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
)

func TestSortTicket(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.Text(`{"team":"shipping","urgent":false,"summary":"Wants it on Monday."}`))

	got, err := sortTicket(t.Context(), srv.Client(), "Can it come on Monday?")
	if err != nil {
		t.Fatal(err)
	}
	if got != (Ticket{Team: "shipping", Summary: "Wants it on Monday."}) {
		t.Errorf("got %+v", got)
	}

	// Requests returns what the program sent, decoded.
	sent := srv.Requests()[0].Body
	if text := sent.Messages[1].Text(); text != "Can it come on Monday?" {
		t.Errorf("asked about %q", text)
	}
	if _, ok := sent.ResponseFormat.(openrouter.JSONSchemaFormat); !ok {
		t.Errorf("asked for %T", sent.ResponseFormat)
	}
}

func TestSortTicketFailures(t *testing.T) {
	for name, reply := range map[string]openroutertest.Reply{
		"prose":       openroutertest.Text("Sure! Here is your JSON:"),
		"refusal":     openroutertest.Refusal("I cannot help with that."),
		"rate limit":  openroutertest.Error(429, openrouter.ErrRateLimitExceeded),
		"failed late": openroutertest.Text(`{"team":`).MidStreamError(502, openrouter.ErrProviderUnavailable),
		"cut":         openroutertest.Text(`{"team":"payments"}`).Cut(),
		"HTML":        openroutertest.HTML(200, "<h1>Welcome</h1>"),
	} {
		t.Run(name, func(t *testing.T) {
			srv := openroutertest.NewServer(t, reply.Always()) // a wrong answer is asked for again
			if got, err := sortTicket(t.Context(), srv.Client(), "Hello?"); err == nil {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// An empty ticket must not cost anything: a request would fail this test.
func TestSortTicketAsksNothingAboutNothing(t *testing.T) {
	srv := openroutertest.NewServer(t)
	if _, err := sortTicket(t.Context(), srv.Client(), " \n"); !errors.Is(err, errEmptyTicket) {
		t.Errorf("got %v", err)
	}
}

// With retries, the program does not see a temporary failure.
func TestSortTicketIsRepeated(t *testing.T) {
	srv := openroutertest.NewServer(t,
		openroutertest.Error(503, openrouter.ErrProviderOverloaded),
		openroutertest.Text(`{"team":"other","urgent":false,"summary":"Says hello."}`))

	got, err := sortTicket(t.Context(), srv.Client(openrouter.WithMaxRetries(1)), "Hello!")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got.Summary, "Says") || len(srv.Requests()) != 2 {
		t.Errorf("got %+v after %d requests", got, len(srv.Requests()))
	}
}
