from dataclasses import replace

from tests.show import scenes
from tests.show.matrix_scene import APPLE, PYTHONS, planned

from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.order import places


def titles() -> list[str]:
    return [row.title for row in fold(Board(), scenes.read("matrix")[:2]).rows]


def test_rows_stand_in_the_order_of_the_matrix_whatever_the_order_of_the_steps() -> None:
    wheels = planned().wheels

    assert [title for title in titles() if title in wheels] == list(wheels)


def test_what_a_wheel_is_made_of_stands_before_it() -> None:
    found = titles()
    place = found.index("cp312-macosx_universal2")

    assert found[place - 2 : place] == ["cp312-macosx_x86_64", "cp312-macosx_arm64"]


def test_what_is_for_a_target_stands_before_its_wheels_and_what_is_for_none_before_all() -> None:
    found = titles()

    assert found[:3] == ["prepare", "x86_64-unknown-linux-gnu.2.17", f"{PYTHONS[0]}-manylinux_2_17_x86_64"]
    slices = found.index("aarch64-apple-darwin")
    assert found[slices - 1 : slices + 2] == ["x86_64-apple-darwin", "aarch64-apple-darwin", "cp311-macosx_x86_64"]


def test_a_slice_that_is_a_wheel_of_its_own_keeps_its_place() -> None:
    arm = "cp311-macosx_arm64"
    found = places(
        replace(
            planned(), wheels=("cp311-macosx_universal2", arm), builds=(f"cp311-macosx_x86_64 {arm}", arm), titles=()
        )
    )

    assert sorted(found, key=found.__getitem__) == ["cp311-macosx_x86_64", "cp311-macosx_universal2", arm]


def test_a_journal_that_names_no_targets_has_the_wheels_in_their_order() -> None:
    board = fold(Board(), scenes.read("mixed"))

    assert board.planned is not None
    assert [row.title for row in board.rows] == list(board.planned.wheels)
    assert {row.target for row in fold(Board(), scenes.read("matrix")).rows} >= {APPLE, ""}
