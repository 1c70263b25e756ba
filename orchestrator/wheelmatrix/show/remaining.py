"""How long a run will probably still take. Pure."""

from wheelmatrix.show.board import Board, StepRow, counts
from wheelmatrix.show.files import standing, there_bytes, uploads

_FIRST_S = 1.0
"""Seconds of a release before anything is expected of it."""


def remaining_s(board: Board, now_s: float) -> float | None:
    """Return the seconds that the run will probably still take; None: nothing to tell it by.

    What is left of each step (as long as in earlier runs; a step never done before: as long as the median of its kind
    in this run), shared out over the rows that run now, but no less than the longest row needs. A run in which
    everything that runs is overdue has no estimate: a zero would be a lie. Of a release, see `_unsent_s`.
    """
    if board.release is not None:
        return _unsent_s(board, now_s)
    left_s = []
    for row in board.rows:
        if row.state in ("waiting", "running"):
            steps = [_left_s(step, board, now_s) for step in row.steps if step.state in ("waiting", "running")]
            known = [each for each in steps if each is not None]
            if len(known) < len(steps):
                return None
            left_s.append(sum(known))
    if not left_s or sum(left_s) <= 0:
        return None
    return max(max(left_s), sum(left_s) / max(counts(board.rows).running, 1))


def _left_s(step: StepRow, board: Board, now_s: float) -> float | None:
    expected_s = step.expected_s
    if expected_s is None:
        known = [other.end.seconds for other in board.steps.values()
                 if other.end is not None and other.kind == step.kind and other.state == "done"]  # fmt: skip
        if not known:
            return None
        expected_s = _median(known)
    return max(expected_s - step.elapsed_s(now_s), 0.0)


def _median(values: list[float]) -> float:
    """Return the one in the middle, or half way between the two; the module `statistics` takes 5 ms to load."""
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _unsent_s(board: Board, now_s: float) -> float | None:
    """Return how long a release's bytes take at the pace so far, answers and waits in it; no less than a wait goes on.

    Files that the index had before say nothing of the pace.
    """
    found = uploads(board)
    began_s = min((step.started_s for step, _ in found if step.started_s is not None), default=now_s)
    came = sum(there_bytes(*each) for each in found if each[1].attempt)
    going_on = [each for each in found if standing(*each) in ("sending", "retrying", "waiting")]
    left = sum(upload.size_bytes - there_bytes(step, upload) for step, upload in going_on)
    if not came or not left or now_s - began_s < _FIRST_S:
        return None
    return max(left * (now_s - began_s) / came, *(upload.waits_s(now_s) for _, upload in going_on), 0.0)
