package openrouter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The service's limits of names, and of what a tool's own models may do.
const (
	maxName             = 64
	maxContainerID      = 20
	maxFusionModels     = 8
	maxFusionTools      = 8
	maxFusionToolCalls  = 16
	maxSubagentCalls    = 25
	maxTradeoff         = 10
	maxModelPatterns    = 1024
	maxModelPatternSize = 1024
)

func (k *checker) tools(tools []Tool) {
	for i, tool := range tools {
		if t, ok := as[FunctionTool](tool); ok {
			k.function(i, &t)
		}
		if t, ok := as[WebSearchTool](tool); ok && t.Parameters.contradictory() {
			k.domains("tools[%d].parameters", i)
		}
		if t, ok := as[WebSearchShorthandTool](tool); ok {
			k.shorthand(i, &t)
		}
		if t, ok := as[AdvisorTool](tool); ok && t.Parameters != nil {
			k.toolName(t.Parameters.Name, "tools[%d].parameters.name", i)
		}
		if t, ok := as[SubagentTool](tool); ok && t.Parameters != nil {
			k.subagent(i, t.Parameters)
		}
		if t, ok := as[FusionTool](tool); ok && t.Parameters != nil {
			p := t.Parameters
			k.panel(p.AnalysisModels, p.MaxToolCalls, p.Tools, "tools[%d].parameters", i)
			k.cacheControl(p.CacheControl, "tools[%d].parameters", i)
		}
		if t, ok := as[BashTool](tool); ok && t.Parameters != nil && t.Parameters.Environment != nil {
			k.environment(i, t.Parameters.Environment)
		}
	}
	k.distinct(tools)
}

// function checks what the service demands of a function. The providers decide
// which characters its name may have.
func (k *checker) function(i int, t *FunctionTool) {
	if t.Function.Name == "" && !has(t.Function.Extra, "name") && !has(t.Extra, "function") {
		k.missing(fmt.Sprintf("tools[%d].function.name", i), "is missing")
	}
	if n, tooLong := exceeds(t.Function.Name, maxName); tooLong {
		k.longer(fmt.Sprintf("tools[%d].function.name", i), n, maxName, "characters")
	}
	k.cacheControl(t.CacheControl, "tools[%d]", i)
}

// exceeds reports whether a text has more than most characters, and how many.
func exceeds(s string, most int) (n int, tooLong bool) {
	if len(s) <= most {
		return 0, false
	}
	n = utf8.RuneCountInString(s)
	return n, n > most
}

func (k *checker) shorthand(i int, t *WebSearchShorthandTool) {
	if t.Type == "" && !has(t.Extra, "type") {
		k.missing(fmt.Sprintf("tools[%d].type", i), `is missing, such as "web_search"`)
	}
	if len(t.AllowedDomains) > 0 && len(t.ExcludedDomains) > 0 {
		k.domains("tools[%d]", i)
	}
	if t.Parameters.contradictory() {
		k.domains("tools[%d].parameters", i)
	}
}

func (k *checker) subagent(i int, p *SubagentParameters) {
	k.toolName(p.Name, "tools[%d].parameters.name", i)
	if n := p.MaxToolCalls; n != nil && (*n < 1 || *n > maxSubagentCalls) {
		between(k, fmt.Sprintf("tools[%d].parameters.max_tool_calls", i), n, 1, maxSubagentCalls)
	}
	const elsewhere = "is for the Responses API only: the service refuses it here"
	if p.InheritFunctions != nil {
		k.missing(fmt.Sprintf("tools[%d].parameters.inherit_functions", i), elsewhere)
	}
	if p.InheritedFunctionNames != nil {
		k.missing(fmt.Sprintf("tools[%d].parameters.inherited_function_names", i), elsewhere)
	}
	for j := range p.Tools {
		if p.Tools[j].Type == "openrouter:subagent" {
			k.missing(fmt.Sprintf("tools[%d].parameters.tools[%d].type", i, j), "is a subagent, which a subagent must not have")
		}
	}
	k.nested(p.Tools, "tools[%d].parameters", i)
}

