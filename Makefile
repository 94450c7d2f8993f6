# `make ci` is what guards a change: it runs .ci/run, which calls the others.
LINT = golangci-lint run ./...

.PHONY: test lint generate bench ci
test: # the README's command, with the race detector
	go test -race ./...
lint:
	go tool -modfile=tools/go.mod $(LINT)
	cd benchmarks && go tool -modfile=../tools/go.mod $(LINT)
generate:
	go generate ./...
bench: # that all clients read the same bytes; how fast, only a quiet machine can say
	cd benchmarks && go test ./...
ci:
	.ci/run
