// The part of GitHub's REST API that the scripts here need. GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN set the
// server, the repository and the identity.
const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = process.env

// GitHub accepts at most 65,536 characters in a comment or an issue.
export const longestText = 65536

// request calls the API below the repository, such as request('GET', '/issues/7'), and returns GitHub's answer.
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

// all returns the entries of a list from all its pages.
export async function all(path) {
  const size = 100 // GitHub's maximum
  const found = []
  for (let page = 1; ; page++) {
    const some = await request('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=${size}&page=${page}`)
    found.push(...some)
    if (some.length < size) return found
  }
}

// main runs a script. It turns an error into the last line and exit code 1.
export async function main(script) {
  try {
    console.log(await script())
  } catch (error) {
    const why = error.cause ? `${error.message}: ${error.cause.message}` : error.message // fetch puts the reason into the cause
    console.error(`${process.argv[1].split('/').pop()}: ${why}`)
    process.exitCode = 1
  }
}
