"""Why a step was skipped: the schedule names the step before it, people want to know what went wrong first."""

from wheelmatrix.show.board import Board, StepRow

_NEEDS = "it needs "
"""How the schedule begins to say which step another was skipped for."""


def cause(board: Board, step: StepRow) -> StepRow:
    """Return the step that began it: the one that failed, or was skipped for another reason; it may be `step`."""
    seen = {step.step}
    while step.state == "skipped" and step.end is not None:
        needed = board.steps.get(step.end.message.removeprefix(_NEEDS))
        if needed is None or needed.step in seen:
            break
        seen.add(needed.step)
        step = needed
    return step


def because(board: Board, step: StepRow) -> str:
    """Return why a step was skipped; of what failed the title, not the step's id. Empty if nothing was said."""
    first = cause(board, step)
    if first is not step and first.state == "failed":
        return f"{first.title}: {first.kind} failed"
    return first.end.message if first.end else ""
