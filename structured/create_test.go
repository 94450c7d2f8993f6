package structured_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/openroutertest"
	"github.com/openrouter-go/openrouter/structured"
)

func TestCreateAsksForTheType(t *testing.T) {
	srv := openroutertest.NewServer(t, text(valid))
	req := request()
	got, res, err := structured.Create[invoice](t.Context(), srv.Client(), req)
	require.NoError(t, err)
	assert.Equal(t, invoice{Number: "A-1", Total: 12.5, Kind: "bill", Items: []item{{Name: "pen", Count: 2}}}, got)
	assert.Equal(t, 0.01, res.Usage.Cost)
	assert.Equal(t, valid, res.Text())

	sent := srv.Requests()[0].Body
	assert.True(t, *sent.Provider.RequireParameters)
	format := sent.ResponseFormat.(openrouter.JSONSchemaFormat)
	assert.Equal(t, "invoice", format.JSONSchema.Name)
	assert.True(t, *format.JSONSchema.Strict)
	want, err := structured.Schema[invoice]()
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(asJSON(t, format.JSONSchema.Schema)))
	assert.Nil(t, req.ResponseFormat, "the caller's request is not changed")
	assert.Nil(t, req.Provider)
}

func asJSON(t *testing.T, v any) []byte {
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}

func TestCallerDecidesAboutRequiredParameters(t *testing.T) {
	srv := openroutertest.NewServer(t, text(valid), text(valid))
	req := request()
	req.Provider = &openrouter.ProviderPreferences{RequireParameters: new(false), ZDR: new(true)}
	_, _, err := structured.Create[invoice](t.Context(), srv.Client(), req)
	require.NoError(t, err)
	sent := srv.Requests()[0].Body.Provider
	assert.False(t, *sent.RequireParameters)
	assert.True(t, *sent.ZDR)

	req.Provider = &openrouter.ProviderPreferences{ZDR: new(true)}
	stream, err := structured.Stream[invoice](t.Context(), srv.Client(), req)
	require.NoError(t, err)
	_, _, err = stream.Value()
	require.NoError(t, err)
	sent = srv.Requests()[1].Body.Provider
	assert.True(t, *sent.RequireParameters)
	assert.True(t, *sent.ZDR)
	assert.Nil(t, req.Provider.RequireParameters)
}

const refusal = "I will not."

