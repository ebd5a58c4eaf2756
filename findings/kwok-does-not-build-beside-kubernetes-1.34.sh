#!/bin/sh
# kwok does not compile in a module that requires Kubernetes 1.34 or newer.
#
# Software and version: kwok 0.7.0 (Go module sigs.k8s.io/kwok), k8s.io/apimachinery v0.33.0, v0.34.0 and v0.35.4
#
# What it does: kwok requires k8s.io/apimachinery v0.33.0 and uses its exported constant
# metav1.InitialEventsListBlueprintAnnotationKey (pkg/utils/informer/informer.go). v0.33.0 declares it, v0.34.0 does
# not: a minor version removed a public name without deprecating it first. Go builds one version of a module, the newest
# that anything requires, so kwok breaks as soon as something else requires v0.34.0.
#
# Seen:
#   k8s.io/apimachinery v0.33.0 declares InitialEventsListBlueprintAnnotationKey: 1
#   k8s.io/apimachinery v0.34.0 declares InitialEventsListBlueprintAnnotationKey: 0
#   k8s.io/apimachinery v0.35.4 declares InitialEventsListBlueprintAnnotationKey: 0
#   # sigs.k8s.io/kwok/pkg/utils/informer
#   sigs.k8s.io/kwok@v0.7.0/pkg/utils/informer/informer.go:385:78: undefined:
#   metav1.InitialEventsListBlueprintAnnotationKey
#
# Where it hurts: tools pinned in one go.mod with their Kubernetes. kwok needs a separate module.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why

name=InitialEventsListBlueprintAnnotationKey
mkdir "$work/sources"
cd "$work/sources"
for version in v0.33.0 v0.34.0 v0.35.4; do
	folder=$(GOWORK=off timeout 600 go mod download -json "k8s.io/apimachinery@$version" |
		sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
	[ -d "$folder" ] || give_up "k8s.io/apimachinery $version is not to be had"
	declared=$(cat "$folder"/pkg/apis/meta/v1/*.go | grep -c "^	$name = " || true)
	echo "k8s.io/apimachinery $version declares $name: $declared"
	echo "$version $declared" >>declared
done
[ "$(tr '\n' ' ' <declared)" = 'v0.33.0 1 v0.34.0 0 v0.35.4 0 ' ] || no_longer_so 'it is declared elsewhere'

mkdir "$work/module"
cd "$work/module"
export CGO_ENABLED=0 GOWORK=off GOFLAGS=-mod=mod
cat >go.mod <<'EOF_MODULE'
module findings

go 1.26.0

require (
	k8s.io/api v0.35.4
	k8s.io/apimachinery v0.35.4
	k8s.io/client-go v0.35.4
	sigs.k8s.io/kwok v0.7.0
)
EOF_MODULE
if timeout 900 go build sigs.k8s.io/kwok/pkg/utils/informer 2>build.log; then
	no_longer_so 'kwok compiles'
fi
sed "/^go: /d; s|$(go env GOMODCACHE)/||" build.log
grep -q "undefined: metav1.$name" build.log || no_longer_so 'kwok does not compile for another reason'
