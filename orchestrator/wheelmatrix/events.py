"""What happened: the only thing that screens, the journal and tests are told.

Every field is text, a number, a boolean or a tuple of these, so that an event and its JSON record are the same thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import ClassVar, Protocol, get_type_hints

SCHEMA = 1
"""Raised when a record changes its meaning; new fields and new events do not raise it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """A run began: the first event of every journal."""

    name: ClassVar[str] = "run.started"
    run: str
    """Id of the run: its folder's name."""
    tool: str
    """Version of wheelmatrix."""
    directory: str
    arguments: tuple[str, ...]
    """Command line after the program's name: what `--resume` repeats."""
    jobs: int
    """Tokens in the jobserver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlanned:
    """The plan is made."""

    name: ClassVar[str] = "run.planned"
    project: str
    version: str
    cells: tuple[str, ...]
    targets: tuple[str, ...]
    """Of each cell, in the order of `cells`."""
    steps: tuple[str, ...]
    """Ids, in topological order."""
    titles: tuple[str, ...]
    """What screens call each step's subject, in the order of `steps`: a build's name, a wheel's id."""
    wheels: tuple[str, ...]
    """Ids of the wheels to come."""
    left: tuple[str, ...]
    """`cell: reason` of each cell that was left out."""
    expected_s: tuple[float | None, ...] = ()
    """Seconds each step took in earlier runs, in the order of `steps`; None: never done before; empty: not known."""
    step_targets: tuple[str, ...] = ()
    """Which of `targets` each step is for, in the order of `steps`; empty text: none alone; empty: not known."""
    builds: tuple[str, ...] = ()
    """Titles of the builds that each wheel is made of, in the order of `wheels`; several have a blank between them."""
    linkers: tuple[str, ...] = ()
    """Who links for each cell, in the order of `cells`: `native`, `zig`, `gcc`, `xwin`; empty: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The run waits for something outside of it; empty text: it waits no longer."""

    name: ClassVar[str] = "run.waiting"
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something the user should know, and that stops nothing."""

    name: ClassVar[str] = "run.warned"
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A step began."""

    name: ClassVar[str] = "step.started"
    step: str
    expected_s: float | None
    """Seconds it took in earlier runs; None: never done before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloned:
    """A build's directory was made as a clone of another's."""

    name: ClassVar[str] = "step.cloned"
    step: str
    source: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsCounted:
    """cargo said how many units the build has."""

    name: ClassVar[str] = "units.counted"
    step: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStarted:
    """cargo began to compile a unit that is not fresh."""

    name: ClassVar[str] = "unit.started"
    step: str
    unit: str
    """Crate name and version: `serde v1.0.228`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFinished:
    """A unit is done."""

    name: ClassVar[str] = "unit.finished"
    step: str
    unit: str
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """The compiler said something about the source."""

    name: ClassVar[str] = "step.diagnosed"
    step: str
    level: str
    """`error` or `warning`."""
    message: str
    file: str
    """As the compiler names it; may be empty."""
    line: int
    """From 1; 0 if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """A step is done once more."""

    name: ClassVar[str] = "step.retried"
    step: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFinished:
    """A step ended."""

    name: ClassVar[str] = "step.finished"
    step: str
    state: str
    """`done`, `failed` or `skipped`."""
    seconds: float
    message: str = ""
    """Why it failed or was skipped; may have several lines."""
    hint: str = ""
    exit_code: int = 0
    """Exit code of a failure's kind."""
    tail: tuple[str, ...] = ()
    """Last lines of a failed step's log."""
    log: str = ""
    """Path of the whole log; empty if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelWritten:
    """A wheel is in its place, whole."""

    name: ClassVar[str] = "wheel.written"
    wheel: str
    """Id of the planned wheel."""
    path: str
    filename: str
    size_bytes: int
    sha256: str
    cells: tuple[str, ...]
    platform_tag: str
    floor: str
    """Lowest libc it needs, `glibc 2.34`; empty where it does not apply."""
    floor_reason: str
    """What keeps the floor that high: `GLIBC_2.34: pthread_create`; may be empty."""
    unchanged: bool
    """True: the same wheel was there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelVerified:
    """A wheel does what it has to, as far as that could be tried."""

    name: ClassVar[str] = "wheel.verified"
    wheel: str
    """Id of the planned wheel."""
    tier: str
    """Highest tier that it passed: `static`, `loader`, `import`, `test`."""
    pythons: tuple[str, ...]
    """Those that it was imported or tested in; may be empty."""
    seconds: float
    message: str
    """What is missing for a higher tier, and how to get it, a line each; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlanned:
    """A release was looked at as a whole, and may be sent."""

    name: ClassVar[str] = "release.planned"
    project: str
    version: str
    repository: str
    """Upload URL, without user and password."""
    simple: str
    """URL of the simple index, ending in a slash."""
    steps: tuple[str, ...]
    """Ids, in topological order: `upload:FILENAME`."""
    files: tuple[str, ...]
    """Paths, in the order of `steps`."""
    sizes_bytes: tuple[int, ...]
    """In the order of `steps`."""
    sha256: tuple[str, ...]
    """Hexadecimal, in the order of `steps`."""
    deadline: str = ""
    """When the index closes the release to new files, ISO 8601; empty: not known, or never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTried:
    """A file is about to be sent: written before its first byte."""

    name: ClassVar[str] = "upload.tried"
    step: str
    attempt: int
    """From 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSent:
    """A part of a file went out: a tick, which no journal keeps."""

    name: ClassVar[str] = "upload.sent"
    step: str
    sent_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadWaiting:
    """A file waits for its next attempt, or for an answer of the index; empty text: it waits no longer."""

    name: ClassVar[str] = "upload.waiting"
    step: str
    what: str
    """`503 Service Unavailable; attempt 2 of 6 in 4 s`, `asking the index`."""
    seconds: float
    """How long; 0: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadEnded:
    """A file's way to the index is over."""

    name: ClassVar[str] = "upload.ended"
    step: str
    state: str
    """`stored`, `confirmed`, `same`, `conflict`, `rejected`, `gave-up`, `changed`."""
    attempts: int
    """How often its bytes were sent, or that was tried."""
    status: int
    """Last answer's HTTP status; 0: there was none."""
    message: str
    """Why, in one line; may be empty."""
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished:
    """The run ended: the last event of a journal that is whole."""

    name: ClassVar[str] = "run.finished"
    exit_code: int
    seconds: float
    advice: str
    """What to do next, one line."""


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
