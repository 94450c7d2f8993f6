# `make ci` is what guards a change: it runs .ci/run, which calls the others.
LINT = golangci-lint run ./...
MODULES = $(filter-out tools benchmarks,$(patsubst %/go.mod,%,$(shell git ls-files "*/go.mod")))

.PHONY: test modules lint generate bench ci
test: # the README's command, with the race detector
	go test -race ./...
modules: # the packages that have a go.mod of their own
	for dir in $(MODULES); do (cd $$dir && go vet ./... && go test -race ./...) || exit; done
lint:
	go tool -modfile=tools/go.mod $(LINT)
	for dir in benchmarks $(MODULES); do (cd $$dir && go tool -modfile=$(CURDIR)/tools/go.mod $(LINT)) || exit; done
generate:
	go generate ./...
bench: # that all clients read the same bytes; how fast, only a quiet machine can say
	cd benchmarks && go test ./...
ci:
	.ci/run
