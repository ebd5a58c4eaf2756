// What pulumi-kubernetes replaces: the list forceNew of pkg/provider/diff.go, and the rules of forceNewProperties around it.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// The list is put together by Go's append: the part of the file that declares it is run, rather than read.
function evaluated(source) {
  const folder = mkdtempSync(join(tmpdir(), 'marks-'))
  try {
    const declarations = source.slice(source.indexOf('type _groups '))
    writeFileSync(join(folder, 'main.go'), `
      package main
      import ("encoding/json"; "os")
      func main() {
        everywhere := metadataForceNewProperties(".metadata")
        _ = json.NewEncoder(os.Stdout).Encode(map[string]any{"list": forceNew, "everywhere": everywhere})
      }
      ${declarations}`)
    return JSON.parse(execFileSync('go', ['run', join(folder, 'main.go')], { encoding: 'utf8' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// The properties that forceNewProperties adds for a kind unless an option of the provider makes the kind mutable.
function unlessMutable(source, kind) {
  const rule = source.match(new RegExp(`Is${kind}\\(obj\\) && .*enable${kind}Mutable.*\\s+props = append\\(props, properties\\{(.*)\\}`))
  if (!rule) throw new Error(`diff.go no longer has a rule for a ${kind} that is mutable by an option: read what it does now`)
  return rule[1].match(/\.\w+/g)
}

// list reads the folder of the module github.com/pulumi/pulumi-kubernetes/provider/v4.
export function list(module) {
  const source = readFileSync(join(module, 'pkg/provider/diff.go'), 'utf8')
  const { list: groups, everywhere } = evaluated(source)
  const mutable = { ConfigMap: unlessMutable(source, 'ConfigMap'), Secret: unlessMutable(source, 'Secret') }
  const input = path => path.slice(1)

  // marksOf returns what always replaces a type, and what replaces it unless an option of the provider makes it mutable.
  return function marksOf(token) {
    const [, groupVersion, name] = token.split(':')
    const [group, version] = groupVersion.split('/')
    // A patch has no kind of its own: Diff in provider.go replaces it for its identity alone.
    return {
      always: [...everywhere, ...groups[group]?.[version]?.[name] ?? []].map(input),
      option: (mutable[name] ?? []).map(input),
    }
  }
}
