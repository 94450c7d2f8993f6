package connections_test

import (
	"io"
	"log"
)

// nobodysLog is for servers whose handshakes are meant to fail.
var nobodysLog = log.New(io.Discard, "", 0)
