"""The sender against an index that does what a script says: verdict, attempts and exit code of every fault."""

import dataclasses
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from releasing import Watched, bytes_of, impatient, release_files, send, stored_at
from tests.index import (
    FOREVER,
    FakeIndex,
    Pages,
    Turn,
    hanging,
    http_date,
    late,
    make_wheel,
    moved,
    refused,
    refused_early,
    reset,
    stored_then,
    stored_then_reset,
)
from tests.index.shelf import Mode

from wheelmatrix.events import StepFinished
from wheelmatrix.publish.transfer import MOST_ATTEMPTS
from wheelmatrix.run.upload import Sender

assert impatient  # a fixture, of every test here
MODES: tuple[Mode, ...] = ("idempotent", "strict-400", "strict-409")
HIDDEN = Pages(statuses=(404,))
"""The look before the first byte shows nothing of what the index has."""
NO_DIGESTS = Pages(has_hashes=False)
TORN = "The digest supplied does not match a digest calculated from the uploaded file."


@dataclass(frozen=True, kw_only=True)
class Case:
    """One wheel, one fault, and what is to come of it."""

    turns: tuple[Turn, ...] = ()
    held: str = ""
    """What the index has under the wheel's name before: `same`, `other`, nothing."""
    mode: Mode = "idempotent"
    pages: Pages = field(default_factory=Pages)
    options: Mapping[str, object] = field(default_factory=dict)
    state: str
    posts: int
    exit_code: int


def good(state: str, posts: int, *turns: Turn, **more: object) -> Case:
    return Case(turns=turns, state=state, posts=posts, exit_code=0, **more)  # type: ignore[arg-type]  # fields of Case


def bad(state: str, posts: int, *turns: Turn, **more: object) -> Case:
    return Case(turns=turns, state=state, posts=posts, exit_code=8, **more)  # type: ignore[arg-type]  # fields of Case


KNOWN = Pages(projects=frozenset({"demo"}))
CASES = {
    "nothing wrong": good("stored", 1),
    "201": good("stored", 1, Turn(status=201, stores=True)),
    "202": good("stored", 1, Turn(status=202, stores=True)),
    "401": bad("rejected", 1, refused(401, times=FOREVER)),
    "403": bad("rejected", 1, refused(403, times=FOREVER)),
    "403 for an old password": bad("rejected", 1, refused(403, "Invalid API Token: token is expired", times=FOREVER)),
    "403 while the index is closed": good("stored", 3, refused(403, "Read-only mode", times=2)),
    "403 while the index stays closed": bad("gave-up", 4, refused(403, "Read-only mode", times=FOREVER)),
    "429 in seconds": good("stored", 3, refused(429, times=2, retry_after="2")),
    "429 until a date": good("stored", 2, refused(429, retry_after=http_date(3))),
    "429 with nonsense": good("stored", 2, refused(429, retry_after="soon"), pages=KNOWN),
    "429 for ever": bad("gave-up", 6, refused(429, times=FOREVER, retry_after="1")),
    "429 of a first release": bad("rejected", 1, refused(429, "Too many new projects created", times=FOREVER)),
    "429 of a later release": bad("gave-up", 6, refused(429, times=FOREVER), pages=KNOWN),
    **{str(status): good("stored", 3, refused(status, times=2)) for status in (408, 425, 500, 502, 503, 504)},
    "503 with Retry-After": good("stored", 3, refused(503, times=2, retry_after="2")),
    "503 for ever": bad("gave-up", 6, refused(503, times=FOREVER)),
    "reset before the file": good("stored", 2, reset("before-body")),
    "reset in the file": good("stored", 2, reset("mid-body")),
    "reset behind the file": good("stored", 2, reset("before-answer")),
    "reset for ever": bad("gave-up", 6, reset("mid-body", times=FOREVER)),
    **{f"stored, then reset, {mode}": good("confirmed", 1, stored_then_reset(), mode=mode) for mode in MODES},
    **{f"half an answer, {mode}": good("confirmed", 1, stored_then_reset("mid-answer"), mode=mode) for mode in MODES},
    **{f"stored, then 502, {mode}": good("confirmed", 1, stored_then(502), mode=mode) for mode in MODES},
    **{f"other bytes, {mode}": bad("conflict", 1, held="other", pages=HIDDEN, mode=mode) for mode in MODES},
    "other bytes, replaced": good("stored", 1, held="other", pages=HIDDEN, mode="overwriting"),
    "413 before the file": bad("rejected", 1, refused_early(413, times=FOREVER)),
    "401 before the file": bad("rejected", 1, refused_early(401, times=FOREVER)),
    "308 to a path": bad("rejected", 1, moved("/legacy/")),
    "308 to a URL": bad("rejected", 1, moved("https://index.example/legacy/")),
    "302": bad("rejected", 1, moved("/", status=302)),
    "torn once": good("stored", 2, refused(400, TORN)),
    "torn for ever": bad("rejected", 2, refused(400, TORN, times=FOREVER)),
    "stale, idempotent": good("stored", 2, stored_then_reset(), pages=Pages(stale=1)),
    "stale, strict 400": good("confirmed", 2, stored_then_reset(), pages=Pages(stale=2), mode="strict-400"),
    "stale, strict 409": good("confirmed", 2, stored_then_reset(), pages=Pages(stale=4), mode="strict-409"),
    "only HTML": good("stored", 1, pages=Pages(form="html")),
    "only HTML, confirmed": good("confirmed", 1, stored_then_reset(), pages=Pages(form="html"), mode="strict-409"),
    "had before": good("same", 0, held="same"),
    "had before, in HTML": good("same", 0, held="same", pages=Pages(form="html")),
    "named, and not skipped": good("stored", 1, held="same", pages=NO_DIGESTS),
    "named, and refused": bad("rejected", 1, held="same", pages=NO_DIGESTS, mode="strict-409"),
    "named, and skipped": good("same", 0, held="same", pages=NO_DIGESTS, options={"skip_existing": True}),
    "GitLab": good("same", 1, refused(400, "File name has already been taken"), held="same", pages=HIDDEN),
    "pypiserver": good("same", 1, refused(409), held="same", pages=HIDDEN),
    "Artifactory": good("same", 1, refused(403, "no permission to overwrite"), held="same", pages=HIDDEN),
    "Artifactory, hidden": good("same", 1, refused(404), held="same", pages=HIDDEN),
    "Nexus": good("same", 1, refused(400, "updating asset"), held="same", pages=HIDDEN),
    "404": bad("rejected", 1, refused(404, times=FOREVER)),
    "405": bad("rejected", 1, refused(405, times=FOREVER)),
    "reads go elsewhere": good("stored", 1, pages=Pages(elsewhere="http://index.example/", elsewhere_for="all")),
    "reads go elsewhere, and the answer got lost": bad(
        "rejected",
        2,
        stored_then_reset(),
        pages=Pages(elsewhere="http://index.example/", elsewhere_for="all"),
        mode="strict-409",
    ),
    "pages are broken": good("stored", 1, pages=Pages(always=500)),
}


