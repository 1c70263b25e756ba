"""What a test asks the index to do with an attempt to send a file.

A script maps patterns of filenames (`fnmatch`; the first that fits counts) to turns. Each file takes its own way
through the turns, one an attempt; behind the last, the index does what a good one does. Forms without a file have the
empty name, which no pattern but the empty one fits.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from fnmatch import fnmatchcase
from typing import Literal

FOREVER = 1_000_000_000

Cut = Literal["", "before-body", "mid-body", "before-answer", "mid-answer"]
"""Where the connection is reset; `before-body`: when the file's own bytes begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one attempt meets."""

    times: int = 1
    """How many attempts in a row."""
    delay_s: float = 0.0
    """Before the answer."""
    status: int = 0
    """Of the answer; 0: what the index thinks of the file."""
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    stores: bool = False
    """Whether a file that is all right is kept, whatever is answered or cut."""
    cut: Cut = ""
    early: bool = False
    """Whether the answer goes out before the file is read; the connection is closed then."""
    resets: bool = False
    """Behind an early answer: whether what the client still sends is refused, not read and forgotten."""
    hangs: bool = False
    """Whether no answer ever comes."""
    bytes_per_s: float = 0.0
    """How fast the file is read; 0: as fast as it comes."""


Script = Mapping[str, Sequence[Turn]]


def late(delay_s: float, *, times: int = FOREVER) -> Turn:
    """Answer after a while."""
    return Turn(delay_s=delay_s, times=times)


def refused(
    status: int, message: str = "", *, times: int = 1, retry_after: str = "", headers: Mapping[str, str] | None = None
) -> Turn:
    """Answer with a status after the whole body, and keep nothing; `retry_after` is sent as it is."""
    more = {"Retry-After": retry_after} if retry_after else {}
    return Turn(status=status, message=message, times=times, headers={**more, **(headers or {})})


def refused_early(status: int, message: str = "", *, times: int = 1, resets: bool = False) -> Turn:
    """Answer with a status before the file's bytes are read, as a proxy does that knows the length from the headers."""
    return Turn(status=status, message=message, times=times, early=True, resets=resets)


def reset(cut: Cut, *, times: int = 1) -> Turn:
    """Break the connection, and keep nothing."""
    return Turn(cut=cut, times=times)


def stored_then_reset(cut: Cut = "before-answer", *, times: int = 1) -> Turn:
    """Keep the file, and break the connection before the answer is out."""
    return Turn(cut=cut, stores=True, times=times)


def stored_then(status: int, message: str = "", *, times: int = 1) -> Turn:
    """Keep the file, and answer as if it were not."""
    return Turn(status=status, message=message, stores=True, times=times)


def hanging(*, stores: bool = False, times: int = 1) -> Turn:
    """Take the whole body and never answer."""
    return Turn(hangs=True, stores=stores, times=times)


def slow(bytes_per_s: float, *, times: int = FOREVER) -> Turn:
    """Read the file slowly."""
    return Turn(bytes_per_s=bytes_per_s, times=times)


def moved(location: str, *, status: int = 308, times: int = FOREVER) -> Turn:
    """Answer with a redirect, to a URL or a path."""
    return Turn(status=status, message="Permanent Redirect", headers={"Location": location}, times=times)


def http_date(in_s: float) -> str:
    """Return the date in so many seconds, for a Retry-After; source: RFC 9110, section 5.6.7."""
    return format_datetime((datetime.now(UTC) + timedelta(seconds=in_s)), usegmt=True)


def basic(user: str, password: str) -> str:
    """Return the Authorization header of a user."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def turn_of(script: Script, filename: str, attempt: int) -> Turn:
    """Return what attempt number `attempt`, from 1, to send `filename` meets."""
    fits = (turns for pattern, turns in script.items() if fnmatchcase(filename, pattern))
    turns = next(fits, ()) if filename else script.get("", ())
    for turn in turns:
        attempt -= turn.times
        if attempt <= 0:
            return turn
    return Turn()
