package agent_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A program that imports only the root has none of what this package brings.
func TestRootBringsNoSchemaLibraries(t *testing.T) {
	deps := func(pkg string) string {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", pkg).Output()
		require.NoError(t, err)
		return string(out)
	}
	root, own := deps("github.com/openrouter-go/openrouter"), deps("github.com/openrouter-go/openrouter/agent")
	for _, library := range []string{"github.com/invopop/jsonschema", "github.com/santhosh-tekuri/jsonschema/v6"} {
		assert.NotContains(t, root, library)
		assert.Contains(t, own, library)
	}
}