def run_case(case: Case, directory: Path) -> None:
    wheel = make_wheel(directory, payload_bytes=20_000)
    other = directory / "other"
    other.mkdir()
    held = {"same": wheel.read_bytes(), "other": make_wheel(other, seed=1).read_bytes()}
    files = {wheel.name: held[case.held]} if case.held else {}
    with FakeIndex({"*": case.turns}, files=files, mode=case.mode, pages=case.pages) as index:
        sent = send(index, [wheel], directory, **case.options)

    assert (sent.states, len(index.posts), sent.released.exit_code) == (
        {wheel.name: case.state},
        case.posts,
        case.exit_code,
    ), sent.ended
    assert (index.files.get(wheel.name) == wheel.read_bytes()) or case.exit_code
    assert sent.ended[wheel.name].attempts == case.posts
    assert not index.overrun


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_fault_has_its_verdict_its_attempts_and_its_exit_code(case: Case, tmp_path: Path) -> None:
    run_case(case, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        good("confirmed", 1, hanging(stores=True), mode="strict-409"),
        good("stored", 2, hanging()),
        good("stored", 2, late(1.5, times=1)),
        bad("rejected", 2, hanging(stores=True), pages=dataclasses.replace(NO_DIGESTS), mode="strict-409"),
    ],
    ids=["stored", "lost", "on its way", "without digests"],
)
def test_an_answer_that_does_not_come_is_looked_for_at_the_index(case: Case, tmp_path: Path) -> None:
    run_case(dataclasses.replace(case, options={"read_timeout": 1}), tmp_path)


@pytest.mark.parametrize(("turn", "waits_s"), [(refused(429, times=2, retry_after="2"), [2.0, 2.0]),
                                               (refused(503, retry_after="7"), [7.0]),
                                               (refused(503, retry_after="9999"), [120.0])])  # fmt: skip
