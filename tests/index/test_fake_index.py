"""The test index does what its script says: looked at with the plainest client there is."""

import hashlib
import http.client
import json
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from tests.index import (
    REQUEST_TOKEN,
    FakeIndex,
    Oidc,
    Pages,
    Turn,
    basic,
    hanging,
    http_date,
    moved,
    refused,
    refused_early,
    reset,
    slow,
    stored_then,
    stored_then_reset,
)
from tests.index.multipart import FormEnds, Malformed, Multipart, PartBegins, PartBytes, PartEnds
from tests.index.shelf import Dialect, Mode, project_of

WHEEL = "demo-1.0-py3-none-any.whl"
BOUNDARY = "b0undary"
LOST = (ConnectionError, http.client.HTTPException, TimeoutError)


def form(filename: str | None = WHEEL, content: bytes = b"bytes", **fields: str) -> bytes:
    values = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        "name": "demo",
        "version": "1.0",
        "filetype": "bdist_wheel",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        **fields,
    }
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in values.items()]
    head = "".join(parts).encode()
    if filename is not None:
        told = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="{filename}"\r\n\r\n'
        head += told.encode() + content + b"\r\n"
    return head + f"--{BOUNDARY}--\r\n".encode()


class Said:
    """An answer."""

    def __init__(self, found: http.client.HTTPResponse) -> None:
        self.status, self.reason, self.headers, self.body = found.status, found.reason, found.headers, found.read()

    @property
    def json(self) -> dict[str, object]:
        parsed: dict[str, object] = json.loads(self.body)
        return parsed


class Client:
    """One connection, kept alive."""

    def __init__(self, index: FakeIndex, timeout_s: float = 10.0) -> None:
        self._http = http.client.HTTPConnection(urlsplit(index.url).netloc, timeout=timeout_s)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Said:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self._http.request(method, path, body, sent)
        return Said(self._http.getresponse())

    def upload(self, body: bytes, authorization: str = basic("u", "p"), **headers: str) -> Said:
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self.ask("POST", "/legacy/", body, Content_Type=kind, Authorization=authorization, **headers)


def upload(index: FakeIndex, body: bytes | None = None, **headers: str) -> Said:
    with Client(index) as client:
        return client.upload(form() if body is None else body, **headers)


def page(index: FakeIndex, project: str = "demo", accept: str = "application/vnd.pypi.simple.v1+json") -> Said:
    with Client(index) as client:
        return client.ask("GET", f"/simple/{project}/", Accept=accept)


def listed(index: FakeIndex) -> list[object]:
    said = page(index)
    return [each["filename"] for each in said.json["files"]] if said.status == 200 else []  # type: ignore[attr-defined]


def feed(pieces: Iterable[bytes]) -> list[object]:
    parser = Multipart(BOUNDARY)
    return [part for piece in pieces for part in parser.feed(piece)]


# The form


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 10_000])
def test_a_form_is_the_same_in_pieces_of_every_length(step: int) -> None:
    content = b"\r\n--b0undar\r\n--\r\n\r\n" + bytes(range(256))
    whole = form(content=content)

    parts = feed(whole[at : at + step] for at in range(0, len(whole), step))

    begins = [part for part in parts if isinstance(part, PartBegins)]
    assert (begins[-1].name, begins[-1].filename) == ("content", WHEEL)
    last = len(parts) - 1 - parts[::-1].index(begins[-1])
    assert b"".join(part.content for part in parts[last:] if isinstance(part, PartBytes)) == content
    assert parts[-2:] == [PartEnds(), FormEnds()]


def test_what_is_no_form_is_refused() -> None:
    with pytest.raises(Malformed):
        feed([b"--b0undary\r\nContent-Type: text/plain\r\n\r\nx\r\n--b0undary--"])
    with FakeIndex() as index:
        assert upload(index, b"--b0undary!!\r\n").status == 400
        assert upload(index, form()[: -len(f"--{BOUNDARY}--\r\n")]).reason == "The form has no end."
        assert index.files == {}


# A good index


def test_a_good_file_is_stored_and_listed() -> None:
    with FakeIndex() as index:
        said = upload(index, form(content=b"abc", classifiers="A"))

        assert (said.status, index.files) == (200, {WHEEL: b"abc"})
        (post,) = index.posts_of(WHEEL)
        assert (post.is_complete, post.status, post.attempt, post.file_bytes) == (True, 200, 1, 3)
        assert post.received_bytes == len(form(content=b"abc", classifiers="A"))
        assert post.values("classifiers") == ["A"]
        (entry,) = page(index).json["files"]  # type: ignore[misc,attr-defined]
        assert (entry["size"], entry["hashes"]) == (3, {"sha256": hashlib.sha256(b"abc").hexdigest()})
        assert datetime.fromisoformat(entry["upload-time"]).tzinfo is not None
        with Client(index) as client:
            assert client.ask("GET", f"/files/{WHEEL}").body == b"abc"


