package natsjobs_test

import (
	"testing"

	"github.com/openrouter-go/openrouter/internal/tests/paste"
)

// The blocks of the docs that use this package compile as they stand.
func TestDocs(t *testing.T) {
	t.Parallel()
	paste.Nested(t, "../..", "github.com/openrouter-go/openrouter/jobs/natsjobs")
}
