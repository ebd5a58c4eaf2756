// Posts the review of a run of preview.yml as a comment on its pull request, or updates the comment:
//
//   HEAD_SHA=... HEAD_REPOSITORY=... RUN_ID=... node comment.mjs FOLDER
//
// The folder is the run's artifact. The pull request's own code created it, so this script trusts nothing in it: it checks
// the claimed number against the run's commit according to GitHub, and treats the text as plain text.
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { all, longestText, main, request } from './github.mjs'

const marker = '<!-- legops-review -->'
const { GITHUB_REPOSITORY, GITHUB_SERVER_URL, HEAD_REPOSITORY, HEAD_SHA, RUN_ID } = process.env
const folder = process.argv[2]

// text returns a file of the artifact, if it is a regular file and not too long.
function text(name, longest) {
  const path = join(folder, name)
  if (!existsSync(path) || !lstatSync(path).isFile()) throw new Error(`the artifact has no file ${name}`)
  const { size } = lstatSync(path)
  const most = 4 * longest // bytes of so many characters in UTF-8
  if (size > most) throw new Error(`${name} of the artifact has ${size} bytes, more than ${most}: not posted`)
  return readFileSync(path, 'utf8')
}

async function pullRequest() {
  const claimed = text('number', 10).trim()
  if (!/^[1-9][0-9]*$/.test(claimed)) throw new Error('number of the artifact is not the number of a pull request')
  const { head } = await request('GET', `/pulls/${claimed}`)
  const current = `${head.repo?.full_name} ${head.sha}`
  const ran = `${HEAD_REPOSITORY} ${HEAD_SHA}`
  if (current !== ran) {
    throw new Error(`pull request ${claimed} is at ${current}, the run was of ${ran}: it has a newer commit, or the artifact names another pull request`)
  }
  return claimed
}

await main(async () => {
  const { artifacts } = await request('GET', `/actions/runs/${RUN_ID}/artifacts?name=review`)
  if (artifacts.length === 0) return `run ${RUN_ID} has no review: nothing to post`
  const number = await pullRequest()
  const review = text('review.md', longestText)
  if (!review.startsWith(`${marker}\n`)) throw new Error(`review.md of the artifact does not begin with ${marker}`)
  const page = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${RUN_ID}/artifacts/${artifacts[0].id}`
  const body = `${review.trimEnd()}\n\n[The whole review](${page}) of ${HEAD_SHA}. The code of this pull request created it.\n`
  if (body.length > longestText) throw new Error(`the comment has ${body.length} characters, more than GitHub's ${longestText}: not posted`)

  const comments = await all(`/issues/${number}/comments`)
  const mine = comments.find(({ body, user }) => user?.login === 'github-actions[bot]' && body.startsWith(marker))
  if (mine) await request('PATCH', `/issues/comments/${mine.id}`, { body })
  else await request('POST', `/issues/${number}/comments`, { body })
  return `${mine ? 'updated' : 'created'} the comment of pull request ${number}`
})
