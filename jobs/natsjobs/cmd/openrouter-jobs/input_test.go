package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatIsWrongInATableIsNamedWithItsLine(t *testing.T) {
	s := newShell(t)
	s.write("nokey.csv", "id,text\n1,\"two\nlines\"\n,x\n3,y\n")
	s.write("twice.csv", "id,text,text\n1,a,b\n")
	s.write("latin.csv", "id,text\n1,good\n2,caf\xe9\n3,caf\xe8\n")
	s.write("head.csv", "id,caf\xe9,text\n1,2,3\n")
	s.write("number.csv", "id,text\n1,x\n")
	s.write("mesages.json", `{"model":"m/x","mesages":[{"role":"user","content":"{{text}}"}]}`)
	s.write("price.json", `{"model":"m/x","messages":[{"role":"user","content":"Hi"}],"provider":{"max_price":{"prompt":"{{id}}"}}}`)
	for _, c := range []struct{ line, says string }{
		{"run nokey.csv out --model m --prompt {{text}} --key id", `nokey.csv: line 4: has nothing in the column "id" of the key`},
		{"run twice.csv out --model m --prompt {{text}}", `twice.csv: two columns have the name "text"`},
		{"run latin.csv out --model m --prompt {{text}}", "latin.csv: line 3: is not valid UTF-8"},
		{"run head.csv out --model m --prompt {{text}}", "head.csv: line 1: is not valid UTF-8"},
		{"run number.csv out --template mesages.json", "number.csv: line 2: the request of the template is not valid: openrouter: messages is empty"},
	} {
		_, stderr := s.runs(exitError, strings.Fields(c.line)...)
		assert.Contains(t, stderr, c.says, c.line)
	}
	assert.Len(t, s.results("out"), 2, "the rows before it are asked")
	s.runs(exitDone, strings.Fields("run number.csv o3 --template price.json")...)
	s.write("empty.csv", "id,text,,\n1,a,,\n")
	s.runs(exitDone, strings.Fields("run empty.csv o2 --model m --prompt {{text}}")...)
}

func TestTheResultsCannotBeTheJobs(t *testing.T) {
	s := newShell(t)
	s.write("a.jsonl", `{"key":"a"}`+"\n")
	_, stderr := s.runs(exitUsage, "run", "a.jsonl", "./a.jsonl")
	assert.Contains(t, stderr, "the same file")
}

func TestRowsThatAreLeftOutAreCounted(t *testing.T) {
	s := newShell(t)
	s.write("a.csv", "id,text\n1,a\n1,b\n2,c\n1,d\n")
	args := strings.Fields("run a.csv out --model m --prompt {{text}} --key id")
	_, stderr := s.runs(exitDone, args...)
	assert.Contains(t, stderr, "2 done, 0 failed, 2 duplicates")
	out, _ := s.runs(exitDone, append(args, "--json")...)
	assert.Contains(t, out, `"duplicates":2`)
	s.write("a.csv", "id,text\n1,a\n2,c\n")
	_, stderr = s.runs(exitDone, args...)
	assert.NotContains(t, stderr, "duplicates")
}

func TestNumbersThatAreNone(t *testing.T) {
	s := newShell(t)
	s.requests("in.jsonl", 1)
	for _, flag := range []string{"--max-cost=NaN", "--per-second=NaN"} {
		_, stderr := s.runs(exitUsage, "run", "in.jsonl", "out", flag)
		assert.Contains(t, stderr, "is NaN")
	}
}
