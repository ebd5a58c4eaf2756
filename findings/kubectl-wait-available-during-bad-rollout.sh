#!/bin/sh
# kubectl wait --for=condition=Available succeeds for a Deployment whose new pods never become ready.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kube-controller-manager, kubectl)
#
# What it does: Available counts pods of every revision. While the new ones fail, the old ones stay, so the condition is
# true throughout the release, and the command returns 0 at once. kubectl rollout status checks the new revision and
# fails.
#
# Seen:
#   $ kubectl wait --for=condition=Available deployment/web
#   deployment.apps/web condition met
#   $ kubectl rollout status deployment/web
#   Waiting for deployment "web" rollout to finish: 1 out of 2 new replicas have been updated...
#   error: timed out waiting for the condition
#
# Where it hurts: a release gate that waits for Available passes every bad image; so does anything else that treats the
# condition as the end of a rollout.
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

deployment() { # tag
	cat <<-EOF_DEPLOYMENT
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web, namespace: default}
		spec:
		  replicas: 2
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec: {containers: [{name: web, image: "example.com/web:$1"}]}
	EOF_DEPLOYMENT
}

pods() { kubectl get pods --selector=app=web --output=jsonpath="{range .items[*]}{.metadata.name}{\"\\n\"}{end}"; }
are() { [ "$(pods | wc -l)" -eq "$1" ]; }

start_cluster kube-controller-manager

deployment good | kubectl apply --filename=-
await 30 are 2
for pod in $(pods); do
	# There is no kubelet to report it; later pods never become ready.
	kubectl patch pod "$pod" --subresource=status --type=merge --patch='{"status": {"phase": "Running",
		"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}'
done
kubectl rollout status --timeout=30s deployment/web || give_up 'the good release does not get ready'

deployment bad | kubectl apply --filename=-
await 30 are 3
echo '$ kubectl wait --for=condition=Available deployment/web'
kubectl wait --for=condition=Available --timeout=10s deployment/web || no_longer_so 'kubectl wait sees it'
echo '$ kubectl rollout status deployment/web'
if kubectl rollout status --timeout=10s deployment/web; then
	no_longer_so 'kubectl rollout status is content, too'
fi
