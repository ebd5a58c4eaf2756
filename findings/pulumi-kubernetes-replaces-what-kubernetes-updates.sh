#!/bin/sh
# Pulumi's Kubernetes provider replaces objects for fields that Kubernetes updates in place, and updates what Kubernetes refuses.
#
# Software and version: pulumi-kubernetes provider 4.25.0 (Go module v4.0.0-20260115033456-f47bc2d6f199; 4.30.0 has the same
# list), Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: a list in pkg/provider/diff.go says which fields replace an object of which kind. It has fields that the API
# server has long updated in place, and lacks some that it never does. Here the list is run as it is, and the same fields are
# patched on an API server.
#
# Seen:
#   StatefulSet spec.revisionHistoryLimit: the provider replaces, Kubernetes updates
#   Job spec.parallelism: the provider replaces, Kubernetes updates
#   IngressClass spec.controller: the provider updates, Kubernetes refuses
#   StorageClass reclaimPolicy: the provider updates, Kubernetes refuses
#   PriorityClass value: the provider updates, Kubernetes refuses
#   Deployment spec.selector: the provider replaces, Kubernetes refuses
#   Deployment spec.revisionHistoryLimit: the provider updates, Kubernetes updates
#
# Where it hurts: a StatefulSet is replaced for the number of its old revisions. Under a fixed name all its pods are deleted
# first; under an automatic name the new one claims new, empty volumes, and a database starts without its data. A Job that
# is to run with more pods is killed and starts anew. The controller of an IngressClass fails in every update instead, until
# somebody has the object replaced.
set -eu
# A control plane on loopback, from pinned public modules, with openssl and Go 1.26 or newer. These lines are the same in
# every finding that needs one. A first build takes ten minutes of processor time; Go keeps it in its cache.
kubernetes=1.35.4 etcd=3.6.5 pids=''
work=$(mktemp -d)
trap 'kill -KILL $pids 2>/dev/null || true; wait; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why
kubectl() { HOME=$work timeout 60 "$work/kubectl" --kubeconfig "$work/kubeconfig" "$@"; }
await() { # seconds, command...
	left=$1
	shift
	until "$@" >"$work/await.log" 2>&1; do
		for pid in $pids; do kill -0 "$pid" 2>/dev/null || give_up "ended: $(tail -qn 1 "$work"/*.log | cut -c 1-300)"; done
		left=$((left - 1))
		[ "$left" -gt 0 ] || give_up "$*: $(tail -n 3 "$work/await.log")"
		sleep 1
	done
}
run() { # program, argument...
	program=$1
	shift
	HOME=$work "$work/$program" "$@" >"$work/$program.log" 2>&1 &
	pids="$pids $!"
}
start_cluster() { # kube-controller-manager, kube-scheduler or nothing
	mkdir "$work/module"
	{
		printf 'module findings\n\ngo 1.26.0\n\nrequire (\n\tgo.etcd.io/etcd/server/v3 v%s\n' "$etcd"
		printf '\tk8s.io/kubernetes v%s\n)\n\nreplace (\n' "$kubernetes"
		# Kubernetes requires version 0.0.0 of its own staging modules.
		for module in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider \
			cluster-bootstrap code-generator component-base component-helpers controller-manager cri-api cri-client \
			csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator \
			kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics mount-utils \
			pod-security-admission sample-apiserver sample-cli-plugin sample-controller; do
			printf '\tk8s.io/%s => k8s.io/%s v0.%s\n' "$module" "$module" "${kubernetes#1.}"
		done
		echo ')'
	} >"$work/module/go.mod"
	for package in go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl \
		${1:+"k8s.io/kubernetes/cmd/$1"}; do
		(cd "$work/module" && CGO_ENABLED=0 GOWORK=off timeout 3600 go build -mod=mod \
			-ldflags="-s -w -X=k8s.io/component-base/version.gitVersion=v$kubernetes" -o "$work/" "$package") \
			>"$work/build.log" 2>&1 || give_up "$package does not build: $(tail -n 5 "$work/build.log")"
	done
	mv "$work/server" "$work/etcd"
	openssl genpkey -quiet -algorithm RSA -out "$work/key.pem"
	token=$(openssl rand -hex 16)
	port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 40000))
	store=http://127.0.0.1:$((port + 1)) peer=http://127.0.0.1:$((port + 2))
	(umask 077 && echo "$token,admin,admin,system:masters" >"$work/tokens.csv" && cat >"$work/kubeconfig" <<-EOF_CONFIG
		apiVersion: v1
		kind: Config
		current-context: it
		contexts: [{name: it, context: {cluster: it, user: it}}]
		clusters:
		- {name: it, cluster: {server: "https://127.0.0.1:$port", certificate-authority: certificates/apiserver.crt}}
		users: [{name: it, user: {token: "$token"}}]
	EOF_CONFIG
	)
	run etcd --data-dir="$work/data" --unsafe-no-fsync --log-level=warn \
		--listen-client-urls="$store" --advertise-client-urls="$store" \
		--listen-peer-urls="$peer" --initial-advertise-peer-urls="$peer" --initial-cluster="default=$peer"
	run kube-apiserver --etcd-servers="$store" \
		--bind-address=127.0.0.1 --secure-port="$port" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
		--cert-dir="$work/certificates" --token-auth-file="$work/tokens.csv" --authorization-mode=RBAC \
		--service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$work/key.pem" \
		--service-account-signing-key-file="$work/key.pem" --service-cluster-ip-range=172.20.0.0/16
	await 60 kubectl get --raw /readyz
	case $1 in
	kube-controller-manager)
		run "$1" --kubeconfig="$work/kubeconfig" --leader-elect=false --secure-port=0 \
			--flex-volume-plugin-dir="$work/volumes"
		await 60 kubectl get serviceaccount default
		;;
	kube-scheduler) run "$1" --kubeconfig="$work/kubeconfig" --leader-elect=false --secure-port=0 ;;
	esac
	echo "Kubernetes $kubernetes on loopback: etcd kube-apiserver $1"
}
# End of the shared lines.

