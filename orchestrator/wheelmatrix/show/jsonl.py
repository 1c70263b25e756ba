"""The screen for programs: every event's record as a line of JSON."""

import json
from collections.abc import Sequence
from typing import TextIO

from wheelmatrix.events import Stamped, record


class JsonLines:
    """Records on a stream, flushed as they come."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Write the events; silence is not told."""
        del now_s
        for stamped in events:
            self._out.write(json.dumps(record(stamped), ensure_ascii=True) + "\n")
        if events:
            self._out.flush()

    def close(self) -> None:
        """Flush the stream."""
        self._out.flush()
