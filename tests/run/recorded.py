"""A whole run in this process, with a screen that keeps what it is told."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from wheelmatrix.events import Event, Stamped
from wheelmatrix.run.execute import Result, execute
from wheelmatrix.run.prepare import prepare

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Python that runs the tests: the one whose wheels can be imported."""

Kind = TypeVar("Kind", bound=Event)


@dataclass(slots=True)
class Recorder:
    """A screen that forgets nothing."""

    stamped: list[Stamped] = field(default_factory=list)
    closed: int = 0

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        self.stamped.extend(events)
        assert all(each.at_s <= now_s for each in events)

    def close(self) -> None:
        self.closed += 1

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the events of a kind, in their order."""
        return [each.event for each in self.stamped if isinstance(each.event, kind)]


def build(folder: Path, *pythons: str, screen: Recorder | None = None, **options: object) -> tuple[Result, Recorder]:
    """Build the crate in `folder` for `pythons`, by default the one that runs the tests."""
    screen = screen or Recorder()
    asked = {"interpreters": pythons or (HERE,), "offline": True, **options}
    prepared = prepare(asked, directory=folder, environment=dict(os.environ))
    return execute(prepared, arguments=("build",), screen=screen), screen