def test_an_index_is_left_alone_as_long_as_it_asks(turn: Turn, waits_s: list[float], tmp_path: Path) -> None:
    with FakeIndex({"*": [turn]}) as index:
        sent = send(index, release_files(tmp_path, 1), tmp_path)

    assert sent.waits_s == waits_s


@pytest.mark.parametrize("location", ["/legacy/", "https://index.example/legacy/"])
def test_a_redirect_is_told_and_not_followed(location: str, tmp_path: Path) -> None:
    with FakeIndex({"*": [moved(location)]}) as index:
        sent = send(index, release_files(tmp_path, 1), tmp_path)

    assert location in sent.released.failures[0].issues[0].hint


def test_an_index_that_is_not_there_gets_six_tries(tmp_path: Path) -> None:
    with FakeIndex() as gone:
        url = gone.upload_url

    sent = send(url, release_files(tmp_path, 1), tmp_path)

    (ended,) = sent.ended.values()
    assert (ended.state, ended.attempts, sent.released.exit_code) == ("gave-up", MOST_ATTEMPTS, 8)
    assert "no connection" in ended.message


# Order


def test_one_wheel_goes_alone_and_the_sdist_waits_for_all_wheels(tmp_path: Path) -> None:
    files = release_files(tmp_path, 6, sdist=True)
    with Watched(latency_s=0.05) as index:
        sent = send(index, files[::-1], tmp_path, upload_jobs=3)

    names = [post.filename for post in index.posts]
    assert sent.released.exit_code == 0
    assert index.files == bytes_of(files)
    assert names[0] == files[0].name
    assert names[-1] == files[-1].name
    assert index.over[1] == [200]
    assert index.over[-1] == [200] * 6
    assert index.most_in_flight == 3


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_are_in_flight_than_asked_for(jobs: int, tmp_path: Path) -> None:
    with FakeIndex({"*": [refused(502), reset("mid-body")]}, latency_s=0.01) as index:
        sent = send(index, release_files(tmp_path, 5), tmp_path, upload_jobs=jobs)

    assert (sent.released.exit_code, index.most_in_flight) == (0, jobs)


def test_nothing_else_is_sent_before_the_lead_has_arrived(tmp_path: Path) -> None:
    files = release_files(tmp_path, 3)
    with Watched({files[0].name: [refused(503, times=2), reset("mid-body")]}) as index:
        sent = send(index, files, tmp_path)

    assert sent.released.exit_code == 0
    assert [post.filename for post in index.posts[:4]] == [files[0].name] * 4


def test_where_the_lead_is_refused_nothing_else_is_sent(tmp_path: Path) -> None:
    files = release_files(tmp_path, 3, sdist=True)
    with FakeIndex({files[0].name: [refused(403, times=FOREVER)]}) as index:
        sent = send(index, files, tmp_path)

    assert sent.released.exit_code == 8
    assert len(index.posts) == 1
    assert [each.state for each in sent.screen.of(StepFinished)] == ["failed", "skipped", "skipped", "skipped"]


def test_a_refused_wheel_holds_the_sdist_back_and_no_other_wheel(tmp_path: Path) -> None:
    files = release_files(tmp_path, 4, sdist=True)
    bad_one, sdist = files[2].name, files[-1].name
    with FakeIndex({bad_one: [refused(400, "Invalid distribution file.", times=FOREVER)]}) as index:
        sent = send(index, files, tmp_path)

    assert sent.released.exit_code == 8
    assert index.files == {name: own for name, own in bytes_of(files).items() if name not in (bad_one, sdist)}
    assert not index.posts_of(sdist)
    assert "Invalid distribution file." in str(sent.released.failures[0])


def test_fail_fast_begins_nothing_behind_the_first_failure(tmp_path: Path) -> None:
    files = release_files(tmp_path, 5)
    with FakeIndex({files[4].name: [refused(400, times=FOREVER)]}) as index:
        sent = send(index, files, tmp_path, fail_fast=True, upload_jobs=1)

    assert sent.released.exit_code == 8
    assert {post.filename for post in index.posts} == {files[0].name, files[4].name}


@pytest.mark.slow
def test_a_release_ends_at_its_deadline(tmp_path: Path) -> None:
    files = release_files(tmp_path, 2)
    with FakeIndex({files[0].name: [hanging()]}) as index:
        sent = send(index, files, tmp_path, deadline=1)

    assert (sent.released.exit_code, sent.states) == (8, {})


# Pace


