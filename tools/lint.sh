#!/bin/sh
# Runs every linter and names all that is wrong, not just the first.
set -u
cd "$(dirname "$0")/.." || exit 1

failed=''
check() { # name, command...
	name=$1
	shift
	echo "lint: $name"
	"$@" || failed="$failed $name"
}

formatted() {
	unformatted=$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l)
	[ -z "$unformatted" ] || { echo "run gofmt -w on: $unformatted" >&2; return 1; }
}

check gofmt formatted
check vet go vet ./...
check golangci-lint bin/golangci-lint run
check tidy go mod tidy -diff

if [ -n "$failed" ]; then
	echo "lint: failed:$failed" >&2
	exit 1
fi
