#!/bin/sh
# --max-items counts the versions of a bucket alone: its delete markers come on top, and a batch of 1000 is one of more.
#
# Software and version: botocore 1.29.27 (Debian 12), the paging of the AWS CLI and of boto3; seen likewise with 1.43.11, AWS CLI 1.45.11
#
# What it does: ListObjectVersions has three lists in one answer: Versions, DeleteMarkers and CommonPrefixes. The paginator ends by the first of them
# (botocore/paginate.py, the primary result key): MaxItems of 1000 goes on reading pages until it has 1000 versions, and returns all delete markers that it met
# on the way. PageSize does not change that.
#
# Seen, of a bucket with as many delete markers as versions:
#   MaxItems 4 of pages of 4: 2 requests, 4 versions and 4 delete markers
#   one page: 1 request, 2 versions and 2 delete markers
#
# Where it hurts: emptying a bucket in batches, as many scripts do: list with --max-items 1000, hand the versions and markers to delete-objects. DeleteObjects
# takes 1000 keys at most and refuses the batch, again with every retry: a bucket in which little was deleted is emptied, one in which much was is not.
# --no-paginate lists one page, which has 1000 of both together at most.
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

seen=$(cd "$work" && python - <<'EOF_TEST'
import bucket
client = bucket.serve([(kind, f'act-{n}', f'{m}') for n in range(6) for m, kind in enumerate(('DeleteMarker', 'Version'))], 4)
def counted(what, got):
    print(f'{what}: {len(bucket.requests)} request{"s" * (len(bucket.requests) > 1)}, {len(got["Versions"])} versions and {len(got["DeleteMarkers"])} delete markers')
    bucket.requests.clear()
pages = client.get_paginator('list_object_versions').paginate(Bucket='acts', PaginationConfig={'MaxItems': 4})
counted('MaxItems 4 of pages of 4', pages.build_full_result())
counted('one page', client.list_object_versions(Bucket='acts'))
EOF_TEST
) || give_up 'the bucket was not listed'
echo "$seen"
[ "$seen" = 'MaxItems 4 of pages of 4: 2 requests, 4 versions and 4 delete markers
one page: 1 request, 2 versions and 2 delete markers' ] || no_longer_so 'see above'
