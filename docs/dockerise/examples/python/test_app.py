import os

os.environ["BASE_PATH"] = "/example"

from app import app


def test_ready():
    answers = []
    app({"PATH_INFO": "/readyz", "REQUEST_METHOD": "GET"}, lambda status, headers: answers.append(status))
    assert answers == ["200 OK"]
