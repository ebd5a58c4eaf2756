#!/bin/sh
# Server-side apply refuses to change a Deployment's strategy to Recreate; client-side apply of the same file succeeds.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: a Deployment without a strategy defaults to RollingUpdate with maxSurge and maxUnavailable. No manager
# owns these, so server-side apply of `strategy: {type: Recreate}` keeps them, and the API server refuses them beside
# Recreate, although only one manager has ever written the object. Client-side apply follows patchStrategy retainKeys and
# removes them. `rollingUpdate: null` in the manifest does not help; a merge patch with that null does.
#
# Seen:
#   The Deployment "web" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy
#   `type` is 'Recreate'
#   client-side:
#   deployment.apps/web configured
#   {"type":"Recreate"}
#
# Where it hurts: every client that applies server-side, such as Pulumi's Kubernetes provider: the first change of an
# application to Recreate fails, and the cause is in no file.
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

deployment() { # further field of the specification
	cat <<-EOF_DEPLOYMENT
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web, namespace: default}
		spec:
		  $1
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec: {containers: [{name: web, image: example.com/web}]}
	EOF_DEPLOYMENT
}

strategy() { kubectl get deployment web --output=jsonpath='{.spec.strategy}{"\n"}'; }

start_cluster ''

echo 'server-side:'
deployment '' | kubectl apply --server-side --filename=-
if deployment 'strategy: {type: Recreate}' |
	kubectl apply --server-side --force-conflicts --filename=- >"$work/answer" 2>&1; then
	no_longer_so "the strategy is now $(strategy)"
fi
cat "$work/answer"
grep -q 'spec.strategy.rollingUpdate: Forbidden' "$work/answer" || no_longer_so 'it is refused for another reason'
if deployment 'strategy: {type: Recreate, rollingUpdate: null}' |
	kubectl apply --server-side --filename=- 2>"$work/answer"; then
	no_longer_so 'a null in the manifest helps'
fi
kubectl patch deployment web --type=merge --patch='{"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}}'
strategy
kubectl delete deployment web

echo 'client-side:'
deployment '' | kubectl apply --filename=-
deployment 'strategy: {type: Recreate}' | kubectl apply --filename=- || no_longer_so 'client-side apply is refused, too'
strategy
