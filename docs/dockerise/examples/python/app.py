"""The smallest application for python.Dockerfile: probes, its own path and an upload through /tmp. gunicorn ends it in order."""

import json
import os
import shutil
import tempfile
import time
from wsgiref.util import request_uri

BASE = os.environ["BASE_PATH"]


def app(environ, start_response):
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    status, body = "200 OK", {}
    if path in ("/healthz", "/readyz"):
        pass
    elif path == BASE:
        # gunicorn takes the scheme from X-Forwarded-Proto; in Django, SECURE_PROXY_SSL_HEADER does.
        body = {"url": request_uri(environ), "address": environ["HTTP_X_FORWARDED_FOR"].split(",")[-1].strip()}
    elif path == BASE + "/slow":
        time.sleep(5)
    elif path == BASE + "/files" and method == "POST":
        with tempfile.TemporaryFile() as file:
            shutil.copyfileobj(environ["wsgi.input"], file)
            body = {"bytes": file.tell()}
    else:
        status = "404 Not Found"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]
