// What there is to say of the restore drills of a stack, of drill.sh's output.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// A drill is due every month; some days more before its absence is told.
const due = 35

const day = 24 * 60 * 60 * 1000

// at reads a time as either version of the AWS CLI writes it: text, or seconds.
const at = time => new Date(typeof time === 'number' ? time * 1000 : time)
const date = time => at(time).toISOString().slice(0, 10)

// code shows a text of somebody else's as it is.
const code = text => `\`${text.replaceAll('`', "'")}\``

// problems are the findings of a drill, as delivery/restore writes them. A | ends one only where another begins: what AWS or psql said may have some.
const problems = ({ variables }) =>
  ((variables ?? []).find(({ name }) => name === 'REPORT')?.value ?? '')
    .split(/\|(?=(?:fact|problem) )/)
    .filter(line => line.startsWith('problem '))
    .map(line => `- ${code(line.slice('problem '.length))}`)

// drill returns the lines of problems; none if the stack has no drills, or if the last was good and is not long ago. Where drill.sh failed
// nothing is known, and that is a problem.
export function drill(folder, now = new Date()) {
  const file = join(folder, 'drill.json')
  if (!existsSync(file)) return ['- What the last restore drill has found is unknown, since drill.sh failed in this run.']
  const { projects, builds, left, buckets } = Object.assign({}, ...JSON.parse(readFileSync(file, 'utf8')))
  if (projects.length === 0) return []
  const lines = []
  const running = builds.some(({ status }) => status === 'IN_PROGRESS')
  const last = builds.find(({ status }) => status !== 'IN_PROGRESS')
  const good = builds.find(({ status }) => status === 'SUCCEEDED')
  if (last && last !== good) {
    lines.push(`- The drill of ${date(last.start)} ended as ${last.status}: [its log](${last.log})`, ...problems(last))
  }
  const since = good ? at(good.start) : at(projects[0].created)
  if (now - since > due * day) {
    lines.push(`- No drill has ended well since ${date(since)}${good ? '' : ', when they were set up'}.`)
  }
  const still = (names, by) => names.map(name => `- ${code(name)}, which a drill has restored, is still there and paid by the ${by}.`)
  if (!running) lines.push(...still(left, 'hour'), ...still(buckets, 'gigabyte'))
  return lines
}
