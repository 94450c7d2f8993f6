package openrouter

import "slices"

// What chunks carry whole is copied on its way in and on its way out.

func cloneUsage(u *Usage) *Usage {
	if u == nil {
		return nil
	}
	c := *u
	c.PromptTokensDetails = cloneObject(c.PromptTokensDetails, func(d *PromptTokensDetails) *map[string]any { return &d.Extra })
	c.CompletionTokensDetails = cloneObject(c.CompletionTokensDetails, func(d *CompletionTokensDetails) *map[string]any { return &d.Extra })
	c.CostDetails = cloneObject(c.CostDetails, func(d *CostDetails) *map[string]any { return &d.Extra })
	serverToolUse := func(d *ServerToolUse) *map[string]any { return &d.Extra }
	c.ServerToolUseDetails = cloneObject(c.ServerToolUseDetails, serverToolUse)
	c.ServerToolUse = cloneObject(c.ServerToolUse, serverToolUse)
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneErrorObject(e *ErrorObject) *ErrorObject {
	if e == nil {
		return nil
	}
	c := *e
	c.Metadata = slices.Clone(c.Metadata)
	c.Availability = cloneAvailability(c.Availability)
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneAvailability(a *Availability) *Availability {
	if a == nil {
		return nil
	}
	c := *a
	c.RequestedModels = slices.Clone(c.RequestedModels)
	c.AffectedProviders = slices.Clone(c.AffectedProviders)
	c.ExcludedBy = slices.Clone(c.ExcludedBy)
	c.FallbackModels = slices.Clone(c.FallbackModels)
	c.Constraint = cloneObject(c.Constraint, func(d *AvailabilityConstraint) *map[string]any { return &d.Extra })
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneDebug(d *Debug) *Debug {
	if d == nil {
		return nil
	}
	c := *d
	c.EchoUpstreamBody = slices.Clone(c.EchoUpstreamBody)
	c.Extra = cloneExtra(c.Extra)
	return &c
}

func cloneRouterMetadata(m *RouterMetadata) *RouterMetadata {
	if m == nil {
		return nil
	}
	c := *m
	c.Endpoints.Available = cloneAll(c.Endpoints.Available, func(e RouterEndpoint) RouterEndpoint {
		e.Extra = cloneExtra(e.Extra)
		return e
	})
	c.Endpoints.Extra = cloneExtra(c.Endpoints.Extra)
	c.Params = cloneObject(c.Params, func(p *RouterParams) *map[string]any { return &p.Extra })
	c.Attempts = cloneAll(c.Attempts, func(a RouterAttempt) RouterAttempt {
		a.Extra = cloneExtra(a.Extra)
		return a
	})
	c.Pipeline = cloneAll(c.Pipeline, func(s PipelineStage) PipelineStage {
		s.Data = slices.Clone(s.Data)
		s.Extra = cloneExtra(s.Extra)
		return s
	})
	c.Extra = cloneExtra(c.Extra)
	return &c
}
