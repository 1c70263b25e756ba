"""A release as a whole: the last look, the journal, what a second run does, tokens of trusted publishing, signals."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from releasing import Sent, Watched, bytes_of, impatient, release_files, send
from tests.index import (
    FOREVER,
    PASSWORD,
    REQUEST_TOKEN,
    USER,
    FakeIndex,
    Oidc,
    Pages,
    basic,
    hanging,
    late,
    make_wheel,
    refused,
    stored_then_reset,
)

from wheelmatrix.errors import ConfigError, Interrupted, UploadError
from wheelmatrix.events import ReleasePlanned, RunFinished, RunStarted, StepFinished, UploadEnded, Waiting
from wheelmatrix.run import journal, releases
from wheelmatrix.run.file_lock import try_lock
from wheelmatrix.run.upload import Sender

assert impatient  # a fixture, of every test here


def advice(sent: Sent) -> str:
    (finished,) = sent.screen.of(RunFinished)
    return finished.advice


# The last look


def test_a_release_that_the_index_lists_whole_can_be_installed(tmp_path: Path) -> None:
    files = release_files(tmp_path, 2, sdist=True)
    with FakeIndex() as index:
        sent = send(index, files, tmp_path)

    assert (sent.released.exit_code, sent.released.failures, sent.warnings) == (0, (), [])
    assert advice(sent) == f"python -m pip install --index-url {index.simple_url} demo==1.0"
    assert [each.what for each in sent.screen.of(Waiting)] == ["the index to list what it took", ""]


def test_an_index_whose_pages_are_late_is_looked_at_again(tmp_path: Path) -> None:
    with FakeIndex(pages=Pages(stale=4)) as index:
        sent = send(index, release_files(tmp_path, 1), tmp_path)

    assert (sent.released.exit_code, sent.warnings) == (0, [])
    assert len(index.reads) == 1 + 5


def test_an_index_that_never_lists_what_it_took_is_worth_a_warning(tmp_path: Path) -> None:
    (wheel,) = release_files(tmp_path, 1)
    with FakeIndex(pages=Pages(stale=FOREVER)) as index:
        sent = send(index, [wheel], tmp_path)

    assert sent.released.exit_code == 0
    assert [f"does not list {wheel.name}" in text for text in sent.warnings] == [True]


def test_other_bytes_at_the_last_look_fail_the_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (wheel,) = release_files(tmp_path, 1)
    before = Sender.end
    index = FakeIndex()

    async def replaced(self: Sender) -> None:
        await before(self)
        index.put(wheel.name, b"somebody else's")

    monkeypatch.setattr(Sender, "end", replaced)
    with index:
        sent = send(index, [wheel], tmp_path)

    assert (sent.released.exit_code, sent.states) == (8, {wheel.name: "conflict"})
    assert "other bytes under this name" in str(sent.released.failures[0])


def test_pages_that_want_a_user_are_read_with_the_password(tmp_path: Path) -> None:
    own = frozenset({basic(USER, PASSWORD)})
    with FakeIndex({"*": [stored_then_reset()]}, pages=Pages(accepts=own), mode="strict-409") as index:
        sent = send(index, release_files(tmp_path, 2), tmp_path)

    assert (sent.released.exit_code, set(sent.states.values())) == (0, {"confirmed"})
    assert sent.warnings == []


def test_a_password_is_not_sent_to_pages_of_another_host(tmp_path: Path) -> None:
    with FakeIndex() as index, FakeIndex(pages=Pages(accepts=frozenset())) as other:
        sent = send(index, release_files(tmp_path, 1), tmp_path, simple_url=other.simple_url)

    assert sent.released.exit_code == 0
    assert other.reads
    assert not any("authorization" in read.headers for read in other.reads)


# What is remembered


def test_the_journal_of_a_release_tells_all_of_it_and_no_password(tmp_path: Path) -> None:
    files = release_files(tmp_path, 2)
    secret = "a-long-and-secret-word"
    with FakeIndex(accepts=frozenset({basic(USER, secret)})) as index:
        sent = send(index, files, tmp_path, password=secret)

    events = [each.event for each in journal.read(sent.released.journal)]
    (planned,) = (each for each in events if isinstance(each, ReleasePlanned))
    assert sent.released.exit_code == 0
    assert isinstance(events[0], RunStarted)
    assert [each.state for each in events if isinstance(each, UploadEnded)] == ["stored", "stored"]
    assert planned.repository == index.upload_url
    assert set(planned.files) == set(map(str, files))
    kept = b"".join(path.read_bytes() for path in (tmp_path / ".wheelmatrix").rglob("*") if path.is_file())
    assert secret.encode() not in kept
    assert basic(USER, secret).encode().removeprefix(b"Basic ") not in kept


def test_a_resumed_release_sends_what_is_missing_and_nothing_else(tmp_path: Path) -> None:
    files = release_files(tmp_path, 3, sdist=True)
    bad_one = files[1].name
    with FakeIndex({bad_one: [refused(503, times=6)]}) as index:
        first = send(index, files, tmp_path)
        had = set(index.files)
        second = send("", (), tmp_path, resume="")

        assert (first.released.exit_code, second.released.exit_code) == (8, 0)
        assert had == {files[0].name, files[2].name}
        assert advice(first).startswith("wheelmatrix upload --resume 127.0.0.1_")
        assert "(2 of 4 files are missing)" in advice(first)
        assert second.states == {path.name: "stored" if path.name not in had else "same" for path in files}
        assert index.files == bytes_of(files)
        assert [len(index.posts_of(path.name)) for path in files] == [1, 7, 1, 1]
        with pytest.raises(ConfigError, match="no release is left to be resumed"):
            send("", (), tmp_path, resume="")


def test_a_file_that_was_built_anew_is_not_mixed_into_a_release(tmp_path: Path) -> None:
    files = release_files(tmp_path, 2)
    with FakeIndex({files[1].name: [refused(503, times=6)]}) as index:
        send(index, files, tmp_path)
        make_wheel(tmp_path, tag="cp311-cp311-manylinux_2_17_x86_64", payload_bytes=2000, seed=1)
        posts = len(index.posts)

        with pytest.raises(UploadError, match="built anew"):
            send("", (), tmp_path, resume="demo")

        assert len(index.posts) == posts


def test_what_arrived_unseen_is_confirmed_by_the_next_run(tmp_path: Path) -> None:
    (wheel,) = release_files(tmp_path, 1)
    with FakeIndex({"*": [hanging(stores=True)]}, pages=Pages(stale=0)) as index:
        thread = signalled(signal.SIGINT, lambda: index.files, times=2)
        first = send(index, [wheel], tmp_path)
        thread.join()
        second = send("", (), tmp_path, resume="")

    assert first.released.exit_code == 130
    assert (second.released.exit_code, second.states) == (0, {wheel.name: "confirmed"})
    assert len(index.posts) == 1


def test_two_runs_do_not_send_one_release(tmp_path: Path) -> None:
    with FakeIndex() as index:
        name = releases.name_of(index.upload_url, "demo", "1.0")
        folder = releases.prepared(releases.home(tmp_path) / name)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
        try:
            assert try_lock(descriptor)
            with pytest.raises(ConfigError, match="another run is sending this release"):
                send(index, release_files(tmp_path, 1), tmp_path)
        finally:
            os.close(descriptor)

        assert not index.posts
        assert send(index, release_files(tmp_path, 1), tmp_path).released.exit_code == 0


# Signals


def signalled(number: int, when: Callable[[], object], *, times: int = 1) -> threading.Thread:
    """Send a signal to this process when something is so, perhaps again a moment later; nothing after 20 seconds."""

    def wait() -> None:
        deadline_s = time.monotonic() + 20
        while not when():
            if time.monotonic() > deadline_s:
                return
            time.sleep(0.01)
        for _ in range(times):
            os.kill(os.getpid(), number)
            time.sleep(0.1)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@pytest.mark.slow
def test_what_is_being_sent_may_end_after_an_interruption_and_nothing_else_begins(tmp_path: Path) -> None:
    files = release_files(tmp_path, 3)
    with Watched({files[0].name: [late(0.5)]}) as index:
        thread = signalled(signal.SIGTERM, lambda: index.posts)
        sent = send(index, files, tmp_path)
        thread.join()

    assert sent.released.exit_code == 143
    assert isinstance(sent.released.failures[0], Interrupted)
    assert sent.states == {files[0].name: "stored"}
    assert len(index.posts) == 1
    assert "(2 of 3 files are missing)" in advice(sent)


def test_a_pause_ends_with_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = release_files(tmp_path, 2)
    monkeypatch.setattr("releasing.PAUSES", 100.0)  # half a minute is most of an hour
    with FakeIndex({"*": [refused(403, "Read-only mode", times=FOREVER)]}) as index:
        thread = signalled(signal.SIGINT, lambda: index.posts)
        sent = send(index, files, tmp_path)
        thread.join()

    assert (sent.released.exit_code, sent.states, len(index.posts)) == (130, {}, 1)
    assert [each.state for each in sent.screen.of(StepFinished)] == ["skipped", "skipped"]


# Trusted publishing


def github(index: FakeIndex) -> dict[str, str]:
    return {
        "GITHUB_ACTIONS": "true",
        "ACTIONS_ID_TOKEN_REQUEST_URL": index.identity_url,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
    }


def tokens(index: FakeIndex) -> list[str]:
    assert index.exchange
    return index.exchange.tokens


def test_a_job_of_github_uploads_all_files_with_one_token(tmp_path: Path) -> None:
    files = release_files(tmp_path, 4, sdist=True)
    said: list[str] = []
    with FakeIndex(oidc=Oidc()) as index:
        sent = send(index, files, tmp_path, user=None, password=None, environment=github(index), mask=said.append)

    (token,) = tokens(index)
    assert sent.released.exit_code == 0
    assert index.files == bytes_of(files)
    assert {post.headers["authorization"] for post in index.posts} == {basic("__token__", token)}
    assert f"::add-mask::{token}" in said
    assert token not in sent.released.journal.read_text(encoding="utf-8")
    assert any("first release of demo, through a trusted publisher" in text for text in sent.warnings)


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_token_that_ends_in_the_middle_is_made_anew_once(jobs: int, tmp_path: Path) -> None:
    files = release_files(tmp_path, 5)
    with FakeIndex(oidc=Oidc(uploads_per_token=3), latency_s=0.02) as index:
        sent = send(index, files, tmp_path, user=None, password=None, environment=github(index), upload_jobs=jobs)

    assert sent.released.exit_code == 0
    assert index.files == bytes_of(files)
    assert len(tokens(index)) == 2
    assert {each.attempts for each in sent.ended.values()} == {1}


def test_tokens_that_are_refused_at_once_are_not_made_for_ever(tmp_path: Path) -> None:
    with FakeIndex(oidc=Oidc(uploads_per_token=0)) as index:
        sent = send(index, release_files(tmp_path, 2), tmp_path, user=None, password=None, environment=github(index))

    assert sent.released.exit_code == 8
    assert (len(tokens(index)), len(index.posts)) == (2, 2)


def test_a_publisher_that_the_index_does_not_know_sends_nothing(tmp_path: Path) -> None:
    own = Oidc(refuses=(("invalid-publisher", "valid token, but no corresponding publisher"),))
    with FakeIndex(oidc=own) as index:
        sent = send(index, release_files(tmp_path, 2), tmp_path, user=None, password=None, environment=github(index))

    assert sent.released.exit_code == 8
    assert not index.posts
    assert "publisher" in str(sent.released.failures[0])


def test_the_exchange_is_asked_again_where_it_has_no_answer(tmp_path: Path) -> None:
    with FakeIndex(oidc=Oidc(mint_statuses=(503, 502), identity_statuses=(500,))) as index:
        sent = send(index, release_files(tmp_path, 1), tmp_path, user=None, password=None, environment=github(index))

    assert (sent.released.exit_code, len(tokens(index))) == (0, 1)


def test_the_journal_is_json_lines_in_the_folder_of_the_release(tmp_path: Path) -> None:
    with FakeIndex() as index:
        sent = send(index, release_files(tmp_path, 1), tmp_path)

    place = tmp_path / ".wheelmatrix" / "releases"
    assert sent.released.journal.parent.parent == place / releases.name_of(index.upload_url, "demo", "1.0")
    assert all(json.loads(line) for line in sent.released.journal.read_text(encoding="utf-8").splitlines())
    assert (place.parent / ".gitignore").read_text(encoding="utf-8") == "*\n"
