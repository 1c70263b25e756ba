"""The test index does with uploads what its script says: looked at with the plainest client there is."""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.index import (
    FakeIndex,
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
from tests.index.client import BOUNDARY, LOST, WHEEL, Client, form, page, upload
from tests.index.multipart import FormEnds, Malformed, Multipart, PartBegins, PartBytes, PartEnds
from tests.index.script import Cut
from tests.index.shelf import Dialect, Mode


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
        entry = page(index).json["files"][0]
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
        said = upload(index, form(WHEEL, b"bytes", **{field: "0" * 32}))

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
def test_a_reset_keeps_nothing_and_the_next_attempt_is_fine(cut: Cut) -> None:
    large = form(content=bytes(4 << 20))
    with FakeIndex({"*": [reset(cut)]}) as index:
        with pytest.raises(LOST):
            upload(index, large)

        assert index.files == {}
        assert index.posts[0].is_complete is (cut in ("before-answer", "mid-answer"))
        assert upload(index, large).status == 200


@pytest.mark.parametrize("cut", ["before-answer", "mid-answer"])
def test_an_answer_can_get_lost_behind_a_file_that_is_stored(cut: Cut) -> None:
    with FakeIndex({"*": [stored_then_reset(cut)]}) as index:
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

        def loses() -> None:
            with pytest.raises(LOST):
                client.upload(form())

        thread = threading.Thread(target=loses)
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


def test_as_a_process_it_serves_until_its_input_ends() -> None:
    argv = [sys.executable, "-m", "tests.index", "--light"]
    checkout = Path(__file__).parents[2]
    with subprocess.Popen(argv, cwd=checkout, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        where = json.loads(server.stdout.readline())
        with pytest.raises(HTTPError, match="404") as refusal:
            urlopen(f"{where['simple']}demo/", timeout=10)
        refusal.value.close()
        server.stdin.close()

        told = json.loads(server.stdout.readline())
    assert (told["files"], told["reads"], told["connections"]) == (0, 1, 1)
