#!/bin/sh
# Puts nginx into a folder, for the tests of requests: a link to the machine's own, or the program from Debian's package. It
# does not install the package, which would start a server.
# usage: nginx.sh FOLDER
set -eu

folder=$1

if found=$(command -v nginx); then
	ln -sf "$found" "$folder/nginx"
	exit
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo 'nginx: missing on this machine: install it, on Debian with apt-get install nginx' >&2
	exit 1
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch" # apt-get downloads as another user
apt-get update -q >&2
apt-get install -qy --no-install-recommends --no-upgrade libcrypt1 libpcre2-8-0 libssl3 zlib1g >&2
(cd "$scratch" && apt-get download -q nginx >&2 && dpkg-deb --extract nginx_*.deb .)
cp "$scratch/usr/sbin/nginx" "$folder/nginx"
