"""Tells everybody what happened: the journal at once, the screen four times a second."""

from collections.abc import Callable

import anyio

from wheelmatrix.events import Event, Stamped
from wheelmatrix.run.journal import Journal


class Teller:
    """Writes every event to the journal and hands it to the screen, at most four times a second."""

    def __init__(self, journal: Journal, show: Callable[[list[Stamped], float], None]) -> None:
        self._journal = journal
        self._show = show
        self._fresh: list[Stamped] = []

    def emit(self, event: Event) -> None:
        """Take one event."""
        self._fresh.append(self._journal.append(event))

    def mention(self, event: Event) -> None:
        """Take a tick: screens are told, the journal is not."""
        self._fresh.append(self._journal.moment(event))

    def flush(self) -> None:
        """Show what has happened since the last time."""
        events, self._fresh = self._fresh, []
        self._show(events, self._journal.now_s())

    async def tick(self) -> None:
        """Show the news until cancelled."""
        while True:
            self.flush()
            await anyio.sleep(0.25)
