package interop_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter/structured"
)

// person has what llama-server makes a grammar of: an optional member, an enum, a list, a reference
// to itself.
type person struct {
	Name    string   `json:"name"`
	Age     int64    `json:"age"`
	Rank    string   `json:"rank,omitempty" jsonschema:"enum=low,enum=high"`
	Friends []person `json:"friends,omitempty"`
}

// A server that is given the schema of a Go type answers with a value of it: its grammar, made from
// the schema, lets nothing else through.
func TestStructured(t *testing.T) {
	for _, s := range servers(t) {
		if s.name != "llama-server" {
			continue
		}
		p := s.does["JSON schema"]
		t.Run("create", func(t *testing.T) {
			v, res, err := structured.Create[person](bounded(t), s.client(), s.ask(p.prompt))
			require.NoError(t, err)
			assert.Equal(t, p.want, v.Name)
			assert.NotNil(t, res.Usage)
			t.Logf("%+v from %s", v, res.Text())
		})
		t.Run("stream", func(t *testing.T) {
			stream, err := structured.Stream[person](bounded(t), s.client(), s.ask(p.prompt))
			require.NoError(t, err)
			var all []person
			for v, err := range stream.Partials() {
				require.NoError(t, err)
				all = append(all, v)
			}
			last, res, err := stream.Value()
			require.NoError(t, err)
			require.NotEmpty(t, all)
			assert.True(t, reflect.DeepEqual(last, all[len(all)-1]))
			for _, v := range all {
				assert.True(t, strings.HasPrefix(last.Name, v.Name), "%q before %q", v.Name, last.Name)
			}
			t.Logf("%d values up to %+v from %s", len(all), last, res.Text())
		})
		t.Run("no object", func(t *testing.T) {
			v, res, err := structured.Create[bool](bounded(t), s.client(), s.ask(p.prompt))
			require.NoError(t, err)
			t.Logf("%v from %s", v, res.Text())
		})
	}
}
