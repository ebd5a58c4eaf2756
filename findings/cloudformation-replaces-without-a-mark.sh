#!/bin/sh
# CloudFormation deletes an OpenSearch domain when its key changes; the text of AWS's database says so, its marks do not.
#
# Software and version: @aws-cdk/aws-service-spec 0.1.216 (npm), aws-cdk 3.0.0 (npm, the cdk command)
#
# What it does: AWS's database of CloudFormation, out of which cdk diff and tools like it work, has the text of the
# documentation and, for machines, a mark at each property whose change replaces the resource. Where it depends on more than
# the change itself, some properties have the mark "maybe"; these two have none. For keys of KMS the text says that the
# update fails, which nothing marks either. Terraform's and Pulumi's providers replace all of them.
#
# Seen:
#   AWS::OpenSearchService::Domain EncryptionAtRestOptions
#     text: "the domain is deleted and recreated in order to modify the property"; mark: none; cdk diff: updated
#   AWS::OpenSearchService::Domain VPCOptions
#     text: "it causes a replacement"; mark: none; cdk diff: updated
#   AWS::KMS::Key KeySpec
#     text: "the update request fails"; mark: none; cdk diff: updated
#   AWS::OpenSearchService::Domain DomainName
#     text: none; mark: yes; cdk diff: replaced
#
# Where it hurts: the search index of a customer is lost by a change of its key that every preview without a change set shows as
# an update. Whoever builds a check "is anything with data replaced" on the marks, which are there for that, does not see it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat >package.json <<'EOF_PACKAGE'
{
  "private": true,
  "dependencies": {"aws-cdk": "3.0.0", "@aws-cdk/aws-service-spec": "0.1.216"}
}
EOF_PACKAGE
timeout 600 npm install --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || {
	echo "cannot tell: npm: $(tail -n 5 npm.log)" >&2
	exit 2
}

cat >main.mjs <<'EOF_JS'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'

const database = loadAwsServiceSpecSync()
const words = /the domain is deleted and recreated[\w\s]*|it causes a replacement|the update request fails/

// What the cdk command says of a change from one template to another.
function diff(type, name, [before, after]) {
  const template = value => JSON.stringify({ Resources: { It: { Type: type, Properties: { [name]: value } } } })
  mkdirSync('out', { recursive: true })
  writeFileSync('out/manifest.json', JSON.stringify({ version: '36.0.0', artifacts: { it: {
    type: 'aws:cloudformation:stack', environment: 'aws://unknown-account/unknown-region', properties: { templateFile: 'it.json' },
  } } }))
  writeFileSync('out/it.json', template(after))
  writeFileSync('old.json', template(before))
  const { stderr: said } = spawnSync('node_modules/.bin/cdk', ['diff', '--app', 'out', '--template', 'old.json', '--no-notices'],
    { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: process.cwd(), CDK_DISABLE_VERSION_CHECK: '1' } })
  if (!said.includes(`[~] ${type} It`)) throw new Error(`cdk diff shows no change: ${said}`)
  return said.includes('requires replacement') ? 'replaced' : said.includes('may') ? 'perhaps replaced' : 'updated'
}

const key = name => ({ Enabled: true, KmsKeyId: name })
for (const [type, name, values] of [
  ['AWS::OpenSearchService::Domain', 'EncryptionAtRestOptions', [key('one'), key('two')]],
  ['AWS::OpenSearchService::Domain', 'VPCOptions', [{ SubnetIds: ['subnet-1'] }, undefined]],
  ['AWS::KMS::Key', 'KeySpec', ['SYMMETRIC_DEFAULT', 'RSA_4096']],
  ['AWS::OpenSearchService::Domain', 'DomainName', ['one', 'two']],
]) {
  const property = database.lookup('resource', 'cloudFormationType', 'equals', type).only().properties[name]
  const text = property.documentation?.match(words)?.[0].trim()
  console.log(`${type} ${name}\n  text: ${text ? `"${text}"` : 'none'}; ` +
    `mark: ${property.causesReplacement ?? 'none'}; cdk diff: ${diff(type, name, values)}`)
}
EOF_JS

timeout 300 node main.mjs >seen 2>node.log || {
	echo "cannot tell: node: $(tail -n 5 node.log)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_EXPECTED'
AWS::OpenSearchService::Domain EncryptionAtRestOptions
  text: "the domain is deleted and recreated in order to modify the property"; mark: none; cdk diff: updated
AWS::OpenSearchService::Domain VPCOptions
  text: "it causes a replacement"; mark: none; cdk diff: updated
AWS::KMS::Key KeySpec
  text: "the update request fails"; mark: none; cdk diff: updated
AWS::OpenSearchService::Domain DomainName
  text: none; mark: yes; cdk diff: replaced
EOF_EXPECTED
diff expected seen || {
	echo 'no longer so: see the difference' >&2
	exit 1
}
