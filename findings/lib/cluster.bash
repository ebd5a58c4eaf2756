# shellcheck shell=sh
# For findings that need a Kubernetes API server: builds the real programs of a control plane from pinned public
# modules and starts them on loopback. The finding makes $work, a new folder, and in its EXIT trap calls stop_cluster.
# Needs Go 1.26 or newer. A first build takes some twenty minutes of processor time; Go keeps it in its cache.

: "${work:?is the folder of the finding}"

kubernetes=1.35.4
etcd=3.6.5

cluster_pids=''

no_longer_so() { # what is seen now
	echo "no longer so: $*" >&2
	exit 1
}

# The rest of a finding needs this to work; that it does not says nothing about what is shown.
give_up() { # why
	echo "cannot tell: $*" >&2
	exit 2
}

# The module that the programs are built in. Kubernetes requires v0.0.0 of what it publishes beside itself, so each has
# to be replaced. What is pinned besides is newer than Kubernetes asks for: the versions that a module resolves which
# has pulumi-kubernetes's provider 4.25 in it, so that both are compiled once.
kubernetes_module() { # folder
	mkdir -p "$1"
	{
		cat <<-EOF_MODULE
			module findings

			go 1.26.0

			tool (
				go.etcd.io/etcd/server/v3
				k8s.io/kubernetes/cmd/kube-apiserver
				k8s.io/kubernetes/cmd/kube-controller-manager
				k8s.io/kubernetes/cmd/kube-scheduler
				k8s.io/kubernetes/cmd/kubectl
			)

			require (
				go.etcd.io/etcd/server/v3 v$etcd
				k8s.io/kubernetes v$kubernetes
				cel.dev/expr v0.25.1
				github.com/antlr4-go/antlr/v4 v4.13.1
				github.com/cenkalti/backoff/v5 v5.0.3
				github.com/davecgh/go-spew v1.1.2-0.20180830191138-d8f796af33cc
				github.com/go-errors/errors v1.5.1
				github.com/go-openapi/jsonreference v0.21.0
				github.com/golang/groupcache v0.0.0-20241129210726-2c02b8208cf8
				github.com/grpc-ecosystem/grpc-gateway/v2 v2.28.0
				github.com/mailru/easyjson v0.9.0
				github.com/moby/term v0.5.2
				github.com/pmezard/go-difflib v1.0.1-0.20181226105442-5d4384ee4fb2
				github.com/spf13/cobra v1.10.2
				github.com/spf13/pflag v1.0.10
				go.opentelemetry.io/otel v1.42.0
				go.opentelemetry.io/otel/exporters/otlp/otlptrace v1.42.0
				go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc v1.42.0
				go.opentelemetry.io/otel/metric v1.42.0
				go.opentelemetry.io/otel/sdk v1.42.0
				go.opentelemetry.io/otel/trace v1.42.0
				go.opentelemetry.io/proto/otlp v1.10.0
				golang.org/x/crypto v0.49.0
				golang.org/x/exp v0.0.0-20250718183923-645b1fa84792
				golang.org/x/net v0.52.0
				golang.org/x/oauth2 v0.35.0
				golang.org/x/sync v0.20.0
				golang.org/x/sys v0.42.0
				golang.org/x/term v0.41.0
				golang.org/x/text v0.35.0
				golang.org/x/time v0.12.0
				golang.org/x/tools v0.42.0
				google.golang.org/genproto/googleapis/api v0.0.0-20260311181403-84a4fc48630c
				google.golang.org/genproto/googleapis/rpc v0.0.0-20260311181403-84a4fc48630c
				google.golang.org/grpc v1.79.2
				google.golang.org/protobuf v1.36.11
			)

			replace (
		EOF_MODULE
		for module in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider \
			cluster-bootstrap code-generator component-base component-helpers controller-manager cri-api cri-client \
			csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator \
			kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics mount-utils \
			pod-security-admission sample-apiserver sample-cli-plugin sample-controller; do
			echo "	k8s.io/$module => k8s.io/$module v0.${kubernetes#1.}"
		done
		echo ')'
	} >"$1/go.mod"
}

# Builds the named programs into $work/bin. Go keeps what `go tool` links, so the next finding does not link again.
build_programs() { # program...
	kubernetes_module "$work/module"
	mkdir "$work/bin"
	# Writes go.sum.
	(cd "$work/module" && CGO_ENABLED=0 GOWORK=off timeout 600 go list -mod=mod -deps tool) \
		>/dev/null 2>"$work/build.log" ||
		give_up "the modules are not to be had: $(tail -n 5 "$work/build.log")"
	for program in "$@"; do
		tool=$program
		[ "$program" != etcd ] || tool=server
		built=$(cd "$work/module" && CGO_ENABLED=0 GOWORK=off \
			GOFLAGS="-mod=mod '-ldflags=-s -w -X=k8s.io/component-base/version.gitVersion=v$kubernetes'" \
			timeout 3600 go tool -n "$tool" 2>"$work/build.log") ||
			give_up "$program does not build: $(tail -n 5 "$work/build.log")"
		ln -s "$built" "$work/bin/$program"
	done
}

run_program() { # program, argument...
	program=$1
	shift
	HOME=$work "$work/bin/$program" "$@" >"$work/$program.log" 2>&1 &
	cluster_pids="$cluster_pids $!"
}

stop_cluster() {
	for pid in $cluster_pids; do
		kill -KILL "$pid" 2>/dev/null || true
	done
	wait
}

# Starts etcd and the API server, and what else is named: kube-controller-manager, kube-scheduler.
start_cluster() { # program...
	build_programs etcd kube-apiserver kubectl "$@"
	mkdir "$work/prepare"
	cat >"$work/prepare/main.go" <<-'EOF_GO'
		// Writes a key for the tokens of service accounts and prints three free ports of loopback.
		package main

		import (
			"crypto/ecdsa"
			"crypto/elliptic"
			"crypto/rand"
			"crypto/x509"
			"encoding/pem"
			"fmt"
			"net"
			"os"
		)

		func must[T any](value T, err error) T {
			if err != nil {
				panic(err)
			}
			return value
		}

		func main() {
			der := must(x509.MarshalECPrivateKey(must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))))
			block := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
			must(0, os.WriteFile(os.Args[1], block, 0o600))
			for range 3 {
				// They stay open until the end, so that each is another one.
				fmt.Println(must(net.Listen("tcp", "127.0.0.1:0")).Addr().(*net.TCPAddr).Port)
			}
		}
	EOF_GO
	ports=$(GOWORK=off timeout 600 go run "$work/prepare/main.go" "$work/key.pem") || give_up 'no key or no free ports'
	# shellcheck disable=SC2086
	set -- $ports "$@"
	port=$1 store=http://127.0.0.1:$2 peer=http://127.0.0.1:$3
	shift 3
	token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
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
	run_program etcd --data-dir="$work/etcd" --unsafe-no-fsync --log-level=warn \
		--listen-client-urls="$store" --advertise-client-urls="$store" \
		--listen-peer-urls="$peer" --initial-advertise-peer-urls="$peer" --initial-cluster="default=$peer"
	run_program kube-apiserver --etcd-servers="$store" \
		--bind-address=127.0.0.1 --secure-port="$port" --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
		--cert-dir="$work/certificates" --token-auth-file="$work/tokens.csv" --authorization-mode=RBAC \
		--service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$work/key.pem" \
		--service-account-signing-key-file="$work/key.pem" --service-cluster-ip-range=172.20.0.0/16
	await 60 kubectl get --raw /readyz
	for program in "$@"; do
		case $program in
		kube-controller-manager)
			run_program "$program" --kubeconfig="$work/kubeconfig" --leader-elect=false --secure-port=0 \
				--flex-volume-plugin-dir="$work/volumes"
			await 60 kubectl get serviceaccount default
			;;
		kube-scheduler) run_program "$program" --kubeconfig="$work/kubeconfig" --leader-elect=false --secure-port=0 ;;
		esac
	done
	echo "Kubernetes $kubernetes on loopback: etcd kube-apiserver $*"
}

kubectl() { HOME=$work timeout 60 "$work/bin/kubectl" --kubeconfig "$work/kubeconfig" "$@"; }

# Waits until a command succeeds, or a program of the cluster has ended.
await() { # seconds, command...
	seconds=$1
	shift
	until "$@" >"$work/await.log" 2>&1; do
		for pid in $cluster_pids; do
			kill -0 "$pid" 2>/dev/null || give_up "a program ended: $(tail -n 1 "$work"/*.log | cut -c 1-300)"
		done
		seconds=$((seconds - 1))
		[ "$seconds" -gt 0 ] || give_up "$*: $(tail -n 3 "$work/await.log")"
		sleep 1
	done
}
