// The smallest application for node.Dockerfile: probes, its own path, an upload through /tmp, and an orderly end.
const fs = require('node:fs');
const http = require('node:http');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');

const base = process.env.BASE_PATH;
let ready = false;

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://any');
  const json = (status, body) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  if (pathname === '/healthz') {
    return json(200, {});
  }
  if (pathname === '/readyz') {
    return json(ready ? 200 : 503, {});
  }
  if (pathname === base) {
    // In Express, app.set('trust proxy', 1) does this for req.protocol and req.ip.
    return json(200, {
      url: `${request.headers['x-forwarded-proto']}://${request.headers.host}${request.url}`,
      address: request.headers['x-forwarded-for']?.split(',').at(-1).trim(),
    });
  }
  if (pathname === `${base}/slow`) {
    await sleep(5000);
    return json(200, {});
  }
  if (pathname === `${base}/files` && request.method === 'POST') {
    const file = `/tmp/${crypto.randomUUID()}`;
    try {
      await pipeline(request, fs.createWriteStream(file));
      return json(200, { bytes: fs.statSync(file).size });
    } finally {
      fs.rmSync(file, { force: true });
    }
  }
  return json(404, {});
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(JSON.stringify({ level: 'error', message: error.message }));
    response.destroy();
  });
});
server.listen(process.env.PORT, () => { ready = true; });

process.on('SIGTERM', () => {
  ready = false;
  server.close(() => process.exit(0)); // once the open requests are answered
  setTimeout(() => process.exit(1), 30000).unref();
});
