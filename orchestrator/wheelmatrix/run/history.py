"""How long steps took in earlier runs: an estimate for the screens, never a reason to do or skip anything."""

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Self

from wheelmatrix.errors import PackError
from wheelmatrix.run.files import write_whole

_SCHEMA = 1
_NEWEST_WEIGHT = 0.5
"""Of the exponentially weighted mean: a machine that got faster is believed after two or three runs."""
_KEYS = 5000
"""More are forgotten, those first that were not seen for longest."""


class History:
    """Expected seconds by step key; nothing is written before `save`."""

    def __init__(self, path: Path, seconds: dict[str, float]) -> None:
        self._path = path
        self._seconds = seconds

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a history; one that is not there, or that cannot be understood, is empty."""
        try:
            found = json.loads(path.read_bytes())
            if found["schema"] != _SCHEMA:
                return cls(path, {})
            seconds = {str(key): float(value) for key, value in found["seconds"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return cls(path, {})
        return cls(path, {key: value for key, value in seconds.items() if math.isfinite(value) and value >= 0})

    def expected(self, key: str) -> float | None:
        """Return the seconds to expect; None: never done before."""
        return self._seconds.get(key)

    def record(self, key: str, seconds: float) -> None:
        """Add how long a step took."""
        before = self._seconds.pop(key, seconds)
        self._seconds[key] = before + _NEWEST_WEIGHT * (seconds - before)

    def save(self) -> None:
        """Write the file, whole; where that cannot be done the next run knows less, and nothing else happens."""
        newest = dict(list(self._seconds.items())[-_KEYS:])
        text = json.dumps({"schema": _SCHEMA, "seconds": {key: round(value, 3) for key, value in newest.items()}})
        with suppress(PackError, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, text.encode())
