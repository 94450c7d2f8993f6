// Package otel tests otelopenrouter against servers that receive OpenTelemetry's own protocol: one of
// the official protobufs, and a real Collector. See "OpenTelemetry" in ../README.md.
package otel
