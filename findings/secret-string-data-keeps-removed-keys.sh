#!/bin/sh
# A key that is taken out of a Secret's stringData stays in the Secret, whichever way it is applied.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: the API server moves stringData into data and keeps no trace of where a key came from. The client that
# leaves a key out of stringData gives up a field that is not there any more; the same key in data is nobody's to
# remove. Client-side and server-side apply both answer that the Secret changed. In data, a removed key goes.
#
# Seen:
#   stringData, apply --server-side=false: left are kept withdrawn
#   data, apply --server-side=false: left are kept
#   stringData, apply --server-side=true: left are kept withdrawn
#   data, apply --server-side=true: left are kept
#
# Where it hurts: a credential that was withdrawn in the manifest is still mounted into every pod. A review of the
# repository does not show it; kubectl get secret does.
set -eu
work=$(mktemp -d)
# shellcheck source=findings/lib/cluster.bash
. "$(dirname "$0")/lib/cluster.bash"
trap 'stop_cluster; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

secret() { # field, keys and values
	cat <<-EOF_SECRET
		apiVersion: v1
		kind: Secret
		metadata: {name: web, namespace: default}
		$1: {$2}
	EOF_SECRET
}

# Applies a Secret, then without its second key, and shows the keys that are left in $left.
withdraw() { # field, way to apply
	secret "$1" 'kept: b25l, withdrawn: dHdv' | kubectl apply "$2" --filename=- >"$work/answer"
	secret "$1" 'kept: b25l' | kubectl apply "$2" --filename=- >>"$work/answer"
	left=$(kubectl get secret web --output="go-template={{range \$key, \$value := .data}}{{\$key}} {{end}}")
	kubectl delete secret web >>"$work/answer"
	echo "$1, apply $2: left are $left"
}

start_cluster

for way in --server-side=false --server-side=true; do
	withdraw stringData "$way"
	[ "$left" = 'kept withdrawn ' ] || no_longer_so 'the key is gone from stringData'
	withdraw data "$way"
	[ "$left" = 'kept ' ] || no_longer_so 'the key stays in data, too'
done
