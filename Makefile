# Everything a person or CI does with this repository. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

STACK ?= dev
# real or simulated: the control plane of clusters in the simulated cloud.
CLUSTER ?=
PROFILE ?= load
TARGET ?=
export TARGET
BASE ?= origin/main
# Parts of make bench, or proofs of make prove, separated by commas; all if empty.
ONLY ?=
# The cases of make prove: its seed, another each time if empty, and the share of all, such as 0.1.
SEED ?=
SAMPLE ?=
# The stacks of make prove, separated by commas; all if empty.
STACKS ?=
# The keys that make prove ONLY=tuning moves, separated by commas; all if empty.
KEYS ?=
# all: make test plays also the cases that it would not have drawn.
CASES ?= some
OUTPUT ?= review
# The account to bootstrap, and this repository on GitHub if it is not legops/platform.
ACCOUNT ?=
GITHUB_REPOSITORY ?=
export GITHUB_REPOSITORY
BIN := $(CURDIR)/bin

# Pulumi's SDKs of AWS and Kubernetes are most of what a new machine compiles. Without inlining the compiler takes six tenths of the time for
# them, and what they do when the program runs is little (docs/decisions/0033-fresh-machine.md).
SDKS := -gcflags=github.com/pulumi/pulumi-.../sdk/...=-l

# Without the folder's path in what is compiled, every copy of the repository uses what one has compiled: another clone, a worktree,
# the two sides of a review. All commands of this file have to agree, or each would compile the AWS SDK for itself. The flags of a
# person stay, also those of go env -w; where Go is missing, check-tools says so.
GOFLAGS_OF_PERSON := $(shell go env GOFLAGS 2>/dev/null)
export GOFLAGS := $(strip $(GOFLAGS_OF_PERSON) $(filter-out $(GOFLAGS_OF_PERSON),-trimpath $(SDKS)))

# The pinned tools; tools/<name>/go.mod or package.json holds the version of each.
PULUMI_VERSION := $(shell sed -n 's|.*github.com/pulumi/pulumi/pkg/v3 \(v[0-9.]*\).*|\1|p' tools/pulumi/go.mod)
EKS_VERSION := $(shell sed -n 's|.*"@pulumi/eks": "\([0-9.]*\)".*|\1|p' tools/pulumi-eks/package.json)
KUBERNETES_VERSION := $(shell sed -n 's|.*k8s.io/kubernetes \(v[0-9.]*\).*|\1|p' tools/kubernetes/go.mod)
KUBERNETES_SDK_VERSION := $(shell sed -n 's|.*github.com/pulumi/pulumi-kubernetes/sdk/v4 \(v[0-9.]*\).*|\1|p' go.mod)

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  STACK=dev|test|prod chooses the stack (now $(STACK)). bin/offline takes any pulumi command:"
	@echo "  bin/offline preview --stack prod --diff"

## Setting up ---------------------------------------------------------------------------------------------------

.PHONY: check-tools
check-tools:
	@tools/check.sh

EKS := $(BIN)/home/plugins/resource-eks-v$(EKS_VERSION)

# npm waits for the network while Go compiles. The Go builds follow one another: they share most of what they compile.
.PHONY: tools
tools: ## Build or install what the simulated cloud needs under bin/
	@$(MAKE) --no-print-directory --jobs=2 $(EKS) $(BIN)/aws $(BIN)/offline $(BIN)/pulumi

.PHONY: flags
flags: ## Print the GOFLAGS with which make compiles, for a shell of yours
	@echo "$$GOFLAGS"

# The plugin starts from what this version of Node.js has compiled: another installs it again (tools/pulumi-eks/compiled.js).
NODE := $(BIN)/pulumi-eks/node-$(shell node --version 2>/dev/null)

$(NODE): | check-tools
	mkdir -p $(@D)
	rm -f $(@D)/node-*
	touch $@

$(EKS): tools/pulumi-eks/package-lock.json tools/pulumi-eks/compiled.js tools/pulumi-eks.sh $(NODE) | check-tools
	@echo "make tools, 1 of 3: pulumi-eks $(EKS_VERSION) from npm, while the rest compiles"
	tools/pulumi-eks.sh $(EKS_VERSION) $(BIN)

