#!/bin/sh
# Runs every linter, and reports all failures, not just the first.
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

# The first line of a script names its interpreter, whatever the script's name.
scripts() {
	git ls-files -z -co --exclude-standard |
		xargs -0 awk 'FNR == 1 { if (/^#!.*sh$/ || FILENAME ~ /\.sh$/) print FILENAME; nextfile }' |
		xargs bin/shellcheck
}

# A finding runs by itself, so several contain the lines that start the same thing. They must be identical.
findings() {
	for begin in 'A control plane on loopback' 'A real nginx on loopback' 'botocore out of Debian'; do
		first=''
		for script in findings/*.sh; do
			lines=$(sed -n "/^# $begin/,/^# End of the shared lines/p" "$script")
			[ -n "$lines" ] || continue
			: "${first:=$lines}"
			[ "$lines" = "$first" ] || { echo "$script: its lines from '# $begin' on differ from those of the first finding" >&2; return 1; }
		done
		[ -n "$first" ] || { echo "no finding has '# $begin'" >&2; return 1; }
	done
}

dockerfiles() {
	git ls-files -co --exclude-standard '*Dockerfile' | xargs bin/dockerfile-lint
}

inside() { # module, command...
	(cd "$1" && shift && "$@")
}

check gofmt formatted
# golangci-lint 2.15 has every analyzer of Go 1.26's vet: compare defaultAnalyzers of its govet with cmd/vet when either moves.
check vet-dockerfile-lint inside tools/dockerfile-lint go vet ./...
check golangci-lint bin/golangci-lint run
check golangci-lint-reference inside apps/reference "$PWD/bin/golangci-lint" run
check tidy go mod tidy -diff
check tidy-reference inside apps/reference go mod tidy -diff
check shellcheck scripts
check findings findings
check dockerfile dockerfiles

if [ -n "$failed" ]; then
	echo "lint: failed:$failed" >&2
	exit 1
fi
