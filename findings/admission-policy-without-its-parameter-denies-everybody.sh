#!/bin/sh
# An admission policy whose parameter is missing is held against everybody: its match conditions are not asked.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: the binding of a ValidatingAdmissionPolicy names a parameter in the namespace of the request, with parameterNotFoundAction Deny. A
# match condition of the policy limits it to one group. Where the parameter is there, others are let through. Where it is not, the API server
# denies the requests of others, too: it looks for the parameter before it asks for match conditions (k8s.io/apiserver v0.35.4,
# pkg/admission/plugin/policy/generic/policy_dispatcher.go).
#
# Seen, of an administrator who is not in the group, creating a ConfigMap:
#   in a namespace with the parameter: created
#   in a namespace without it: denied: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction
#   in a namespace without it that the binding does not select: created
#
# Where it hurts: a policy for one user's Jobs, say, stops the controllers of Kubernetes in every namespace that has no such parameter: no CronJob
# runs there. matchResources of the binding limits it to namespaces that have one.
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

start_cluster ''

kubectl create configmap parameter
for namespace in without unbound; do kubectl create namespace "$namespace"; done
kubectl apply --filename=- <<'EOF_POLICY'
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: it}
spec:
  failurePolicy: Fail
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: ["*"], operations: [CREATE], resources: [configmaps]}]
  matchConditions: [{name: group, expression: "'somebody-else' in request.userInfo.?groups.orValue([])"}]
  validations: [{expression: "false"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: it}
spec:
  policyName: it
  validationActions: [Deny]
  paramRef: {name: parameter, parameterNotFoundAction: Deny}
  matchResources:
    namespaceSelector:
      matchExpressions: [{key: kubernetes.io/metadata.name, operator: In, values: [default, without]}]
EOF_POLICY

creates() { # namespace
	if answer=$(kubectl --namespace="$1" create configmap new --dry-run=server 2>&1); then
		echo created
	else
		case $answer in
		*'no params found'*) echo "denied: ${answer##*denied request: }" ;;
		*) echo "otherwise: $answer" ;;
		esac
	fi
}
denied() { [ "$(creates without)" != created ]; }
await 30 denied # until the policy is in force

with=$(creates default) without=$(creates without) unbound=$(creates unbound)
echo "in a namespace with the parameter: $with"
echo "in a namespace without it: $without"
echo "in a namespace without it that the binding does not select: $unbound"
case $with,$without,$unbound in
'created,denied: failed to configure binding: no params found'*',created') ;;
*) no_longer_so 'others are let through, or nobody is' ;;
esac
