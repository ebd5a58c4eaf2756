#!/usr/bin/env bash
# Puts the reference application on this machine under load: local.sh performance|load|stress. Starts it on loopback, with
# the faults of FAULT_ERROR_RATE and FAULT_DELAY, and stops it whatever happens.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
reference=$here/../apps/reference
work=$(mktemp -d)
server=
# shellcheck disable=SC2329 # called by the trap
stop() {
	[[ -z $server ]] || kill "$server" 2>/dev/null || true
	[[ -z $server ]] || wait "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

(cd "$reference" && go build -o "$work/reference" .)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
(cd "$reference" && exec env ENVIRONMENT=development PORT="$port" LOG_LEVEL=error DRAIN_DELAY=0s "$work/reference" >"$work/log" 2>&1) &
server=$!
for _ in {1..50}; do
	curl -sf -o "$work/ready" "http://127.0.0.1:$port/readyz" && break
	kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
	sleep 0.1
done
code=0
TARGET=http://127.0.0.1:$port ENVIRONMENT=local "$here/run.sh" "$@" || code=$?
exit "$code"
