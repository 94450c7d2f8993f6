package interop_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
)

var (
	weatherTool = agent.NewTool("get_weather", "The weather in a city.", func(_ context.Context, in struct {
		Location string `json:"location"`
	}) (map[string]string, error) {
		return map[string]string{"sky": "sunny", "in": in.Location}, nil
	})
	timeTool = agent.NewTool("get_time", "The time in a time zone.", func(_ context.Context, in struct {
		Zone string `json:"tz"`
	}) (string, error) {
		return "12:00 in " + in.Zone, nil
	})
)

// agentWays are the two ways to run an agent.
var agentWays = map[string]func(*testing.T, agent.Agent, *openrouter.ChatCompletionRequest) *agent.Run{
	"Run": func(t *testing.T, a agent.Agent, req *openrouter.ChatCompletionRequest) *agent.Run {
		run, err := a.Run(bounded(t), req)
		require.NoError(t, err)
		return run
	},
	"Stream": func(t *testing.T, a agent.Agent, req *openrouter.ChatCompletionRequest) *agent.Run {
		s := a.Stream(bounded(t), req)
		for _, err := range s.Events() {
			require.NoError(t, err)
		}
		return s.Run()
	},
}

// An agent runs the calls of servers that this project did not write, one and several at once.
func TestAgents(t *testing.T) {
	for _, s := range servers(t) {
		for name, calls := range map[string]int{"tool call": 1, "tool call after text": 1, "tool call after reasoning": 1, "parallel calls": 2} {
			p, ok := s.does[name]
			if !ok {
				continue
			}
			t.Run(s.name+"/"+name, func(t *testing.T) {
				for way, run := range agentWays {
					req := s.ask(p.prompt)
					if calls > 1 {
						req.ParallelToolCalls = new(true)
					}
					// llama-server closes kept connections now and then: a retry, which is counted.
					a := agent.Agent{Client: s.client(openrouter.WithMaxRetries(2)), Tools: []agent.Tool{weatherTool, timeTool}, MaxSteps: 4}
					got := run(t, a, req)
					require.Len(t, got.Steps, 2, way)
					outcomes := got.Steps[0].Outcomes
					require.Len(t, outcomes, calls, way)
					for _, o := range outcomes {
						assert.NoError(t, o.Err, way)
					}
					assert.JSONEq(t, `{"in":"Paris","sky":"sunny"}`, outcomes[0].Result.Content[0].Text, way)
					assert.NotEmpty(t, got.Text(), way)
					t.Logf("%s: %d steps, %d calls, answer: %s", way, len(got.Steps), calls, got.Text())
				}
			})
		}
	}
}
