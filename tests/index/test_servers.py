"""The real indexes start, take files as the reference says, and are gone behind their block."""

import http.client
import os
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.index import basic
from tests.index.client import BOUNDARY, form
from tests.index.servers import Server, devpi, pypiserver, started

pytestmark = pytest.mark.slow

WHEEL = "demo-1.0-py3-none-any.whl"


def upload(server: Server, body: bytes, authorization: str | None = None) -> int:
    where = urlsplit(server.upload_url)
    known = basic(server.user, server.password) if authorization is None else authorization
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    headers |= {"Authorization": known} if known else {}
    client = http.client.HTTPConnection(where.netloc, timeout=30)
    try:
        client.request("POST", where.path, body, headers)
        answer = client.getresponse()
        answer.read()
        return answer.status
    finally:
        client.close()


def page(server: Server) -> str:
    with urllib.request.urlopen(f"{server.simple_url}demo/", timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_pypiserver_takes_a_name_once() -> None:
    with started(pypiserver()) as server:
        assert [upload(server, form(content=each)) for each in (b"one", b"one", b"two")] == [200, 409, 409]
        assert Path(server.folder, WHEEL).read_bytes() == b"one"
        assert f"{WHEEL}#sha256=" in page(server)
        assert upload(server, form(None)) == 400

    assert not is_running(server.pid)


def test_pypiserver_knows_its_users() -> None:
    with started(pypiserver(users={"ada": "secret"})) as server:
        assert upload(server, form(), authorization="") == 401
        assert upload(server, form(), authorization=basic("ada", "wrong")) == 403
        assert upload(server, form()) == 200


def test_pypiserver_overwrites_if_it_is_told_to() -> None:
    with started(pypiserver(overwrites=True)) as server:
        assert [upload(server, form(content=each)) for each in (b"one", b"two")] == [200, 200]
        assert Path(server.folder, WHEEL).read_bytes() == b"two"


def test_devpi_takes_the_same_bytes_again_and_no_others() -> None:
    with started(devpi()) as server:
        assert [upload(server, form(content=each)) for each in (b"one", b"one", b"two")] == [200, 200, 409]
        assert WHEEL in page(server)
        assert upload(server, form(None)) == 400
        assert upload(server, form(), authorization=basic("u", "wrong")) == 401

    assert not is_running(server.pid)


def test_a_volatile_devpi_index_takes_other_bytes() -> None:
    with started(devpi(volatile=True)) as server:
        assert [upload(server, form(content=each)) for each in (b"one", b"two")] == [200, 200]
