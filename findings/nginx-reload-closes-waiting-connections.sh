#!/bin/sh
# A reload of nginx closes idle keep-alive connections without notice: a POST on its way is lost.
#
# Software and version: nginx 1.22.1 (Debian 12); seen likewise with 1.31.3, built from its tag, whose keepalive_min_timeout
# (since 1.27.4) fixes it
#
# What it does: on reload the old workers at once close every connection without an open request. No earlier response on it
# carried "Connection: close", so the client has no warning: a client that sends its next request at that moment finds the
# connection closed, without a byte of a response. Most clients and load balancers retry a GET. They must not retry a POST,
# which the server may have executed.
#
# Seen:
#   the first answer says: connection: keep-alive
#   a POST on the same connection after the reload: no answer
#   on a new one: 200
#
# Where it hurts: "reloads lose nothing" is true only of open requests. An ingress controller, which reloads for each pod
# that comes or goes, loses a few POSTs per release; a load balancer in front of it answers them with 502.
set -eu
# A real nginx on loopback, out of Debian's package and not installed: apt-get, curl and Node.js are needed. These lines are the same
# in every finding that needs one.
work=$(mktemp -d) pids='' port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 40000))
chmod 755 "$work"
trap 'kill $pids 2>/dev/null || true; wait; rm -rf "$work"' EXIT # a master that is killed leaves its workers
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why
install_nginx() {
	(cd "$work" && apt-get download -q nginx >download.log 2>&1 && dpkg-deb --extract nginx_*.deb .) ||
		give_up "no package of nginx: $(tail -n 1 "$work/download.log")"
	for kind in client_body proxy fastcgi uwsgi scgi; do mkdir "$work/$kind"; done
	nginx -v 2>&1 || give_up 'nginx does not run: libpcre2-8-0, libssl3, libcrypt1 and zlib1g have to be there'
}
nginx() { "$work/usr/sbin/nginx" -p "$work" -c "$work/nginx.conf" -e stderr "$@"; }
configure() { # what goes into http
	{
		[ "$(id -u)" -ne 0 ] || echo 'user root;'
		echo "daemon off; pid $work/pid; error_log stderr error; events {} http { access_log off;"
		for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $work/$kind;"; done
		echo "$1 }"
	} >"$work/nginx.conf"
}
serve() { # what goes into http
	configure "$1"
	"$work/usr/sbin/nginx" -p "$work" -c "$work/nginx.conf" -e stderr 2>>"$work/nginx.log" &
	pids="$pids $!" left=100
	until ask / >/dev/null; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || give_up "nginx does not serve: $(tail -n 1 "$work/nginx.log")"
		sleep 0.1
	done
}
ask() { curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' "http://127.0.0.1:$port$1"; }
# End of the shared lines.

# A client that keeps its connection: a GET, then on a line of input a POST on the same connection, then one on a new one.
cat >"$work/client.js" <<'EOF_CLIENT'
const net = require('node:net')
const port = Number(process.argv[2])
const post = 'POST / HTTP/1.1\r\nHost: it\r\nContent-Length: 3\r\n\r\na=1'
const status = text => /^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? 'no answer'
// With allowHalfOpen it writes even after the close: as if the notice of that were still on its way.
const connection = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true },
  () => connection.write('GET / HTTP/1.1\r\nHost: it\r\n\r\n'))
let first = '', second
connection.on('error', () => {}) // reset
connection.on('data', data => {
  if (second === undefined) first += data; else second += data
  if (first && second === undefined) console.log(`kept ${/connection: keep-alive/i.test(first)}`)
})
process.stdin.once('data', () => {
  second = ''
  connection.write(post)
  setTimeout(() => {
    console.log(`same ${status(second)}`)
    let third = ''
    const fresh = net.connect(port, '127.0.0.1', () => fresh.write(post)).on('data', data => {
      third += data
      console.log(`new ${status(third)}`)
      process.exit()
    })
  }, 500)
})
EOF_CLIENT

install_nginx
serve "server { listen 127.0.0.1:$port; location / { return 200 ok; } }"
mkfifo "$work/go"
node "$work/client.js" "$port" <"$work/go" >"$work/said" &
client=$!
exec 3>"$work/go"
left=50
until grep -q kept "$work/said"; do
	left=$((left - 1))
	[ "$left" -gt 0 ] || give_up 'there is no first answer'
	sleep 0.1
done
nginx -s reload
sleep 0.3
echo go >&3
wait "$client" || give_up 'the client ended'
exec 3>&-
sed 's/^kept true/the first answer says: keep-alive/; s/^same/a POST on the same connection after the reload:/; s/^new/on a new one:/' "$work/said"
grep -qx 'kept true' "$work/said" || give_up 'the first answer did not keep the connection'
grep -qx 'same no answer' "$work/said" || no_longer_so 'the POST is answered'
grep -qx 'new 200' "$work/said" || give_up 'nginx does not serve after the reload'
