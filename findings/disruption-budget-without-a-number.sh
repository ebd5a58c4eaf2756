#!/bin/sh
# A PodDisruptionBudget without minAvailable and maxUnavailable is accepted, and forbids every eviction.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kube-controller-manager, kubectl)
#
# What it does: neither number is required and neither has a default. The controller counts the healthy pods, but sets
# desiredHealthy and expectedPods to 0, and with no pod expected it allows no disruption: none of two healthy pods can
# ever be evicted, for the reason InsufficientPods.
#
# Seen:
#   poddisruptionbudget.policy/web created
#   healthy 2, desired 0, expected 0, disruptions allowed 0
#   Error from server (TooManyRequests): Cannot evict pod as it would violate the pod's disruption budget.
#
# Where it hurts: a misspelt or forgotten number in a chart's values. Nothing shows until somebody drains nodes: kubectl
# drain retries for ever, an EKS node group's update ends in PodEvictionFailure after a quarter of an hour, the
# autoscaler never removes a node.
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

budget() { # further fields
	cat <<-EOF_BUDGET
		apiVersion: policy/v1
		kind: PodDisruptionBudget
		metadata: {name: web, namespace: default}
		spec: {selector: {matchLabels: {app: web}}$1}
	EOF_BUDGET
}

observed() { [ "$(kubectl get poddisruptionbudget web --output=jsonpath='{.status.currentHealthy}')" = 2 ]; }
status() {
	kubectl get poddisruptionbudget web --output=jsonpath='healthy {.status.currentHealthy}, desired '\
'{.status.desiredHealthy}, expected {.status.expectedPods}, disruptions allowed {.status.disruptionsAllowed}'
}
evict() {
	echo '{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web-1"}}' |
		kubectl create --raw /api/v1/namespaces/default/pods/web-1/eviction --filename=- 2>&1
}

start_cluster kube-controller-manager

for pod in web-1 web-2; do
	cat <<-EOF_POD | kubectl create --filename=-
		apiVersion: v1
		kind: Pod
		metadata: {name: $pod, namespace: default, labels: {app: web}}
		spec: {containers: [{name: web, image: example.com/web}]}
	EOF_POD
	# There is no kubelet to report it.
	kubectl patch pod "$pod" --subresource=status --type=merge --patch='{"status": {"phase": "Running",
		"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}'
done

budget '' | kubectl create --validate=strict --warnings-as-errors --filename=-
await 30 observed
status && echo
evict >"$work/answer" && no_longer_so 'the pod is evicted'
cat "$work/answer"
grep -q TooManyRequests "$work/answer" || no_longer_so 'the eviction is refused for another reason'
case $(status) in
*'desired 0, expected 0, disruptions allowed 0') ;;
*) no_longer_so "the budget counts $(status)" ;;
esac
