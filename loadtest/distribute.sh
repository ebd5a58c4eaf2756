#!/usr/bin/env bash
# Runs a profile in several pods through the k6-operator of kubectl's current cluster: distribute.sh load. Needs k6 and
# kubectl; ENVIRONMENT and TARGET as for run.sh. Fails if a pod's thresholds do not hold.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() { echo "loadtest: $*" >&2; exit 2; }
profile=${1:-}
[[ -f $here/$profile.js ]] || fail "profile \"$profile\" must be performance, load or stress: distribute.sh load"
[[ ${ENVIRONMENT:-} == development || ${ENVIRONMENT:-} == test ]] || fail "ENVIRONMENT \"${ENVIRONMENT:-}\" must be development or test"
[[ ${TARGET:-} == https://* ]] || fail "TARGET \"${TARGET:-}\" must be an address such as https://test.legops.example/matters"
[[ ${TARGET#https://} != "${PRODUCTION_DOMAIN:-}"* || -z ${PRODUCTION_DOMAIN:-} ]] || fail "$TARGET is production, which several machines never put under load"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# One archive with all that the test imports; the manifest expects load.tar, whatever the profile.
"${K6:-k6}" archive --env ENVIRONMENT="$ENVIRONMENT" --env TARGET="$TARGET" --env OUT=/tmp --archive-out "$work/load.tar" "$here/$profile.js"
sed "s|@ENVIRONMENT@|$ENVIRONMENT|; s|@TARGET@|$TARGET|" "$here/k6-operator.yaml" >"$work/run.yaml"

kubectl create namespace loadtest --dry-run=client --output yaml | kubectl apply --filename -
kubectl delete testrun loadtest --namespace loadtest --ignore-not-found
kubectl create configmap loadtest --namespace loadtest --from-file "$work/load.tar" --dry-run=client --output yaml | kubectl apply --server-side --filename -
kubectl apply --filename "$work/run.yaml"
code=0
kubectl wait testrun/loadtest --namespace loadtest --for "jsonpath={.status.stage}=finished" --timeout "${TIMEOUT:-45m}" || code=$?
kubectl logs --namespace loadtest --selector k6_cr=loadtest --tail 80
exit "$code"
