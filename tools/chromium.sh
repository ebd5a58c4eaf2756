#!/bin/sh
# Links the machine's browser as chromium into a folder, for the tests of pages; on Debian it installs one if there is none.
# usage: chromium.sh FOLDER
set -eu

folder=$1

browser() {
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		command -v "$name" && return
	done
	return 1
}

if ! found=$(browser); then
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo 'chromium: no browser on this machine: install Chromium or Chrome, on Debian with apt-get install chromium' >&2
		exit 1
	fi
	apt-get update -q >&2
	apt-get install -qy --no-install-recommends chromium >&2
	found=$(browser)
fi
ln -sf "$found" "$folder/chromium"
