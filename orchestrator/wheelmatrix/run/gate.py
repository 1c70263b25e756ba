"""Places for files that are being sent: as many as the pace allows at that moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from wheelmatrix.publish.pace import Pace


class Gate:
    """A limiter whose limit changes while others wait."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._inside = 0
        self._changed = anyio.Condition()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold one place; waits until there is one."""
        async with self._changed:
            while self._inside >= self.pace.limit:
                await self._changed.wait()
            self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1
            with anyio.CancelScope(shield=True):
                async with self._changed:
                    self._changed.notify_all()
