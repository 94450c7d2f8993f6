package jobs_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The packages bring nothing but the client.
func TestThePackagesBringNoLibraries(t *testing.T) {
	const module = "github.com/openrouter-go/openrouter"
	deps := func(pkg string) []string {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg).Output()
		require.NoError(t, err)
		return strings.Fields(string(out))
	}
	assert.ElementsMatch(t, append(deps(module), module+"/jobs"), deps(module+"/jobs"))
	for _, pkg := range deps(module + "/jobs/jobstest") {
		assert.True(t, strings.HasPrefix(pkg, module) || pkg == "github.com/google/go-querystring/query", pkg)
	}
}
