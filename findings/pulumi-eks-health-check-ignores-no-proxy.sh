#!/bin/sh
# pulumi-eks checks the cluster's health through HTTPS_PROXY even if NO_PROXY names the cluster, sixty times, and then
# goes on as if the cluster had answered.
#
# Software and version: @pulumi/eks 2.8.1 (npm), with @pulumi/pulumi 3.248.0, @pulumi/aws 6.83.2 and
# @pulumi/kubernetes 4.30.0
#
# What it does if endpointPublicAccess is set: createHttpAgent in cluster.js takes the first of HTTPS_PROXY, https_proxy,
# HTTP_PROXY and http_proxy that is set, and ignores NO_PROXY. After each response but 200 it waits five seconds and
# retries; after the sixtieth it returns the endpoint. There is no warning and no error, only status lines that
# disappear when the update ends. Here the component runs on Pulumi's own mocks, and the script adds up the waiting
# times instead of waiting.
#
# Seen:
#   without a proxy:
#     1 requests at the cluster, 0 at the proxy, 0 s of waiting, 0 warnings and errors; endpoint handed on
#   HTTPS_PROXY and NO_PROXY=127.0.0.1:
#     0 requests at the cluster, 60 at the proxy, 300 s of waiting, 0 warnings and errors; endpoint handed on
#
# Where it hurts: behind a company's proxy that does not let the runner reach the cluster, which is why NO_PROXY was set:
# creating a cluster takes five minutes longer, for no visible reason, and a cluster that is really out of reach fails
# later, at the first object on it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work"

cat >package.json <<'EOF_PACKAGE'
{
  "private": true,
  "dependencies": {"@pulumi/eks": "2.8.1", "@pulumi/pulumi": "3.248.0"},
  "overrides": {"@pulumi/aws": "6.83.2", "@pulumi/kubernetes": "4.30.0"}
}
EOF_PACKAGE
timeout 600 npm install --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || {
	echo "cannot tell: npm: $(tail -n 5 npm.log)" >&2
	exit 2
}

# The component asks both for their version, and nothing else here.
mkdir bin
cat >bin/kubectl <<'EOF_KUBECTL'
#!/bin/sh
echo '{"clientVersion": {"gitVersion": "v1.35.4"}}'
EOF_KUBECTL
cat >bin/aws <<'EOF_AWS'
#!/bin/sh
echo aws-cli/2.31.0
EOF_AWS
chmod +x bin/*

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 1 \
	-subj /CN=127.0.0.1 2>/dev/null
cat >main.js <<'EOF_JS'
// A cluster that is well, a proxy that refuses, and the component between them.
const fs = require('fs')
const http = require('http')
const https = require('https')
const pulumi = require('@pulumi/pulumi')

const count = { cluster: 0, proxy: 0, waited: 0, complaints: 0 }

const keys = { key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') }
const cluster = https.createServer(keys, (_, answer) => {
  count.cluster++
  answer.end('ok')
})
const proxy = http.createServer().on('connect', (_, socket) => {
  count.proxy++
  socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
})
const listen = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)))

const later = global.setTimeout
global.setTimeout = (call, milliseconds, ...rest) => {
  if (milliseconds !== 5000) return later(call, milliseconds, ...rest)
  count.waited += milliseconds / 1000
  return later(call, 10, ...rest)
}

pulumi.log.info = async () => {}
pulumi.log.warn = pulumi.log.error = async text => { console.log(text); count.complaints++ }

async function create(name, endpoint) {
  Object.assign(count, { cluster: 0, proxy: 0, waited: 0, complaints: 0 })
  await pulumi.runtime.setMocks({
    newResource: ({ name, type, inputs }) => {
      const outputs = type === 'aws:eks/cluster:Cluster' ? { endpoint, certificateAuthority: { data: '' } } : {}
      return { id: name, state: { ...inputs, ...outputs } }
    },
    call: ({ inputs }) => inputs,
  }, 'project', 'stack', false)
  const eks = require('@pulumi/eks')
  const { core } = new eks.Cluster(name, {
    vpcId: 'vpc', subnetIds: ['one', 'two'], authenticationMode: 'API', endpointPublicAccess: true,
    skipDefaultNodeGroup: true, useDefaultVpcCni: true, storageClasses: {}, providerCredentialOpts: {},
  })
  const handedOn = await new Promise(done => core.endpoint.apply(done))
  console.log(`${name}:\n  ${count.cluster} requests at the cluster, ${count.proxy} at the proxy, ` +
    `${count.waited} s of waiting, ${count.complaints} warnings and errors; ` +
    `endpoint ${handedOn === endpoint ? 'handed on' : handedOn}`)
}

async function main() {
  const endpoint = `https://127.0.0.1:${await listen(cluster)}`
  await create('without a proxy', endpoint)
  process.env.HTTPS_PROXY = `http://127.0.0.1:${await listen(proxy)}`
  process.env.NO_PROXY = process.env.no_proxy = '127.0.0.1'
  await create('HTTPS_PROXY and NO_PROXY=127.0.0.1', endpoint)
  cluster.close()
  proxy.close()
}
main()
EOF_JS

unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy
PATH="$work/bin:$PATH" timeout 120 node main.js >seen 2>node.log || {
	echo "cannot tell: node: $(tail -n 5 node.log)" >&2
	exit 2
}
cat seen
cat >expected <<'EOF_EXPECTED'
without a proxy:
  1 requests at the cluster, 0 at the proxy, 0 s of waiting, 0 warnings and errors; endpoint handed on
HTTPS_PROXY and NO_PROXY=127.0.0.1:
  0 requests at the cluster, 60 at the proxy, 300 s of waiting, 0 warnings and errors; endpoint handed on
EOF_EXPECTED
diff expected seen || {
	echo 'no longer so: see the difference' >&2
	exit 1
}
