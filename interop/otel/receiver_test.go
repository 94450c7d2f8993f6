package otel_test

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	collectmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collecttrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	spans "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver is a server for OTLP over HTTP, made of the official protobufs.
type receiver struct {
	t       *testing.T
	mu      sync.Mutex
	spans   []span
	metrics map[string]bool
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body := io.Reader(req.Body)
	if req.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(req.Body)
		if !assert.NoError(r.t, err) {
			return
		}
		body = unzipped
	}
	data, err := io.ReadAll(body)
	assert.NoError(r.t, err)
	var traces collecttrace.ExportTraceServiceRequest
	var metrics collectmetrics.ExportMetricsServiceRequest
	switch req.URL.Path {
	case "/v1/traces":
		assert.NoError(r.t, proto.Unmarshal(data, &traces))
	case "/v1/metrics":
		assert.NoError(r.t, proto.Unmarshal(data, &metrics))
	default:
		assert.Fail(r.t, "an unknown path", req.URL.Path)
	}
	for _, resource := range traces.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			assert.Equal(r.t, "https://opentelemetry.io/schemas/1.41.0", scope.GetSchemaUrl())
			for _, s := range scope.GetSpans() {
				r.spans = append(r.spans, span{
					name: s.GetName(), id: hex.EncodeToString(s.GetSpanId()), parent: hex.EncodeToString(s.GetParentSpanId()),
					isClient: s.GetKind() == spans.Span_SPAN_KIND_CLIENT, isError: s.GetStatus().GetCode() == spans.Status_STATUS_CODE_ERROR,
					attributes: texts(s.GetAttributes()),
				})
			}
		}
	}
	for _, resource := range metrics.GetResourceMetrics() {
		for _, scope := range resource.GetScopeMetrics() {
			for _, m := range scope.GetMetrics() {
				r.metrics[m.GetName()] = true
			}
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	empty, err := proto.Marshal(&collecttrace.ExportTraceServiceResponse{})
	assert.NoError(r.t, err)
	_, _ = w.Write(empty)
}

// texts are attributes as texts.
func texts(attributes []*common.KeyValue) map[string]string {
	out := map[string]string{}
	for _, kv := range attributes {
		switch v := kv.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			out[kv.GetKey()] = v.StringValue
		case *common.AnyValue_BoolValue:
			out[kv.GetKey()] = strconv.FormatBool(v.BoolValue)
		case *common.AnyValue_IntValue:
			out[kv.GetKey()] = strconv.FormatInt(v.IntValue, 10)
		case *common.AnyValue_DoubleValue:
			out[kv.GetKey()] = strconv.FormatFloat(v.DoubleValue, 'g', -1, 64)
		}
	}
	return out
}

func TestReceiver(t *testing.T) {
	r := &receiver{t: t, metrics: map[string]bool{}}
	srv := httptest.NewServer(r)
	defer srv.Close()
	runProgram(t, strings.TrimPrefix(srv.URL, "http://"))
	checkProgram(t, r.spans, r.metrics)
}
