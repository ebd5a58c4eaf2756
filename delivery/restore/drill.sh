#!/usr/bin/env bash
# A restore drill: the database and a bucket at once, each with the whole time limit. It fails if a part does, and writes what both have found into
# one report. What they read from the environment is in database.sh and bucket.sh.
# usage: drill.sh REPORT
set -uo pipefail

report=$1
here=$(dirname "$0")
readonly parts='database bucket'

declare -A run
for part in $parts; do
	: >"$report.$part"
	bash "$here/$part.sh" "$report.$part" &
	run[$part]=$!
done
trap 'kill -TERM "${run[@]}" 2>/dev/null' TERM INT HUP

failed=0
: >"$report"
for part in $parts; do
	code=0
	# A signal ends a wait, not what it waits for.
	while true; do
		wait "${run[$part]}" && code=0 || code=$?
		kill -0 "${run[$part]}" 2>/dev/null || break
	done
	cat "$report.$part" >>"$report"
	[ "$code" -eq 0 ] || failed=1
	[ "$code" -eq 0 ] || grep -q '^problem ' "$report.$part" || echo "problem the drill of the $part ended with $code, and did not say why" >>"$report"
done
exit "$failed"
