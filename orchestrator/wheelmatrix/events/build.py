"""What happens in any run, and in one that builds."""

from typing import ClassVar

from wheelmatrix.values import dataclass


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
class RunFinished:
    """The run ended: the last event of a journal that is whole."""

    name: ClassVar[str] = "run.finished"
    exit_code: int
    seconds: float
    advice: str
    """What to do next, one line."""
