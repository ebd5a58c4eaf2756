// Writes internal/catalogue/marks.json: for each type of the catalogue, the inputs of which published sources say that they replace
// the resource. docs/offline.md says what the sources are; marks_test.go of the catalogue holds it to them. tools/marks.sh runs it.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readCloudFormation } from './cloudformation.mjs'
import { list } from './kubernetes.mjs'
import { sdk } from './text.mjs'
import { noCounterpart, types } from './types.mjs'

const here = path => fileURLToPath(new URL(path, import.meta.url))
const read = path => JSON.parse(readFileSync(here(path)))
const schema = read('../../internal/offline/schema/schema.json')

// A Go module at the version that a go.mod of this repository requires.
function module(name, folder) {
  const found = JSON.parse(execFileSync('go', ['mod', 'download', '-json', name], { cwd: here(folder), encoding: 'utf8' }))
  return { name, folder: found.Dir, version: found.Version }
}
const sdks = Object.fromEntries(Object.keys(schema.modules).map(name => {
  const found = module(name, '../..'), provider = name.match(/pulumi-(\w+)\//)[1]
  return [provider, { ...found, marks: sdk(`${found.folder}/go/${provider}`) }]
}))
const kubernetes = module('github.com/pulumi/pulumi-kubernetes/provider/v4', '../kubernetes')
const replacedByKubernetes = list(kubernetes.folder)

// What is below a marked input goes without saying.
const topmost = paths => [...new Set(paths)].sort().filter((path, _, all) =>
  !all.some(other => path.startsWith(`${other}.`) || path.startsWith(`${other}[`)))

const marks = {}
for (const token of Object.keys(schema.resources).filter(token => !token.startsWith('pulumi:'))) {
  const provider = token.split(':')[0]
  const type = marks[token] = { text: topmost(sdks[provider].marks(token, schema)) }
  if (provider === 'kubernetes') {
    const { always, option } = replacedByKubernetes(token)
    Object.assign(type, { list: topmost(always), option })
  } else if (provider === 'aws' && types[token]) {
    const { createOnly, maybe, ...rest } = readCloudFormation(token, types[token], schema)
    Object.assign(type, { cloudformation: types[token], createOnly: topmost(createOnly), maybe: topmost(maybe), ...rest })
  } else if (provider === 'aws') {
    if (!noCounterpart[token]) throw new Error(`types.mjs names no CloudFormation type for ${token}, nor why there is none`)
    type.none = noCounterpart[token]
  }
  for (const [key, value] of Object.entries(type)) if (value.length === 0) delete type[key]
}

const sources = Object.fromEntries([...Object.values(sdks), kubernetes].map(({ name, version }) => [name, version]))
sources['@aws-cdk/aws-service-spec'] = read('package.json').dependencies['@aws-cdk/aws-service-spec']
// A line for each list, so that a new version of a source shows in a diff as the types that it changed.
const text = JSON.stringify({ sources, types: marks }, null, 1)
  .replace(/\[\n[^]*?\n *\]/g, list => JSON.stringify(JSON.parse(list)).replaceAll('","', '", "'))
writeFileSync(here('../../internal/catalogue/marks.json'), text + '\n')