$(BIN)/pulumi: tools/pulumi/go.mod tools/pulumi.sh $(shell find tools/pulumi/simulated -type f) | check-tools $(BIN)/offline
	@echo "make tools, 3 of 3: the Pulumi CLI $(PULUMI_VERSION) from source, once: two minutes of processor time"
	$(COMPILER) tools/pulumi.sh $(PULUMI_VERSION) $(BIN) simulated

# The CLI in bin is for the simulated cloud: it has no backend in S3 and no key in KMS.
.PHONY: account-tools
account-tools: $(EKS) $(BIN)/offline $(BIN)/account/pulumi $(BIN)/account/unfinished $(BIN)/account/ages ## Build what deploys to an account, with the whole Pulumi CLI under bin/account

$(BIN)/account/pulumi: tools/pulumi/go.mod tools/language-go/go.mod tools/pulumi.sh | check-tools
	@echo "building the Pulumi CLI $(PULUMI_VERSION) and its language host from source, once: nine minutes of processor time"
	$(COMPILER) tools/pulumi.sh $(PULUMI_VERSION) $(BIN)/account account

.PHONY: $(BIN)/account/unfinished $(BIN)/account/ages
$(BIN)/account/unfinished $(BIN)/account/ages: $(BIN)/account/%: | check-tools
	go build -o $@ ./cmd/$*

$(BIN)/aws: tools/versions.sh | check-tools
	mkdir -p $(BIN)
	tools/versions.sh $(BIN)

# The largest package of the AWS SDK would take the compiler 3.3 GB; a limit keeps it below 3, and collecting garbage more rarely
# elsewhere makes up for the time. Both hold for each compiler process. COMPILE is offline.Compile, too: bin/offline and a review use
# what make has compiled.
COMPILER := GOGC=200 GOMEMLIMIT=2700MiB
COMPILE := $(COMPILER) go build -trimpath $(SDKS) -buildvcs=false -ldflags '-s -w'

.PHONY: $(BIN)/offline
$(BIN)/offline: | check-tools
	@[ -e $(BIN)/legops ] || echo "make tools, 2 of 3: the program with the AWS SDK: seven minutes of processor time the first time"
	$(COMPILE) -o $(BIN)/legops .
	$(COMPILER) go build -o $@ ./cmd/offline

.PHONY: $(BIN)/review
$(BIN)/review: | check-tools
	go build -o $@ ./cmd/review

$(BIN)/k6: tools/k6/go.mod | check-tools
	@echo "building k6 from source, once: two minutes of processor time"
	cd tools/k6 && CGO_ENABLED=0 go build -ldflags '-s -w' -o $@ go.k6.io/k6

$(BIN)/chromium: tools/chromium.sh
	mkdir -p $(BIN)
	tools/chromium.sh $(BIN)

$(BIN)/nginx: tools/nginx.sh
	mkdir -p $(BIN)
	tools/nginx.sh $(BIN)

RUNTIMES := $(BIN)/runtimes/installed

# installed says that all of it is there.
$(RUNTIMES): tools/runtimes.sh
	tools/runtimes.sh $(@D)
	touch $@

POSTGRES := $(BIN)/postgres/installed