// panel checks the settings of fusion, which a tool and a plugin have.
func (k *checker) panel(models []string, calls *int, tools []NestedTool, path string, i int) {
	if n := len(models); models != nil && (n < 1 || n > maxFusionModels) {
		k.breaks(Violation{
			Field: fmt.Sprintf(path, i) + ".analysis_models", Value: n, Limit: "between 1 and 8",
			Problem: fmt.Sprintf("has %d models, must have between 1 and %d, or be nil for the service's own", n, maxFusionModels),
		})
	}
	if calls != nil && (*calls < 1 || *calls > maxFusionToolCalls) {
		between(k, fmt.Sprintf(path, i)+".max_tool_calls", calls, 1, maxFusionToolCalls)
	}
	if n := len(tools); n > maxFusionTools {
		k.longer(fmt.Sprintf(path, i)+".tools", n, maxFusionTools, "tools")
	}
	k.nested(tools, path, i)
}

// nested applies the rules to the tools of element i of a list, whose settings are
// at path.
func (k *checker) nested(tools []NestedTool, path string, i int) {
	for j := range tools {
		t := &tools[j]
		if isBare(t.presence, t.Extra) {
			continue
		}
		switch {
		case t.Type == "" && !has(t.Extra, "type"):
			k.missing(fmt.Sprintf(path+".tools[%d].type", i, j), `is missing, such as "openrouter:web_search"`)
		case t.Type == "function":
			k.missing(fmt.Sprintf(path+".tools[%d].type", i, j), "is function, must be a tool that the service runs")
		}
		if p, ok := as[WebSearchParameters](t.Parameters); ok && p.contradictory() {
			k.domains(path+".tools[%d].parameters", i, j)
		}
	}
}

func (k *checker) environment(i int, e *Environment) {
	if e.Type == "" && !has(e.Extra, "type") {
		k.missing(fmt.Sprintf("tools[%d].parameters.environment.type", i), `is missing, such as "container_auto"`)
	}
	id := func() string { return fmt.Sprintf("tools[%d].parameters.environment.container_id", i) }
	switch {
	case e.ContainerID == "" && e.Type == EnvironmentTypeContainerReference && !has(e.Extra, "container_id"):
		k.missing(id(), "is missing: a reference must name its container")
	case utf8.RuneCountInString(e.ContainerID) > maxContainerID:
		k.longer(id(), utf8.RuneCountInString(e.ContainerID), maxContainerID, "characters")
	case !isName(e.ContainerID, ""):
		k.missing(id(), "must have only letters, digits, underscores and dashes")
	}
}

// toolName checks the name of an advisor or a subagent.
func (k *checker) toolName(name, path string, i int) {
	if n, tooLong := exceeds(name, maxName); tooLong {
		k.longer(fmt.Sprintf(path, i), n, maxName, "characters")
	}
	if !isName(name, " ") {
		k.missing(fmt.Sprintf(path, i), "must have only letters, digits, spaces, underscores and dashes")
	}
}

// isName reports whether a text has letters, digits, underscores and dashes only,
// or one of more.
func isName(s, more string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' && !strings.ContainsRune(more, r)
	})
}

// distinct checks that tools of a kind that are told apart by name have different
// names.
func (k *checker) distinct(tools []Tool) {
	if len(tools) < 2 {
		return
	}
	type named struct{ kind, name string }
	var few [16]named
	seen, first := few[:0], map[named]int(nil)
	for i, tool := range tools {
		var this named
		var field string
		if t, ok := as[FunctionTool](tool); ok && t.Function.Name != "" {
			this, field = named{"function", t.Function.Name}, "function.name"
		} else if t, ok := as[AdvisorTool](tool); ok {
			this, field = named{"advisor", ""}, "parameters.name"
			if t.Parameters != nil {
				this.name = t.Parameters.Name
			}
		} else if t, ok := as[SubagentTool](tool); ok {
			this, field = named{"subagent", ""}, "parameters.name"
			if t.Parameters != nil {
				this.name = t.Parameters.Name
			}
		}
		before := -1
		if len(tools) <= len(few) {
			for j := range seen {
				if this.kind != "" && seen[j] == this {
					before = j
					break
				}
			}
			seen = append(seen, this)
		} else if this.kind != "" {
			if first == nil {
				first = make(map[named]int, len(tools))
			}
			if j, ok := first[this]; ok {
				before = j
			} else {
				first[this] = i
			}
		}
		if before >= 0 {
			k.missing(fmt.Sprintf("tools[%d].%s", i, field), fmt.Sprintf("is that of tools[%d], too: names must differ", before))
		}
	}
}

