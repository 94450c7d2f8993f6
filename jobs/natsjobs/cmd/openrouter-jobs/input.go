package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/openrouter-go/openrouter"
	"github.com/openrouter-go/openrouter/jobs"
)

// input is where jobs come from.
type input struct {
	path     string
	model    string
	prompt   string
	system   string
	template string
	key      string
}

func (in *input) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&in.model, "model", "", "the `model` of --prompt")
	f.StringVar(&in.prompt, "prompt", "", "the `message` for each row of a CSV file; {{name}} stands for the column name")
	f.StringVar(&in.system, "system", "", "a system `message` before --prompt")
	f.StringVar(&in.template, "template", "", "a JSON `file` with the request for each row of a CSV file; {{name}} in its texts stands for a column")
	f.StringVar(&in.key, "key", "", "the `column` with the key of a row; without it, rows that make equal requests are one job")
}

// isTable reports that the rows need a template.
func (in *input) isTable() bool { return in.prompt != "" || in.template != "" }

// check returns what is wrong with the flags.
func (in *input) check() error {
	ext := strings.ToLower(filepath.Ext(in.path))
	switch {
	case in.prompt != "" && in.template != "":
		return errors.New("--prompt and --template exclude each other")
	case in.prompt != "" && in.model == "":
		return errors.New("--prompt needs --model")
	case in.prompt == "" && (in.model != "" || in.system != ""):
		return errors.New("--model and --system need --prompt")
	case in.key != "" && !in.isTable():
		return errors.New("--key needs --prompt or --template: a line of JSON has its own key")
	case !in.isTable() && (ext == ".csv" || ext == ".tsv"):
		return fmt.Errorf("%s is a table: --prompt or --template says what to ask for a row", in.path)
	}
	return nil
}

// open opens the input. "-" is standard input.
func (in *input) open() (io.ReadCloser, error) {
	if in.path == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	return os.Open(in.path)
}

// jobs reads the jobs.
func (in *input) jobs(r io.Reader) (iter.Seq2[jobs.Job, error], error) {
	if !in.isTable() {
		return jobs.ReadJSONL(r), nil
	}
	t, err := in.newTemplate()
	if err != nil {
		return nil, err
	}
	rows := in.rows(r)
	columns, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty: its first line must name the columns", in.path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.path, err)
	}
	columns[0] = strings.TrimPrefix(columns[0], "\ufeff") // a byte order mark
	if err := isText(rows, columns); err != nil {
		return nil, fmt.Errorf("%s: %w", in.path, err)
	}
	if err := t.check(columns, in.key); err != nil {
		return nil, fmt.Errorf("%s: %w", in.path, err)
	}
	return func(yield func(jobs.Job, error) bool) {
		for {
			row, err := rows.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var job jobs.Job
			if err == nil {
				err = isText(rows, row)
			}
			if err == nil {
				if job, err = t.job(columns, row, in.key); err != nil {
					err = at(rows, err)
				}
			}
			if err != nil {
				err = fmt.Errorf("%s: %w", in.path, err)
			}
			if !yield(job, err) || err != nil {
				return
			}
		}
	}, nil
}

// isText returns an error if a row is not UTF-8, of which JSON would make equal texts.
func isText(rows *csv.Reader, row []string) error {
	for _, value := range row {
		if !utf8.ValidString(value) {
			return at(rows, errors.New("is not valid UTF-8"))
		}
	}
	return nil
}

// at names the line of the row that was read last.
func at(rows *csv.Reader, err error) error {
	line, _ := rows.FieldPos(0)
	return fmt.Errorf("line %d: %w", line, err)
}

func (in *input) rows(r io.Reader) *csv.Reader {
	rows := csv.NewReader(r)
	if strings.EqualFold(filepath.Ext(in.path), ".tsv") {
		rows.Comma = '\t'
		rows.LazyQuotes = true
	}
	return rows
}

func (in *input) newTemplate() (*template, error) {
	if in.template != "" {
		data, err := os.ReadFile(in.template)
		if err != nil {
			return nil, err
		}
		t, err := parseTemplate(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", in.template, err)
		}
		return t, nil
	}
	req := openrouter.ChatCompletionRequest{Model: in.model}
	if in.system != "" {
		req.Messages = append(req.Messages, openrouter.SystemMessage(in.system))
	}
	req.Messages = append(req.Messages, openrouter.UserMessage(in.prompt))
	data, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	return parseTemplate(data)
}

// count returns how many jobs a file has, and 0 if it can be read only once.
func (in *input) count() (int, error) {
	info, err := os.Stat(in.path)
	if in.path == "-" || err == nil && !info.Mode().IsRegular() {
		return 0, nil
	}
	f, err := os.Open(in.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n := 0
	if in.isTable() {
		rows := in.rows(f)
		rows.ReuseRecord = true
		for n = -1; ; n++ {
			if _, err := rows.Read(); err != nil {
				return max(n, 0), nil // an error is met again when the jobs are read
			}
		}
	}
	blank := true
	for r := bufio.NewReaderSize(f, 1<<20); ; {
		part, err := r.ReadSlice('\n')
		blank = blank && len(bytes.TrimSpace(part)) == 0
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if !blank {
			n++
		}
		if blank = true; err != nil {
			return n, nil
		}
	}
}
