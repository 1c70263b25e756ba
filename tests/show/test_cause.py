from tests.show.scenes import stamped

from wheelmatrix.events import RunPlanned, StepFinished
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.cause import because, cause

STEPS = ("compile:1a", "audit:1a", "merge:w", "pack:w")
PLANNED = RunPlanned(
    project="p", version="1", cells=("w",), targets=("t",), steps=STEPS, titles=("slice", "slice", "w", "w"),
    wheels=("w",), left=(), builds=("slice",),
)  # fmt: skip


def skipped(*messages: tuple[str, str]) -> Board:
    """A board on which each step was skipped with its message; a step `failed` failed."""
    ends = (
        StepFinished(step=step, state="failed" if said == "failed" else "skipped", seconds=0, message=said)
        for step, said in messages
    )
    return fold(Board(), stamped([(0.0, PLANNED), *((1.0 + n, end) for n, end in enumerate(ends))]))


def test_the_step_that_failed_is_named_by_its_title_through_all_that_was_skipped_for_it() -> None:
    board = skipped(
        ("compile:1a", "failed"),
        ("audit:1a", "it needs compile:1a"),
        ("merge:w", "it needs audit:1a"),
        ("pack:w", "it needs merge:w"),
    )

    assert cause(board, board.steps["pack:w"]) is board.steps["compile:1a"]
    assert because(board, board.steps["pack:w"]) == "slice: compile failed"


def test_another_reason_is_told_as_it_is() -> None:
    board = skipped(("compile:1a", "the run was ended by SIGINT"), ("audit:1a", "it needs compile:1a"))

    assert because(board, board.steps["audit:1a"]) == "the run was ended by SIGINT"
    assert because(board, board.steps["pack:w"]) == ""


def test_a_journal_that_turns_in_a_circle_is_told_all_the_same() -> None:
    board = skipped(("merge:w", "it needs pack:w"), ("pack:w", "it needs merge:w"))

    assert because(board, board.steps["pack:w"]).startswith("it needs ")
