// Tells what waits for a maintenance window from drift. Without applyImmediately, RDS keeps a change of class, storage or Multi-AZ until
// the window (docs/decisions/0036-changes-wait-for-the-window.md); every refresh and preview shows it until then, though nobody has
// anything to do. An update that takes such a change back sends nothing, since the database is still as it was: RDS makes the
// change all the same, so that a person has to cancel it.
//
//   node pending.mjs FOLDER
//
// prints a notice for the page of the run about everything that waits, of pending.sh's output. With --json it prints what pending returns of
// drift.sh's and pending.sh's.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const database = 'aws:rds/instance:Instance'

// typeOf returns the type of a resource, by its URN.
export const typeOf = urn => urn.split('::')[2].split('$').pop()

// inputs are Pulumi's names of what RDS lists as pending, where they are not the same but for the first letter.
const inputs = {
  CACertificateIdentifier: 'caCertIdentifier',
  DBInstanceClass: 'instanceClass',
  DBInstanceIdentifier: 'identifier',
  DBSubnetGroupName: 'dbSubnetGroupName',
  IAMDatabaseAuthenticationEnabled: 'iamDatabaseAuthenticationEnabled',
  MultiAZ: 'multiAz',
}
const inputOf = name => inputs[name] ?? name[0].toLowerCase() + name.slice(1)

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

// start returns when a window such as sun:04:30-sun:05:30 (UTC) opens next.
export function start(window, now) {
  const [day, hour, minute] = window.toLowerCase().split('-')[0].split(':')
  const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), Number(hour), Number(minute)))
  at.setUTCDate(at.getUTCDate() + ((days.indexOf(day) - at.getUTCDay() + 7) % 7))
  if (at <= now) at.setUTCDate(at.getUTCDate() + 7)
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const read = (folder, name) => (existsSync(join(folder, name)) ? JSON.parse(readFileSync(join(folder, name), 'utf8')) : undefined)

// wanted are the inputs that a step wants a database to have: a refresh compares with what the state was given, a preview with what
// the program asks for.
const wanted = (name, step) => (name === 'refresh' ? step.oldState : step.newState)?.inputs ?? {}

// A preview that refreshes first lists that, too, with what is in the state.
const steps = (folder, name) =>
  (read(folder, `${name}.json`)?.steps ?? []).filter(({ op, urn }) => op !== 'refresh' && typeOf(urn) === database)

const major = version => String(version).split('.')[0]

// fulfils says whether a change that waits is the one that inputs want, where RDS makes another value of what it was asked for.
const fulfils = {
  // RDS chooses the minor version, and upgrades by itself (components/data/rds.go). A major version never goes back.
  engineVersion: ({ value }, want) => major(value) === major(want),
  // RDS rounds growth of less than 10 % up (aws-sdk-go-v2 service/rds v1.118.1, api_op_ModifyDBInstance.go: AllocatedStorage).
  allocatedStorage: ({ value, present }, want) =>
    Number(value) === want || (present < want && want < value && value <= Math.ceil((present * 11) / 10)),
}
const isWanted = (change, want) => (fulfils[change.input] ?? (({ value }) => value === String(want)))(change, want)

// listed is everything that waits in a folder that pending.sh has filled, each with a line that names no value.
const listed = (folder, now) =>
  (read(folder, 'databases.json') ?? []).flatMap(({ DBInstanceIdentifier: name, PendingModifiedValues: all, PreferredMaintenanceWindow: window, ...present }) =>
    Object.entries(all ?? {})
      .filter(([, value]) => value === null || typeof value !== 'object')
      .map(([key, value]) => {
        const input = inputOf(key)
        return { name, input, value: String(value), present: present[key], line: `\`${name}\`: \`${input}\` changes in the maintenance window at ${start(window, now)}` }
      }))

// pending returns, of the folder that drift.sh and pending.sh have filled:
//   waiting  lines about changes that the program asks for and that take effect by themselves
//   unasked  lines about changes that take effect although the program does not ask for them
//   known    whether pending.sh could tell; if not, nothing waits here, and all that does looks like drift
//   only     a function of a command's name and one of its steps: whether the step shows nothing but changes that wait
export function pending(folder, now = new Date()) {
  const all = listed(folder, now)
  const previews = steps(folder, 'preview').map(step => wanted('preview', step))
  const asked = change => isWanted(change, previews.find(({ identifier }) => identifier === change.name)?.[change.input])
  const only = (name, step) => {
    const want = wanted(name, step)
    const paths = Object.keys(step.detailedDiff ?? {})
    return steps(folder, name).some(({ op, urn }) => op === 'update' && urn === step.urn) && paths.length > 0 &&
      paths.every(path => all.some(change => change.name === want.identifier && change.input === path && isWanted(change, want[path])))
  }
  return {
    waiting: all.filter(asked).map(({ line }) => `- ${line}`),
    unasked: all.filter(change => !asked(change)).map(({ line }) => `- ${line}, which main does not ask for: cancel it`),
    known: existsSync(join(folder, 'databases.json')),
    only,
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv.at(-1)
  if (process.argv[2] === '--json') {
    const { waiting, unasked, only } = pending(folder)
    const shown = name => steps(folder, name).filter(step => only(name, step)).map(({ urn }) => urn)
    console.log(JSON.stringify({ waiting, unasked, only: { refresh: shown('refresh'), preview: shown('preview') } }))
  } else {
    for (const { line } of listed(folder, new Date())) console.log(`::notice::${line}`)
  }
}
