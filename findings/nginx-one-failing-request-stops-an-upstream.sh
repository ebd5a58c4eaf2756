#!/bin/sh
# One GET on which every server of an upstream closes the connection disables the whole upstream for ten seconds.
#
# Software and version: nginx 1.22.1 (Debian 12); seen likewise with 1.31.3, built from its tag
#
# What it does: max_fails is 1 and fail_timeout 10s by default, and a closed connection is a failure. nginx retries a GET on
# the next server, where it fails too. So one request marks each server as failed and ends in 502, and for ten seconds nginx
# answers every other request with 502 itself ("no live upstreams"), whatever its path. nginx never marks a single server:
# there the request ends in 502, and all others succeed.
#
# Seen:
#   three servers, max_fails as it is: 12 good answers before, one failing request 502, then 0 of 12
#   three servers, max_fails=0: 12 good answers before, one failing request 502, then 12 of 12
#
# Where it hurts: a reverse proxy with the defaults in front of several copies of an application: one path that crashes a
# worker (a report that runs out of memory) takes down the whole application, for as long as somebody requests it every ten
# seconds. Ingress controllers that write max_fails=1 are affected, too.
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

# Servers that answer everything but /report, where they close the connection.
cat >"$work/servers.js" <<'EOF_SERVERS'
for (const port of process.argv.slice(2)) {
  require('node:http').createServer((request, response) =>
    request.url === '/report' ? request.socket.destroy() : response.end('ok')).listen(Number(port), '127.0.0.1')
}
EOF_SERVERS

good() { # of twelve
	count=0
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		if [ "$(ask /)" = 200 ]; then count=$((count + 1)); fi
	done
	echo "$count"
}

play() { # parameters of each server
	port=$((port + 10))
	node "$work/servers.js" $((port + 1)) $((port + 2)) $((port + 3)) &
	pids="$pids $!"
	sleep 1
	serve "upstream pods { $(for i in 1 2 3; do echo "server 127.0.0.1:$((port + i)) $1;"; done) }
		server { listen 127.0.0.1:$port; location / { proxy_pass http://pods; } }"
	before=$(good) failing=$(ask /report) after=$(good)
}

install_nginx
play ''
echo "three servers, max_fails as it is: $before good answers before, one failing request $failing, then $after of 12"
[ "$before $failing" = '12 502' ] || give_up 'the servers do not do what they should'
[ "$after" = 0 ] || no_longer_so "$after of 12 requests are answered"
play max_fails=0
echo "three servers, max_fails=0: $before good answers before, one failing request $failing, then $after of 12"
[ "$before $failing $after" = '12 502 12' ] || no_longer_so "max_fails=0 does not help"
