import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.show import release_scene, scenes
from tests.show.release_scene import SDIST, SLOW, ended, planned, step_of

from wheelmatrix.events import (
    Event,
    StepFinished,
    StepStarted,
    UploadEnded,
    UploadSent,
    UploadTried,
    UploadWaiting,
    Waiting,
    Warned,
)
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.release import Upload, brief, filename_of, is_upload, uploaded

SENT = scenes.sent()
STEP = step_of(SLOW)


def board_of(*events: tuple[float, Event]) -> Board:
    return fold(Board(), scenes.stamped(((0.0, planned({SLOW: 1_000_000})), *events)))


def after(*events: tuple[float, Event]) -> Upload:
    upload = board_of(*events).steps[STEP].upload
    assert upload is not None
    return upload


def tick(at_s: float, sent_bytes: int, total_bytes: int = 1_000_000) -> tuple[float, Event]:
    return at_s, UploadSent(step=STEP, sent_bytes=sent_bytes, total_bytes=total_bytes)


TRIED: tuple[float, Event] = (1.0, UploadTried(step=STEP, attempt=1))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, len(SENT)))
def test_folding_a_release_in_two_parts_is_folding_it_at_once(cut: int) -> None:
    assert fold(fold(Board(), SENT[:cut]), SENT[cut:]) == fold(Board(), SENT)


def test_a_journal_without_ticks_ends_as_the_run_did() -> None:
    watched, read = fold(Board(), SENT), fold(Board(), scenes.read("release"))

    ends = [
        [(row.title, row.state, upload.end) for row in board.rows if (upload := row.step.upload)]
        for board in (watched, read)
    ]
    assert ends[0] == ends[1]
    assert len(ends[0]) == 6


def test_the_rows_of_a_release_are_its_files_in_the_order_of_the_plan() -> None:
    board = fold(Board(), SENT[:5])

    assert [row.title for row in board.rows] == list(release_scene.SIZES)
    assert {row.state for row in board.rows} == {"waiting"}


@pytest.mark.parametrize("event", [
    UploadTried(step="upload:other.whl", attempt=1),
    UploadSent(step="upload:other.whl", sent_bytes=5, total_bytes=9),
    UploadWaiting(step="upload:other.whl", what="asking the index", seconds=0.0),
    UploadEnded(step="upload:other.whl", state="stored", attempts=1, status=200, message="", sha256="ab"),
    StepStarted(step="upload:other.whl", expected_s=None),
    StepFinished(step="upload:other.whl", state="done", seconds=1.0),
])  # fmt: skip
def test_a_file_that_no_plan_named_has_a_row_all_the_same(event: Event) -> None:
    for board in (fold(Board(), scenes.stamped([(0.0, event)])), board_of((1.0, event))):
        assert board.rows[-1].title == "other.whl"
        assert board.rows[-1].step.upload is not None


def test_an_upload_event_of_another_step_breaks_nothing() -> None:
    board = board_of((1.0, UploadTried(step="compile:x", attempt=1)))

    assert board.rows[-1].title == "compile:x"


def test_the_rate_is_that_of_the_last_seconds() -> None:
    slow = (tick(1.0 + n, n * 10_000) for n in range(1, 8))
    quick = (tick(8.0 + n, 70_000 + n * 100_000) for n in (1, 2, 3))

    assert after(TRIED, *slow, *quick).rate(11.0) == pytest.approx(100_000)


def test_a_rate_falls_when_nothing_more_goes_out() -> None:
    upload = after(TRIED, tick(2.0, 100_000), tick(3.0, 200_000))

    assert upload.rate(3.0) == upload.rate(4.0) == pytest.approx(100_000)
    assert upload.rate(14.0) == pytest.approx(200_000 / 12)


@pytest.mark.parametrize("events", [
    (),
    (TRIED,),
    (TRIED, tick(1.2, 900_000)),
    (TRIED, tick(2.0, 500_000), tick(3.0, 1_000_000)),
    (TRIED, tick(3.0, 500_000), (3.5, UploadWaiting(step=STEP, what="503", seconds=2.0))),
    (TRIED, tick(3.0, 500_000), (3.5, UploadTried(step=STEP, attempt=2))),
    (TRIED, tick(3.0, 500_000), *ended(SLOW, 3.5, "stored")),
])  # fmt: skip
def test_no_rate_is_told_before_it_is_known_and_after_it_is_over(events: tuple[tuple[float, Event], ...]) -> None:
    assert after(*events).rate(max(at_s for at_s, _ in (TRIED, *events))) is None


def test_however_often_somebody_ticks_few_ticks_are_kept() -> None:
    upload = after(TRIED, *(tick(1.0 + n / 1000, n) for n in range(2000)))

    assert len(upload.ticks) <= 33


def test_another_attempt_begins_with_nothing_sent() -> None:
    upload = after(TRIED, tick(2.0, 500_000), (3.0, UploadTried(step=STEP, attempt=2)))

    assert (upload.attempt, upload.tried_s, upload.sent_bytes, upload.ticks) == (2, 3.0, None, ())


def test_a_wait_has_an_end_and_ends_with_the_next_attempt() -> None:
    wait = (2.0, UploadWaiting(step=STEP, what="503; attempt 2 of 6", seconds=4.0))

    assert after(TRIED, wait).waits_s(3.5) == 2.5
    assert after(TRIED, wait).waits_s(9.0) == 0.0
    assert after(TRIED, wait, (6.0, UploadTried(step=STEP, attempt=2))).waits_for == ""
    assert after(TRIED, wait, (6.0, UploadWaiting(step=STEP, what="", seconds=0.0))).waits_for == ""


def test_what_a_server_says_is_kept_up_to_two_thousand_characters() -> None:
    long = "x" * 50_000
    failed = StepFinished(step=STEP, state="failed", seconds=1.0, message=long, hint=long)
    board = board_of(TRIED, (2.0, Warned(message=long)), (2.0, Waiting(what=long)),
                     *ended(SLOW, 3.0, "rejected", message=long), (3.0, failed))  # fmt: skip
    step = board.steps[STEP]
    waits = uploaded(Upload(), UploadWaiting(step=STEP, what=long, seconds=1.0), 2.0)

    assert step.end is not None
    assert step.upload is not None
    assert step.upload.end is not None
    kept = [step.end.message, step.end.hint, step.upload.end.message, waits.waits_for]
    kept += [*board.warnings, board.waiting_for]
    assert {len(text) for text in kept} == {2000}
    assert all(text.endswith("x…") for text in kept)


def test_what_a_compiler_says_is_kept_whole() -> None:
    event = StepFinished(step="compile:a", state="failed", seconds=1.0, message="x" * 50_000)

    assert brief(event) is event


def test_steps_of_uploads_are_told_by_their_ids() -> None:
    assert (is_upload(step_of(SDIST)), is_upload("pack:x")) == (True, False)
    assert (filename_of(step_of(SDIST)), filename_of("pack:x")) == (SDIST, "pack:x")
