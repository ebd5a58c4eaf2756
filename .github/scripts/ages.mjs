// Keeps one issue for each version in use whose support ends soon or has ended: opens it 120 days before, says it again 60 and 14 days
// before and once it has ended, and closes it when the version is no longer in use:
//
//   STACK=... node ages.mjs FOLDER
//
// The folder is the output of ages.sh. STACK is a stack, or `program` for what the program itself is built with. The first line of an issue
// holds what was told last, so that no night says it once more, and a night that was missed is made up for. Who closes an issue is told
// again when the end has come nearer.
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { all, main, request } from './github.mjs'

const { GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_SERVER_URL, GITHUB_SHA, GITHUB_STEP_SUMMARY, STACK } = process.env
const folder = process.argv[2]
const prefix = `Ages: ${STACK}: `
const label = 'ages'
const run = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`
const docs = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA}/docs`
const told = stage => `<!-- legops-ages: ${stage} -->`
const gone = told('gone')

const shown = 20 // of what uses a version

function bodyOf({ stage, text, by, runbook }) {
  const more = by.length > shown ? ` and ${by.length - shown} more` : ''
  return [
    told(stage),
    `${text[0].toUpperCase()}${text.slice(1)}.`,
    '',
    `In use by: ${by.slice(0, shown).map(name => `\`${name}\``).join(', ')}${more}.`,
    '',
    `What to do: [${runbook}](${docs}/${runbook}). Where the day was read: [the calendar](${docs}/ages.md). Found by [this run](${run}).`,
  ].join('\n')
}

// tell opens or renews the issue of a notice, unless what it says has been told, and returns what was done.
async function tell(notice, issue) {
  const body = bodyOf(notice)
  if (!issue) {
    const created = await request('POST', '/issues', { title: prefix + notice.id, body, labels: [label] })
    if (!created.labels.some(({ name }) => name === label)) {
      throw new Error(`issue ${created.number} has no label ${label}, so the next run would not find it: create the label`)
    }
    return `opened issue ${created.number}`
  }
  if (issue.body?.startsWith(told(notice.stage))) return `issue ${issue.number} says so already`
  await request('PATCH', `/issues/${issue.number}`, { body, state: 'open' })
  await request('POST', `/issues/${issue.number}/comments`, { body: `${notice.text}.` })
  return `issue ${issue.number} says it anew`
}

await main(async () => {
  const notices = JSON.parse(readFileSync(join(folder, 'ages.json'), 'utf8'))
  const issues = (await all(`/issues?state=all&labels=${label}`)).filter(({ title, pull_request }) => title.startsWith(prefix) && !pull_request)
  const done = []
  for (const notice of notices) {
    const issue = issues.filter(({ title }) => title === prefix + notice.id).sort((a, b) => b.number - a.number)[0]
    done.push(`${notice.id}: ${await tell(notice, issue)}`)
  }
  for (const issue of issues.filter(({ state, title }) => state === 'open' && !notices.some(({ id }) => title === prefix + id))) {
    await request('POST', `/issues/${issue.number}/comments`, { body: `[This run](${run}) found that ${STACK} no longer uses it, or that its support ends later.` })
    await request('PATCH', `/issues/${issue.number}`, { body: `${gone}\n${issue.body ?? ''}`, state: 'closed' })
    done.push(`${issue.title.slice(prefix.length)}: closed issue ${issue.number}`)
  }
  const summary = notices.map(({ text }) => `- ${text}`)
  appendFileSync(GITHUB_STEP_SUMMARY, `## What ages in ${STACK}\n\n${summary.length > 0 ? summary.join('\n') : 'Nothing ends within 120 days.'}\n`)
  return `${STACK}: ${done.length > 0 ? done.join('; ') : 'nothing to tell'}`
})