def test_one_connection_carries_many_uploads() -> None:
    with FakeIndex() as index, Client(index) as client:
        for number in range(3):
            client.upload(form(f"demo-1.{number}-py3-none-any.whl"))

        assert (index.connections, index.most_in_flight, len(index.files)) == (1, 1, 3)


def test_the_most_in_flight_are_counted() -> None:
    with FakeIndex(latency_s=0.2) as index:
        threads = [
            threading.Thread(target=upload, args=(index, form(f"demo-1.{number}-py3-none-any.whl")))
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert (index.most_in_flight, index.connections) == (4, 4)


@pytest.mark.parametrize("field", ["sha256_digest", "blake2_256_digest", "md5_digest"])
def test_a_wrong_digest_is_refused(field: str) -> None:
    with FakeIndex() as index:
        said = upload(index, form(**{field: "0" * 32}))

        assert said.status == 400
        assert said.reason.startswith("The digest supplied does not match")
        assert index.files == {}


def test_right_digests_are_taken() -> None:
    with FakeIndex() as index:
        blake2b = hashlib.blake2b(b"bytes", digest_size=32).hexdigest()

        assert upload(index, form(blake2_256_digest=blake2b.upper())).status == 200


def test_strangers_are_refused_after_the_body_as_each_server_does() -> None:
    answers: Mapping[tuple[Dialect, str], int] = {
        ("warehouse", basic("u", "wrong")): 403,
        ("warehouse", ""): 403,
        ("pypiserver", ""): 401,
        ("pypiserver", basic("u", "wrong")): 403,
        ("devpi", basic("u", "wrong")): 401,
    }
    for (dialect, authorization), status in answers.items():
        with FakeIndex(dialect=dialect) as index:
            assert upload(index, authorization=authorization).status == status
            assert index.posts[0].is_complete
    with FakeIndex(accepts=None) as index:
        assert upload(index, authorization="").status == 200


def test_the_message_is_in_json_if_asked_for_and_in_the_reason_else() -> None:
    with FakeIndex({"*": [refused(400, "No such thing.", times=2)]}) as index:
        asked = upload(index, Accept="application/json, text/plain;q=0.8")
        plain = upload(index)

    assert (asked.json["code"], asked.json["title"]) == ("400 No such thing.", "Bad Request")
    assert (plain.reason, b"<title>400 No such thing.</title>" in plain.body) == ("No such thing.", True)
    with FakeIndex({"*": [refused(400, "No such thing.")]}, has_reasons=False) as index:
        assert upload(index).reason == ""


@pytest.mark.parametrize(
    ("mode", "same", "other", "kept"),
    [
        ("idempotent", 200, 400, b"one"),
        ("strict-400", 400, 400, b"one"),
        ("strict-409", 409, 409, b"one"),
        ("overwriting", 200, 200, b"two"),
    ],
)
def test_a_name_that_is_taken(mode: Mode, same: int, other: int, kept: bytes) -> None:
    with FakeIndex(files={WHEEL: b"one"}, mode=mode) as index:
        assert upload(index, form(content=b"one")).status == same
        assert upload(index, form(content=b"two")).status == other
        assert index.files == {WHEEL: kept}


@pytest.mark.parametrize(
    ("dialect", "words"),
    [("warehouse", "does not have a file"), ("pypiserver", "Missing 'content'"), ("devpi", "content file field not")],
)
def test_a_form_without_a_file_is_refused_in_each_servers_words(dialect: Dialect, words: str) -> None:
    with FakeIndex({"*": [refused(503)], "": [Turn(), refused(429)]}, dialect=dialect) as index:
        said = upload(index, form(None))

        assert (said.status, index.posts_of("")[0].is_complete) == (400, True)
        assert words in said.reason
        assert upload(index, form(None)).status == 429


def test_without_its_slash_the_upload_url_redirects() -> None:
    with FakeIndex() as index, Client(index) as client:
        said = client.ask("POST", "/legacy", b"")

        assert (said.status, said.headers["Location"]) == (308, index.upload_url)
        assert client.ask("POST", "/simple/", b"").status == 405


# Faults


def test_each_attempt_takes_its_turn() -> None:
    script = {"demo-*": [refused(503, times=2, retry_after="2"), refused(429, retry_after="junk")]}
    with FakeIndex(script) as index:
        said = [upload(index) for _ in range(4)]
        other = upload(index, form("other-1.0-py3-none-any.whl"))

    assert [each.status for each in said] == [503, 503, 429, 200]
    assert [each.headers["Retry-After"] for each in said] == ["2", "2", "junk", None]
    assert other.status == 200
    assert [post.attempt for post in index.posts_of(WHEEL)] == [1, 2, 3, 4]


def test_a_date_to_come_back_at_is_an_http_date() -> None:
    assert http_date(60).endswith(" GMT")
    assert parsedate_to_datetime(http_date(3600)) > datetime.now(UTC)


@pytest.mark.parametrize("cut", ["before-body", "mid-body", "before-answer", "mid-answer"])
def test_a_reset_keeps_nothing_and_the_next_attempt_is_fine(cut: str) -> None:
    large = form(content=bytes(4 << 20))
    with FakeIndex({"*": [reset(cut)]}) as index:  # type: ignore[arg-type]
        with pytest.raises(LOST):
            upload(index, large)

        assert index.files == {}
        assert index.posts[0].is_complete is (cut in ("before-answer", "mid-answer"))
        assert upload(index, large).status == 200


@pytest.mark.parametrize("cut", ["before-answer", "mid-answer"])
def test_an_answer_can_get_lost_behind_a_file_that_is_stored(cut: str) -> None:
    with FakeIndex({"*": [stored_then_reset(cut)]}) as index:  # type: ignore[arg-type]
        with pytest.raises(LOST):
            upload(index)

        assert index.files == {WHEEL: b"bytes"}


def test_a_stored_file_can_be_answered_with_an_error() -> None:
    with FakeIndex({"*": [stored_then(502)]}, mode="strict-400") as index:
        assert [upload(index).status for _ in range(2)] == [502, 400]
        assert index.files == {WHEEL: b"bytes"}


def test_an_answer_may_never_come() -> None:
    with FakeIndex({"*": [hanging(stores=True)]}) as index:
        with pytest.raises(TimeoutError), Client(index, timeout_s=0.2) as client:
            client.upload(form())

        assert (list(index.files), index.posts[0].status) == ([WHEEL], 0)


def test_an_index_that_hangs_ends_with_its_block() -> None:
    with FakeIndex({"*": [hanging()]}) as index, Client(index) as client:
        thread = threading.Thread(target=lambda: pytest.raises(LOST, client.upload, form()))
        thread.start()
        while not index.posts:
            thread.join(0.01)
    thread.join()

    assert index.files == {}


def test_a_slow_reader_takes_its_time_and_all_bytes() -> None:
    with FakeIndex({"*": [slow(1_000_000)]}) as index:
        assert upload(index, form(content=bytes(200_000))).status == 200
        assert index.files == {WHEEL: bytes(200_000)}


@pytest.mark.parametrize("resets", [False, True])
def test_a_refusal_can_come_before_the_file(resets: bool) -> None:
    with FakeIndex({"*": [refused_early(413, "Too large.", resets=resets)]}) as index:
        try:
            assert upload(index, form(content=bytes(20 << 20))).status == 413
        except LOST:
            assert resets  # what the client had not read yet is gone with the connection

        assert (index.posts[0].is_complete, index.posts[0].status, index.files) == (False, 413, {})


@pytest.mark.parametrize("location", ["/other/", "http://index.example/legacy/"])
def test_an_upload_can_be_sent_on(location: str) -> None:
    with FakeIndex({"*": [moved(location)]}) as index:
        said = upload(index)

        assert (said.status, said.headers["Location"]) == (308, location)


def test_half_a_body_is_not_stored() -> None:
    body = form()
    with FakeIndex() as index:
        with Client(index) as client:
            client._http.putrequest("POST", "/legacy/")
            client._http.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
            client._http.putheader("Content-Length", str(len(body) + 1))
            client._http.endheaders()
            client._http.send(body)
        with Client(index) as client:
            client.ask("GET", "/")

    assert (index.posts[0].is_complete, index.files) == (False, {})


def test_a_client_that_goes_mad_is_stopped() -> None:
    with FakeIndex(most_requests=2) as index:
        assert [upload(index).status for _ in range(3)] == [200, 200, 500]
        assert index.overrun
    with FakeIndex(most_bytes=len(form())) as index:
        assert [upload(index).status for _ in range(2)] == [200, 500]
        assert index.overrun


def test_bytes_and_digests_can_be_left_to_the_client() -> None:
    with FakeIndex(keeps_bytes=False, hashes=False) as index:
        assert upload(index, form(sha256_digest="ab" * 32)).status == 200
        assert (index.files, index.stored[WHEEL].sha256) == ({WHEEL: b""}, "ab" * 32)


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
    (entry,) = found["files"]  # type: ignore[misc,attr-defined]
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
        assert (again.status, again.json["errors"][0]["code"]) == (422, "invalid-reuse-token")  # type: ignore[index]
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
        assert mint(index, "no token").json["errors"][0]["code"] == "invalid-payload"  # type: ignore[index]
    with FakeIndex() as index:
        assert mint(index, "x.y.z").status == 405
