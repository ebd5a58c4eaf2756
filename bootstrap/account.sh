# shellcheck shell=bash
# What bootstrap.sh and check.sh share: the stack whose account they are for, and how they end without it.
# usage: . account.sh TARGET STACK, the first of which is the target of make
target=$1
stack=${2:-}

fail() {
	printf '%s: %s\n' "$target" "$1" >&2
	exit 1
}

case $stack in
dev | test | prod) ;;
*) fail "account '$stack' must be dev, test or prod: make $target ACCOUNT=dev" ;;
esac
