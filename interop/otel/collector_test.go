package otel_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const config = `
receivers: {otlp: {protocols: {http: {endpoint: %[1]q}}}}
exporters:
  file/traces: {path: %[2]q}
  file/metrics: {path: %[3]q}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [file/traces]}
    metrics: {receivers: [otlp], exporters: [file/metrics]}
`

// TestCollector sends spans and metrics to a process of the OpenTelemetry Collector, and reads what it
// has written.
func TestCollector(t *testing.T) {
	if os.Getenv("OPENROUTER_INTEROP") == "" {
		t.Skip("OPENROUTER_INTEROP is not set")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "collector.exe")
	built, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "interop", "-o", program, "./collector").CombinedOutput()
	require.NoError(t, err, string(built))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	traces, metrics := filepath.Join(dir, "traces.json"), filepath.Join(dir, "metrics.json")
	collector := exec.CommandContext(t.Context(), program, "--config", "yaml:"+fmt.Sprintf(config, address, traces, metrics))
	var said bytes.Buffer
	collector.Stdout, collector.Stderr = &said, &said
	require.NoError(t, collector.Start())
	ended := make(chan error, 1)
	go func() { ended <- collector.Wait() }()
	defer func() {
		_ = collector.Process.Kill()
		<-ended
	}()
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, 2*time.Minute, 20*time.Millisecond, "the collector does not listen")

	runProgram(t, address)
	require.NoError(t, collector.Process.Signal(os.Interrupt)) // it writes what it has
	select {
	case err := <-ended:
		ended <- nil
		require.NoError(t, err, said.String())
	case <-time.After(2 * time.Minute):
		require.Fail(t, "the collector does not end", said.String())
	}
	checkProgram(t, writtenSpans(t, traces), writtenMetrics(t, metrics))
}

// writtenSpans reads OTLP as JSON, a line for each batch.
func writtenSpans(t *testing.T, path string) []span {
	type attribute struct {
		Key   string
		Value struct {
			StringValue *string
			BoolValue   *bool
			IntValue    *json.RawMessage // a text
			DoubleValue *float64
		}
	}
	var out []span
	for _, line := range lines(t, path) {
		var batch struct {
			ResourceSpans []struct {
				ScopeSpans []struct {
					Spans []struct {
						Name, SpanID, ParentSpanID string
						Kind                       int
						Status                     struct{ Code int }
						Attributes                 []attribute
					}
				}
			}
		}
		require.NoError(t, json.Unmarshal(line, &batch))
		for _, resource := range batch.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				for _, s := range scope.Spans {
					got := span{name: s.Name, id: s.SpanID, parent: s.ParentSpanID, isClient: s.Kind == 3, isError: s.Status.Code == 2, attributes: map[string]string{}}
					for _, a := range s.Attributes {
						switch v := a.Value; {
						case v.StringValue != nil:
							got.attributes[a.Key] = *v.StringValue
						case v.BoolValue != nil:
							got.attributes[a.Key] = strconv.FormatBool(*v.BoolValue)
						case v.IntValue != nil:
							got.attributes[a.Key] = string(bytes.Trim(*v.IntValue, `"`))
						case v.DoubleValue != nil:
							got.attributes[a.Key] = strconv.FormatFloat(*v.DoubleValue, 'g', -1, 64)
						}
					}
					out = append(out, got)
				}
			}
		}
	}
	return out
}

func writtenMetrics(t *testing.T, path string) map[string]bool {
	names := map[string]bool{}
	for _, line := range lines(t, path) {
		var batch struct {
			ResourceMetrics []struct {
				ScopeMetrics []struct{ Metrics []struct{ Name string } }
			}
		}
		require.NoError(t, json.Unmarshal(line, &batch))
		for _, resource := range batch.ResourceMetrics {
			for _, scope := range resource.ScopeMetrics {
				for _, m := range scope.Metrics {
					names[m.Name] = true
				}
			}
		}
	}
	return names
}

func lines(t *testing.T, path string) [][]byte {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotEmpty(t, data)
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}
