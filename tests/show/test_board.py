from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.show import scenes

from wheelmatrix.events import (
    Diagnosed,
    Event,
    Retried,
    RunPlanned,
    StepFinished,
    StepStarted,
    UnitFinished,
    UnitsCounted,
    UnitStarted,
)
from wheelmatrix.show.board import Board, counts, fold
from wheelmatrix.show.remaining import remaining_s

MIXED = scenes.read("mixed")


def board_of(*events: Event) -> Board:
    return fold(Board(), scenes.stamped([(float(at_s), event) for at_s, event in enumerate(events)]))


def planned(steps: tuple[str, ...], titles: tuple[str, ...], expected_s: tuple[float | None, ...] = ()) -> RunPlanned:
    return RunPlanned(
        project="p", version="1", cells=titles, targets=("t",) * len(titles), steps=steps, titles=titles, wheels=titles,
        left=(), expected_s=expected_s,
    )  # fmt: skip


def test_recorded_runs_are_what_their_scenes_say() -> None:
    for make in (scenes.mixed, scenes.abi3, scenes.crashed, scenes.hostile, scenes.matrix, scenes.release):
        assert len(scenes.read(make.__name__)) == len(make())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, len(MIXED)))
def test_folding_in_two_parts_is_folding_at_once(cut: int) -> None:
    assert fold(fold(Board(), MIXED[:cut]), MIXED[cut:]) == fold(Board(), MIXED)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, len(MIXED)))
def test_rows_keep_the_order_of_the_plan(cut: int) -> None:
    board = fold(Board(), MIXED[:cut])

    assert [row.title for row in board.rows] == (list(board.planned.cells) if board.planned else [])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, len(MIXED)))
def test_every_row_is_in_one_state(cut: int) -> None:
    rows = fold(Board(), MIXED[:cut]).rows

    assert counts(rows).total == len(rows)


def test_a_failed_cell_leaves_the_others_done() -> None:
    found = counts(fold(Board(), MIXED).rows)

    assert (found.done, found.failed, found.skipped, found.running, found.waiting) == (6, 1, 0, 0, 0)


def test_a_crashed_run_has_no_end_and_still_runs() -> None:
    board = fold(Board(), scenes.read("crashed"))

    assert board.finished is None
    assert counts(board.rows).running == 2


def test_the_state_does_not_depend_on_an_event_of_a_step_that_no_plan_named() -> None:
    board = board_of(StepStarted(step="compile:x", expected_s=None))

    assert [row.title for row in board.rows] == ["compile:x"]


def test_a_retry_counts_its_units_from_the_beginning() -> None:
    step = "compile:x"
    board = board_of(
        planned((step,), ("x",)),
        StepStarted(step=step, expected_s=None),
        UnitsCounted(step=step, total=2),
        UnitFinished(step=step, unit="a v1", fresh=False),
        UnitStarted(step=step, unit="b v1"),
        Retried(step=step, because="killed"),
    )

    row = board.steps[step]
    assert (row.units_done, row.units_total, row.now, row.retried, row.started_s) == (0, 2, (), ("killed",), 5.0)


def test_what_compiles_now_is_what_began_and_did_not_end() -> None:
    step = "compile:x"
    names = ("a v1", "b v1", "c v1")
    began = (UnitStarted(step=step, unit=name) for name in names)
    board = board_of(StepStarted(step=step, expected_s=None), *began, UnitFinished(step=step, unit="b v1", fresh=False))

    assert board.steps[step].now == ("a v1", "c v1")


def test_a_diagnosis_that_five_builds_make_is_kept_once() -> None:
    said = Diagnosed(step="compile:a", level="warning", message="unused", file="src/lib.rs", line=3)

    assert len(board_of(*(replace(said, step=f"compile:{n}") for n in range(5))).diagnosed) == 1


def test_thousands_of_diagnoses_are_counted_and_not_kept() -> None:
    said = Diagnosed(step="compile:a", level="warning", message="unused", file="src/lib.rs", line=3)
    board = board_of(*(replace(said, line=line) for line in range(1, 251)))

    assert (len(board.diagnosed), board.diagnosed_more) == (100, 150)


def test_nothing_is_expected_of_a_run_that_was_never_done() -> None:
    assert (
        remaining_s(board_of(planned(("compile:a",), ("a",)), StepStarted(step="compile:a", expected_s=None)), 9)
        is None
    )


def test_waiting_steps_take_as_long_as_their_kind_took_in_this_run() -> None:
    steps = ("compile:a", "compile:b")
    ended = StepFinished(step=steps[0], state="done", seconds=8.0)
    board = board_of(planned(steps, ("a", "b")), StepStarted(step=steps[0], expected_s=None), ended)

    assert remaining_s(board, 10.0) == 8.0


def test_steps_that_run_at_once_share_the_time() -> None:
    steps = ("compile:a", "compile:b", "compile:c", "compile:d")
    began = (StepStarted(step=step, expected_s=None) for step in steps[:2])
    board = board_of(planned(steps, ("a", "b", "c", "d"), (10.0, 10.0, 10.0, 10.0)), *began)

    assert remaining_s(board, 2.0) == (9.0 + 10.0 + 10.0 + 10.0) / 2


def test_an_overdue_run_has_no_estimate() -> None:
    board = board_of(planned(("compile:a",), ("a",)), StepStarted(step="compile:a", expected_s=5.0))

    assert remaining_s(board, 3.0) == 3.0
    assert remaining_s(board, 60.0) is None


def test_a_wheel_of_several_builds_took_as_long_as_its_slowest_one_and_its_own_steps() -> None:
    board = fold(Board(), scenes.read("matrix"))
    rows = {row.title: row for row in board.rows}

    slices = [rows[f"cp312-macosx_{arch}"].elapsed_s(board.at_s) for arch in ("x86_64", "arm64")]
    own = sum(step.end.seconds for step in rows["cp312-macosx_universal2"].steps if step.end)
    assert rows["cp312-macosx_universal2"].elapsed_s(board.at_s) == max(slices) + own
    assert own < min(slices)
