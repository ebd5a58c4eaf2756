#!/bin/sh
# Asked for encoded keys, the AWS CLI and boto3 skip objects at the end of a page, or list them twice.
#
# Software and version: botocore 1.29.27 (Debian 12), the paging of the AWS CLI and of boto3; seen likewise with 1.43.11, AWS CLI 1.45.11
#
# What it does: S3 encodes all keys of an answer where EncodingType=url asks for it, the marker of the next page among them. By itself botocore asks for
# it, too, and decodes the answer (botocore/handlers.py, decode_list_object_versions). Where the caller asks, it decodes nothing, and its paginator sends the
# encoded marker back, encoded once more. S3 takes that for another key and goes on after it: whatever lies between is skipped without a word, or comes
# again, until the paginator finds that the marker is the same.
#
# Seen, of two versions and pages of one:
#   "acts #7", "acts 2026", as it is: acts #7, acts 2026
#   "acts #7", "acts 2026", with EncodingType: acts%20%237
#   "Müller", "Nagel", as it is: Müller, Nagel
#   "Müller", "Nagel", with EncodingType: PaginationError
#
# Where it hurts: whoever compares or deletes what --encoding-type url lists: a comparison of a bucket with its copy misses what was skipped. To read keys
# safely in a shell, leave the option away and print them as JSON.
set -eu
# botocore out of Debian's packages, not installed, against a bucket on loopback: apt-get and Debian's python3 are needed. These lines are the same in every
# finding that needs them.
work=$(mktemp -d) pid=''
chmod 755 "$work"
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
no_longer_so() { echo "no longer so: $*" >&2; exit 1; } # what is seen now
give_up() { echo "cannot tell: $*" >&2; exit 2; }       # why
packages='python3-botocore python3-certifi python3-chardet python3-charset-normalizer python3-dateutil python3-idna python3-jmespath python3-requests python3-six python3-urllib3'
# shellcheck disable=SC2086 # several packages
(cd "$work" && apt-get download -q $packages >download.log 2>&1) || give_up "no package of botocore: $(tail -n 1 "$work/download.log")"
for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$work"; done
python() { PYTHONPATH="$work/usr/lib/python3/dist-packages" AWS_ACCESS_KEY_ID=example AWS_SECRET_ACCESS_KEY=example NO_PROXY='*' /usr/bin/python3 "$@"; }
cat >"$work/bucket.py" <<'EOF_BUCKET'
"""The versions of a bucket on loopback: serve(all, page) lists them as S3 does, page by page, and client() asks it."""
import http.server, threading, urllib.parse, xml.sax.saxutils
import botocore, botocore.config, botocore.session

requests = []

def serve(versions, page):  # each version is (kind, key, id), in S3's order
    class Bucket(http.server.BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'
        def log_message(self, *_): pass
        def do_GET(self):
            asked = {k: v[0] for k, v in urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).items()}
            requests.append(asked)
            rest = [v for v in versions if (v[1], v[2]) > (asked.get('key-marker', ''), asked.get('version-id-marker', ''))]
            shown, more = rest[:page], len(rest) > page
            say = urllib.parse.quote if asked.get('encoding-type') == 'url' else str
            text = lambda key: xml.sax.saxutils.escape(say(key))
            body = ''.join(f'<{kind}><Key>{text(key)}</Key><VersionId>{number}</VersionId></{kind}>' for kind, key, number in shown)
            if asked.get('encoding-type'):
                body += f'<EncodingType>{asked["encoding-type"]}</EncodingType>'
            if more:
                body += f'<NextKeyMarker>{text(shown[-1][1])}</NextKeyMarker><NextVersionIdMarker>{shown[-1][2]}</NextVersionIdMarker>'
            body = f'<ListVersionsResult><IsTruncated>{str(more).lower()}</IsTruncated>{body}</ListVersionsResult>'.encode()
            self.send_response(200)
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    config = botocore.config.Config(s3={'addressing_style': 'path'}, retries={'max_attempts': 0}, read_timeout=10)
    return botocore.session.get_session().create_client('s3', 'us-east-1', endpoint_url=f'http://127.0.0.1:{server.server_port}', config=config)
EOF_BUCKET
# End of the shared lines.

seen=$(cd "$work" && PYTHONIOENCODING=UTF-8 python - <<'EOF_TEST'
import bucket, botocore.exceptions
for keys in (('acts #7', 'acts 2026'), ('Müller', 'Nagel')):
    client = bucket.serve([('Version', key, '1') for key in keys], 1)
    for how, options in (('as it is', {}), ('with EncodingType', {'EncodingType': 'url'})):
        try:
            pages = client.get_paginator('list_object_versions').paginate(Bucket='acts', **options).build_full_result()
            found = ', '.join(version['Key'] for version in pages['Versions'])
        except botocore.exceptions.PaginationError as refused:
            found = type(refused).__name__
        print(', '.join(f'"{key}"' for key in keys) + f', {how}: {found}')
EOF_TEST
) || give_up 'the bucket was not listed'
echo "$seen"
[ "$seen" = '"acts #7", "acts 2026", as it is: acts #7, acts 2026
"acts #7", "acts 2026", with EncodingType: acts%20%237
"Müller", "Nagel", as it is: Müller, Nagel
"Müller", "Nagel", with EncodingType: PaginationError' ] || no_longer_so 'see above'
