#!/bin/sh
# Lists all required commands that are missing on this machine, and how to get them.
set -eu

missing=''
need() { # command, how to get it
	command -v "$1" >/dev/null 2>&1 || missing="$missing
  $1: $2"
}

need go 'Go 1.26 or newer: https://go.dev/dl'
need node 'Node.js 20 or newer, runs the pulumi-eks plugin: https://nodejs.org/en/download'
need npm 'comes with Node.js: https://nodejs.org/en/download'
need git 'https://git-scm.com/downloads'
need aws 'AWS CLI 1.24 or 2.7 or newer, pulumi-eks runs it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html'
need kubectl '1.24 or newer, pulumi-eks runs it: https://kubernetes.io/docs/tasks/tools'

if [ -n "$missing" ]; then
	printf 'Missing on this machine:%s\n' "$missing" >&2
	exit 1
fi
