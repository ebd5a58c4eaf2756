#!/bin/sh
# kubectl apply says "configured" and drops the UDP port that is added beside a TCP port of the same number.
#
# Software and version: Kubernetes 1.35.4 (kube-apiserver, kubectl)
#
# What it does: client-side apply sends a strategic merge patch, and that merges the ports of a Service by number alone.
# 443/UDP is taken for the 443/TCP that is there. The same file once more is "configured" again, and the port still not
# there. Server-side apply merges by number and protocol, and keeps both; so does creating the Service with both.
#
# Seen:
#   service/web created
#   service/web configured
#   service/web configured
#   ports: 443/TCP
#
# Where it hurts: HTTP/3 beside HTTPS, DNS on both protocols: the release is green, the port is not there, and doing it
# again does not help.
set -eu
work=$(mktemp -d)
# shellcheck source=findings/lib/cluster.bash
. "$(dirname "$0")/lib/cluster.bash"
trap 'stop_cluster; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

tcp='{name: https, port: 443, protocol: TCP}'
udp='{name: http3, port: 443, protocol: UDP}'

service() { # ports
	cat <<-EOF_SERVICE
		apiVersion: v1
		kind: Service
		metadata: {name: web, namespace: default}
		spec: {selector: {app: web}, ports: [$1]}
	EOF_SERVICE
}

ports() { kubectl get service web --output=jsonpath='{range .spec.ports[*]}{.port}/{.protocol} {end}'; }

start_cluster

echo 'client-side:'
service "$tcp" | kubectl apply --filename=-
service "$tcp, $udp" | kubectl apply --filename=-
service "$tcp, $udp" | kubectl apply --filename=-
echo "ports: $(ports)"
[ "$(ports)" = '443/TCP ' ] || no_longer_so 'client-side apply kept the port'
kubectl delete service web

service "$tcp, $udp" | kubectl apply --filename=-
echo "ports: $(ports)"
[ "$(ports)" = '443/TCP 443/UDP ' ] || no_longer_so 'a Service that is created with both loses one'
kubectl delete service web

echo 'server-side:'
service "$tcp" | kubectl apply --server-side --filename=-
service "$tcp, $udp" | kubectl apply --server-side --filename=-
echo "ports: $(ports)"
[ "$(ports)" = '443/TCP 443/UDP ' ] || no_longer_so 'server-side apply lost a port, too'
