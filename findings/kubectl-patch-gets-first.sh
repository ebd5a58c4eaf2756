#!/bin/sh
# kubectl patch reads the object first, so it also needs the verb get, which the API server does not require.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: for every type of patch, kubectl first gets the object. A user who may patch but not get is refused, with a
# message about the other verb; a PATCH without kubectl succeeds. kubectl auth can-i patch answers yes.
#
# Seen:
#   may patch: yes
#   kubectl patch: Error from server (Forbidden): configmaps "it" is forbidden: User "patcher" cannot get resource "configmaps" in API group "" in the namespace "default"
#   curl --request PATCH: 200
#   kubectl patch with the right to get: configmap/it patched (no change)
#
# Where it hurts: scripts with a minimal role that record something at the end and ignore a failure. can-i confirmed the
# role, and yet nothing is ever recorded.
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

as_patcher() { kubectl --as=patcher "$@"; }

role() { # verbs
	cat <<-EOF_ROLE
		apiVersion: rbac.authorization.k8s.io/v1
		kind: Role
		metadata: {name: patcher, namespace: default}
		rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [it], verbs: [$1]}]
	EOF_ROLE
}

patch='{"data":{"a":"b"}}'
patched() { as_patcher patch configmap it --type=merge --patch="$patch" 2>&1 || true; }

start_cluster ''

kubectl create configmap it
kubectl create rolebinding patcher --role=patcher --user=patcher
role patch | kubectl apply --filename=-
await 10 as_patcher auth can-i patch configmap/it
echo "may patch: $(as_patcher auth can-i patch configmap/it)"

answer=$(patched)
echo "kubectl patch: $answer"
case $answer in
*'cannot get resource'*) ;;
*) no_longer_so 'kubectl does not ask for the object first' ;;
esac

status=$(curl --silent --output /dev/null --write-out '%{http_code}' --cacert "$work/certificates/apiserver.crt" --request PATCH \
	--header "Authorization: Bearer $token" --header 'Impersonate-User: patcher' \
	--header 'Content-Type: application/merge-patch+json' --data "$patch" \
	"https://127.0.0.1:$port/api/v1/namespaces/default/configmaps/it")
echo "curl --request PATCH: $status"
[ "$status" = 200 ] || no_longer_so 'the API server asks for more than the right to patch'

role 'get, patch' | kubectl apply --filename=-
await 10 as_patcher auth can-i get configmap/it
answer=$(patched)
echo "kubectl patch with the right to get: $answer"
case $answer in
*' patched'*) ;;
*) no_longer_so 'the right to get is not enough' ;;
esac