// Each way in which an answer is not the value has its error, with what was paid for.
func TestKindsOfErrors(t *testing.T) {
	wrong := strings.Replace(valid, "12.5", "-3", 1)
	for name, c := range map[string]struct {
		replies []openroutertest.Reply
		want    error
		lines   []string
		asked   int
	}{
		"refused":       {[]openroutertest.Reply{openroutertest.Refusal(refusal)}, structured.ErrRefused, nil, 1},
		"refused by id": {[]openroutertest.Reply{openroutertest.Text(refusal).NativeFinishReason("refusal")}, structured.ErrRefused, nil, 1},
		"cut":           {[]openroutertest.Reply{openroutertest.Text(valid[:40]).FinishReason("length")}, structured.ErrTruncated, nil, 1},
		"cut at once":   {[]openroutertest.Reply{openroutertest.Text("").FinishReason("length")}, structured.ErrTruncated, nil, 1},
		"cut and wrong": {[]openroutertest.Reply{openroutertest.Text(wrong).FinishReason("length")}, structured.ErrViolation, []string{"total: must be at least 0, is -3"}, 1},
		"filtered":      {[]openroutertest.Reply{openroutertest.Text(valid).FinishReason("content_filter")}, structured.ErrFiltered, nil, 1},
		"prose":         {[]openroutertest.Reply{text("Here it is: " + valid), text("Sure! " + valid)}, structured.ErrNotJSON, nil, 2},
		"fence":         {[]openroutertest.Reply{text("```json\n" + valid + "\n```").Times(2)}, structured.ErrNotJSON, nil, 2},
		"trailing":      {[]openroutertest.Reply{text(valid + "\nDone.").Times(2)}, structured.ErrNotJSON, nil, 2},
		"two values":    {[]openroutertest.Reply{text(valid + valid).Times(2)}, structured.ErrNotJSON, nil, 2},
		"half":          {[]openroutertest.Reply{text(valid[:40]).Times(2)}, structured.ErrNotJSON, nil, 2},
		"empty":         {[]openroutertest.Reply{openroutertest.Text("")}, structured.ErrNotJSON, nil, 1},
		"a call":        {[]openroutertest.Reply{openroutertest.ToolCall("c", "f", "{}")}, structured.ErrNotJSON, nil, 1},
		"violation":     {[]openroutertest.Reply{text(wrong).Times(2)}, structured.ErrViolation, []string{"total: must be at least 0, is -3"}, 2},
		"all of them": {[]openroutertest.Reply{text(`{"number":1,"total":1,"kind":"x","items":[{"name":"a","count":1.5}],"more":1}`).Times(2)}, structured.ErrViolation,
			[]string{"items[0].count: must be an integer, is a number", "kind: value must be one of 'bill', 'credit'", "more: is not allowed", "number: must be a string, is a number"}, 2},
		"twice": {[]openroutertest.Reply{text(strings.Replace(valid, `"total"`, `"kind":"credit","total"`, 1)).Times(2)}, structured.ErrViolation, []string{"kind: is there twice"}, 2},
		"null":  {[]openroutertest.Reply{text(strings.Replace(valid, `12.5`, `null`, 1)).Times(2)}, structured.ErrViolation, []string{"total: must be a number, is null"}, 2},
		"huge":  {[]openroutertest.Reply{text(strings.Replace(valid, `2,`, `92233720368547758080,`, 1)).Times(2)}, structured.ErrViolation, []string{"number 92233720368547758080 does not fit into a Go value of type int"}, 2},
		"invalid": {[]openroutertest.Reply{text(strings.Replace(valid, "bill", "credit", 1)).Times(2)}, structured.ErrViolation,
			[]string{"a credit has no items"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			for _, way := range []string{"create", "stream", "decode"} {
				srv := openroutertest.NewServer(t)
				for _, reply := range c.replies {
					srv.Add(reply.Usage(10, 5))
				}
				var v invoice
				var err error
				asked := c.asked
				switch way {
				case "create":
					v, _, err = structured.Create[invoice](t.Context(), srv.Client(), request())
				case "stream":
					asked = 1
					stream, e := structured.Stream[invoice](t.Context(), srv.Client(), request())
					require.NoError(t, e)
					for v, err = range stream.Partials() {
					}
					_, _, again := stream.Value()
					assert.Equal(t, err, again)
				case "decode":
					asked = 1
					res, e := srv.Client().Chat.Create(t.Context(), request())
					require.NoError(t, e)
					v, err = structured.Decode[invoice](res)
				}
				e, ok := errors.AsType[*structured.Error](err)
				require.True(t, ok, "%s: %v", way, err)
				require.ErrorIs(t, err, c.want, way)
				for _, other := range []error{structured.ErrRefused, structured.ErrTruncated, structured.ErrFiltered, structured.ErrNotJSON, structured.ErrViolation} {
					assert.Equal(t, other == c.want, errors.Is(err, other), "%s: %v", way, other)
				}
				assert.Equal(t, c.want == structured.ErrRefused, errors.Is(err, openrouter.ErrRefusal), way)
				if name == "huge" { // the experiment jsonv2 writes the place in another way
					require.Len(t, e.Violations, 1)
					assert.Contains(t, e.Violations[0], c.lines[0])
				} else {
					assert.Equal(t, c.lines, e.Violations, way)
				}
				require.Len(t, srv.Requests(), asked, way)
				assert.Equal(t, e.Answer.Text(), e.Text, way)
				assert.Equal(t, 10*asked, e.Usage.PromptTokens, "%s: the price of all tries", way)
				assert.Zero(t, v, way)
				for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
					assert.NotContains(t, fmt.Sprintf(verb, err), "A-1", verb)
					assert.NotContains(t, fmt.Sprintf(verb, err), refusal, verb)
				}
				assert.NotContains(t, string(asJSON(t, err)), "A-1")
				assert.NotContains(t, e.Err.Error(), "A-1")
			}
		})
	}
	_, _, err := structured.Create[invoice](t.Context(), openroutertest.NewServer(t, text(strings.Replace(valid, "bill", "credit", 1)).Times(2)).Client(), request())
	assert.ErrorIs(t, err, errCredit, "the error of Validate")
}

