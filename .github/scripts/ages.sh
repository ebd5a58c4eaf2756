#!/usr/bin/env bash
# Lists what a stack uses whose support ends soon or has ended, into ages.json, for ages.mjs.
# usage: ages.sh STACK FOLDER
set -euo pipefail

stack=$1
folder=$2
mkdir -p "$folder"
if ! pulumi stack export --stack "$stack" | ages >"$folder/ages.json"; then
	rm "$folder/ages.json"
	echo "ages.sh: what ages in $stack is unknown" >&2
	exit 1
fi
