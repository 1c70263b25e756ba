"""A recorded run, shown again at any speed: a pure loop over a sleep that is handed in."""

from collections.abc import Callable, Iterable

from wheelmatrix.events import Screen, Stamped

_TICK_S = 0.25
"""As often as the engine calls a screen, at most."""


def replay(events: Iterable[Stamped], screen: Screen, sleep: Callable[[float], None], speed: float = 1.0) -> None:
    """Show a recorded run again, `speed` times as fast as it was; 0: without a pause.

    The screen is told at most four times a second, also when nothing happened, so that its clocks go on.
    Raises ValueError if the speed is negative.
    """
    if speed < 0:
        raise ValueError(f"a speed of {speed:g}, expected 0 or more")
    step_s = _TICK_S * speed  # of the run's clock per tick
    now_s, batch = 0.0, list[Stamped]()
    for stamped in events:
        while speed and stamped.at_s > now_s:
            screen.show(tuple(batch), now_s)
            batch.clear()
            sleep(_TICK_S)
            now_s += step_s
        batch.append(stamped)
        if not speed:
            now_s = stamped.at_s
    screen.show(tuple(batch), max(now_s, batch[-1].at_s) if batch else now_s)