func TestRepair(t *testing.T) {
	wrong := strings.Replace(valid, "12.5", "-3", 1)
	srv := openroutertest.NewServer(t, text(wrong), text("So: "+valid), text(valid))
	req := request()
	req.Messages = append(make([]openrouter.Message, 0, 8), req.Messages...)
	got, res, err := structured.Output[invoice]{Repairs: 2}.Create(t.Context(), srv.Client(), req)
	require.NoError(t, err)
	assert.Equal(t, "A-1", got.Number)
	assert.InDelta(t, 0.03, res.Usage.Cost, 1e-9, "the sum of all tries")
	assert.Equal(t, 30, res.Usage.PromptTokens)
	assert.Len(t, req.Messages, 1, "the caller's conversation is not changed")
	assert.Empty(t, req.Messages[:2][1].Role, "nor what is behind it")
	requests := srv.Requests()
	require.Len(t, requests, 3)
	messages := requests[2].Body.Messages
	require.Len(t, messages, 5)
	assert.Equal(t, wrong, messages[1].Text())
	assert.Equal(t, openrouter.RoleAssistant, messages[1].Role)
	assert.Contains(t, messages[2].Text(), "total: must be at least 0, is -3")
	assert.Contains(t, messages[4].Text(), "is not JSON")

	srv = openroutertest.NewServer(t, text(wrong))
	_, _, err = structured.Output[invoice]{Repairs: -1}.Create(t.Context(), srv.Client(), request())
	require.ErrorIs(t, err, structured.ErrViolation)
	assert.Len(t, srv.Requests(), 1)

	srv = openroutertest.NewServer(t, text(wrong), openroutertest.Error(402, openrouter.ErrPaymentRequired))
	_, _, err = structured.Create[invoice](t.Context(), srv.Client(), request())
	require.ErrorIs(t, err, structured.ErrViolation)
	require.ErrorIs(t, err, openrouter.ErrPaymentRequired)
	e, _ := errors.AsType[*structured.Error](err)
	assert.Equal(t, wrong, e.Text)
	assert.Equal(t, 0.01, e.Usage.Cost)

	srv = openroutertest.NewServer(t, text(wrong), openroutertest.Text("Half").FinishReason("error").Cost(0.02))
	_, _, err = structured.Create[invoice](t.Context(), srv.Client(openrouter.WithMaxRetries(0)), request())
	e, _ = errors.AsType[*structured.Error](err)
	require.NotNil(t, e)
	assert.InDelta(t, 0.03, e.Usage.Cost, 1e-9, "what the failure cost, too")

	srv = openroutertest.NewServer(t, text(wrong), openroutertest.Refusal(refusal).Cost(0.02))
	_, _, err = structured.Create[invoice](t.Context(), srv.Client(), request())
	require.ErrorIs(t, err, structured.ErrRefused, "the last answer decides")
	e, _ = errors.AsType[*structured.Error](err)
	assert.InDelta(t, 0.03, e.Usage.Cost, 1e-9)
}

func TestWhatCannotBeAskedIsRefusedBeforeTheNetwork(t *testing.T) {
	type bad struct{ C chan int }
	type loose struct{ M map[string]int }
	srv := openroutertest.NewServer(t)
	with := request()
	with.ResponseFormat = structured.Format[invoice]()
	byFormat := request()
	byFormat.ResponseFormat = structured.Format[bad]()
	for want, call := range map[string]func() error{
		"C is of type chan int": func() error {
			_, _, err := structured.Create[bad](t.Context(), srv.Client(), request())
			return err
		},
		"M is a map": func() error { _, err := structured.Stream[loose](t.Context(), srv.Client(), request()); return err },
		"which has no JSON": func() error {
			_, err := srv.Client().Chat.Create(t.Context(), byFormat)
			return err
		},
		"schema is invalid":     func() error { _, err := structured.Decode[bad](nil); return err },
		"response_format is se": func() error { _, _, err := structured.Create[invoice](t.Context(), srv.Client(), with); return err },
		"client is nil; request is nil": func() error {
			_, _, err := structured.Create[invoice](t.Context(), nil, nil)
			return err
		},
		"name has 65 characters": func() error {
			_, _, err := structured.Output[invoice]{Name: strings.Repeat("x", 65)}.Create(t.Context(), srv.Client(), request())
			return err
		},
	} {
		err := call()
		bad, ok := errors.AsType[*openrouter.ValidationError](err)
		require.True(t, ok, "%v", err)
		text := err.Error()
		for _, v := range bad.Violations {
			text += fmt.Sprint(" ", v.Err)
		}
		assert.Contains(t, text, want)
	}
	_, err := structured.Schema[loose]()
	assert.ErrorContains(t, err, "M is a map, which strict providers refuse; set Lax")
	assert.Empty(t, srv.Requests())
}

func answer(s string) *openrouter.ChatCompletion {
	return &openrouter.ChatCompletion{Choices: []openrouter.Choice{{Message: openrouter.AssistantMessage(s), FinishReason: "stop"}}}
}

