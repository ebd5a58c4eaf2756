#!/bin/sh
# A port that two field managers own cannot get another number by server-side apply.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: ports are merged by number and protocol. When one manager applies another number under the same name,
# the API server adds a port and keeps the old one, since whoever created the object owns that, too. Then it refuses
# the two ports for having one name. --force-conflicts does not help: nothing is in conflict. The Service is refused in
# the same way. A manager that is the only one may change the number.
#
# Seen:
#   deployment.apps/web created
#   The Deployment "web" is invalid: spec.template.spec.containers[0].ports[1].name: Duplicate value: "http"
#   service/web created
#   The Service "web" is invalid: spec.ports[1].name: Duplicate value: "http"
#
# Where it hurts: an object that one client created (kubectl create, Helm, Pulumi's Kubernetes provider since 4.29,
# which creates by POST) and another one applies from then on. Everything updates but the port, and the message speaks
# of a list that nobody wrote.
set -eu
work=$(mktemp -d)
# shellcheck source=findings/lib/cluster.bash
. "$(dirname "$0")/lib/cluster.bash"
trap 'stop_cluster; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

deployment() { # port
	cat <<-EOF_DEPLOYMENT
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web, namespace: default}
		spec:
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec: {containers: [{name: web, image: example.com/web, ports: [{name: http, containerPort: $1}]}]}
	EOF_DEPLOYMENT
}

service() { # port
	cat <<-EOF_SERVICE
		apiVersion: v1
		kind: Service
		metadata: {name: web, namespace: default}
		spec: {selector: {app: web}, ports: [{name: http, port: $1}]}
	EOF_SERVICE
}

start_cluster

for kind in deployment service; do
	"$kind" 8080 | kubectl create --field-manager=creator --filename=-
	if "$kind" 8081 | kubectl apply --server-side --force-conflicts --field-manager=deployer --filename=- \
		>"$work/answer" 2>&1; then
		no_longer_so "the $kind of two managers took the new port: $(cat "$work/answer")"
	fi
	cat "$work/answer"
	grep -q 'Duplicate value' "$work/answer" || no_longer_so "the $kind is refused for another reason"
	kubectl delete "$kind" web

	"$kind" 8080 | kubectl apply --server-side --field-manager=deployer --filename=-
	"$kind" 8081 | kubectl apply --server-side --field-manager=deployer --filename=- ||
		no_longer_so "one manager alone cannot change the port of the $kind either"
	kubectl delete "$kind" web
done
