"""The screen for programs: every event's record as a line of JSON; of a file's ticks one a second, and its last."""

import json
from collections.abc import Sequence
from typing import TextIO

from wheelmatrix.events import Stamped, UploadSent, record

_TICK_S = 1.0


class JsonLines:
    """Records on a stream, flushed as they come."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._ticked_s: dict[str, float] = {}

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Write the events; silence is not told."""
        del now_s
        for stamped in filter(self._is_told, events):
            self._out.write(json.dumps(record(stamped), ensure_ascii=True) + "\n")
        if events:
            self._out.flush()

    def close(self) -> None:
        """Flush the stream."""
        self._out.flush()

    def _is_told(self, stamped: Stamped) -> bool:
        event = stamped.event
        if not isinstance(event, UploadSent):
            return True
        since_s = stamped.at_s - self._ticked_s.get(event.step, float("-inf"))
        if since_s < _TICK_S and event.sent_bytes < event.total_bytes:
            return False
        self._ticked_s[event.step] = stamped.at_s
        return True
