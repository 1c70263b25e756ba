"""HTTP by either library: the same answers, the same words for what got lost."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import anyio
import pytest
from tests.index import FakeIndex, Oidc, Pages, basic, hanging, moved, reset
from tests.index.client import BOUNDARY, form

from wheelmatrix.errors import ConfigError
from wheelmatrix.run import http as installed

T = TypeVar("T")
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Authorization": basic("u", "p")}


@pytest.fixture(params=["httpx", "httpx2"])
def http(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Give `run.http` as it is where one of the two libraries is installed."""
    library = str(request.param)
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed: pip install {library}")
    find = importlib.util.find_spec
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda name: find(name) if name == library else None)
        spec = importlib.util.spec_from_file_location(f"http_by_{library}", installed.__file__)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        assert module.httpx.__name__ == library
        yield module


def asked(http: ModuleType, ask: Callable[[Any], Awaitable[T]], *, read_timeout_s: float = 10.0) -> T:
    """Return what comes of one client's requests."""

    async def main() -> T:
        own = http.wire(user_agent="demo/1", read_timeout_s=read_timeout_s, ca_bundle="", client_cert="")
        async with http.client(own) as web:
            return await ask(web)

    return anyio.run(main)


def lost(http: ModuleType, ask: Callable[[Any], Awaitable[object]], *, read_timeout_s: float = 10.0) -> tuple[str, str]:
    """Return when an answer got lost, and what is said of it."""
    with pytest.raises(http.NoResponse) as caught:
        asked(http, ask, read_timeout_s=read_timeout_s)
    found = caught.value.lost  # type: ignore[attr-defined]  # of a module that has no types
    return found.when, found.text


def posted(index: FakeIndex, content: bytes | None = None) -> Callable[[Any], Awaitable[Any]]:
    body = form() if content is None else content
    return lambda web: web.post(index.upload_url, HEADERS, body, len(body))


def test_httpx2_is_taken_where_it_is_installed() -> None:
    assert installed.httpx.__name__ == ("httpx2" if importlib.util.find_spec("httpx2") else "httpx")


# GET


def test_a_page_comes_with_its_headers_in_lower_case(http: ModuleType) -> None:
    with FakeIndex(files={"demo-1.0.tar.gz": b"1"}) as index:
        page = asked(http, lambda web: web.get(f"{index.simple_url}demo/", {"Accept": "text/html"}))

    assert (page.status, page.url) == (200, f"{index.simple_url}demo/")
    assert page.headers["content-type"].startswith("text/html")
    assert b"demo-1.0.tar.gz" in page.body
    assert index.reads[0].headers["user-agent"] == "demo/1"


def test_a_page_is_cut_at_its_limit(http: ModuleType) -> None:
    with FakeIndex(files={"demo-1.0.tar.gz": bytes(100_000)}) as index:
        page = asked(http, lambda web: web.get(f"{index.url}/files/demo-1.0.tar.gz", {}, most_bytes=1000))

    assert len(page.body) == 1000


def test_a_redirect_on_the_same_host_is_followed(http: ModuleType) -> None:
    with FakeIndex(files={"de_mo-1.0.tar.gz": b"1"}) as index:
        page = asked(http, lambda web: web.get(f"{index.simple_url}De_Mo/", {"Authorization": "x"}))

    assert (page.status, page.url) == (200, f"{index.simple_url}de-mo/")


def test_a_redirect_to_another_host_is_told_and_not_followed(http: ModuleType) -> None:
    with FakeIndex() as other, FakeIndex(pages=Pages(elsewhere=other.simple_url)) as index:
        page = asked(http, lambda web: web.get(f"{index.simple_url}demo/", {"Authorization": "x"}))

    assert (page.status, page.url, page.body) == (302, f"{other.simple_url}demo/", b"")
    assert other.requests == 0


def test_redirects_in_a_circle_come_to_an_end(http: ModuleType) -> None:
    with FakeIndex(pages=Pages(elsewhere="/simple/")) as index:
        when, text = lost(http, lambda web: web.get(f"{index.simple_url}demo/", {}))

    assert (when, "in a circle" in text) == ("read", True)
    assert len(index.reads) == 5


@pytest.mark.parametrize("target", ["http://[", "http://127.0.0.1:70000/"])
def test_a_redirect_to_what_nobody_can_reach_is_told_and_not_followed(target: str, http: ModuleType) -> None:
    with FakeIndex(pages=Pages(elsewhere=target)) as index:
        page = asked(http, lambda web: web.get(f"{index.simple_url}demo/", {}))

    assert (page.status, page.body) == (302, b"")


def test_a_redirect_to_no_url_is_no_answer(http: ModuleType) -> None:
    with FakeIndex(pages=Pages(elsewhere="http://index.example:many/")) as index:
        assert "Invalid" in lost(http, lambda web: web.get(f"{index.simple_url}demo/", {}))[1]


# POST


