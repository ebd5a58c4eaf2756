#!/bin/sh
# A strict spread over zones (DoNotSchedule) puts all pods into one zone while no other has nodes, and schedules none at
# all once the second zone has a node that accepts no pods yet.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kube-scheduler, kubectl)
#
# What it does: a zone counts once it has a node. With nodes in one zone, any number of pods there is even. When the first
# node of another zone joins, still with its not-ready taint, that zone counts with no pods: another pod in the first zone
# would exceed maxSkew, and the second accepts none (nodeTaintsPolicy defaults to Ignore). With minDomains: 2 pods wait for
# a second zone; nodeTaintsPolicy: Honor counts only nodes that accept the pod.
#
# Seen:
#   web-1: node first
#   web-2: node first
#   web-3: node first
#   web-4: node first
#   web-5, minDomains: 2: node none, 0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints
#   web-6: node none, 0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) had
#   untolerated taint(s)
#   web-7, nodeTaintsPolicy: Honor: node first
#
# Where it hurts: on EKS the node groups of two zones start at different times, and pods created meanwhile stay in one
# zone. And one tainted node, new or taken out of service, stops a release in the healthy zone.
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

# A joining node: admission adds the not-ready taint.
node() { # name, zone
	cat <<-EOF_NODE
		apiVersion: v1
		kind: Node
		metadata: {name: $1, labels: {topology.kubernetes.io/zone: $2}}
		status: {allocatable: {cpu: "8", memory: 32Gi, pods: "110"}, capacity: {cpu: "8", memory: 32Gi, pods: "110"}}
	EOF_NODE
}

pod() { # name, further field of the constraint
	cat <<-EOF_POD
		apiVersion: v1
		kind: Pod
		metadata: {name: $1, namespace: default, labels: {app: web}}
		spec:
		  containers: [{name: web, image: example.com/web}]
		  topologySpreadConstraints:
		  - {topologyKey: topology.kubernetes.io/zone, maxSkew: 1, whenUnsatisfiable: DoNotSchedule,
		     labelSelector: {matchLabels: {app: web}}$2}
	EOF_POD
}

node_of() { kubectl get pod "$1" --output=jsonpath='{.spec.nodeName}'; }
reason() { # up to the first full stop
	kubectl get pod "$1" --output=jsonpath='{.status.conditions[?(@.type=="PodScheduled")].message}' | cut -d . -f 1
}
decided() { [ -n "$(node_of "$1")$(reason "$1")" ]; }

start_cluster kube-scheduler
kubectl create serviceaccount default

# Without controllers nothing removes the taint.
node first zone-a | kubectl create --filename=-
kubectl taint node first node.kubernetes.io/not-ready-
for pod in web-1 web-2 web-3 web-4; do
	pod "$pod" '' | kubectl create --filename=-
	await 30 decided "$pod"
	echo "$pod: node $(node_of "$pod")"
	[ "$(node_of "$pod")" = first ] || no_longer_so "$pod waits: $(reason "$pod")"
done

pod web-5 ', minDomains: 2' | kubectl create --filename=-
await 30 decided web-5
[ -z "$(node_of web-5)" ] || no_longer_so 'minDomains does not make the pod wait'
echo "web-5, minDomains: 2: node none, $(reason web-5)"

node second zone-b | kubectl create --filename=-
pod web-6 '' | kubectl create --filename=-
await 30 decided web-6
[ -z "$(node_of web-6)" ] || no_longer_so 'the node that takes no pods does not count any more'
echo "web-6: node none, $(reason web-6)"

pod web-7 ', nodeTaintsPolicy: Honor' | kubectl create --filename=-
await 30 decided web-7
echo "web-7, nodeTaintsPolicy: Honor: node $(node_of web-7)"
[ "$(node_of web-7)" = first ] || no_longer_so "nodeTaintsPolicy does not help: $(reason web-7)"