provider=v4.0.0-20260115033456-f47bc2d6f199
mkdir "$work/list"
cd "$work/list"
printf 'module findings\n\ngo 1.26.0\n' >go.mod
folder=$(GOWORK=off timeout 600 go mod download -json "github.com/pulumi/pulumi-kubernetes/provider/v4@$provider" |
	sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
[ -n "$folder" ] || give_up 'the module of the provider is not to be had'
# The declarations of the list, with a program that looks a field of a kind up in it.
cat >main.go <<'EOF_GO'
package main

import (
	"fmt"
	"os"
	"slices"
)

func main() {
	group, version, kind, field := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	if slices.Contains(forceNew[group][version][kind], "."+field) {
		fmt.Println("replaces")
	} else {
		fmt.Println("updates")
	}
}
EOF_GO
sed -n '/^type _groups /,$p' "$folder/pkg/provider/diff.go" >>main.go
CGO_ENABLED=0 GOWORK=off timeout 600 go build -o "$work/listed" . >"$work/build.log" 2>&1 ||
	give_up "the list does not build: $(tail -n 5 "$work/build.log")"
cd "$work"

start_cluster ''

pod='{metadata: {labels: {app: it}}, spec: {restartPolicy: RESTART, containers: [{name: it, image: it}]}}'
always=$(echo "$pod" | sed s/RESTART/Always/)
cat >objects.yaml <<EOF_OBJECTS
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: it},
 spec: {serviceName: it, selector: {matchLabels: {app: it}}, template: $always}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: it}, spec: {selector: {matchLabels: {app: it}}, template: $always}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: it}, spec: {template: $(echo "$pod" | sed s/RESTART/Never/)}}
---
{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: it}, spec: {controller: example.com/one}}
---
{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: it}, provisioner: example.com/it, reclaimPolicy: Delete}
---
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: it}, value: 1}
EOF_OBJECTS
kubectl create --filename=objects.yaml >"$work/answer"

: >seen
while read -r group version kind field patch; do
	if kubectl patch "$kind.$group" it --type=merge --patch="$patch" >"$work/answer" 2>&1; then
		does=updates
	else
		grep -Eq 'immutable|orbidden' "$work/answer" || give_up "$kind $field: $(cat "$work/answer")"
		does=refuses
	fi
	echo "$kind $field: the provider $("$work/listed" "$group" "$version" "$kind" "$field"), Kubernetes $does" | tee -a seen
done <<'EOF_FIELDS'
apps v1 StatefulSet spec.revisionHistoryLimit {"spec": {"revisionHistoryLimit": 3}}
batch v1 Job spec.parallelism {"spec": {"parallelism": 2}}
networking.k8s.io v1 IngressClass spec.controller {"spec": {"controller": "example.com/other"}}
storage.k8s.io v1 StorageClass reclaimPolicy {"reclaimPolicy": "Retain"}
scheduling.k8s.io v1 PriorityClass value {"value": 2}
apps v1 Deployment spec.selector {"spec": {"selector": {"matchLabels": {"app": "it", "other": "it"}}, "template": {"metadata": {"labels": {"other": "it"}}}}}
apps v1 Deployment spec.revisionHistoryLimit {"spec": {"revisionHistoryLimit": 3}}
EOF_FIELDS
cat >expected <<'EOF_EXPECTED'
StatefulSet spec.revisionHistoryLimit: the provider replaces, Kubernetes updates
Job spec.parallelism: the provider replaces, Kubernetes updates
IngressClass spec.controller: the provider updates, Kubernetes refuses
StorageClass reclaimPolicy: the provider updates, Kubernetes refuses
PriorityClass value: the provider updates, Kubernetes refuses
Deployment spec.selector: the provider replaces, Kubernetes refuses
Deployment spec.revisionHistoryLimit: the provider updates, Kubernetes updates
EOF_EXPECTED
diff expected seen || no_longer_so 'see the difference'
