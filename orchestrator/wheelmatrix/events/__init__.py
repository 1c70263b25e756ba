"""What happened: the only thing that screens, the journal and tests are told.

Every field is text, a number, a boolean or a tuple of these, so that an event and its JSON record are the same thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Protocol, get_type_hints

from wheelmatrix.events.build import (
    Cloned,
    Diagnosed,
    Retried,
    RunFinished,
    RunPlanned,
    RunStarted,
    StepFinished,
    StepStarted,
    UnitFinished,
    UnitsCounted,
    UnitStarted,
    Waiting,
    Warned,
    WheelVerified,
    WheelWritten,
)
from wheelmatrix.events.release import ReleasePlanned, UploadEnded, UploadSent, UploadTried, UploadWaiting
from wheelmatrix.values import dataclass

__all__ = [
    "SCHEMA",
    "Cloned",
    "Diagnosed",
    "Event",
    "ReleasePlanned",
    "Retried",
    "RunFinished",
    "RunPlanned",
    "RunStarted",
    "Screen",
    "Stamped",
    "StepFinished",
    "StepStarted",
    "UnitFinished",
    "UnitStarted",
    "UnitsCounted",
    "UploadEnded",
    "UploadSent",
    "UploadTried",
    "UploadWaiting",
    "Waiting",
    "Warned",
    "WheelVerified",
    "WheelWritten",
    "from_record",
    "record",
]

SCHEMA = 1
"""Raised when a record changes its meaning; new fields and new events do not raise it."""


Event = (
    RunStarted
    | RunPlanned
    | Waiting
    | Warned
    | StepStarted
    | Cloned
    | UnitsCounted
    | UnitStarted
    | UnitFinished
    | Diagnosed
    | Retried
    | StepFinished
    | WheelWritten
    | WheelVerified
    | ReleasePlanned
    | UploadTried
    | UploadSent
    | UploadWaiting
    | UploadEnded
    | RunFinished
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """An event with its place in the run."""

    seq: int
    """From 0, without a gap; -1: a tick, which no journal keeps."""
    at_s: float
    """Seconds since the run began, by a clock that never goes back."""
    wall_s: float
    """Seconds since 1970."""
    event: Event


class Screen(Protocol):
    """A consumer of events; the engine calls it at most 4 times a second, also when nothing happened."""

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Take what happened since the last call; `now_s` is on the clock of `Stamped.at_s`."""

    def close(self) -> None:
        """Leave the terminal as it was found."""


_BY_NAME = {kind.name: kind for kind in Event.__args__}


def record(stamped: Stamped) -> dict[str, object]:
    """Return the JSON object of an event: `v`, `seq`, `at_s`, `wall_s`, `event` and the event's own fields."""
    event = stamped.event
    own = {field.name: getattr(event, field.name) for field in fields(event)}
    return {
        "v": SCHEMA,
        "seq": stamped.seq,
        "at_s": round(stamped.at_s, 3),
        "wall_s": round(stamped.wall_s, 3),
        "event": event.name,
        **own,
    }


def from_record(found: Mapping[str, object]) -> Stamped | None:
    """Return the event of a JSON object; None if this version does not know it.

    Fields that a newer version added are ignored.
    Raises ValueError if the object is no event record or lacks a field.
    """
    if found.get("v") != SCHEMA:
        raise ValueError(f"a record of schema {found.get('v')}, expected {SCHEMA}")
    if "event" not in found:
        raise ValueError("no event record: it names no event")
    kind = _BY_NAME.get(str(found["event"]))
    if kind is None:
        return None
    hints = get_type_hints(kind)
    own = {
        field.name: _tuple_if_list(found[field.name])
        for field in fields(kind)
        if field.name in found and field.name in hints
    }
    try:
        return Stamped(
            seq=int(str(found["seq"])),
            at_s=float(str(found["at_s"])),
            wall_s=float(str(found["wall_s"])),
            event=kind(**own),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"an incomplete {found['event']} record: {error}") from error


def _tuple_if_list(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