$(POSTGRES): $(wildcard tools/postgres/*) tools/postgres.sh | check-tools
	tools/postgres.sh $(BIN)
	touch $@

$(BIN)/golangci-lint: tools/golangci-lint/go.mod | check-tools
	cd tools/golangci-lint && go build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(BIN)/dockerfile-lint: $(wildcard tools/dockerfile-lint/*) | check-tools
	cd tools/dockerfile-lint && go build -ldflags '-s -w' -o $@ .

$(BIN)/shellcheck: $(wildcard tools/shellcheck/*) tools/shellcheck.sh | check-tools
	tools/shellcheck.sh $(BIN)

SIMULATE := $(BIN)/iam-simulate/installed

# installed says that all of it is there.
$(SIMULATE): $(wildcard tools/iam-simulate/*) tools/iam-simulate.sh | check-tools
	tools/iam-simulate.sh $(BIN)
	touch $@

# In a folder of their own: their kubectl must not replace the one in bin, which pulumi-eks runs. All but kwok come from one
# module and one build, since they share most packages; kwok does not compile with this Kubernetes.
CONTROL_PLANE := $(addprefix $(BIN)/kubernetes/, etcd kube-apiserver kube-controller-manager kube-scheduler kubectl pulumi-resource-kubernetes)

PROVIDER_HOME := $(BIN)/kubernetes/home

.PHONY: control-plane
control-plane: $(CONTROL_PLANE) $(BIN)/kubernetes/kwok $(PROVIDER_HOME) ## Build the Kubernetes control plane of the tests, and Pulumi's provider for it, under bin/

$(CONTROL_PLANE) &: tools/kubernetes/go.mod $(wildcard tools/kubernetes/*/*.go) | check-tools
	@echo "building Kubernetes $(KUBERNETES_VERSION) and Pulumi's provider for it from source, once: eleven to twenty minutes of processor time"
	mkdir -p $(BIN)/kubernetes
	cd tools/kubernetes && CGO_ENABLED=0 go build \
		-ldflags '-s -w -X k8s.io/component-base/version.gitVersion=$(KUBERNETES_VERSION)' -o $(BIN)/kubernetes/ \
		$(addprefix k8s.io/kubernetes/cmd/, kube-apiserver kube-controller-manager kube-scheduler kubectl) \
		go.etcd.io/etcd/server/v3 ./pulumi-resource-kubernetes
	mv $(BIN)/kubernetes/server $(BIN)/kubernetes/etcd
	touch $(CONTROL_PLANE)

$(BIN)/kubernetes/kwok: tools/kwok/go.mod | check-tools
	cd tools/kwok && CGO_ENABLED=0 go build -ldflags '-s -w' -o $@ sigs.k8s.io/kwok/cmd/kwok

# A separate Pulumi home, with this provider under the version that the engine requests, which is the SDK's: no deployment
# to an account may find it.
$(PROVIDER_HOME): $(BIN)/kubernetes/pulumi-resource-kubernetes $(EKS)
	rm -rf $@
	mkdir -p $@/plugins/resource-kubernetes-$(KUBERNETES_SDK_VERSION) $@/plugins/resource-eks-v$(EKS_VERSION)
	ln -s $< $@/plugins/resource-kubernetes-$(KUBERNETES_SDK_VERSION)/
	ln -s $(BIN)/home/plugins/resource-eks-v$(EKS_VERSION)/pulumi-resource-eks $@/plugins/resource-eks-v$(EKS_VERSION)/
	touch $@/logs # a file, as in tools/pulumi-eks.sh

## The stacks, on the simulated cloud ---------------------------------------------------------------------------

.PHONY: preview
preview: tools ## Preview a stack on the simulated cloud
	$(BIN)/offline preview --stack $(STACK)

.PHONY: up
up: tools $(if $(filter real,$(CLUSTER)),control-plane) ## Deploy a stack to the simulated cloud; CLUSTER=real runs its cluster for kubectl
	OFFLINE_CLUSTERS=$(CLUSTER) $(BIN)/offline up --yes --stack $(STACK)

.PHONY: review
review: tools $(BIN)/review ## Report what the working tree changes in every stack, against BASE; pages in OUTPUT
	$(BIN)/review --base $(BASE) --output $(OUTPUT)

.PHONY: destroy
destroy: tools ## Remove a stack from the simulated cloud (prod: unprotect first, docs/offline.md)
	$(BIN)/offline destroy --yes --stack $(STACK)

.PHONY: clean
clean: ## Delete the simulated cloud, and stop its control planes (keeps bin/)
	pkill -KILL -f '^$(BIN)/kubernetes/.*$(CURDIR)/.offline/clusters/' || true
	rm -rf .offline

## An account of AWS --------------------------------------------------------------------------------------------

.PHONY: bootstrap
bootstrap: ## Create what Pulumi and CI need in ACCOUNT=dev|test|prod, with your credentials; shows, asks
	@bootstrap/bootstrap.sh '$(ACCOUNT)'

.PHONY: check-account
check-account: ## Check that ACCOUNT=dev|test|prod has the quotas and zones its stack needs; only reads
	@bootstrap/check.sh '$(ACCOUNT)'

## Checking -----------------------------------------------------------------------------------------------------

# Without TARGET it starts the reference application on this machine, and stops it afterwards.
PRODUCTION_DOMAIN = $(shell sed -n '/^  legops:domain:/,/^  [a-z]/s/^    name: *//p' Pulumi.prod.yaml)

