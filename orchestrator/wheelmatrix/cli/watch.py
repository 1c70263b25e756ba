"""`wheelmatrix watch`: the screen of a run that another process does."""

import os
import time
from collections.abc import Iterable
from dataclasses import field

import rich_click as click

from wheelmatrix.cli import runs
from wheelmatrix.cli.arguments import OptionsCommand, asked
from wheelmatrix.cli.failure import warn
from wheelmatrix.cli.screens import screen_of
from wheelmatrix.events import RunFinished, Screen, Stamped
from wheelmatrix.options import ScreenOptions
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run import journal
from wheelmatrix.values import dataclass

_KILLED = 137
"""What a shell says of a process that signal 9 ended."""


def _watch(ctx: click.Context, run_id: str, manifest_path: str) -> int:
    found = runs.find(run_id, manifest_path)
    options = resolve_screen(asked(ctx, ScreenOptions), os.environ)
    return watch(found, screen_of(options, os.environ))


@dataclass(slots=True)
class Batch:
    """Events that the screen was not told yet, and the clock that it goes by."""

    screen: Screen
    events: list[Stamped] = field(default_factory=list)
    began_s: float = 0.0
    """When the run began, in seconds since 1970."""

    def add(self, stamped: Stamped) -> None:
        """Keep an event for the next time."""
        self.began_s = self.began_s or stamped.wall_s - stamped.at_s
        self.events.append(stamped)

    def show(self, now_s: float) -> None:
        """Hand the screen what there is."""
        self.screen.show(tuple(self.events), now_s)
        self.events.clear()


def watch(found: journal.RunFolder, screen: Screen) -> int:
    """Show a run until it ends; returns its exit code, 137 if it was killed."""
    batch = Batch(screen)

    def wait(seconds: float) -> None:
        batch.show(time.time() - batch.began_s)
        time.sleep(seconds)

    try:
        last = _fed(batch, journal.follow(found.journal, wait))
        if batch.events and last is not None:
            batch.show(last.at_s)
    finally:
        screen.close()
    if last is not None and isinstance(last.event, RunFinished):
        return last.event.exit_code
    warn(f"the run {found.id} was killed: wheelmatrix build --resume {found.id}")
    return _KILLED


def _fed(batch: Batch, stream: Iterable[Stamped]) -> Stamped | None:
    last = None
    for last in stream:
        batch.add(last)
    return last


command = OptionsCommand(
    ScreenOptions,
    name="watch",
    callback=_watch,
    help="Show a run as it goes on, from another terminal; the last run if none is named. "
    "The exit code is the run's, 137 if it was killed.",
    params=runs.parameters(),
)
