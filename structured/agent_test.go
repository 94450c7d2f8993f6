package structured_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/agent"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

type forecast struct {
	City     string `json:"city"`
	Umbrella bool   `json:"umbrella"`
}

var weather = agent.NewTool("get_weather", "The weather in a city.", func(_ context.Context, in struct {
	City string `json:"city"`
}) (string, error) {
	return "rain in " + in.City, nil
})

// The last answer of an agent is a T. The tools and the format are in every request.
func TestLastAnswerOfAnAgent(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.ToolCall("c1", "get_weather", `{"city":"Oslo"}`), openroutertest.Text(`{"city":"Oslo","umbrella":true}`))
	req := request()
	req.ResponseFormat = structured.Format[forecast]()
	bot := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{weather}}
	run, err := bot.Run(t.Context(), req)
	require.NoError(t, err)
	got, err := structured.Decode[forecast](run.Answer())
	require.NoError(t, err)
	assert.Equal(t, forecast{"Oslo", true}, got)
	for _, sent := range srv.Requests() {
		assert.Len(t, sent.Body.Tools, 1)
		assert.IsType(t, openrouter.JSONSchemaFormat{}, sent.Body.ResponseFormat)
	}
}

// Prepare may move the format to the last step, for providers that refuse it beside tools.
func TestAgentMovesTheFormat(t *testing.T) {
	srv := openroutertest.NewServer(t, openroutertest.ToolCall("c1", "get_weather", `{"city":"Oslo"}`), openroutertest.Text(`{"city":"Oslo","umbrella":true}`))
	bot := agent.Agent{Client: srv.Client(), Tools: []agent.Tool{weather}, Prepare: func(_ context.Context, run *agent.Run, next *agent.Next) error {
		if len(run.Steps) > 0 {
			next.Tools, next.Request.ResponseFormat = nil, structured.Format[forecast]()
		}
		return nil
	}}
	run, err := bot.Run(t.Context(), request())
	require.NoError(t, err)
	got, err := structured.Decode[forecast](run.Answer())
	require.NoError(t, err)
	assert.True(t, got.Umbrella)
	assert.Nil(t, srv.Requests()[0].Body.ResponseFormat)
	assert.NotNil(t, srv.Requests()[1].Body.ResponseFormat)
}

// An answer that was stored is read as it was.
func TestDecodeOfAStoredAnswer(t *testing.T) {
	srv := openroutertest.NewServer(t, text(valid))
	res, err := srv.Client().Chat.Create(t.Context(), request())
	require.NoError(t, err)
	var stored openrouter.ChatCompletion
	require.NoError(t, json.Unmarshal(asJSON(t, res), &stored))
	got, err := structured.Decode[invoice](&stored)
	require.NoError(t, err)
	assert.Equal(t, "A-1", got.Number)
}
