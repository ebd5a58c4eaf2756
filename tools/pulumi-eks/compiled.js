// Lets pulumi-eks start in half the processor time: node -r compiled.js .../provider/index.js
//
// Its start loads 1,900 modules: Node.js looks for each in many folders and compiles it, every time. A start with the variable
// RECORD writes beside this file, into compiled.json and compiled.bin, which file each request means, and the source and V8's code of
// each, and ends when pulumi-eks is ready. Other starts take them from there. Node.js loads what is not recorded, and V8 compiles anew
// what another version of it has compiled. A change in node_modules shows only after another such start.
'use strict'
const fs = require('fs')
const Module = require('module')
const path = require('path')
const vm = require('vm')

const store = path.join(__dirname, 'compiled')

// counts are how many modules came from the store, with code that V8 accepts and with code that it does not, and how many did not.
const counts = { accepted: 0, rejected: 0, others: 0 }
module.exports = counts

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
  const { files, requests } = JSON.parse(fs.readFileSync(store + '.json', 'utf8'))
  const content = fs.readFileSync(store + '.bin')
  const known = new Map(files.map(([file, ...at]) => [file, at])), resolved = new Map(requests)

  const resolve = Module._resolveFilename
  Module._resolveFilename = (name, parent, ...rest) => resolved.get(request(name, parent)) ?? resolve(name, parent, ...rest)

  const load = Module._extensions['.js']
  Module._extensions['.js'] = (module, filename) => {
    const at = known.get(filename)
    if (!at) {
      counts.others++
      return load(module, filename)
    }
    const [source, code, end] = at
    const script = run(module, filename, content.toString('utf8', source, code), content.subarray(code, end))
    script.cachedDataRejected ? counts.rejected++ : counts.accepted++
  }
}

function record() {
  const compiled = [], requests = []
  const resolve = Module._resolveFilename
  Module._resolveFilename = (name, parent, ...rest) => {
    const file = resolve(name, parent, ...rest)
    if (request(name, parent) && path.isAbsolute(file)) requests.push([request(name, parent), file]) // others are Node.js's own
    return file
  }
  Module.prototype._compile = function (source, filename) {
    compiled.push({ filename, source, script: run(this, filename, source) })
  }
  // It is ready when it prints the port at which it listens. By then V8 has compiled the functions that a start needs, too.
  process.stdout.write = () => {
    const parts = [], files = []
    let at = 0
    const put = part => (parts.push(part), at += part.length)
    for (const { filename, source, script } of compiled) {
      files.push([filename, at, put(Buffer.from(source)), put(script.createCachedData())])
    }
    fs.writeFileSync(store + '.bin', Buffer.concat(parts))
    fs.writeFileSync(store + '.json', JSON.stringify({ files, requests }))
    process.exit()
  }
}

process.env.RECORD ? record() : use()
