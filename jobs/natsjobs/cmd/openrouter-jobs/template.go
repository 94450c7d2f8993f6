package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

// template is a request with places for the columns of a row.
type template struct {
	value     any
	names     []string // of the columns that it uses
	unchecked bool     // it is not valid while its places are empty: the first row is checked
}

var placeholder = regexp.MustCompile(`\{\{\s*(.*?)\s*\}\}`)

func parseTemplate(data []byte) (*template, error) {
	var req openrouter.ChatCompletionRequest
	if err := json.Unmarshal(data, &req); err != nil {
		return nil, fmt.Errorf("it is not a request: %w", err)
	}
	t := &template{unchecked: req.Validate() != nil}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // a float64 would change large seeds
	if err := d.Decode(&t.value); err != nil {
		return nil, err
	}
	t.fill(t.value, func(name string) string {
		t.names = append(t.names, name)
		return ""
	})
	return t, nil
}

// fill returns a copy of a JSON value, in whose texts the columns are filled in.
func (t *template) fill(v any, column func(string) string) any {
	switch v := v.(type) {
	case string:
		return placeholder.ReplaceAllStringFunc(v, func(s string) string {
			return column(placeholder.FindStringSubmatch(s)[1])
		})
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = t.fill(v[i], column)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for name := range v {
			object[name] = t.fill(v[name], column)
		}
		return object
	default:
		return v
	}
}

// check returns an error if a column is missing, or not the only one with its name.
func (t *template) check(columns []string, key string) error {
	if len(t.names) == 0 {
		return errors.New("the request has no {{column}}, so all rows would be the same request")
	}
	needed := t.names
	if key != "" {
		needed = append([]string{key}, needed...)
	}
	for i, name := range columns {
		if name != "" && slices.Contains(columns[:i], name) {
			return fmt.Errorf("two columns have the name %q", name)
		}
	}
	for _, name := range needed {
		if !slices.Contains(columns, name) {
			return fmt.Errorf("there is no column %q; the columns are %s", name, strings.Join(columns, ", "))
		}
	}
	return nil
}

// job makes the job of a row. Its Meta is the row.
func (t *template) job(columns, row []string, key string) (jobs.Job, error) {
	values := make(map[string]string, len(columns))
	for i, name := range columns {
		values[name] = row[i] // the reader checks that each row has as many
	}
	job := jobs.Job{Request: new(openrouter.ChatCompletionRequest)}
	data, err := json.Marshal(t.fill(t.value, func(name string) string { return values[name] }))
	if err == nil {
		err = json.Unmarshal(data, job.Request)
	}
	if err == nil && t.unchecked { // a place may be that of a price, say
		t.unchecked = false
		if err := job.Request.Validate(); err != nil {
			return job, fmt.Errorf("the request of the template is not valid: %w", err)
		}
	}
	if err == nil {
		job.Meta, err = json.Marshal(values)
	}
	if key != "" && err == nil {
		if job.Key = values[key]; job.Key == "" {
			err = fmt.Errorf("the key is missing: the column %q is empty", key)
		}
	}
	return job, err
}
