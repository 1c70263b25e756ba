"""The test index shows its files, and gives out tokens, as its settings say."""

import hashlib
import json

from tests.index import REQUEST_TOKEN, FakeIndex, Oidc, Pages, basic
from tests.index.client import WHEEL, Client, Said, page, upload
from tests.index.shelf import project_of


def listed(index: FakeIndex) -> list[object]:
    said = page(index)
    return [each["filename"] for each in said.json["files"]] if said.status == 200 else []


# Pages


def test_a_page_is_html_or_json() -> None:
    with FakeIndex(files={WHEEL: b"x"}) as index:
        assert page(index).headers["Content-Type"] == "application/vnd.pypi.simple.v1+json"
        assert f"#sha256={hashlib.sha256(b'x').hexdigest()}" in page(index, accept="text/html").body.decode()
    with FakeIndex(files={WHEEL: b"x"}, pages=Pages(form="html", has_hashes=False, status="archived")) as index:
        said = page(index)
        assert said.headers["Content-Type"].startswith("text/html")
        assert b'name="pypi:project-status" content="archived"' in said.body
        assert b"sha256" not in said.body


def test_pages_say_what_a_test_wants() -> None:
    pages = Pages(
        has_hashes=False, status="quarantined", uploaded={WHEEL: "2020-01-01T00:00:00Z"}, sizes={WHEEL: 10**10}
    )
    with FakeIndex(files={WHEEL: b"x"}, pages=pages) as index:
        found = page(index).json

    assert found["project-status"] == {"status": "quarantined"}
    entry = found["files"][0]
    assert (entry["hashes"], entry["size"], entry["upload-time"]) == ({}, 10**10, "2020-01-01T00:00:00Z")


def test_unknown_projects_are_not_found_and_names_are_normalised() -> None:
    with FakeIndex(pages=Pages(projects=frozenset({"empty"}))) as index:
        assert (page(index).status, page(index, "empty").status) == (404, 200)
        assert page(index, "Em_pty").headers["Location"] == "/simple/em-pty/"
    assert project_of("Demo_x-1.0.tar.gz") == project_of("demo_x-1.0-py3-none-any.whl") == "demo-x"


def test_new_files_come_late_to_stale_pages() -> None:
    with FakeIndex(files={"demo-0.9.tar.gz": b""}, pages=Pages(stale=2)) as index:
        upload(index)

        assert [len(listed(index)) for _ in range(4)] == [1, 1, 2, 2]


def test_reads_fail_as_scripted() -> None:
    with FakeIndex(files={WHEEL: b"x"}, pages=Pages(statuses=(500, 200, 503))) as index:
        assert [page(index).status for _ in range(4)] == [500, 200, 503, 200]
        assert [read.path for read in index.reads] == ["/simple/demo/"] * 4
    with FakeIndex(files={WHEEL: b"x"}, pages=Pages(always=500)) as index:
        assert page(index).status == 500


def test_reads_are_sent_on_to_another_index() -> None:
    other = "http://index.example/simple/"
    with FakeIndex(files={WHEEL: b"x"}, pages=Pages(elsewhere=other)) as index:
        assert (page(index).status, page(index, "new").headers["Location"]) == (200, f"{other}new/")
    with FakeIndex(files={WHEEL: b"x"}, pages=Pages(elsewhere=other, elsewhere_for="all")) as index:
        assert page(index).status == 302


def test_reads_may_need_a_user() -> None:
    with FakeIndex(files={WHEEL: b"x"}, pages=Pages(accepts=frozenset({basic("u", "p")}))) as index:
        assert page(index).status == 401
        with Client(index) as client:
            assert client.ask("GET", "/simple/demo/", Authorization=basic("u", "p")).status == 200


# Trusted publishing


def mint(index: FakeIndex, jwt: str) -> Said:
    with Client(index) as client:
        return client.ask("POST", "/_/oidc/mint-token", json.dumps({"token": jwt}).encode())


def identity(index: FakeIndex) -> str:
    with Client(index) as client:
        path = index.identity_url.removeprefix(index.url) + "&audience=pypi"
        return str(client.ask("GET", path, Authorization=f"bearer {REQUEST_TOKEN}").json["value"])


def test_an_identity_is_exchanged_once_for_a_token() -> None:
    with FakeIndex(oidc=Oidc()) as index:
        with Client(index) as client:
            assert client.ask("GET", "/_/oidc/audience").json == {"audience": "pypi"}
        jwt = identity(index)
        minted, again = mint(index, jwt), mint(index, jwt)

        assert (minted.json["success"], index.exchange and index.exchange.tokens) == (True, [minted.json["token"]])
        assert (again.status, again.json["errors"][0]["code"]) == (422, "invalid-reuse-token")
        assert mint(index, identity(index)).status == 200
        assert upload(index, authorization=basic("__token__", str(minted.json["token"]))).status == 200


def test_a_token_expires_behind_the_body() -> None:
    with FakeIndex(oidc=Oidc(uploads_per_token=1)) as index:
        authorization = basic("__token__", str(mint(index, identity(index)).json["token"]))

        said = [upload(index, authorization=authorization) for _ in range(2)]
        assert [each.status for each in said] == [200, 403]
        assert "expired" in said[1].reason
        assert index.posts[1].is_complete


def test_an_exchange_is_refused_as_scripted() -> None:
    with FakeIndex(oidc=Oidc(refuses=(("invalid-publisher", "no such publisher"),), mint_statuses=(503,))) as index:
        assert mint(index, identity(index)).status == 503
        said = mint(index, identity(index))
        assert said.json["errors"] == [{"code": "invalid-publisher", "description": "no such publisher"}]
        assert mint(index, "no token").json["errors"][0]["code"] == "invalid-payload"
    with FakeIndex() as index:
        assert mint(index, "x.y.z").status == 405
