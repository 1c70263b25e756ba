"""Listens to one cargo: its messages become events, and what the build needs to know of them is kept."""

import re
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path

from wheelmatrix.events import Diagnosed, Event, UnitFinished, UnitStarted
from wheelmatrix.run.cargo import Diagnostic, ScriptRun, UnitBuilt, UnitKey, parse_message, started_unit, unit_name

_TAIL_LINES = 40
_MESSAGE_CHARS = 400
"""Told of a message: a macro's can have a megabyte in one line. The log has all of it."""
_SUMMARY = re.compile(r"aborting due to |\d+ warnings? emitted")
_LIBRARY_SUFFIXES = (".so", ".dylib", ".dll")
_DEBUG_SUFFIXES = (".dSYM", ".dwp", ".pdb")
_IMPORT_ENDINGS = (".dll.a", ".dll.lib")


class Listener:
    """What one attempt of cargo said; `stdout` and `stderr` take its lines."""

    def __init__(
        self,
        step: str,
        package: str,
        emit: Callable[[Event], object],
        begun: Callable[[], None],
        log: Callable[[list[bytes]], None],
        *,
        is_further: bool = False,
    ) -> None:
        """`package`: id of the crate whose library it is about; `begun`: called once, when something is not fresh.

        `log` takes the lines of what the compiler said, as people read them. `is_further`: another call of the same
        build came before, so what is fresh is no news.
        """
        self.step = step
        self._is_further = is_further
        self._package = package
        self._emit = emit
        self._begun = begun
        self._log = log
        self.library: Path | None = None
        self.packages: set[str] = set()
        """Ids of what was compiled, or was there already."""
        self.debug_info: tuple[Path, ...] = ()
        self.import_libraries: tuple[Path, ...] = ()
        self.programs: dict[str, Path] = {}
        """By cargo target."""
        self.out_dirs: dict[str, Path] = {}
        """By package name."""
        self.cfgs: dict[str, frozenset[str]] = {}
        """What build scripts switched on, by package name."""
        self.linked_directories: dict[Path, None] = {}
        """Where build scripts told the linker to look, in their order."""
        self.errors: list[str] = []
        self.units = 0
        self._heard: Counter[UnitKey] = Counter()
        self._awaited: list[tuple[Counter[UnitKey], Callable[[], None]]] = []
        self.has_begun = False
        """False: everything was fresh so far."""
        self.is_counted = False
        """True: it was told how many units there are."""
        self.tail: deque[bytes] = deque(maxlen=_TAIL_LINES)

    def await_units(self, units: Counter[UnitKey], then: Callable[[], None]) -> None:
        """Call `then` once, when all of `units` have been heard of; at once if they were already."""
        self._awaited.append((units - self._heard, then))
        self._tell_awaited()

    def join(self, earlier: "Listener") -> None:
        """Take over what an earlier call for the same build said."""
        self.library = self.library or earlier.library
        self.programs = {**earlier.programs, **self.programs}
        self.out_dirs = {**earlier.out_dirs, **self.out_dirs}
        self.cfgs = {**earlier.cfgs, **self.cfgs}
        self.linked_directories = {**earlier.linked_directories, **self.linked_directories}
        self.has_begun |= earlier.has_begun

    def stdout(self, line: bytes) -> None:
        """Take a line of JSON, or of somebody who prints where cargo's messages are."""
        match parse_message(line):
            case UnitBuilt() as unit:
                if not unit.fresh:
                    self._begin()
                self.packages.add(unit.package)
                self._note_library(unit)
                self._finish(unit_name(unit.package), (unit.package, unit.target), fresh=unit.fresh)
            case ScriptRun() as script:
                name = unit_name(script.package)
                self.out_dirs[name.partition(" ")[0]] = Path(script.out_dir)
                self.cfgs[name.partition(" ")[0]] = frozenset(script.cfgs)
                self.linked_directories |= dict.fromkeys(map(Path, script.linked_directories))
                # cargo does not say of scripts whether they ran just now; before anything was compiled they did not.
                self._finish(f"{name} (build script)", (script.package, ""), fresh=not self.has_begun)
            case Diagnostic() as said:
                self._diagnose(said)

    def stderr(self, line: bytes) -> None:
        """Take a line of what people read."""
        self.tail.append(line)
        if unit := started_unit(line):
            self._emit(UnitStarted(step=self.step, unit=unit))
            self._begin()

    def _begin(self) -> None:
        if not self.has_begun:
            self.has_begun = True
            self._begun()

    def _finish(self, unit: str, key: UnitKey, *, fresh: bool) -> None:
        self.units += 1
        if not (fresh and self._is_further):  # told of before
            self._emit(UnitFinished(step=self.step, unit=unit, fresh=fresh))
        self._heard[key] += 1
        for units, _ in self._awaited:
            units[key] -= 1
        self._tell_awaited()

    def _tell_awaited(self) -> None:
        heard_of = [then for units, then in self._awaited if not +units]
        self._awaited = [(units, then) for units, then in self._awaited if +units]
        for then in heard_of:
            then()

    def _note_library(self, unit: UnitBuilt) -> None:
        if unit.package == self._package and "cdylib" in unit.crate_types:
            files = tuple(map(Path, unit.files))
            libraries = [file for file in files if file.suffix in _LIBRARY_SUFFIXES]
            self.debug_info = tuple(file for file in files if file.suffix in _DEBUG_SUFFIXES)
            self.import_libraries = tuple(file for file in files if file.name.endswith(_IMPORT_ENDINGS))
            self.library = libraries[0] if libraries else self.library
        if unit.package == self._package and "bin" in unit.kinds and unit.executable:
            self.programs[unit.target] = Path(unit.executable)

    def _diagnose(self, said: Diagnostic) -> None:
        lines = said.rendered.encode("utf-8", "replace").splitlines()
        self._log(lines)
        if not said.file:  # what quotes the source may quote anything, `SIGKILL` too
            self.tail.extend(lines)
        if said.level not in ("error", "warning") or _is_summary(said):
            return
        text = said.message if len(said.message) <= _MESSAGE_CHARS else f"{said.message[:_MESSAGE_CHARS]}…"
        if said.level == "error":
            self.errors.append(f"{text} ({said.file}:{said.line})" if said.file else text)
        self._emit(Diagnosed(step=self.step, level=said.level, message=text, file=said.file, line=said.line))


def _is_summary(said: Diagnostic) -> bool:
    """Return whether rustc only counts what it said before: `aborting due to 2 previous errors; 1 warning emitted`."""
    return not said.file and _SUMMARY.match(said.message) is not None
