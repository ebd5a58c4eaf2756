// The part of GitHub's REST API that these scripts need. GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN name the server,
// the repository and the credentials.
const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN } = process.env

// GitHub accepts at most 65,536 characters in a comment or an issue.
export const longestText = 65536

// request sends a request below the repository, such as request('GET', '/issues/7'), and returns GitHub's response.
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

// all returns the elements of all pages of a list.
export async function all(path) {
  const size = 100 // GitHub's maximum
  const found = []
  for (let page = 1; ; page++) {
    const some = await request('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=${size}&page=${page}`)
    found.push(...some)
    if (some.length < size) return found
  }
}

// main runs a script. An error becomes the last line of output, and exit code 1.
export async function main(script) {
  try {
    console.log(await script())
  } catch (error) {
    const why = error.cause ? `${error.message}: ${error.cause.message}` : error.message // fetch puts the reason into the cause
    console.error(`${process.argv[1].split('/').pop()}: ${why}`)
    process.exitCode = 1
  }
}
