#!/bin/sh
# cdk diff shows a file system that CloudFormation replaces as one that it updates: it reads the marks of outer properties only.
#
# Software and version: aws-cdk 3.0.0 (npm, the cdk command), @aws-cdk/aws-service-spec 0.1.216
#
# What it does: AWS's database of CloudFormation marks each property whose change replaces the resource. The mark of
# WindowsConfiguration.DeploymentType of a file system stands at DeploymentType, none stands at WindowsConfiguration. cdk
# diff looks up the outermost property of a change, finds no mark and announces no replacement. It does so in each
# comparison of templates: with --template and --method=template, and where it cannot create a change set, its default.
# The database has such marks, without one above them, in 84 of its 1,828 types.
#
# Seen:
#   SubnetIds.0 of AWS::FSx::FileSystem: marked, cdk diff: replaced
#   WindowsConfiguration.DeploymentType of AWS::FSx::FileSystem: marked, cdk diff: updated
#   WindowsConfiguration.PreferredSubnetId of AWS::FSx::FileSystem: marked, cdk diff: updated
#   OpenZFSConfiguration.RootVolumeConfiguration.RecordSizeKiB of AWS::FSx::FileSystem: marked, cdk diff: updated
#   Budget.BudgetName of AWS::Budgets::Budget: marked, cdk diff: updated
#   303 properties in 84 of 1828 types are marked at a level that cdk diff does not read
#
# Where it hurts: a review in CI, whose role may not create change sets, approves "[~] WindowsConfiguration". CloudFormation
# creates an empty file system, points everything to it and deletes the one with the files, of which at best a backup is left.
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
const below = type => type.element ? below(type.element)
  : type.type === 'ref' ? database.get('typeDefinition', type.reference) : undefined

// The mark of a property, by its path without indexes.
function marked(resource, path) {
  let properties = resource.properties, property
  for (const name of path) {
    property = properties[name]
    properties = below(property.type)?.properties
  }
  return property.causesReplacement === 'yes'
}

// What the cdk command says of a change of one property, from one template to another.
function diff(type, path, [before, after]) {
  const template = value => {
    for (const step of path.toReversed()) value = /^\d+$/.test(step) ? [value] : { [step]: value }
    return JSON.stringify({ Resources: { It: { Type: type, Properties: value } } })
  }
  mkdirSync('out', { recursive: true })
  writeFileSync('out/manifest.json', JSON.stringify({ version: '36.0.0', artifacts: { it: {
    type: 'aws:cloudformation:stack', environment: 'aws://unknown-account/unknown-region', properties: { templateFile: 'it.json' },
  } } }))
  writeFileSync('out/it.json', template(after))
  writeFileSync('old.json', template(before))
  const { stderr: said } = spawnSync('node_modules/.bin/cdk', ['diff', '--app', 'out', '--template', 'old.json', '--no-notices'],
    { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: process.cwd(), CDK_DISABLE_VERSION_CHECK: '1' } })
  if (!said.includes(`[~] ${type} It`)) throw new Error(`cdk diff shows no change: ${said}`)
  return said.includes('requires replacement') ? 'replaced' : 'updated'
}

const only = type => database.lookup('resource', 'cloudFormationType', 'equals', type).only()
for (const [type, path, values] of [
  ['AWS::FSx::FileSystem', 'SubnetIds.0', ['subnet-1', 'subnet-2']],
  ['AWS::FSx::FileSystem', 'WindowsConfiguration.DeploymentType', ['SINGLE_AZ_1', 'SINGLE_AZ_2']],
  ['AWS::FSx::FileSystem', 'WindowsConfiguration.PreferredSubnetId', ['subnet-1', 'subnet-2']],
  ['AWS::FSx::FileSystem', 'OpenZFSConfiguration.RootVolumeConfiguration.RecordSizeKiB', [128, 64]],
  ['AWS::Budgets::Budget', 'Budget.BudgetName', ['one', 'two']],
]) {
  const mark = marked(only(type), path.split('.').filter(step => !/^\d+$/.test(step))) ? 'marked' : 'not marked'
  console.log(`${path} of ${type}: ${mark}, cdk diff: ${diff(type, path.split('.'), values)}`)
}

let types = 0, of = 0, properties = 0
function count(shape, seen, top) {
  return Object.values(shape).reduce((sum, property) => {
    if (property.causesReplacement) return sum + (top ? 0 : 1)
    const inner = below(property.type)
    return inner && !seen.includes(inner) ? sum + count(inner.properties, [...seen, inner], false) : sum
  }, 0)
}
for (const resource of database.all('resource')) {
  const found = count(resource.properties, [], true)
  of++
  properties += found
  types += found > 0 ? 1 : 0
}
console.log(`${properties} properties in ${types} of ${of} types are marked at a level that cdk diff does not read`)
EOF_JS

timeout 300 node main.mjs >seen 2>node.log || {
	echo "cannot tell: node: $(tail -n 5 node.log)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_EXPECTED'
SubnetIds.0 of AWS::FSx::FileSystem: marked, cdk diff: replaced
WindowsConfiguration.DeploymentType of AWS::FSx::FileSystem: marked, cdk diff: updated
WindowsConfiguration.PreferredSubnetId of AWS::FSx::FileSystem: marked, cdk diff: updated
OpenZFSConfiguration.RootVolumeConfiguration.RecordSizeKiB of AWS::FSx::FileSystem: marked, cdk diff: updated
Budget.BudgetName of AWS::Budgets::Budget: marked, cdk diff: updated
303 properties in 84 of 1828 types are marked at a level that cdk diff does not read
EOF_EXPECTED
diff expected seen || {
	echo 'no longer so: see the difference' >&2
	exit 1
}
