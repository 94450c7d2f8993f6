package openrouter

import (
	"fmt"
	"unicode/utf8"
)

const maxFunctionName = 64

func (k *checker) tools(tools []Tool) {
	for i, tool := range tools {
		if t, ok := as[FunctionTool](tool); ok {
			k.function(i, &t)
		}
		if t, ok := as[WebSearchTool](tool); ok && t.Parameters.contradictory() {
			k.domains("tools[%d].parameters", i)
		}
		if t, ok := as[WebSearchShorthandTool](tool); ok {
			if len(t.AllowedDomains) > 0 && len(t.ExcludedDomains) > 0 {
				k.domains("tools[%d]", i)
			}
			if t.Parameters.contradictory() {
				k.domains("tools[%d].parameters", i)
			}
		}
		if t, ok := as[SubagentTool](tool); ok && t.Parameters != nil {
			k.nested(t.Parameters.Tools, "tools[%d].parameters.tools[%d].parameters", i)
		}
		if t, ok := as[FusionTool](tool); ok && t.Parameters != nil {
			k.nested(t.Parameters.Tools, "tools[%d].parameters.tools[%d].parameters", i)
		}
	}
}

func (k *checker) plugins(plugins []Plugin) {
	for i, plugin := range plugins {
		if p, ok := as[FusionPlugin](plugin); ok {
			k.nested(p.Tools, "plugins[%d].tools[%d].parameters", i)
		}
	}
}

// nested applies the rules to tools in the settings of element i of a list.
func (k *checker) nested(tools []NestedTool, path string, i int) {
	for j := range tools {
		if p, ok := as[WebSearchParameters](tools[j].Parameters); ok && p.contradictory() {
			k.domains(path, i, j)
		}
	}
}

// function checks what the service's schema demands of a function's name. Which
// characters a name may have, providers decide.
func (k *checker) function(i int, t *FunctionTool) {
	if t.Function.Name == "" && !has(t.Function.Extra, "name") && !has(t.Extra, "function") {
		k.missing(fmt.Sprintf("tools[%d].function.name", i), "is missing")
	}
	if len(t.Function.Name) <= maxFunctionName {
		return
	}
	if n := utf8.RuneCountInString(t.Function.Name); n > maxFunctionName {
		k.longer(fmt.Sprintf("tools[%d].function.name", i), n, maxFunctionName, "characters")
	}
}

func (k *checker) domains(path string, indices ...any) {
	path = fmt.Sprintf(path, indices...)
	k.excludes(path+".allowed_domains", path+".excluded_domains", nil)
}

// contradictory reports whether domains are both allowed and excluded, of which
// the service takes one.
func (p *WebSearchParameters) contradictory() bool {
	return p != nil && len(p.AllowedDomains) > 0 && len(p.ExcludedDomains) > 0
}

// as returns the T that v is or points to.
func as[T any](v any) (t T, ok bool) {
	if p, isPointer := v.(*T); isPointer && p != nil {
		return *p, true
	}
	t, ok = v.(T)
	return t, ok
}
