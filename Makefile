# Everything a person or CI does with this repository. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

STACK ?= dev
BIN := $(CURDIR)/bin

# The pinned tools; tools/<name>/go.mod or package.json holds the version of each.
PULUMI_VERSION := $(shell sed -n 's|.*github.com/pulumi/pulumi/pkg/v3 \(v[0-9.]*\).*|\1|p' tools/pulumi/go.mod)
EKS_VERSION := $(shell sed -n 's|.*"@pulumi/eks": "\([0-9.]*\)".*|\1|p' tools/pulumi-eks/package.json)

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  STACK=dev|test|prod chooses the stack (now $(STACK)). bin/offline takes any pulumi command:"
	@echo "  bin/offline preview --stack prod --diff"

## Setting up ---------------------------------------------------------------------------------------------------

.PHONY: check-tools
check-tools:
	@tools/check.sh

.PHONY: tools
tools: $(BIN)/pulumi $(BIN)/home/plugins/resource-eks-v$(EKS_VERSION) $(BIN)/aws $(BIN)/offline ## Build or install everything under bin/

$(BIN)/pulumi: tools/pulumi/go.mod tools/language-go/go.mod tools/pulumi.sh | check-tools
	tools/pulumi.sh $(PULUMI_VERSION) $(BIN)

$(BIN)/home/plugins/resource-eks-v$(EKS_VERSION): tools/pulumi-eks/package-lock.json tools/pulumi-eks.sh $(BIN)/pulumi | check-tools
	tools/pulumi-eks.sh $(EKS_VERSION) $(BIN)

$(BIN)/aws: tools/versions.sh | check-tools
	mkdir -p $(BIN)
	tools/versions.sh $(BIN)

.PHONY: $(BIN)/offline
$(BIN)/offline: | check-tools
	go build -o $@ ./cmd/offline

$(BIN)/golangci-lint: tools/golangci-lint/go.mod | check-tools
	cd tools/golangci-lint && go build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

## The stacks, on the simulated cloud ---------------------------------------------------------------------------

.PHONY: preview
preview: tools ## Preview a stack on the simulated cloud
	$(BIN)/offline preview --stack $(STACK)

.PHONY: up
up: tools ## Deploy a stack to the simulated cloud
	$(BIN)/offline up --yes --stack $(STACK)

.PHONY: destroy
destroy: tools ## Remove a stack from the simulated cloud (prod: unprotect first, docs/offline.md)
	$(BIN)/offline destroy --yes --stack $(STACK)

.PHONY: clean
clean: ## Forget the simulated cloud (bin/ stays)
	rm -rf .offline

## Checking -----------------------------------------------------------------------------------------------------

.PHONY: test
test: tools ## Run every test
	go test -timeout 40m ./...

.PHONY: lint
lint: $(BIN)/golangci-lint ## Run every linter
	tools/lint.sh

.PHONY: generate
generate: ## Regenerate the schemas
	go generate ./...

.PHONY: golden
golden: tools ## Rewrite the golden previews under tests/golden
	UPDATE_GOLDEN=1 go test -count=1 -run TestGolden ./tests/...

.PHONY: bench
bench: tools ## Measure previews, updates and a cold build against their floors
	go run ./cmd/bench

.PHONY: ci
ci: lint test ## What .ci/run runs
