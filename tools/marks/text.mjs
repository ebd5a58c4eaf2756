// What the doc comments of a Pulumi SDK for Go say of each input.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

// Sentences that say of an input that its change replaces the resource, or that nothing changes it on a living one.
const marks = [
  /\b(?:forc|requir|caus|trigger|result)\w*\b[^.]*\b(?:new (?:resource|cluster|domain|instance)|(?:re-?creat|replac)\w*)/i,
  /\b(?:cannot|can't|can not|may not|must not) be (?:changed|updated|modified|altered)\b/i,
  /\b(?:is|are) immutable\b/i,
  /\bonly [^.]*\b(?:at|during|when)\b[^.]*\bcreat/i,
]
const sentences = comment => comment.split(/(?<=[.!)])\s+(?=[A-Z`*>])/)
const marked = comment => sentences(comment).some(sentence => marks.some(mark => mark.test(sentence)))

// members reads the fields of a struct in gofmt's layout: their comments, by their names in Pulumi.
function members(source, name) {
  const body = source.match(new RegExp(`^type ${name} struct \\{\\n([^]*?)^\\}`, 'm'))?.[1]
  const found = {}
  let comment = []
  for (const line of body?.split('\n') ?? []) {
    const text = line.match(/^\t\/\/ ?(.*)/)
    const property = line.match(/`pulumi:"(\w+)/)
    if (text) comment.push(text[1])
    else {
      if (property) found[property[1]] = comment.join(' ')
      comment = []
    }
  }
  return body === undefined ? undefined : found
}

// sdk reads the packages below a folder that has the root of an SDK.
export function sdk(root) {
  const files = readdirSync(root, { recursive: true }).filter(file => file.endsWith('.go'))
  const sources = {}
  const source = file => sources[file] ??= readFileSync(join(root, file), 'utf8')

  function fileOf(token) {
    const base = token.split(':')[2].toLowerCase() + '.go'
    return files.find(file => `/${file}`.toLowerCase().endsWith(`/${base}`) && source(file).includes(`RegisterResource("${token}"`))
  }
  function shape(key) {
    const [, folder, name] = key.split(':')
    for (const file of files.filter(file => dirname(file) === (folder === 'index' ? '.' : folder) && /pulumiTypes/.test(file))) {
      const found = members(source(file), name)
      if (found) return found
    }
    throw new Error(`no struct ${name} in ${folder} of ${root}`)
  }

  // marksOf returns the inputs of a type whose comments say so.
  return function marksOf(token, schema) {
    const file = fileOf(token)
    if (!file) throw new Error(`${root} does not register ${token}`)
    const type = source(file).match(/^type (\w+Args) struct \{/m)[1]
    const found = []
    function walk(inputs, comments, above, seen) {
      for (const [name, property] of Object.entries(inputs)) {
        let { kind, elem, object } = property, path = above + name
        if (marked(comments[name] ?? '')) found.push(path)
        if (path === 'spec.template') continue // its comments are those of a Pod on its own, which a Deployment replaces itself
        for (; kind === 'array'; path += '[*]') ({ kind, elem, object } = elem)
        if (kind === 'object' && !seen.includes(object)) walk(schema.objects[object], shape(object), path + '.', [...seen, object])
      }
    }
    walk(schema.resources[token].inputs, members(source(file), type), '', [])
    return found
  }
}
