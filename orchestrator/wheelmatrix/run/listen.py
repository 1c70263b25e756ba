"""Listens to one cargo: its messages become events, and what the build needs to know of them is kept."""

from collections import deque
from collections.abc import Callable
from pathlib import Path

from wheelmatrix.events import Diagnosed, Event, UnitFinished, UnitStarted
from wheelmatrix.run.cargo import Diagnostic, ScriptRun, UnitBuilt, parse_message, started_unit, unit_name

_TAIL_LINES = 40
_LIBRARY_SUFFIXES = (".so", ".dylib", ".dll")


class Listener:
    """What one attempt of cargo said; `stdout` and `stderr` take its lines."""

    def __init__(self, step: str, package: str, emit: Callable[[Event], object], begun: Callable[[], None]) -> None:
        """`package`: id of the crate whose library it is about; `begun`: called once, when something is not fresh."""
        self._step = step
        self._package = package
        self._emit = emit
        self._begun = begun
        self.library: Path | None = None
        self.out_dirs: dict[str, Path] = {}
        """By package name."""
        self.cfgs: dict[str, frozenset[str]] = {}
        """What build scripts switched on, by package name."""
        self.errors: list[str] = []
        self.units = 0
        self.has_begun = False
        """False: everything was fresh so far."""
        self.tail: deque[bytes] = deque(maxlen=_TAIL_LINES)

    def stdout(self, line: bytes) -> None:
        """Take a line of JSON, or of somebody who prints where cargo's messages are."""
        match parse_message(line):
            case UnitBuilt() as unit:
                if not unit.fresh:
                    self._begin()
                self._note_library(unit)
                self._finish(unit_name(unit.package), fresh=unit.fresh)
            case ScriptRun() as script:
                name = unit_name(script.package)
                self.out_dirs[name.partition(" ")[0]] = Path(script.out_dir)
                self.cfgs[name.partition(" ")[0]] = frozenset(script.cfgs)
                # cargo does not say of scripts whether they ran just now; before anything was compiled they did not.
                self._finish(f"{name} (build script)", fresh=not self.has_begun)
            case Diagnostic() as said if said.level in ("error", "warning") and said.file:
                self._diagnose(said)

    def stderr(self, line: bytes) -> None:
        """Take a line of what people read."""
        self.tail.append(line)
        if unit := started_unit(line):
            self._emit(UnitStarted(step=self._step, unit=unit))
            self._begin()

    def _begin(self) -> None:
        if not self.has_begun:
            self.has_begun = True
            self._begun()

    def _finish(self, unit: str, *, fresh: bool) -> None:
        self.units += 1
        self._emit(UnitFinished(step=self._step, unit=unit, fresh=fresh))

    def _note_library(self, unit: UnitBuilt) -> None:
        if unit.package == self._package and "cdylib" in unit.crate_types:
            libraries = [Path(file) for file in unit.files if file.suffix in _LIBRARY_SUFFIXES]
            self.library = libraries[0] if libraries else self.library

    def _diagnose(self, said: Diagnostic) -> None:
        if said.level == "error":
            self.errors.append(f"{said.message} ({said.file}:{said.line})")
        self._emit(
            Diagnosed(step=self._step, level=said.level, message=said.message, file=said.file, line=said.line)
        )  # fmt: skip