func decoded[T any](t *testing.T, text string) T {
	t.Helper()
	v, err := structured.Decode[T](answer(text))
	require.NoError(t, err)
	return v
}

// What JSON leaves open is decided.
func TestDecisions(t *testing.T) {
	type numbers struct {
		Int    int64       `json:"int"`
		Uint   uint64      `json:"uint"`
		Number json.Number `json:"number"`
		Big    big.Int     `json:"big"`
	}
	n := decoded[numbers](t, `{"int":-9007199254740993,"uint":18446744073709551615,"number":9007199254740993,"big":123456789012345678901234567890}`)
	assert.Equal(t, int64(-9007199254740993), n.Int, "beyond 2^53")
	assert.Equal(t, uint64(18446744073709551615), n.Uint)
	assert.Equal(t, json.Number("9007199254740993"), n.Number)
	assert.Equal(t, "123456789012345678901234567890", n.Big.String())
	assert.Equal(t, int64(1), decoded[numbers](t, `{"int":1.0,"uint":1e2,"number":1,"big":1}`).Int)
	assert.Equal(t, uint64(100), decoded[numbers](t, `{"int":1.0,"uint":1e2,"number":1,"big":1}`).Uint)
	big := decoded[numbers](t, `{"int":1,"uint":1,"number":1,"big":4.0}`).Big
	assert.Equal(t, "4", big.String(), "a type that reads itself")
	_, err := structured.Decode[numbers](answer(`{"int":1.5,"uint":-1,"number":1,"big":1}`))
	e, _ := errors.AsType[*structured.Error](err)
	require.NotNil(t, e)
	assert.Equal(t, []string{"int: must be an integer, is a number", "uint: must be at least 0, is -1"}, e.Violations)

	assert.Equal(t, []int{1, 2}, decoded[[]int](t, `{"value":[1,2]}`))
	assert.Equal(t, "x", decoded[string](t, ` {"value":"x"} `))
	assert.Equal(t, note("x"), *decoded[*item](t, `{"name":"a","count":1,"note":"x"}`).Note)
	assert.Nil(t, decoded[item](t, `{"name":"a","count":1}`).Note, "absent, where null was asked for")
	whole := answer(`{"value":[1]}`)
	whole.Choices[0].FinishReason = "length"
	v, err := structured.Decode[[]int](whole)
	require.NoError(t, err, "cut behind its end")
	assert.Equal(t, []int{1}, v)
	_, err = structured.Decode[[]int](answer(`[1,2]`))
	assert.ErrorIs(t, err, structured.ErrViolation)
	_, err = structured.Decode[[]int](nil)
	assert.ErrorIs(t, err, structured.ErrNotJSON)

	type level string
	type withEnum struct {
		Level *level `json:"level" jsonschema:"enum=low,enum=high"`
	}
	assert.Nil(t, decoded[withEnum](t, `{"level":null}`).Level)
	_, err = structured.Decode[withEnum](answer(`{"level":"no"}`))
	assert.ErrorIs(t, err, structured.ErrViolation)
}

type even int

func (e even) Validate() error {
	if e%2 != 0 {
		return fmt.Errorf("%d is odd", e)
	}
	return nil
}

// T may have the method itself, on its pointer, or be the pointer.
func TestValidate(t *testing.T) {
	assert.Equal(t, even(2), decoded[even](t, `{"value":2}`))
	assert.Equal(t, even(2), *decoded[*even](t, `{"value":2}`))
	credit := strings.Replace(valid, "bill", "credit", 1)
	for want, check := range map[string]func() error{
		"3 is odd":               func() error { _, err := structured.Decode[even](answer(`{"value":3}`)); return err },
		"5 is odd":               func() error { _, err := structured.Decode[*even](answer(`{"value":5}`)); return err },
		"a credit has no items":  func() error { _, err := structured.Decode[invoice](answer(credit)); return err },
		"a credit has no items ": func() error { _, err := structured.Decode[*invoice](answer(credit)); return err },
	} {
		e, ok := errors.AsType[*structured.Error](check())
		require.True(t, ok, want)
		assert.Equal(t, []string{strings.TrimSpace(want)}, e.Violations)
	}
}

