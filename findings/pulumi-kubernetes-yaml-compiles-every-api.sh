#!/bin/sh
# Importing yaml/v2 of Pulumi's Kubernetes SDK for Go compiles the bindings of every Kubernetes API.
#
# Software and version: pulumi-kubernetes Go SDK 4.30.0 (github.com/pulumi/pulumi-kubernetes/sdk/v4)
#
# What it does: the provider constructs ConfigFile and ConfigGroup of yaml/v2, as it does Chart of helm/v4; a program only
# names them. Yet their package imports one package for each version of each API, for RegisterResource in kinds.go, which
# only the provider calls. helm/v4 imports none. The script counts with go list and compiles nothing.
#
# Seen:
#   yaml/v2: 68 packages of the SDK, 536004 lines
#   helm/v4: 2 packages of the SDK, 1149 lines
#
# Where it hurts: a program that reads one YAML file compiles half a million more lines in every cold build.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat >go.mod <<'EOF_MODULE'
module findings

go 1.26

require github.com/pulumi/pulumi-kubernetes/sdk/v4 v4.30.0
EOF_MODULE
export GOWORK=off GOFLAGS=-mod=mod
sdk=github.com/pulumi/pulumi-kubernetes/sdk/v4
count() { # package
	format="{{with .Module}}{{if eq .Path \"$sdk\"}}{{\$.Dir}}{{range \$.GoFiles}} {{.}}{{end}}{{end}}{{end}}"
	timeout 600 go list -deps -f "$format" "$sdk/go/kubernetes/$1" >files 2>errors || {
		echo "cannot tell: $(tail -n 5 errors)" >&2
		exit 2
	}
	sed '/^$/d' files >packages
	lines=$(while read -r folder sources; do
		for file in $sources; do
			cat "$folder/$file"
		done
	done <packages | wc -l)
	echo "$1: $(wc -l <packages) packages of the SDK, $lines lines"
}

count yaml/v2 >seen
count helm/v4 >>seen
cat seen

cat >expected <<'EOF_EXPECTED'
yaml/v2: 68 packages of the SDK, 536004 lines
helm/v4: 2 packages of the SDK, 1149 lines
EOF_EXPECTED
diff expected seen || {
	echo 'no longer so: see the difference' >&2
	exit 1
}