.PHONY: loadtest
loadtest: $(BIN)/k6 ## Put TARGET, or the reference application here, under load: PROFILE=performance|load|stress
	@K6=$(BIN)/k6 PRODUCTION_DOMAIN=$(PRODUCTION_DOMAIN) loadtest/$(if $(TARGET),run,local).sh $(PROFILE)

# Debug symbols take a third of the linking time; the linters run vet. The tests start many short programs, such as kubectl, of which collecting
# garbage is a third.
GO_TEST := go test -vet=off -ldflags '-s -w' -timeout 60m -exec 'env GOGC=400'
# These packages hold other programs to time limits: commands on real clusters, releases, servers, load.
CLOCKS := $(addprefix ./,tests/cluster tests/rehearsal loadtest tests/requests tests/autoscaling tests/database tests/search tests/examples \
	internal/controlplane cmd/bench)

# Of the others ./tests takes longest. It runs in parts, by the first letter of its tests, each a process of its own: what all its operations of the
# engine leave in one process costs more garbage collection than two more starts (docs/performance.md).
PARTS := test-A-E test-F-O test-P-Z

test test-clocks test-others $(PARTS): export TEST_CASES := $(CASES)

# All is compiled first, beside nothing that has a clock.
.PHONY: test
test: tools control-plane $(SIMULATE) $(BIN)/k6 $(BIN)/chromium $(BIN)/nginx $(RUNTIMES) $(POSTGRES) ## Run the tests, of those that take minutes some; CASES=all runs every one
	@command -v jq >/dev/null || tools/jq.sh
	cd apps/reference && go test ./...
	go list -export -test ./... >/dev/null
	$(MAKE) --no-print-directory --keep-going --jobs=3 test-clocks $(PARTS) test-others

# What only computes gives way to what has a clock, and takes the time in which that waits.
.PHONY: test-clocks
test-clocks:
	$(GO_TEST) -p 1 $(CLOCKS)

.PHONY: $(PARTS)
test-A-E test-F-O: test-%:
	nice -n 19 $(GO_TEST) -run '^Test[$*]' ./tests
test-P-Z: # and whatever is in no other part
	nice -n 19 $(GO_TEST) -skip '^Test[A-O]' ./tests

.PHONY: test-others
test-others:
	nice -n 19 $(GO_TEST) -p 1 $$(go list ./... | grep -vxF $(foreach package,$(CLOCKS) ./tests,-e $(package:./%=legops/%)))

.PHONY: lint
lint: $(BIN)/golangci-lint $(BIN)/dockerfile-lint $(BIN)/shellcheck $(BIN)/offline ## Run every linter
	tools/lint.sh

.PHONY: generate
generate: ## Regenerate the schemas
	go generate ./...

.PHONY: provider
provider: tools ## Read the tables of the AWS provider out of the real one, built from source
	tools/provider.sh $(BIN)

.PHONY: docs
docs: tools $(SIMULATE) ## Rewrite the generated documents, docs/architecture.svg included
	UPDATE_DOCS=1 go test -count=1 -run 'IsFresh|AreFresh' ./tests ./internal/catalogue ./internal/offline/cloud
	go run -ldflags '-s -w' ./cmd/prove -write

.PHONY: golden
golden: tools ## Rewrite the golden previews under tests/golden
	UPDATE_GOLDEN=1 go test -count=1 -run TestGolden ./tests/...

.PHONY: bench
bench: tools ## Measure previews, updates, reviews and builds; BASE=revision measures it too, ONLY=stacks,build only these parts
	go run -ldflags '-s -w' ./cmd/bench $(if $(filter file,$(origin BASE)),,-base '$(BASE)') -only '$(ONLY)'

.PHONY: prove
prove: tools $(SIMULATE) ## Search all that could break a promise (docs/proofs.md); ONLY=tuning,faults STACKS=test a part of it, SEED=7 the same again
	go run -ldflags '-s -w' ./cmd/prove -only '$(ONLY)' $(if $(SEED),-seed '$(SEED)') $(if $(SAMPLE),-sample '$(SAMPLE)') $(if $(STACKS),-stack '$(STACKS)') $(if $(KEYS),-key '$(KEYS)')

.PHONY: ci
ci: lint test ## Lint and test, as .ci/run does