func (k *checker) plugins(plugins []Plugin) {
	for i, plugin := range plugins {
		if p, ok := as[FusionPlugin](plugin); ok {
			k.panel(p.AnalysisModels, p.MaxToolCalls, p.Tools, "plugins[%d]", i)
		}
		if p, ok := as[AutoRouterPlugin](plugin); ok {
			k.router(i, p.CostQualityTradeoff, p.AllowedModels, p.ExcludedModels)
		}
		if p, ok := as[AutoBetaRouterPlugin](plugin); ok {
			k.router(i, p.CostQualityTradeoff, p.AllowedModels, p.ExcludedModels)
		}
		if p, ok := as[ParetoRouterPlugin](plugin); ok {
			if f := p.MinCodingScore; f != nil && !(*f >= 0 && *f <= 1) {
				between(k, fmt.Sprintf("plugins[%d].min_coding_score", i), f, 0, 1)
			}
			if f := p.MaxPrice; f != nil && *f < 0 {
				k.outside(fmt.Sprintf("plugins[%d].max_price", i), *f, "at least 0")
			}
		}
		if p, ok := as[WebPlugin](plugin); ok && p.UserLocation != nil && p.UserLocation.Type == "" && !has(p.UserLocation.Extra, "type") {
			k.missing(fmt.Sprintf("plugins[%d].user_location.type", i), `is missing, must be "approximate"`)
		}
	}
}

func (k *checker) router(i int, tradeoff *int, allowed, excluded []string) {
	if tradeoff != nil && (*tradeoff < 0 || *tradeoff > maxTradeoff) {
		between(k, fmt.Sprintf("plugins[%d].cost_quality_tradeoff", i), tradeoff, 0, maxTradeoff)
	}
	k.patterns(allowed, "plugins[%d].allowed_models", i)
	k.patterns(excluded, "plugins[%d].excluded_models", i)
}

func (k *checker) patterns(list []string, path string, i int) {
	if n := len(list); n > maxModelPatterns {
		k.longer(fmt.Sprintf(path, i), n, maxModelPatterns, "entries")
	}
	for j, s := range list {
		if n, tooLong := exceeds(s, maxModelPatternSize); tooLong {
			k.longer(fmt.Sprintf(path+"[%d]", i, j), n, maxModelPatternSize, "characters")
		}
	}
}

func (k *checker) choice(c ToolChoice) {
	if c == nil {
		return
	}
	if c, ok := as[FunctionToolChoice](c); ok && c.Function.Name == "" && !has(c.Function.Extra, "name") && !has(c.Extra, "function") {
		k.missing("tool_choice.function.name", "is missing")
	}
	if c, ok := as[ServerToolChoice](c); ok && c.Type == "" && !has(c.Extra, "type") {
		k.missing("tool_choice.type", `is missing, such as "openrouter:web_search"`)
	}
}

func (k *checker) conditions(list []StopCondition) {
	if list != nil && len(list) == 0 {
		k.missing("stop_server_tools_when", "is empty, must have a condition or be nil")
	}
	for i, condition := range list {
		if c, ok := as[HasToolCall](condition); ok && c.ToolName == "" && !has(c.Extra, "tool_name") {
			k.missing(fmt.Sprintf("stop_server_tools_when[%d].tool_name", i), "is missing")
		}
		if c, ok := as[FinishReasonIs](condition); ok && c.Reason == "" && !has(c.Extra, "reason") {
			k.missing(fmt.Sprintf("stop_server_tools_when[%d].reason", i), "is missing")
		}
	}
}

func (k *checker) domains(path string, indices ...any) {
	path = fmt.Sprintf(path, indices...)
	k.excludes(path+".allowed_domains", path+".excluded_domains", nil)
}

// contradictory reports whether domains are both allowed and excluded. The service
// takes only one of the two.
func (p *WebSearchParameters) contradictory() bool {
	return p != nil && len(p.AllowedDomains) > 0 && len(p.ExcludedDomains) > 0
}

// as returns v if it is a T, or *v if it is a *T.
func as[T any](v any) (t T, ok bool) {
	if p, isPointer := v.(*T); isPointer && p != nil {
		return *p, true
	}
	t, ok = v.(T)
	return t, ok
}
