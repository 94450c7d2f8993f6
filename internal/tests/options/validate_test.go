package options_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
)

type request = openrouter.ChatCompletionRequest

// unreachable is a network that no request may get to.
type unreachable struct{ t testing.TB }

func (u unreachable) RoundTrip(req *http.Request) (*http.Response, error) {
	u.t.Errorf("a request reached the network: %s", req.URL)
	return nil, http.ErrServerClosed
}

// recording keeps the body of the last request, which it answers.
type recording struct{ body []byte }

func (r *recording) RoundTrip(req *http.Request) (*http.Response, error) {
	r.body, _ = io.ReadAll(req.Body)
	return answerWith(200, wholeAnswer)(req)
}

func clientOn(transport http.RoundTripper, opts ...openrouter.Option) *openrouter.Client {
	return openrouter.NewClient(append([]openrouter.Option{
		openrouter.WithAPIKey("key"), openrouter.WithMaxRetries(0), openrouter.WithHTTPClient(&http.Client{Transport: transport}),
	}, opts...)...)
}

// createOn and streamOn make one call, of which only the error counts.
func createOn(t *testing.T, c *openrouter.Client, req *request, opts ...openrouter.Option) error {
	_, err := c.Chat.Create(t.Context(), req, opts...)
	return err
}

func streamOn(t *testing.T, c *openrouter.Client, req *request, opts ...openrouter.Option) error {
	stream, err := c.Chat.Stream(t.Context(), req, opts...)
	if err == nil {
		_, err = stream.Collect()
	}
	return err
}

// violations are those of an error that must be a ValidationError.
func violations(t *testing.T, err error) []openrouter.Violation {
	t.Helper()
	var e *openrouter.ValidationError
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Violations)
	assert.NotContains(t, e.Error(), "\n")
	return e.Violations
}

func fields(list []openrouter.Violation) []string {
	var names []string
	for _, v := range list {
		names = append(names, v.Field)
	}
	return names
}

// asking is a request that nothing is wrong with, after one change.
func asking(change func(*request)) *request {
	r := &request{Messages: []openrouter.Message{openrouter.UserMessage("hi")}}
	if change != nil {
		change(r)
	}
	return r
}

func decodeRequest(text string) *request {
	r := &request{}
	if err := json.Unmarshal([]byte(text), r); err != nil {
		panic(err)
	}
	return r
}

func TestValidateRules(t *testing.T) {
	for i, rule := range rules {
		if rule.check == "" {
			rule.check = withoutIndices.ReplaceAllString(rule.field, "")
		}
		t.Run(fmt.Sprintf("%s %d", rule.field, i), func(t *testing.T) {
			for j, change := range rule.inside {
				t.Run(fmt.Sprint("inside ", j), func(t *testing.T) { passes(t, asking(change)) })
			}
			for j, o := range rule.outside {
				t.Run(fmt.Sprint("outside ", j), func(t *testing.T) { rule.refuses(t, o) })
				t.Run(fmt.Sprint("way out ", j), func(t *testing.T) { rule.waysOut(t, o) })
			}
		})
	}
}

// passes checks that nothing is found, and that the request goes out as it is.
func passes(t *testing.T, r *request, opts ...openrouter.Option) {
	t.Helper()
	assert.NoError(t, r.Validate())
	goesOut(t, r, opts...)
}

func goesOut(t *testing.T, r *request, opts ...openrouter.Option) {
	t.Helper()
	want, err := json.Marshal(r)
	require.NoError(t, err)
	network := &recording{}
	require.NoError(t, createOn(t, clientOn(network, opts...), r))
	assert.JSONEq(t, string(want), string(network.body))
	network = &recording{}
	require.NoError(t, createOn(t, clientOn(network), r, opts...))
	assert.JSONEq(t, string(want), string(network.body))
}

func (rule rule) refuses(t *testing.T, o outside) {
	r := asking(o.change)
	before, err := json.Marshal(r)
	require.NoError(t, err)
	client := clientOn(unreachable{t})
	errs := []error{createOn(t, client, r), createOn(t, client, r, openrouter.WithoutValidation("other", "tools"))}
	if rule.createOnly {
		assert.NoError(t, r.Validate())
		require.NoError(t, streamOn(t, clientOn(&recording{}), r))
	} else {
		errs = append(errs, r.Validate(), streamOn(t, client, r))
	}
	for _, err := range errs {
		list := violations(t, err)
		require.Len(t, list, 1, err)
		v := list[0]
		assert.Equal(t, openrouter.Violation{Field: rule.field, Problem: v.Problem, Value: o.value, Limit: o.limit, Check: rule.check}, v)
		assert.Equal(t, "openrouter: "+v.Field+" "+v.Problem+`; WithoutValidation("`+v.Check+`") sends it anyway`, err.Error())
		assert.Contains(t, v.Problem, o.limit)
		switch o.value.(type) {
		case int, int64, float64:
			if !strings.Contains(v.Problem, "cannot both") && !strings.Contains(v.Problem, "needs") {
				assert.Contains(t, v.Problem, fmt.Sprint(o.value))
			}
		}
	}
	after, err := json.Marshal(r)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "the request stays as it is")
}

func (rule rule) waysOut(t *testing.T, o outside) {
	for _, opt := range []openrouter.Option{
		openrouter.WithoutValidation(rule.check), openrouter.WithoutValidation("other", rule.field), openrouter.WithoutValidation(),
	} {
		r := asking(o.change)
		if rule.field == "stream" { // the method still decides
			network := &recording{}
			require.NoError(t, createOn(t, clientOn(network, opt), r))
			assert.Contains(t, string(network.body), `"stream":false`)
			require.NoError(t, streamOn(t, clientOn(network), r, opt))
			assert.Contains(t, string(network.body), `"stream":true`)
			continue
		}
		goesOut(t, r, opt)
	}
}

