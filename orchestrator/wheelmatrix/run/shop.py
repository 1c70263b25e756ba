"""What every step of a run works with: the plan, the tools, and the one way out, `emit`."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import anyio

from wheelmatrix.events import Event, WheelWritten
from wheelmatrix.model import Artifact, Entry, Gathered, Plan, Report, Step, Tables, Wheel
from wheelmatrix.options import BuildOptions
from wheelmatrix.run.cargo import UnitGraph
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.history import History
from wheelmatrix.run.jobserver import Jobserver
from wheelmatrix.values import dataclass

if TYPE_CHECKING:  # most runs verify nothing, and need none of what that takes
    from wheelmatrix.run.verify import Verifier


class Gate:
    """Lets many compile at once, or one alone."""

    def __init__(self) -> None:
        self._inside = 0
        self._closed = False
        self._changed = anyio.Condition()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """Be one of many; waits while somebody wants to be alone."""
        async with self._changed:
            while self._closed:
                await self._changed.wait()
            self._inside += 1
        try:
            yield
        finally:
            await self._leave()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Wait until nobody is inside, and keep everybody out meanwhile."""
        async with self._changed:
            while self._closed:
                await self._changed.wait()
            self._closed = True
        try:
            async with self._changed:
                while self._inside:
                    await self._changed.wait()
            yield
        finally:
            await self._open()

    async def _leave(self) -> None:
        with anyio.CancelScope(shield=True):
            async with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    async def _open(self) -> None:
        with anyio.CancelScope(shield=True):
            async with self._changed:
                self._closed = False
                self._changed.notify_all()


@dataclass(slots=True, kw_only=True)
class Shop:
    """One run's tools and results so far."""

    plan: Plan
    options: BuildOptions
    tables: Tables
    generator: str
    """Name and version that WHEEL and caches name."""
    root: Path
    """Directory of what is kept between runs."""
    folder: Path
    """The run's own folder: journal and logs."""
    out: Path
    """Directory of the wheels."""
    epoch_s: int
    """Time stamp of the wheels' members."""
    emit: Callable[[Event], object]
    jobserver: Jobserver
    guardian: Guardian
    history: History
    gate: Gate = field(default_factory=Gate)
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    """By build id."""
    reports: dict[str, Report] = field(default_factory=dict)
    """By build id."""
    generator_python: PurePath | None = None
    """The Python that writes bindings of cffi; None: none was looked for."""
    generated: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    """Python files that were made for a library, by wheel id."""
    entries: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    """What went into a wheel but RECORD, by wheel id."""
    unit_graphs: dict[tuple[str, ...], UnitGraph] = field(default_factory=dict)
    """By cargo's arguments without what differs by Python: siblings have one graph."""
    verifier: "Verifier | None" = None
    """None: wheels go to their place without verification."""
    packed: dict[str, tuple[Wheel, WheelWritten]] = field(default_factory=dict)
    """Wheels that wait for their verification, by id, each with the event for the time after."""
    gathered: Gathered | None = None
    """What the plan was made from; None: it was made by hand."""

    def expected_s(self, step: Step) -> float | None:
        """Return the seconds a step took in earlier runs; None: it was never done."""
        return self.history.expected(self._key(step))

    def took(self, step: Step, seconds: float) -> None:
        """Note how long a step took, for the runs to come."""
        self.history.record(self._key(step), seconds)

    def _key(self, step: Step) -> str:
        return f"{self.plan.project.crate.name} {step.id}"

    def log(self, step: str) -> Path:
        """Return the path of a step's log."""
        return self.folder / f"{step.replace(':', '-')}.log"
