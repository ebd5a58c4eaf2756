#!/bin/sh
# A new client of grpc-js fails at once, although its server runs, because another client found nobody at the same address before.
#
# Software and version: @grpc/grpc-js 1.14.7 (npm), which Pulumi's SDK for Node.js uses
#
# What it does: by default all clients of a process that have the same options share one connection to an address, and its state. After a failed
# attempt that is TRANSIENT_FAILURE until the time of its backoff has passed, about a second at first and up to two minutes after repeated
# failures. A client that is made in that time, while the one that failed is not closed, does not try: its call ends as UNAVAILABLE within
# milliseconds, and "Last error: null" hides that the failure was another client's. With the option grpc.use_local_subchannel_pool it connects.
#
# Seen:
#   nobody listens: UNAVAILABLE, ECONNREFUSED
#   the server runs, a new client: UNAVAILABLE, Last error: null
#   the server runs, a new client with a pool of its own: answered
#   after the backoff, a new client: answered
#
# Where it hurts: a Pulumi provider in Node.js that stays while engines come and go, each at a port that the kernel picks (PULUMI_DEBUG_PROVIDERS,
# Attach): an engine at the port of one that has ended fails now and then, with "has a problem: No connection established. Last error: null".
# Likewise a program that waits for a server to start by asking again with a new client each time.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat >package.json <<'EOF_PACKAGE'
{
  "private": true,
  "dependencies": {"@grpc/grpc-js": "1.14.7"}
}
EOF_PACKAGE
timeout 600 npm install --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || {
	echo "cannot tell: npm: $(tail -n 5 npm.log)" >&2
	exit 2
}

cat >main.js <<'EOF_JS'
const net = require('net')
const grpc = require('@grpc/grpc-js')

const same = bytes => bytes
const service = { echo: { path: '/e.E/echo', requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same } }
const Client = grpc.makeGenericClientConstructor(service, 'E')

// What a new client gets from an address.
const ask = (address, options) => new Promise(resolve => {
  const client = new Client(address, grpc.credentials.createInsecure(), options)
  client.echo(Buffer.from('x'), (error, answer) => {
    if (!error) return resolve(String(answer) === 'x' ? 'answered' : `answered ${answer}`)
    resolve([grpc.status[error.code], /Last error: null|ECONNREFUSED/.exec(error.details)?.[0] ?? error.details].join(', '))
  })
})

async function main() {
  const probe = net.createServer()
  await new Promise(resolve => probe.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${probe.address().port}`
  await new Promise(resolve => probe.close(resolve))
  console.log('nobody listens:', await ask(address))

  const server = new grpc.Server()
  server.addService(service, { echo: (call, done) => done(null, call.request) })
  await new Promise((resolve, reject) =>
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), error => (error ? reject(error) : resolve())))
  console.log('the server runs, a new client:', await ask(address))
  console.log('the server runs, a new client with a pool of its own:', await ask(address, { 'grpc.use_local_subchannel_pool': 1 }))
  await new Promise(resolve => setTimeout(resolve, 5000))
  console.log('after the backoff, a new client:', await ask(address))
  server.forceShutdown()
}

main().then(() => process.exit(), error => { console.error(error); process.exit(1) })
EOF_JS

timeout 60 node main.js >seen 2>node.log || {
	echo "cannot tell: node: $(tail -n 5 node.log)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_EXPECTED'
nobody listens: UNAVAILABLE, ECONNREFUSED
the server runs, a new client: UNAVAILABLE, Last error: null
the server runs, a new client with a pool of its own: answered
after the backoff, a new client: answered
EOF_EXPECTED
diff expected seen || {
	echo 'no longer so: see the difference' >&2
	exit 1
}
