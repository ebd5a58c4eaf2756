#!/usr/bin/env bash
# Puts TARGET under load: run.sh performance|load|stress. Needs k6 and node. Ends with 0 if every threshold holds, 99 if one
# does not, and anything else if there was no test.
#
#   TARGET             the address of the application, with its path: https://test.legops.example/matters
#   ENVIRONMENT        local, development, test or production: which figures of environments.json
#   ALLOW_PRODUCTION   true: production may be put under load
#   PRODUCTION_DOMAIN  the name of production, which is then taken for production whatever ENVIRONMENT says; optional
#   SIGN_IN_PASSWORD   what the virtual users sign in with; optional
#   OUT                where report.html and summary.json go; results beside this file if not set
#   BASELINE           a summary.json to compare with; baselines/<environment>-<profile>.json if not set
#   K6                 the program; k6 if not set
#   RATE SECONDS P95 P99 RECOVERY_LIMIT   replace a figure of environments.json
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() { echo "loadtest: $*" >&2; exit 2; }

profile=${1:-}
case $profile in
performance | load | stress) ;;
*) fail "profile \"$profile\" must be performance, load or stress: run.sh load" ;;
esac

target=${TARGET:-}
[[ $target =~ ^https?://([^/:?#]+)(:[0-9]+)?(/[^?#]*)?$ ]] ||
	fail "TARGET \"$target\" must be an address such as https://test.legops.example/matters"
host=${BASH_REMATCH[1]}
environment=${ENVIRONMENT:-}
case $environment in
development | test | production) ;;
local) [[ $host == localhost || $host == 127.0.0.1 ]] || fail "ENVIRONMENT is local, but $host is not this machine: name the environment" ;;
*) fail "ENVIRONMENT \"$environment\" must be local, development, test or production" ;;
esac
if [[ $environment == production || $host == "${PRODUCTION_DOMAIN:-}" ]] && [[ ${ALLOW_PRODUCTION:-} != true ]]; then
	fail "$target is production, which is put under load only with ALLOW_PRODUCTION=true (in the account: legops:loadTest.allowProduction)"
fi

k6=${K6:-k6}
command -v "$k6" >/dev/null || fail "$k6 is not there: make tools, or set K6"
command -v node >/dev/null || fail "node is not there: the report needs it"

out=${OUT:-$here/results}
mkdir -p "$out"
rm -f "$out"/{k6.json,samples.csv.gz,summary.json,report.html}

echo "loadtest: $profile, $environment, $target"
code=0
# Nothing is told to anybody: k6 would send its maker how it was used.
K6_CSV_TIME_FORMAT=unix_milli K6_NO_USAGE_REPORT=true "$k6" run --quiet --no-color --log-format raw --address '' \
	--out "csv=$out/samples.csv.gz" --env OUT="$out" --env TARGET="$target" --env ENVIRONMENT="$environment" \
	"$here/$profile.js" || code=$?
# 99 is a threshold, and 108 one that ended the run; without figures there was no test.
[[ -s $out/k6.json ]] || fail "k6 ended with $code before it had any figures"
[[ $code == 0 || $code == 99 || $code == 108 ]] || echo "loadtest: k6 ended with $code" >&2

TARGET=$target node "$here/report.mjs" "$out" "${BASELINE:-$here/baselines/$environment-$profile.json}" || code=$?
rm -f "$out"/{k6.json,samples.csv.gz}
echo "loadtest: report in $out/report.html"
exit "$code"
