from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.show import scenes
from tests.show.matrix_scene import APPLE, GNU_ARM, GNU_X86, WINDOWS

from wheelmatrix.events import RunPlanned, Stamped, StepFinished
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.summary import as_json as summary_json
from wheelmatrix.show.targets import as_json, by_target, mark, table
from wheelmatrix.show.words import ASCII, UNICODE, plain, width_of

MATRIX = scenes.read("matrix")


def changed_plan(events: tuple[Stamped, ...], **fields: object) -> Board:
    return fold(
        Board(),
        (
            replace(each, event=replace(each.event, **fields)) if isinstance(each.event, RunPlanned) else each  # type: ignore[arg-type]
            for each in events
        ),
    )


def test_wheels_are_counted_by_target_in_the_order_of_the_plan() -> None:
    found = by_target(fold(Board(), MATRIX))

    assert [(each.target, each.done, each.failed, each.left, each.wheels) for each in found] == [
        (GNU_X86, 4, 0, 0, 4),
        (GNU_ARM, 3, 1, 0, 4),
        (APPLE, 4, 0, 0, 4),
        (WINDOWS, 4, 0, 0, 4),
    ]
    assert [each.state for each in found] == ["done", "failed", "done", "done"]


@settings(max_examples=30, deadline=None)
@given(st.integers(2, len(MATRIX)))
def test_every_wheel_is_there_failed_or_left_at_every_moment(cut: int) -> None:
    board = fold(Board(), MATRIX[:cut])
    found = by_target(board)

    assert board.planned is not None
    assert sum(each.wheels for each in found) == len(board.planned.wheels)
    assert all(each.left >= 0 for each in found)
    assert sum(each.done for each in found) == len(board.wheels)


def test_a_target_has_its_linker_and_the_highest_floor_of_its_wheels() -> None:
    found = {each.target: each for each in by_target(fold(Board(), MATRIX))}

    assert (found[APPLE].linker, found[APPLE].floor) == ("zig", "macOS 11.0")
    assert (found[WINDOWS].linker, found[WINDOWS].floor) == ("native", "")


def test_floors_are_compared_as_numbers() -> None:
    floors = iter(("glibc 2.9", "glibc 2.17", "glibc 2.4", "glibc 2.5"))
    events = [
        replace(each, event=replace(each.event, floor=next(floors)))
        if getattr(each.event, "platform_tag", "").endswith("win_amd64")
        else each
        for each in MATRIX
    ]

    assert by_target(fold(Board(), events))[-1].floor == "glibc 2.17"


def test_cells_of_one_target_may_have_different_linkers() -> None:
    linkers = ("zig", "gcc", "zig", "zig", *["zig"] * 12)

    assert by_target(changed_plan(MATRIX, linkers=linkers))[0].linker == "zig, gcc"


def test_a_wheel_whose_slice_failed_counts_as_failed_and_one_that_was_given_up_is_left() -> None:
    steps = ("link:t", "compile:1a", "merge:w", "pack:w", "pack:v")
    planned = RunPlanned(
        project="p", version="1", cells=("w", "v"), targets=("t", "t"), steps=steps, titles=("t", "a", "w", "w", "v"),
        wheels=("w", "v"), left=(), step_targets=("t",) * 5, builds=("a b", "v"),
    )  # fmt: skip
    ends = (
        StepFinished(step="compile:1a", state="failed", seconds=1, message="no"),
        StepFinished(step="merge:w", state="skipped", seconds=0, message="it needs compile:1a"),
        StepFinished(step="pack:w", state="skipped", seconds=0, message="it needs merge:w"),
        StepFinished(step="pack:v", state="skipped", seconds=0, message="the run was ended by SIGINT"),
    )
    board = fold(Board(), scenes.stamped([(0.0, planned), *((1.0 + n, end) for n, end in enumerate(ends))]))

    (found,) = by_target(board)
    assert (found.wheels, found.done, found.failed, found.left) == (2, 0, 1, 1)


def test_a_plan_that_says_nothing_of_targets_has_none() -> None:
    assert by_target(Board()) == ()
    assert by_target(fold(Board(), scenes.read("mixed"))) == ()
    assert list(table(fold(Board(), scenes.read("mixed")), UNICODE, None)) == []


def test_one_target_needs_no_table() -> None:
    planned = next(each.event for each in MATRIX if isinstance(each.event, RunPlanned))
    one = changed_plan(MATRIX, targets=(GNU_X86,) * 16, step_targets=(GNU_X86,) * len(planned.steps))

    assert len(by_target(one)) == 1
    assert list(table(one, UNICODE, 80)) == []


@pytest.mark.parametrize(
    ("width", "heads"),
    [
        (None, "target wheels failed left linker floor"),
        (72, "target wheels failed left linker"),
        (60, "target wheels failed left"),
        (20, "target…"),
    ],
)
def test_columns_that_do_not_fit_are_left_out(width: int | None, heads: str) -> None:
    lines = [plain(line) for line in table(fold(Board(), MATRIX), UNICODE, width)]

    assert len(lines) == 5
    assert lines[0].split()[: len(heads.split())] == heads.split() or lines[0].strip().startswith(heads.rstrip("…"))
    assert width is None or all(width_of(line) <= width for line in lines)


def test_the_json_is_part_of_the_summary() -> None:
    board = fold(Board(), MATRIX)

    assert summary_json(board)["targets"] == as_json(board)
    assert as_json(board)[1] == {
        "target": GNU_ARM, "wheels": 4, "done": 3, "failed": 1, "left": 0, "linker": "zig", "floor": "glibc 2.17",
    }  # fmt: skip


def test_every_state_has_a_sign_of_its_own() -> None:
    for glyphs in (UNICODE, ASCII):
        signs = {mark(state, glyphs)[0] for state in ("done", "failed", "skipped", "running", "waiting")}

        assert len(signs) == 5
