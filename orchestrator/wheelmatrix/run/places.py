"""Where the Pythons of a machine lie: looks into folders, starts nothing but Windows' launcher."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from wheelmatrix.errors import ConfigError

_NAME = re.compile(r"(python|pypy)(3(\.\d+t?d?)?)?(\.exe)?|graalpy(\.exe)?", re.ASCII)
_PROGRAM = re.compile(r"(?:python|pypy|graalpy)[\w.-]*(?:\.exe)?")
_TOO_OLD = re.compile(r"python(2(\.\d)?|3\.[0-7])m?(\.exe)?", re.ASCII)

SHIMS = "shims"
"""What pyenv, asdf and mise all call the folder of scripts that choose a Python when they are started."""

Candidate = tuple[Path, str]
"""An executable that may be a Python, and where it was found: `PATH`, `pyenv`, `uv`, `conda`, `mise`, `asdf`, …"""


def candidates(environment: Mapping[str, str], *, platform: str = sys.platform) -> tuple[Candidate, ...]:
    """Return what may be a Python on this machine: first the PATH in its order, then the version managers.

    One real file occurs once. Shims (scripts that choose a Python when they are started) are left out: what they can
    choose is found in the version manager's own folder. `platform` is as in `sys.platform`.
    """
    found = [*_on_path(environment), *_in_version_managers(environment, platform), *_in_conda(environment)]
    if platform == "darwin":
        versions = Path("/Library/Frameworks/Python.framework/Versions").glob("*/bin")
        found += [(python, "framework") for folder in sorted(versions) for python in _in(folder)]
    if platform == "win32":
        found += [(python, "py") for python in listed_by_launcher(_launcher_output())]
    first: dict[Path, Candidate] = {}
    for path, source in found:
        real = path.resolve()
        if not _TOO_OLD.fullmatch(real.name):
            first.setdefault(real, (path, source))
    return tuple(first.values())


def active(environment: Mapping[str, str]) -> Path | None:
    """Return the Python of the active environment, as maturin chooses it; None if there is none at all.

    PYO3_PYTHON, else the virtual or conda environment, else setup-python's `pythonLocation`, else python3 or python on
    the PATH; the last may be a shim.
    Raises ConfigError if a variable names what is not there, or a virtual and a conda environment are both active.
    """
    if asked := environment.get("PYO3_PYTHON"):
        named = shutil.which(asked, path=environment.get("PATH", ""))
        return Path(named) if named else _refuse(f"no Python at {asked}", "PYO3_PYTHON")
    conflict(environment, hint="deactivate one of them, or say which Python with -i")
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX", "pythonLocation"):
        if folder := environment.get(variable):
            python = of_environment(Path(folder))
            if python is not None or variable == "VIRTUAL_ENV":
                return python or _refuse(f"no Python in {folder}", variable)
    path = environment.get("PATH", "")
    program = shutil.which("python3", path=path) or shutil.which("python", path=path)
    return Path(program) if program else None


def conflict(environment: Mapping[str, str], *, hint: str) -> None:
    """Raise ConfigError, with `hint`, if a virtual and a conda environment are both active and are not the same."""
    virtual, conda = environment.get("VIRTUAL_ENV"), environment.get("CONDA_PREFIX")
    if virtual and conda and virtual != conda:
        raise ConfigError.of(f"two environments are active: {virtual} and {conda}", where="CONDA_PREFIX", hint=hint)


def find_named(spec: str, environment: Mapping[str, str], directory: Path) -> Path | None:
    """Return the executable that `spec` names: a path (of a Python, or of an environment), or a program.

    `python3.12` is looked for on the PATH and in the version managers; a path is relative to `directory`. None: it is
    no path, and there is no such program, so that `spec` may still be a version.
    Raises ConfigError if `spec` is a path with no Python at it.
    """
    if Path(spec).name == spec and not spec.startswith("."):
        managed = (path for path, _ in candidates(environment) if path.name in (spec, f"{spec}.exe"))
        # `python3` may be the second name of a candidate, or a shim: what the shell would start comes first.
        program = shutil.which(spec, path=environment.get("PATH", "")) if _PROGRAM.fullmatch(spec) else None
        return Path(program) if program else next(managed, None)
    path = directory / Path(spec).expanduser()
    python = of_environment(path) if path.is_dir() else path
    if python is None or not os.access(python, os.X_OK):
        return _refuse(f"no Python at {path}", "--interpreter")
    return python


def listed_by_launcher(output: str) -> tuple[Path, ...]:
    r"""Return the executables in what `py --list-paths` prints: ` -V:3.12 *        C:\Python312\python.exe`."""
    rows = re.findall(r"^ *-(?:V:)?\S+ +(?:\* +)?(\S.*\.exe) *$", output, re.MULTILINE)
    return tuple(map(Path, rows))


def _refuse(message: str, where: str) -> Path:
    raise ConfigError.of(message, where=where, hint="wheelmatrix list-python shows the Pythons that are here")


def _in(folder: Path) -> list[Path]:
    """Pythons in one folder; of several names of one file the most telling comes first: `python3.12`, `python`."""
    try:
        # Thousands of names, of which few match: a path is made of those alone.
        named = [folder / name for name in os.listdir(folder) if _NAME.fullmatch(name)]  # noqa: PTH208
    except OSError:
        return []
    ordered = sorted(named, key=lambda path: (-len(path.name), path.name))
    return [path for path in ordered if path.is_file() and os.access(path, os.X_OK)]


def _in_prefix(prefix: Path) -> list[Path]:
    """Pythons of an installation: in `bin`, or where Windows has it, beside everything else."""
    return _in(prefix / "bin") or _in(prefix)


def of_environment(prefix: Path) -> Path | None:
    """Return the Python of a virtual or conda environment, or of an installation; None if there is none."""
    places = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe", "bin/pypy3", "bin/graalpy")
    return next((prefix / place for place in places if os.access(prefix / place, os.X_OK)), None)


def _on_path(environment: Mapping[str, str]) -> Iterator[Candidate]:
    for folder in environment.get("PATH", "").split(os.pathsep):
        if Path(folder).is_absolute() and Path(folder).name != SHIMS:
            yield from ((python, "PATH") for python in _in(Path(folder)))


def _in_version_managers(environment: Mapping[str, str], platform: str) -> Iterator[Candidate]:
    """Each keeps one folder per version; sources: the documentation of pyenv, uv, mise and asdf."""
    home = _home(environment)
    shared = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    roaming = Path(environment.get("APPDATA") or home / "AppData/Roaming")
    places = (
        ("pyenv", "PYENV_ROOT", home / ".pyenv", "versions"),
        ("uv", "UV_PYTHON_INSTALL_DIR", (roaming if platform == "win32" else shared) / "uv/python", ""),
        ("mise", "MISE_DATA_DIR", shared / "mise", "installs/python"),
        ("asdf", "ASDF_DATA_DIR", home / ".asdf", "installs/python"),
    )
    for source, variable, usual, below in places:
        for prefix in _newest_first(Path(environment.get(variable) or usual) / below):
            yield from ((python, source) for python in _in_prefix(prefix))


def _in_conda(environment: Mapping[str, str]) -> Iterator[Candidate]:
    home = _home(environment)
    roots = [home / name for name in ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba")]
    if program := environment.get("CONDA_EXE"):
        roots.insert(0, Path(program).parent.parent)
    if chosen := environment.get("MAMBA_ROOT_PREFIX"):
        roots.insert(0, Path(chosen))
    prefixes = [Path(environment["CONDA_PREFIX"])] if environment.get("CONDA_PREFIX") else []
    for root in (*roots, Path("/opt/conda")):
        prefixes += [root, *_newest_first(root / "envs")]
    try:
        listed = (home / ".conda/environments.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:
        listed = ""
    prefixes += [Path(line.strip()) for line in listed.splitlines() if line.strip()]
    for prefix in prefixes:
        yield from ((python, "conda") for python in _in_prefix(prefix))


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())


def _newest_first(folder: Path) -> list[Path]:
    """Subfolders, `3.12.10` before `3.12.9`, so that of one minor version the last patch is the one that counts."""
    try:
        inside = [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted(inside, key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)], reverse=True)


def _launcher_output() -> str:
    """What Windows' `py` launcher prints, which reads the registry of PEP 514; empty if there is none."""
    try:
        done = subprocess.run(["py", "--list-paths"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")
