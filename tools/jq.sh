#!/bin/sh
# Installs jq, which restore drills and their tests run, from Debian's package.
# usage: jq.sh
set -eu

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if ! command -v apt-get >/dev/null; then
	echo 'jq: missing on this machine: install it, https://jqlang.org/download' >&2
	exit 1
fi
as_root apt-get update -q >&2
as_root apt-get install -qy --no-install-recommends jq >&2