func TestLax(t *testing.T) {
	type loose struct {
		M   map[string]int `json:"m"`
		Any any            `json:"any,omitempty"`
	}
	lax := structured.Output[loose]{Lax: true, Name: "n", Description: "d"}
	srv := openroutertest.NewServer(t, text("Here:\n```json\n{\"m\":{\"a\":1}}\n```\nDone."))
	got, _, err := lax.Create(t.Context(), srv.Client(), request())
	require.NoError(t, err)
	assert.Equal(t, loose{M: map[string]int{"a": 1}}, got)
	format := srv.Requests()[0].Body.ResponseFormat.(openrouter.JSONSchemaFormat)
	assert.Nil(t, format.JSONSchema.Strict)
	assert.Equal(t, "n", format.JSONSchema.Name)
	assert.Equal(t, "d", format.JSONSchema.Description)
	for text, want := range map[string]error{
		`{"m":{"a":1}}`:                          nil,
		"```\n{\"m\":{\"a\":1}}\n```":            nil,
		"```json\n{\"m\":{\"a\":1}}```":          nil,
		`I looked at {it}. {"m":{"a":1}} is it.`: nil,
		`{"m":{"a":1}} or {"m":{"a":2}}`:         structured.ErrNotJSON,
		`{"m":{}} or {"m":{}} or {"m":{}}`:       structured.ErrNotJSON,
		`{"m":{"a":1}`:                           structured.ErrNotJSON,
		`none`:                                   structured.ErrNotJSON,
		`{"m":{"a":"x"}}`:                        structured.ErrViolation,
		`{"m":{},"other":1}`:                     structured.ErrViolation,
	} {
		_, err := lax.Decode(answer(text))
		assert.ErrorIs(t, err, want, text)
	}
	list := structured.Output[[]int]{Lax: true}
	v, err := list.Decode(answer(`[1,2]`))
	require.NoError(t, err, "an endpoint that knows no schemas")
	assert.Equal(t, []int{1, 2}, v)
	number := answer(`12`)
	number.Choices[0].FinishReason = "length"
	_, err = structured.Output[int]{Lax: true}.Decode(number)
	assert.ErrorIs(t, err, structured.ErrTruncated, "it may have been 123")
}

func TestNames(t *testing.T) {
	type page[T any] struct{ Items []T }
	for got, want := range map[string]string{
		structured.Format[invoice]().JSONSchema.Name:                "invoice",
		structured.Format[*item]().JSONSchema.Name:                  "item",
		structured.Format[[]item]().JSONSchema.Name:                 "answer",
		structured.Format[struct{ A int }]().JSONSchema.Name:        "answer",
		structured.Format[page[invoice]]().JSONSchema.Name:          "page_invoice",
		structured.Output[item]{Name: "x"}.Format().JSONSchema.Name: "x",
	} {
		assert.Equal(t, want, got)
	}
}

// Whatever a model writes is an error and no panic.
func TestHostileAnswers(t *testing.T) {
	type loose struct{ Any any }
	for _, text := range []string{
		`{"number":"a","total":1e9999999,"kind":"bill","items":[]}`, `{"number":"a","total":1e400,"kind":"bill","items":[]}`,
		`null`, `[]`, `""`, `1`, `{}`, `{"items":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`,
		strings.Repeat("[", 1<<16), strings.Repeat("{", 1<<16), strings.Repeat(`{"a":`, 1<<16), "\x00", "\xff\xfe", `{"\ud800":1}`, "```json", "``````",
	} {
		for _, decode := range []func() error{
			func() error { _, err := structured.Decode[invoice](answer(text)); return err },
			func() error { _, err := structured.Output[loose]{Lax: true}.Decode(answer(text)); return err },
			func() error { _, err := structured.Decode[[]tree](answer(text)); return err },
		} {
			_, ok := errors.AsType[*structured.Error](decode())
			assert.True(t, ok, "%.40s", text)
		}
	}
}

// A model that is not told the unit writes seconds.
func TestDurationsHaveAUnit(t *testing.T) {
	type plan struct {
		Wait  time.Duration            `json:"wait" jsonschema:"how long to wait,minimum=1"`
		Total time.Duration            `json:"total" jsonschema:"nanoseconds in all"`
		Steps []time.Duration          `json:"steps"`
		Named map[string]time.Duration `json:"named"`
	}
	got, err := structured.Output[plan]{Lax: true}.Schema()
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"object","additionalProperties":false,"required":["wait","total","steps","named"],"properties":{
		"wait":{"type":"integer","minimum":1,"description":"how long to wait, in nanoseconds"},
		"total":{"type":"integer","description":"nanoseconds in all"},
		"steps":{"type":"array","items":{"type":"integer","description":"A duration in nanoseconds."}},
		"named":{"type":"object","additionalProperties":{"type":"integer","description":"A duration in nanoseconds."}}}}`, string(got))
}
