// Lets pulumi-eks start in half the processor time: node -r compiled.js .../provider/index.js
//
// Its start loads 1,200 modules: Node.js looks for each in many folders and compiles it, every time. As a program of its own, node
// compiled.js .../provider/index.js ADDRESS, this file starts pulumi-eks once and writes beside itself, into compiled.json and
// compiled.bin, which file each request means, and the source and V8's code of each. Other starts take them from there. Node.js loads
// what is not recorded, and everything if another version of it recorded: V8 would refuse the code, and a start would be slower than
// without. A change in node_modules shows only after it records again.
//
// A start from the store also serves one engine after the other, where grpc-js shares what it knows of an address among all clients: an engine
// at the port of one that has ended would be unavailable (findings/grpc-js-new-client-fails-for-an-old-one.sh). Each client has its own here.
'use strict'
const fs = require('fs')
const Module = require('module')
const path = require('path')
const vm = require('vm')

const store = path.join(__dirname, 'compiled')

// counts are how many modules came from the store, with code that V8 accepts and with code that it does not, and how many
// the record does not know.
const counts = { accepted: 0, rejected: 0, others: 0 }
module.exports = counts

// settings are where Pulumi's SDK has the options of its clients.
const settings = path.join('@pulumi', 'pulumi', 'runtime', 'settings.js')

// node is what V8's code depends on.
const node = process.version + ' ' + process.arch

// recordable tells modules with import() apart, which fails in code from the store (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING), in Node.js 20
// also with vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER. TypeScript, the largest of all, has the word only in comments and texts.
const recordable = (filename, source) => path.basename(filename) === 'typescript.js' || !/\bimport\s*\(/.test(source)

// run runs a module as Node.js does, with the code of an earlier run if there is some.
function run(module, filename, source, cachedData) {
  const script = new vm.Script(Module.wrap(source.replace(/^#!.*/, '')), { filename, cachedData })
  const load = script.runInThisContext()
  load.call(module.exports, module.exports, Module.createRequire(filename), module, filename, path.dirname(filename))
  return script
}

// request is what a module asks for, and from which folder; nothing for the main module.
const request = (name, parent) => parent?.filename && path.dirname(parent.filename) + '\n' + name

function use() {
  const { recordedBy, files, requests } = JSON.parse(fs.readFileSync(store + '.json', 'utf8'))
  if (recordedBy !== node) return
  const content = fs.readFileSync(store + '.bin')
  const known = new Map(files.map(([file, ...at]) => [file, at])), resolved = new Map(requests)

  const resolve = Module._resolveFilename
  Module._resolveFilename = (name, parent, ...rest) => resolved.get(request(name, parent)) ?? resolve(name, parent, ...rest)

  const load = Module._extensions['.js']
  Module._extensions['.js'] = (module, filename) => {
    const at = known.get(filename)
    if (!at) counts.others++
    if (!at?.length) return load(module, filename)
    const [source, code, end] = at
    const script = run(module, filename, content.toString('utf8', source, code), content.subarray(code, end))
    script.cachedDataRejected ? counts.rejected++ : counts.accepted++
    if (filename.endsWith(settings)) module.exports.grpcClientOptions['grpc.use_local_subchannel_pool'] = 1
  }
}

function record(main) {
  const compiled = [], requests = []
  const resolve = Module._resolveFilename
  Module._resolveFilename = (name, parent, ...rest) => {
    const file = resolve(name, parent, ...rest)
    if (request(name, parent) && path.isAbsolute(file)) requests.push([request(name, parent), file]) // others are Node.js's own
    return file
  }
  const compile = Module.prototype._compile
  Module.prototype._compile = function (source, filename, ...rest) {
    if (recordable(filename, source)) {
      compiled.push({ filename, source, script: run(this, filename, source) })
      return
    }
    compiled.push({ filename })
    return compile.call(this, source, filename, ...rest)
  }
  // It is ready when it prints the port at which it listens. By then V8 has compiled the functions that a start needs, too.
  process.stdout.write = () => {
    const parts = [], files = []
    let at = 0
    const put = part => (parts.push(part), at += part.length)
    for (const { filename, source, script } of compiled) {
      files.push(script ? [filename, at, put(Buffer.from(source)), put(script.createCachedData())] : [filename])
    }
    fs.writeFileSync(store + '.bin', Buffer.concat(parts))
    fs.writeFileSync(store + '.json', JSON.stringify({ recordedBy: node, files, requests }))
    process.exit()
  }
  Module._load(main, null, true)
}

// By node -r, it is not the main module.
if (require.main === module) {
  process.argv.splice(1, 1)
  record(path.resolve(process.argv[1]))
} else {
  use()
}
