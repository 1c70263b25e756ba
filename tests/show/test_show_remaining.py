from tests.show import release_scene, scenes
from tests.show.release_scene import LEAD, QUICK, SLOW, begun, ended, planned, step_of

from wheelmatrix.events import Event, StepFinished, UploadWaiting
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.remaining import remaining_s


def board_of(*events: tuple[float, Event]) -> Board:
    sizes = {LEAD: 1_000_000, SLOW: 4_000_000, QUICK: 2_000_000}
    return fold(Board(), scenes.stamped([(0.0, planned(sizes)), *events]))


LEAD_STORED = (
    *begun(LEAD, 1.0, 1),
    *ended(LEAD, 3.0, "stored"),
    (3.0, StepFinished(step=step_of(LEAD), state="done", seconds=2.0)),
)


def test_nothing_is_expected_of_a_release_before_bytes_are_out() -> None:
    assert remaining_s(board_of(), 5.0) is None
    assert remaining_s(board_of(*begun(LEAD, 1.0, 1)), 5.0) is None


def test_what_is_left_goes_at_the_pace_so_far() -> None:
    assert remaining_s(board_of(*LEAD_STORED), 3.0) == 6_000_000 / 500_000


def test_files_that_were_there_say_nothing_of_the_pace() -> None:
    there = (*ended(SLOW, 0.5, "same", attempts=0), (0.5, StepFinished(step=step_of(SLOW), state="done", seconds=0.0)))

    assert remaining_s(board_of(*there), 3.0) is None
    assert remaining_s(board_of(*there, *LEAD_STORED), 3.0) == 2_000_000 / 500_000


def test_a_release_takes_no_less_than_a_wait_does() -> None:
    wait = (3.0, UploadWaiting(step=step_of(QUICK), what="429 Slow down; attempt 2 of 6", seconds=120.0))

    assert remaining_s(board_of(*LEAD_STORED, *begun(QUICK, 3.0, 1), wait), 13.0) == 110.0


def test_a_release_whose_bytes_are_all_out_has_no_estimate() -> None:
    events = release_scene.release()

    assert remaining_s(fold(Board(), scenes.stamped(at for at in events if at[0] <= 30.1)), 30.1) is None
