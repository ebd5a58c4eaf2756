// What AWS's database of CloudFormation marks, by the names that Pulumi gives the same properties: createOnlyProperties of the
// registry's schemas ('yes' in causesReplacement), conditionalCreateOnlyProperties ('maybe'), and the same of an older specification.
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec'
import { renamed } from './types.mjs'

const database = loadAwsServiceSpecSync()

// What a name of either has in common: CloudFormation writes DBName where Pulumi writes dbName, Pulumi the plural of every list.
const plain = name => name.toLowerCase().replace(/ies$/, 'y').replace(/(?<!s)s$/, '')
// What CloudFormation adds to a name: that of the type (QueueName), or the kind of its value (PolicyDocument).
const forms = (name, type) => [name, name.replace(type.split('::')[2], ''), name.replace(/(Config(uration)?|Options|Document)$/, '')]

// The properties of an object, or of a list's elements; none of anything else. The marks of a nested type stand at that type.
function nested({ type, element, reference }) {
  if (type === 'array') return nested(element)
  return type === 'ref' ? { id: reference.$ref, properties: database.get('typeDefinition', reference).properties } : { properties: {} }
}

// readCloudFormation returns the marked inputs of a Pulumi type, the properties and inputs that have no counterpart, each
// without what is below it, and the number of properties.
export function readCloudFormation(token, type, schema) {
  const resource = database.lookup('resource', 'cloudFormationType', 'equals', type).only()
  const names = { ...renamed[token] }
  const found = { createOnly: [], maybe: [], markedOnlyThere: [], onlyThere: [], onlyHere: [], properties: 0 }
  const counterparts = new Set()

  // below returns Pulumi's inputs in an object or a list's elements, and the steps to them.
  function below({ kind, elem, object }, steps = '') {
    if (kind === 'array') return below(elem, steps + '[*]')
    return { inputs: kind === 'object' ? schema.objects[object] : {}, steps }
  }
  const root = { path: '', inputs: schema.resources[token].inputs }
  function descend(from, name) {
    if (!from.inputs[name]) throw new Error(`types.mjs: ${token} has no input ${from.path}${name}`)
    const path = from.path + name, { inputs, steps } = below(from.inputs[name])
    counterparts.add(path)
    return { at: path, path: `${path}${steps}.`, inputs }
  }
  function counterpart(path, name, parent) {
    if (path in names) {
      const to = names[path]
      delete names[path]
      return to === '.' ? [root] : [to].flat().map(input => input.split('.').reduce(descend, root))
    }
    for (const form of parent ? forms(name, type) : []) {
      const same = Object.keys(parent.inputs).filter(input => plain(input) === plain(form))
      if (same.length === 1) return [descend(parent, same[0])]
    }
    return []
  }
  function walk(properties, above, parent, seen) {
    for (const [name, property] of Object.entries(properties)) {
      const path = above + name, mark = property.causesReplacement
      const inputs = counterpart(path, name, parent)
      found.properties++
      if (!inputs.length && mark) found.markedOnlyThere.push(path)
      else if (!inputs.length && parent) found.onlyThere.push(path)
      if (mark) found[mark === 'yes' ? 'createOnly' : 'maybe'].push(...inputs.map(({ at }) => at).filter(Boolean))
      const { id, properties: more } = nested(property.type)
      if (!seen.includes(id)) walk(more, path + '.', inputs[0], [...seen, id])
    }
  }
  walk(resource.properties, '', root, [])
  if (Object.keys(names).length) throw new Error(`types.mjs: ${type} has no ${Object.keys(names)}`)
  if (resource.additionalReplacementProperties) throw new Error(`${type} marks more: ${resource.additionalReplacementProperties}`)

  function alone(from) {
    for (const name of Object.keys(from.inputs)) {
      const path = from.path + name, { inputs, steps } = below(from.inputs[name])
      if (!counterparts.has(path)) found.onlyHere.push(path)
      else if ([...counterparts].some(other => other.startsWith(`${path}${steps}.`))) alone({ path: `${path}${steps}.`, inputs })
    }
  }
  alone(root)
  return found
}
