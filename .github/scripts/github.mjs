// The little of GitHub's REST API that the scripts beside it need. GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN say
// where and as whom.
const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = process.env

// GitHub takes no text of more than 65,536 characters in a comment or an issue.
export const longestText = 65536

// request asks below the repository, such as request('GET', '/issues/7'), and gives what GitHub answers.
export async function request(method, path, body) {
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${GITHUB_TOKEN}`,
      'x-github-api-version': '2022-11-28',
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`GitHub: ${method} ${path}: ${response.status}: ${text.trim().slice(0, 500)}`)
  return JSON.parse(text)
}

// all is what a list has on all its pages.
export async function all(path) {
  const size = 100 // the most that GitHub gives
  const found = []
  for (let page = 1; ; page++) {
    const some = await request('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=${size}&page=${page}`)
    found.push(...some)
    if (some.length < size) return found
  }
}

// main runs a script. What it throws becomes the last line and exit code 1.
export async function main(script) {
  try {
    console.log(await script())
  } catch (error) {
    const why = error.cause ? `${error.message}: ${error.cause.message}` : error.message // fetch says it in the cause
    console.error(`${process.argv[1].split('/').pop()}: ${why}`)
    process.exitCode = 1
  }
}
