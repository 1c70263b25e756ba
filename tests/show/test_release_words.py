import pytest
from tests.show import release_scene, scenes
from tests.show.release_scene import LEAD, SDIST, SLOW, begun, ended, planned, step_of
from tests.show.screens import Stream, shown

from wheelmatrix.events import Event, StepFinished, UploadWaiting
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.plain import Plain
from wheelmatrix.show.release_words import arrival, beat, deadline, plan, progress, wait
from wheelmatrix.show.release_words import ended as end_of
from wheelmatrix.show.words import UNICODE

RELEASE = scenes.read("release")


def board_of(*events: tuple[float, Event]) -> Board:
    return fold(Board(), scenes.stamped([(0.0, planned({SLOW: 8_200_000, SDIST: 5})), *events]))


def told(*events: tuple[float, Event]) -> str:
    board = board_of(*events, (9.0, StepFinished(step=step_of(SLOW), state="done", seconds=3.1)))
    step = board.steps[step_of(SLOW)]
    assert step.upload is not None
    return arrival(step, step.upload)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([*begun(SLOW, 1.0, 1), *ended(SLOW, 2.0, "stored")], "stored, 8.2 MB, 3.1s"),
        ([*begun(SLOW, 1.0, 2), *ended(SLOW, 2.0, "stored", attempts=2)], "stored, 8.2 MB, 2 attempts, 3.1s"),
        (ended(SLOW, 2.0, "confirmed"), "confirmed by the index's digest, 8.2 MB, 3.1s"),
        (ended(SLOW, 2.0, "same", attempts=0), "was there already"),
        (ended(SLOW, 2.0, "same", attempts=0, message="it tells no digest"), "was there already (it tells no digest)"),
        ([], "stored, 8.2 MB, 3.1s"),
    ],
)
def test_how_a_file_came_to_be_there_is_told(events: list[tuple[float, Event]], said: str) -> None:
    assert told(*events) == said


@pytest.mark.parametrize(
    ("what", "seconds", "said"),
    [
        ("asking the index", 0.0, ""),
        ("asking the index", 2.0, ""),
        ("asking the index", 5.0, f"{SLOW}: asking the index in 5 s"),
        ("503 Busy; attempt 2 of 6", 0.5, f"{SLOW}: 503 Busy; attempt 2 of 6 in 0.5 s"),
        ("503 Busy; attempt 2 of 6 in 4 s", 4.0, f"{SLOW}: 503 Busy; attempt 2 of 6 in 4 s"),
        ("503 Busy; attempt 2 of 6", 0.0, f"{SLOW}: 503 Busy; attempt 2 of 6"),
        ("", 0.0, ""),
    ],
)
def test_a_wait_is_worth_a_line_if_it_is_long_or_has_a_reason(what: str, seconds: float, said: str) -> None:
    event = UploadWaiting(step=step_of(SLOW), what=what, seconds=seconds)

    assert wait(board_of((1.0, event)), event) == said


def test_a_file_that_was_not_sent_says_what_failed_before_it() -> None:
    failed = StepFinished(step=step_of(SLOW), state="failed", seconds=1.0, message="rejected: 400")
    skipped = StepFinished(step=step_of(SDIST), state="skipped", seconds=0.0, message=f"it needs {step_of(SLOW)}")
    board = board_of((1.0, failed), (1.0, skipped))
    step = board.steps[step_of(SDIST)]

    assert step.upload is not None
    assert end_of(board, step, step.upload) == f"0/2 {SDIST} not sent: {SLOW}: upload failed"


@pytest.mark.parametrize(
    ("iso", "said"),
    [
        ("2026-12-11T09:30:00+00:00", "the index takes files for this release until 2026-12-11 09:30 UTC"),
        ("2026-12-11T09:30:00", "the index takes files for this release until 2026-12-11 09:30"),
        ("soon", "the index takes files for this release until soon"),
        ("", ""),
    ],
)
def test_the_deadline_is_written_for_people(iso: str, said: str) -> None:
    assert deadline(planned({LEAD: 5}, deadline=iso)) == said


def test_the_plan_is_one_sentence() -> None:
    assert plan(planned({LEAD: 5})) == "demo 1.0, 1 file, 5 B, to https://index.example/legacy/"


def test_a_heartbeat_says_how_a_release_goes() -> None:
    board = fold(Board(), [each for each in scenes.sent() if each.at_s <= 12.3])

    assert progress(board) == "3/6"
    assert beat(board, 12.5) == (
        f"3/6 files, 63.7 of 128.0 MB, 4.4 MB/s, 1 sending ({release_scene.REFUSED} 9.0/12.3 MB), "
        f"1 retrying ({SLOW}: asking the index), 1 waiting, ~18s left"
    )


def test_a_heartbeat_of_a_crowd_names_the_first_files() -> None:
    board = fold(Board(), scenes.stamped(release_scene.crowd(40)))

    assert " +36), ~2s left" in beat(board, 10.2)


def test_a_release_that_is_silent_for_half_a_minute_is_told_to_go_on() -> None:
    stream = Stream()
    screen = Plain(stream, glyphs=UNICODE)
    shown(screen, [each for each in RELEASE if each.at_s < 14])
    screen.show((), 44.0)

    assert stream.getvalue().splitlines()[-1].startswith("[   44.0s] 3/6 files, 54.7 of 128.0 MB, 1 retrying (")
