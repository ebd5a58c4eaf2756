#!/bin/sh
# nginx refuses a larger proxy_buffer_size on its own: 16k needs larger proxy_buffers beside it.
#
# Software and version: nginx 1.22.1 (Debian 12); seen likewise with 1.31.3, built from its tag
#
# What it does: proxy_buffer_size is the room for the headers of a response, 4k or 8k by the page size of the machine. It is
# the setting to raise when headers do not fit ("upstream sent too big header", 502). proxy_busy_buffers_size defaults to twice
# its size, and must be less than all of proxy_buffers, 8 of 4k or 8k, minus one. So nginx accepts sizes up to a limit that
# depends on the machine, and beyond it refuses the whole configuration, naming a directive that is not in it. The missing
# second directive is proxy_buffers.
#
# Seen, with pages of 4k:
#   proxy_buffer_size 8k; accepted
#   proxy_buffer_size 16k; "proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer
#   proxy_buffer_size 16k; proxy_buffers 8 16k; accepted
#
# Where it hurts: generators of configurations that turn each setting into one directive. A value that passed a test fails
# beside another, or on another machine; a refused reload leaves nginx as it was, and a new process does not start.
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

try() { # directives
	configure "server { listen 127.0.0.1:$port; location / { $1 proxy_pass http://127.0.0.1:1; } }"
	answer=accepted
	nginx -t -q 2>"$work/answer" || answer=$(sed -n 's/.*\[emerg\] [0-9#]*: \(.*\) in .*/\1/p' "$work/answer")
	echo "$1 $answer"
}

install_nginx
[ "$(getconf PAGE_SIZE)" = 4096 ] || give_up 'the sizes below are for pages of 4096 bytes'
refused='"proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer'
try 'proxy_buffer_size 8k;'
[ "$answer" = accepted ] || no_longer_so "8k: $answer"
try 'proxy_buffer_size 16k;'
[ "$answer" = "$refused" ] || no_longer_so "16k: $answer"
try 'proxy_buffer_size 16k; proxy_buffers 8 16k;'
[ "$answer" = accepted ] || no_longer_so "both: $answer"
