"""What the user sees: every screen is made of events, and of nothing else."""

from collections.abc import Callable, Iterable

from wheelmatrix.events import Screen, Stamped
from wheelmatrix.show import planned, summary
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.choice import choose

__all__ = ["Board", "choose", "fold", "planned", "replay", "summary"]


def replay(events: Iterable[Stamped], screen: Screen, sleep: Callable[[float], None], speed: float = 1.0) -> None:
    """Show a recorded run again, `speed` times as fast as it was; 0: without a pause."""
    before_s = 0.0
    for stamped in events:
        pause_s = stamped.at_s - before_s
        while speed > 0 and pause_s > 0:  # in steps, so that the clock on the screen goes on
            step_s = min(pause_s, 0.25 * speed)
            sleep(step_s / speed)
            pause_s -= step_s
            screen.show((), stamped.at_s - pause_s)
        before_s = stamped.at_s
        screen.show((stamped,), stamped.at_s)