@pytest.mark.slow
def test_after_three_failures_in_a_row_one_at_a_time_is_tried(tmp_path: Path) -> None:
    files = release_files(tmp_path, 8)
    script = {files[0].name: (), "*": [refused(503, times=4)]}
    with Watched(script, latency_s=0.02) as index:
        sent = send(index, files, tmp_path, upload_jobs=4)

    healed = next(at for at, over in enumerate(index.over) if over.count(200) == 2)
    probes = index.crowd[9:healed]  # behind the lead, the four that found out and those who just set out again
    assert sent.released.exit_code == 0
    assert max(index.crowd) > 1
    assert set(probes) == {1}


def test_a_429_halves_the_places(tmp_path: Path) -> None:
    files = release_files(tmp_path, 9)
    script = {files[0].name: (), "*": [refused(429, retry_after="0")]}
    with Watched(script, latency_s=0.02) as index:
        sent = send(index, files, tmp_path, upload_jobs=4)

    assert sent.released.exit_code == 0
    assert max(index.crowd[:5]) == 4
    assert index.crowd[5] <= 2


# The file


def rewritten(path: Path, *, keeps_time: bool) -> Callable[[str], bool]:
    """Return an answer to the question before a first release that changes a byte of the file meanwhile."""

    def answer(_: str) -> bool:
        before = path.stat()
        image = bytearray(path.read_bytes())
        image[len(image) // 2] ^= 1
        path.write_bytes(image)
        moment = before.st_mtime_ns if keeps_time else before.st_mtime_ns + 1_000_000
        os.utime(path, ns=(moment, moment))
        return True

    return answer


@pytest.mark.parametrize("keeps_time", [True, False])
def test_a_file_that_changes_behind_the_look_at_it_is_never_taken(keeps_time: bool, tmp_path: Path) -> None:
    (wheel,) = release_files(tmp_path, 1)
    with FakeIndex() as index:
        sent = send(index, [wheel], tmp_path, confirm=rewritten(wheel, keeps_time=keeps_time))

    assert (sent.released.exit_code, sent.states) == (8, {wheel.name: "changed"})
    assert index.files == {}
    assert len(index.posts) == keeps_time  # then it is the index that notices: its digest is another one


def test_a_file_that_is_gone_has_changed(tmp_path: Path) -> None:
    (wheel,) = release_files(tmp_path, 1)

    def gone(_: str) -> bool:
        wheel.unlink()
        return True

    with FakeIndex() as index:
        sent = send(index, [wheel], tmp_path, confirm=gone)

    assert (sent.released.exit_code, sent.states) == (8, {wheel.name: "changed"})
    assert not index.posts


def test_a_bug_of_ours_takes_no_other_file_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = release_files(tmp_path, 3)
    before = Sender._sent

    async def broken(self: Sender, step: object, file: object, attempt: int) -> object:
        if getattr(file, "filename", "") == files[1].name:
            raise ValueError("p is the password")
        return await before(self, step, file, attempt)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Sender, "_sent", broken)
    with FakeIndex() as index:
        sent = send(index, files, tmp_path)

    assert sent.released.exit_code == 8
    assert set(index.files) == {files[0].name, files[2].name}
    assert "a bug of wheelmatrix: ValueError" in str(sent.released.failures[0])


# Any fault at all

TURNS = st.sampled_from([
    Turn(),
    *(refused(status) for status in (400, 403, 408, 500, 502, 503)),
    refused(429, retry_after="1"),
    refused(503, retry_after="3"),
    *(reset(cut) for cut in ("before-body", "mid-body", "before-answer")),
    stored_then_reset(),
    stored_then_reset("mid-answer"),
    *(stored_then(status) for status in (400, 404, 409, 500, 502, 503)),
    refused(503, times=FOREVER),
    refused(400, TORN),
])  # fmt: skip


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    scripts=st.lists(st.lists(TURNS, max_size=4), min_size=3, max_size=3),
    mode=st.sampled_from([*MODES, "overwriting"]),
    jobs=st.integers(1, 4),
)
def test_a_release_is_whole_exactly_if_the_exit_code_is_0(
    scripts: list[list[Turn]], mode: Mode, jobs: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("release")
    files = release_files(directory, 2, sdist=True)
    script = {path.name: turns for path, turns in zip(files, scripts, strict=True)}
    with FakeIndex(script, mode=mode) as index:
        sent = send(index, files, directory, upload_jobs=jobs)

    assert (sent.released.exit_code == 0) == (index.files == bytes_of(files))
    for path in files:
        attempts = len(index.posts_of(path.name))
        assert attempts <= min(MOST_ATTEMPTS, stored_at(script, path.name))
        assert (sent.states.get(path.name) in ("stored", "confirmed", "same")) == (path.name in index.files)
