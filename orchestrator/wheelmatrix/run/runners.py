"""The Pythons that can be started here: those of this machine, and those of other machines that were configured."""

import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from anyio import to_thread

from wheelmatrix.audit.elf import read
from wheelmatrix.errors import AuditError, ConfigError
from wheelmatrix.model import Command, Installed
from wheelmatrix.model.verified import Lacking, Runner
from wheelmatrix.options import PythonSource
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.process import capture
from wheelmatrix.run.pythons import PROBE, answer
from wheelmatrix.verify.choosing import Pythons
from wheelmatrix.verify.emulators import Root, emulators_of, library_folders, start

_PYTHON = re.compile(r"python3(\.\d+t?)?|pypy3(\.\d+)?|graalpy")
_BINARIES = ("usr/bin", "usr/local/bin", "bin")
_WINDOWS = ("python.exe", "tools/python.exe")
"""In an embeddable or installed Python, and in NuGet's archive."""
_HOST_MACHINES = {
    "x86_64": "EM_X86_64", "AMD64": "EM_X86_64", "i686": "EM_386", "aarch64": "EM_AARCH64", "armv7l": "EM_ARM",
    "ppc64le": "EM_PPC64", "s390x": "EM_S390", "riscv64": "EM_RISCV", "loongarch64": "EM_LOONGARCH",
}  # fmt: skip
_MOST_LINKS = 16


async def runners(
    natives: Iterable[Installed],
    sources: Iterable[PythonSource],
    *,
    directory: Path,
    environment: Mapping[str, str],
    cache: Path,
    guardian: Guardian | None,
    timeout_s: float,
) -> Pythons:
    """Return every Python that answers, and what is missing of those that were configured and do not.

    `directory`: what relative places are relative to. Raises ConfigError for a place without a Python.
    """
    found = [_native(installed) for installed in natives]
    patterns: dict[str, str] = {}
    absent: list[tuple[str, Lacking]] = []
    for source in sources:
        command, is_windows = await to_thread.run_sync(_starting, source, directory, environment, cache)
        label = source.pattern or source.place
        asked = command if isinstance(command, Lacking) else await _ask(command, label, is_windows, guardian, timeout_s)
        if isinstance(asked, Lacking):
            absent.append((source.pattern, asked))
            continue
        found.append(asked)
        patterns |= {label: source.pattern} if source.pattern else {}
    return Pythons(runners=tuple(found), patterns=patterns, absent=tuple(absent))


def root_of(path: Path) -> Root | None:
    """Return what lies in a directory with a Python of another machine; None if there is none in it."""
    for name in _WINDOWS:
        if (program := path / name).is_file():
            folder = program.parent
            is_whole = (folder / "Lib").is_dir() and not any(folder.glob("*._pth"))
            return Root(path=path, program=program, home=folder if is_whole else None)
    for below in _BINARIES:
        for named in sorted(_pythons_in(path / below), key=lambda each: (-len(each.name), each.name)):
            if root := _linux_root(path, named):
                return root
    return None


def _native(installed: Installed) -> Runner:
    """Return the runner of a Python of this machine: isolated from the user's variables, and leaving no bytecode."""
    executable = Path(installed.executable)
    command = Command(argv=(str(executable), "-I", "-B"), environment={}, directory=executable.parent)
    return Runner(label=str(executable), command=command, installed=installed, is_native=True)


def _starting(
    source: PythonSource, directory: Path, environment: Mapping[str, str], cache: Path
) -> tuple[Command | Lacking, bool]:
    """Return what starts a configured Python, and whether it is one of Windows."""
    if source.argv:
        return Command(argv=source.argv, environment={}, directory=directory), _is_wine(source.argv[0])
    place = directory / Path(source.place).expanduser()
    if place.is_file():
        return Command(argv=(str(place),), environment={}, directory=directory), False
    root = root_of(place) if place.is_dir() else None
    if root is None:
        tried = ", ".join((*_WINDOWS, *(f"{folder}/python3*" for folder in _BINARIES)))
        message = f"no Python in {place}" if place.is_dir() else f"there is no directory {place}"
        raise ConfigError.of(message, where="--python-root", hint=f"looked for {tried}")
    path = environment.get("PATH", os.defpath)
    programs = {name: Path(at) for name in emulators_of(root) if (at := shutil.which(name, path=path))}
    host = _HOST_MACHINES.get(platform.machine(), "")
    return start(root, host, programs, cache), not root.machine


def _is_wine(program: str) -> bool:
    return Path(program).name.startswith("wine")


async def _ask(
    command: Command, label: str, is_windows: bool, guardian: Guardian | None, timeout_s: float
) -> Runner | Lacking:
    """Return the Python that a command starts, with what it says of itself; else why it is none."""
    with tempfile.TemporaryDirectory(prefix="wheelmatrix-probe-", ignore_cleanup_errors=True) as folder:
        script = Path(folder, "probe.py")
        await to_thread.run_sync(partial(script.write_text, PROBE, encoding="utf-8"))
        place = f"Z:{str(script).replace('/', chr(92))}" if is_windows else str(script)
        probe = Command(
            argv=(*command.argv, place),
            environment=command.environment,
            directory=command.directory,
            without=command.without,
        )
        said = await capture(probe, guardian=guardian, timeout_s=timeout_s)
    installed = answer(said.stdout, Path(command.argv[-1]), label)
    if said.exit.ok and installed is not None:
        return Runner(label=label, command=command, installed=installed, is_native=False, is_windows=is_windows)
    lines = said.stderr.decode("utf-8", "replace").strip().splitlines()
    last = f": {lines[-1]}" if lines else ""
    how = f"did not answer within {timeout_s:g} s" if said.exit.timed_out else f"is no Python that works here{last}"
    return Lacking(message=f"{label} {how}", hint=f"try it by hand: {' '.join(command.argv)} -c 'import sys'")


def _pythons_in(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if _PYTHON.fullmatch(path.name)]
    except OSError:
        return []


def _linux_root(path: Path, named: Path) -> Root | None:
    program = _inside(path, named)
    try:
        facts = read(program.read_bytes()) if program is not None else None
    except (OSError, AuditError):
        return None  # a script that starts another, or a link that leads out
    if program is None or facts is None:
        return None
    loader = _inside(path, path / facts.interpreter.lstrip("/")) if facts.interpreter else None
    home = named.parent.parent
    is_home = named.name.startswith("python") and any(home.glob("lib/python3*/os.py"))
    bases = [path / name for name in ("lib", "usr/lib", "lib64", "usr/lib64")]
    folders = frozenset(each for base in bases if base.is_dir() for each in (base, *base.iterdir()) if each.is_dir())
    return Root(
        path=path,
        program=program,
        machine=facts.machine,
        big_endian=facts.big_endian,
        loader=loader,
        library_folders=library_folders(folders, path),
        home=home if is_home else None,
    )


def _inside(root: Path, path: Path) -> Path | None:
    """Return the file that a path means in a system whose root is `root`: absolute links stay inside of it."""
    for _ in range(_MOST_LINKS):
        if not path.is_symlink():
            return path if path.is_file() else None
        target = path.readlink()
        path = root / str(target).lstrip("/") if target.is_absolute() else path.parent / target
    return None
