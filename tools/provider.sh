#!/usr/bin/env bash
# Reads the tables of the AWS provider out of the real one (tools/provider): what its schema says of every input, and what it answers
# when it is asked what a change would do to the resources of the stacks as the simulated cloud has them.
#
#   tools/provider.sh BIN
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
generate="go run ./internal/offline/answers/generate"
for version in 5.68 6.13; do
	[ -x "$bin/provider/oracle-$version" ] || tools/provider/build.sh "$version" "$bin/provider"
	"$bin/provider/oracle-$version" facts 2>"$work/$version.log" >"$work/$version.json" || { cat "$work/$version.log" >&2 && exit 1; }
done
$generate facts "$work/5.68.json" "$work/6.13.json" >"$work/provider.json"
cp "$work/provider.json" internal/catalogue/provider.json
for stack in dev test prod; do
	"$bin/offline" up --yes --stack "$stack" >"$work/$stack.log" || { cat "$work/$stack.log" >&2 && exit 1; }
	"$bin/offline" stack export --show-secrets --stack "$stack" >"$work/$stack.json"
done
stacks=("$work/dev.json" "$work/test.json" "$work/prod.json")
$generate questions "${stacks[@]}" >"$work/questions"
"$bin/provider/oracle-6.13" ask <"$work/questions" >"$work/answered" 2>"$work/ask.log" || { tail "$work/ask.log" >&2 && exit 1; }
$generate answers "$work/answered" "${stacks[@]}" >"$work/answers.json"
cp "$work/answers.json" internal/offline/answers/answers.json