def test_a_body_of_known_length_is_sent_whole(http: ModuleType) -> None:
    body = form()

    async def pieces() -> AsyncIterator[bytes]:
        yield body[:100]
        yield body[100:]

    with FakeIndex() as index:
        answer = asked(http, lambda web: web.post(index.upload_url, HEADERS, pieces(), len(body)))

    assert answer.status == 200
    assert index.posts[0].headers["content-length"] == str(len(body))
    assert "transfer-encoding" not in index.posts[0].headers


def test_a_redirect_of_a_post_is_not_followed(http: ModuleType) -> None:
    with FakeIndex({"*": [moved("/legacy/")]}) as index:
        answer = asked(http, posted(index))

    assert (answer.status, answer.headers["location"], len(index.posts)) == (308, "/legacy/", 1)


def test_one_connection_serves_one_client(http: ModuleType) -> None:
    async def twice(web: Any) -> None:
        for _ in range(2):
            await web.post(index.upload_url, HEADERS, form(), len(form()))

    with FakeIndex() as index:
        asked(http, twice)

    assert index.connections == 1


# What gets lost


def test_a_server_that_is_not_there_got_nothing(http: ModuleType) -> None:
    with FakeIndex() as gone:
        pass

    assert lost(http, posted(gone))[0] == "connect"


@pytest.mark.parametrize("url", ["http://", "ftp://index.example/"])
def test_what_is_no_url_got_nothing(url: str, http: ModuleType) -> None:
    assert lost(http, lambda web: web.get(url, {}))[0] == "connect"


@pytest.mark.parametrize("cut", ["before-body", "mid-body", "before-answer"])
def test_a_connection_that_breaks_leaves_it_open_what_arrived(cut: Any, http: ModuleType) -> None:
    with FakeIndex({"*": [reset(cut)]}) as index:
        when, text = lost(http, posted(index, form(content=bytes(3_000_000))))

    assert (when, text.startswith("the connection broke")) == ("send", True)


def test_an_answer_that_is_late_is_said_to_be(http: ModuleType) -> None:
    with FakeIndex({"*": [hanging()]}) as index:
        assert lost(http, posted(index), read_timeout_s=0.2) == ("read", "the answer did not come in time")


def test_requests_that_were_cancelled_do_not_stop_those_behind_them(http: ModuleType) -> None:
    async def main() -> int:
        own = http.wire(user_agent="demo/1", read_timeout_s=10.0, ca_bundle="", client_cert="")
        body = form()

        async def cut(after_s: float) -> None:
            async with http.client(own) as web:
                with anyio.move_on_after(after_s):
                    await web.post(index.upload_url, HEADERS, body, len(body))

        for _ in range(8):
            async with anyio.create_task_group() as group:
                for at in range(8):
                    group.start_soon(cut, at / 2000)
        with anyio.fail_after(10):
            async with http.client(own) as web:
                answer = await web.post(index.upload_url, HEADERS, body, len(body))
        return int(answer.status)

    with FakeIndex(latency_s=0.02) as index:
        assert anyio.run(main) == 200


# Small requests


def test_small_requests_give_status_and_body(http: ModuleType) -> None:
    with FakeIndex(oidc=Oidc()) as index:

        async def both(_: object) -> tuple[Any, Any]:
            own = http.wire(user_agent="demo/1", read_timeout_s=10.0, ca_bundle="", client_cert="")
            small = http.Small(own)
            return await small.get(f"{index.url}/_/oidc/audience", {}), await small.post_json(
                f"{index.url}/_/oidc/mint-token", {"token": "x"}
            )

        got, said = asked(http, both)

    assert got == (200, b'{"audience": "pypi"}')
    assert (said[0], b"invalid-payload" in said[1]) == (422, True)


def test_a_small_request_without_an_answer_has_the_status_0(http: ModuleType) -> None:
    with FakeIndex() as gone:
        url = gone.url

    async def both(_: object) -> list[tuple[int, bytes]]:
        small = http.Small(http.wire(user_agent="demo/1", read_timeout_s=10.0, ca_bundle="", client_cert=""))
        return [await small.get(url, {}), await small.post_json(url, {})]

    assert [(status, body.startswith(b"no connection")) for status, body in asked(http, both)] == [(0, True)] * 2


# Certificates


@pytest.mark.parametrize("which", ["ca_bundle", "client_cert"])
@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_certificate_that_cannot_be_read_is_told_with_its_file(
    which: str, content: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "own.pem"
    if content is not None:
        path.write_bytes(content)
    paths = {"ca_bundle": "", "client_cert": "", which: str(path)}

    with pytest.raises(ConfigError, match="the certificate cannot be read") as caught:
        installed.wire(user_agent="demo/1", read_timeout_s=1.0, **paths)  # type: ignore[arg-type]  # two texts
    assert caught.value.issues[0].where == str(path)


# The whole of it


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("httpx2") is None, reason="pip install httpx2: all tests ran with httpx")
def test_without_httpx2_every_fault_has_the_same_verdict(tmp_path: Path) -> None:
    folder = Path(__file__).parent
    code = "import sys; sys.modules['httpx2'] = None; import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    words = ["-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'own'}", "-k", "fault or fail_fast or deadline"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words, str(folder / "test_upload.py")],
        cwd=folder.parents[1],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")