// TestValidateNeverRefusesTheUnknown sends values that no version knows.
func TestValidateNeverRefusesTheUnknown(t *testing.T) {
	passes(t, decodeRequest(`{"model":"x/y:new","messages":[{"role":"referee","content":[{"type":"smell","smell":{}}]},{"role":"assistant"}],
		"route":"new","service_tier":"new","speed":"new","verbosity":"new","modalities":["smell"],"reasoning":{"effort":"new","summary":"new"},
		"provider":{"sort":"new","data_collection":"new","quantizations":["new"]},"plugins":[{"id":"new"}],"tools":[{"type":"new"},null],
		"tool_choice":"new","response_format":{"type":"new"},"stop_server_tools_when":[{"type":"new"}],"new":{"a":[1,null]}}`))
	passes(t, asking(func(r *request) {
		r.TopK, r.MinP, r.TopA, r.RepetitionPenalty, r.N = new(-1), new(7.0), new(-7.0), new(9.0), new(0)
		r.LogitBias, r.Metadata = map[string]float64{"x": 1000}, map[string]string{strings.Repeat("k", 65): strings.Repeat("v", 513)}
		r.User, r.MaxToolCalls = strings.Repeat("u", 129), new(31)
		r.Debug = &openrouter.DebugOptions{EchoUpstreamBody: new(true)} // has no effect without a stream, which is no harm
		r.Extra = map[string]any{"temperature": "hot", "session_id": 1}
	}))
}

func TestValidateFindsEverythingAtOnce(t *testing.T) {
	r := &request{
		Messages:  []openrouter.Message{{Role: openrouter.RoleTool}, {}},
		Stream:    new(true),
		SessionID: strings.Repeat("s", 300), Temperature: new(3.0), TopP: new(math.NaN()),
		Tools: []openrouter.Tool{nil, openrouter.WebSearchTool{Parameters: &bothDomains}},
		Extra: map[string]any{"stream": true, "call": func() {}, "also": math.Inf(1)},
	}
	client := clientOn(unreachable{t}, openrouter.WithTimeout(-1), openrouter.WithAPIKey(""))
	list := violations(t, createOn(t, client, r, openrouter.WithApp("a\nb", ""), nil))
	assert.Equal(t, []string{
		"WithTimeout", "WithApp", "option", "WithAPIKey",
		"messages[0].tool_call_id", "messages[1].role", "temperature", "session_id", "tools[1].parameters.allowed_domains", "stream",
		"stream", "tools[0]", "top_p", "also", "call",
	}, fields(list))
	err := createOn(t, client, r)
	assert.ErrorIs(t, err, openrouter.ErrMissingAPIKey)
	assert.Contains(t, err.Error(), `; WithoutValidation("messages.tool_call_id", "messages.role", "temperature", "session_id", "tools.parameters.allowed_domains", "stream") switches those checks off`)
	assert.Equal(t, []string{
		"messages[0].tool_call_id", "messages[1].role", "temperature", "session_id", "tools[1].parameters.allowed_domains", "stream",
		"tools[0]", "top_p", "also", "call",
	}, fields(violations(t, r.Validate())))
}

func TestValidateErrorStaysShort(t *testing.T) {
	list := violations(t, asking(func(r *request) { r.Messages = make([]openrouter.Message, 10_000) }).Validate())
	assert.Len(t, list, 10_000)
	err := asking(func(r *request) { r.Messages = make([]openrouter.Message, 40) }).Validate()
	assert.Contains(t, err.Error(), "messages[31].role is missing; and 8 more; WithoutValidation(")
	assert.NotContains(t, err.Error(), "messages[32]")
}

func TestValidateNilRequest(t *testing.T) {
	var r *request
	client := clientOn(unreachable{t}, openrouter.WithoutValidation())
	for _, err := range []error{r.Validate(), createOn(t, client, nil), streamOn(t, client, nil)} {
		assert.Equal(t, []openrouter.Violation{{Field: "request", Problem: "is nil"}}, violations(t, err))
	}
}

// TestValidateCostsNothing compares with the encoding that a call does anyway.
func TestValidateCostsNothing(t *testing.T) {
	r := asking(func(r *request) {
		r.Temperature, r.Seed, r.SessionID, r.Stop = new(0.5), new(int64(1)), strings.Repeat("é", 100), list(4)
		r.Logprobs, r.TopLogprobs, r.Reasoning = new(true), new(3), &openrouter.Reasoning{Effort: openrouter.EffortLow}
		r.Tools = []openrouter.Tool{function("f"), &openrouter.WebSearchTool{Parameters: allowing}, openrouter.SubagentTool{Parameters: &openrouter.SubagentParameters{Tools: nested(nil)}}}
		r.Plugins = []openrouter.Plugin{openrouter.FusionPlugin{Tools: nested(nil)}}
		r.Provider = &openrouter.ProviderPreferences{MaxPrice: &openrouter.MaxPrice{Prompt: "1"}}
		for i := range 100 {
			r.Messages = append(r.Messages, openrouter.ToolMessage(strconv.Itoa(i), "x"))
		}
	})
	require.NoError(t, r.Validate())
	encoding := testing.AllocsPerRun(20, func() { _, _ = r.MarshalJSON() })
	assert.LessOrEqual(t, testing.AllocsPerRun(20, func() { _ = r.Validate() }), encoding)
}
