"""The live block of a run with several targets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.show import scenes
from tests.show.matrix_scene import APPLE, GNU_ARM, GNU_X86, WINDOWS
from tests.show.screens import is_as_expected, picture

from wheelmatrix.show.board import Board, Row, fold
from wheelmatrix.show.frame import Paper, block
from wheelmatrix.show.grouped import grouped, is_grouped
from wheelmatrix.show.words import ASCII, UNICODE, Line, plain

MATRIX = scenes.read("matrix")


def board_at(at_s: float) -> Board:
    return fold(Board(), [each for each in MATRIX if each.at_s <= at_s])


def lines_of(board: Board, room: int) -> list[str]:
    def line_of(row: Row) -> Line:
        return ((f"  row {row.title}", ""),)

    return [plain(line) for line in grouped(board, room, 100, UNICODE, line_of)]


@pytest.mark.parametrize(("width", "at_s"), [(80, 2), (80, 20), (120, 20), (120, 36)])
def test_the_live_screen_of_many_targets_is_as_recorded(width: int, at_s: int) -> None:
    assert is_as_expected(f"live-matrix-{width}-{at_s}s.txt", picture(MATRIX, at_s, width))


def test_in_ascii_it_is_ascii() -> None:
    assert picture(MATRIX, 36, 80, ASCII).isascii()


def test_there_is_a_line_per_target_only_where_there_are_more_cells_than_rows() -> None:
    assert is_grouped(board_at(1), block_rows=12)
    assert not is_grouped(board_at(1), block_rows=16)
    assert not is_grouped(fold(Board(), scenes.read("mixed")), block_rows=3)
    assert not is_grouped(Board(), block_rows=1)


def test_targets_keep_their_order_and_rows_that_run_stand_below_them() -> None:
    lines = lines_of(board_at(20), 12)

    targets = [line.split()[1] for line in lines if "wheels" in line]
    assert targets == [GNU_X86, GNU_ARM, APPLE, WINDOWS]
    assert lines[1].strip() == "row cp312-manylinux_2_17_x86_64"
    assert "3 compiling" in lines[0]


def test_rows_without_room_are_named_behind_their_target() -> None:
    lines = lines_of(board_at(20), 5)

    assert sum("row " in line for line in lines) == 1
    assert lines[0].endswith("3 compiling  cp313, cp314")


def test_where_targets_have_no_room_those_with_a_failure_or_work_come_first() -> None:
    lines = lines_of(board_at(36), 3)

    assert len(lines) == 3
    assert [line.split()[1] for line in lines[:2]] == [GNU_ARM, APPLE]
    assert lines[2].strip() == "… and 2 targets more, 8/8 wheels"
    assert lines_of(board_at(36), 0) == []


def test_what_is_for_no_target_runs_above_them() -> None:
    assert lines_of(board_at(0.5), 12)[0].strip() == "row prepare"


@settings(max_examples=40, deadline=None)
@given(st.integers(2, len(MATRIX)), st.integers(1, 60), st.integers(20, 160))
def test_the_block_never_outgrows_its_rows(cut: int, height: int, width: int) -> None:
    events = MATRIX[:cut]
    lines = block(fold(Board(), events), events[-1].at_s, Paper(width=width, height=height, glyphs=UNICODE))

    assert len(lines) <= max(1, min(12, height // 3))
