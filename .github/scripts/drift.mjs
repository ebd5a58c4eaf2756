// Keeps one issue for a stack that has drifted, in whose state an update has left something unfinished, or whose backups the last restore drill
// could not restore: opens it, updates it, and closes it when there is nothing of that any more:
//
//   STACK=... node drift.mjs FOLDER
//
// The folder is the output of drift.sh, pending.sh and drill.sh. What waits for a maintenance window is no drift: the summary of the run names it,
// and the issue only what main does not ask for (any more). The issue names resources and properties, never a value, which may be a secret that
// Pulumi does not know as one.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { all, longestText, main, request } from './github.mjs'
import { drill } from './drill.mjs'
import { pending, typeOf } from './pending.mjs'

const { GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_SERVER_URL, GITHUB_SHA, GITHUB_STEP_SUMMARY, STACK } = process.env
const folder = process.argv[2]
const title = `Drift: ${STACK}`
const label = 'drift'
const run = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`
const runbooks = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA}/docs/runbooks`
const unchanged = ['same', 'refresh', 'read']

// theirs are properties that the cluster changes by itself: the Cluster Autoscaler decides the size of a node group. Pulumi ignores it,
// except between an update that has changed the group's bounds and the next one (docs/decisions/0035-look-first.md).
const theirs = { 'aws:eks/nodeGroup:NodeGroup': ['scalingConfig.desiredSize'] }

const isTheirs = ({ urn, detailedDiff }) => {
  const paths = Object.keys(detailedDiff ?? {})
  return paths.length > 0 && paths.every(path => theirs[typeOf(urn)]?.includes(path))
}

const sections = [
  ['refresh', 'Changed outside Pulumi since its last update'],
  ['preview', `What an update from ${GITHUB_SHA} would change: it undoes the above, and deploys what is on main`],
]

// changes returns the lines about one command's changes; none if it found none that a person has to do something about.
function changes(name, { unasked, only }) {
  const code = readFileSync(join(folder, `${name}.code`), 'utf8').trim()
  const other = name === 'preview' ? unasked : []
  if (code === '0') return other
  const { steps } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const changed = steps.filter(({ op }) => !unchanged.includes(op))
  if (changed.length === 0) return ['- pulumi reports changes, but names no resource', ...other]
  const lines = changed.filter(step => !only(name, step) && !isTheirs(step)).map(({ op, urn, detailedDiff }) => {
    const resource = urn.split('::').pop()
    const properties = Object.keys(detailedDiff ?? {}).map(property => `\`${property}\``).join(', ')
    return `- ${op} \`${typeOf(urn)}\` \`${resource}\`${properties && ': '}${properties}`
  })
  return [...lines, ...other]
}

// fit returns as many lines as GitHub accepts in a text, and the number of those left out.
function fit(lines) {
  const end = count => `\n**Cut: ${count} more lines. All are in the summary of [the run](${run}).**`
  let room = longestText - end(lines.length).length
  const kept = lines.findIndex(line => (room -= line.length + 1) < 0)
  return kept < 0 ? lines.join('\n') : [...lines.slice(0, kept), end(lines.length - kept)].join('\n')
}

// unfinished returns the lines about what an update has left in the state.
const unfinished = () => readFileSync(join(folder, 'unfinished.md'), 'utf8').split('\n').filter(line => line !== '')

await main(async () => {
  const waits = pending(folder)
  const found = [
    ['Left unfinished by an earlier update: the next one deals with it, and no preview shows it', unfinished()],
    ...sections.map(([name, heading]) => [heading, changes(name, waits)]),
    [`The backups are not known to be good: see [the runbook of restore drills](${runbooks}/restore-drill.md)`, drill(folder)],
  ].filter(([, lines]) => lines.length > 0)
  const drifted = found.length > 0
  const lines = [
    `[This run](${run}) found that ${STACK} differs from Pulumi's state or from main, that an update did not come to its end, or that a restore drill found a problem. What to do: [the runbook](${runbooks}/drift.md).`,
    ...(waits.known ? [] : ['', 'What waits for a maintenance window is unknown, since pending.sh failed in this run: it counts as drift.']),
    ...found.flatMap(([heading, lines]) => ['', `## ${heading}`, '', ...lines]),
  ]
  appendFileSync(GITHUB_STEP_SUMMARY, `${drifted ? lines.join('\n') : `${STACK} has no drift.`}\n`)
  if (waits.waiting.length > 0) {
    appendFileSync(GITHUB_STEP_SUMMARY, ['', '## Waits for a maintenance window: nothing to do', '', ...waits.waiting, ''].join('\n'))
  }

  const open = (await all(`/issues?state=open&labels=${label}`)).find(issue => issue.title === title && !issue.pull_request)
  if (drifted && open) {
    await request('PATCH', `/issues/${open.number}`, { body: fit(lines) })
    return `${STACK} has drifted: updated issue ${open.number}`
  }
  if (drifted) {
    const created = await request('POST', '/issues', { title, body: fit(lines), labels: [label] })
    if (!created.labels.some(({ name }) => name === label)) {
      throw new Error(`issue ${created.number} has no label ${label}, so the next run would not find it: create the label`)
    }
    return `${STACK} has drifted: opened issue ${created.number}`
  }
  if (open && !waits.known) return `${STACK} has no drift, but what waits for a maintenance window is unknown: left issue ${open.number} open`
  if (open) {
    await request('POST', `/issues/${open.number}/comments`, { body: `[This run](${run}) found no drift any more.` })
    await request('PATCH', `/issues/${open.number}`, { state: 'closed' })
    return `${STACK} has no drift any more: closed issue ${open.number}`
  }
  return `${STACK} has no drift`
})
