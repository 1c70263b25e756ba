"""The environment that `develop` installs into, and what is in it."""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import anyio
from packaging.utils import canonicalize_name

from wheelmatrix.errors import ConfigError, ToolMissing, WheelmatrixError
from wheelmatrix.model import Command
from wheelmatrix.pack.record import parse_record
from wheelmatrix.plan.installation import MEMO, Installation
from wheelmatrix.run.places import conflict, of_environment
from wheelmatrix.run.process import capture
from wheelmatrix.values import dataclass

_TEXTS = ("direct_url.json", MEMO)
_SITE = ("lib/*/site-packages", "lib64/*/site-packages", "Lib/site-packages")
"""Where a virtual environment has it, by system. Source: the documentation of sysconfig, "Installation paths"."""
_ASK = "import json, sysconfig; print(json.dumps(sysconfig.get_paths()))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A virtual or conda environment."""

    prefix: Path
    python: Path
    made_by_uv: bool


def find_environment(environment: Mapping[str, str], directory: Path) -> Environment:
    """Return the active environment: VIRTUAL_ENV, CONDA_PREFIX, else the nearest `.venv` from `directory` upwards.

    Raises ConfigError if there is none, if it has no Python, and if two are active.
    """
    conflict(environment, hint="deactivate one of them: unset CONDA_PREFIX, or `deactivate`")
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if named := environment.get(variable):
            return _environment(Path(named), variable)
    for place in (directory, *directory.parents):
        if (place / ".venv").is_dir():
            if not (place / ".venv/pyvenv.cfg").is_file():
                raise ConfigError.of("is no virtual environment: it has no pyvenv.cfg", where=str(place / ".venv"))
            return _environment(place / ".venv", "the nearest .venv")
    raise ConfigError.of(
        "there is no environment to install into",
        where=str(directory),
        hint="make one and activate it: python -m venv .venv (or `uv venv`); a .venv beside the project is found, too",
    )


def installer_of(
    found: Environment, environment: Mapping[str, str], *, uv: bool = False, pip_path: str = ""
) -> tuple[str, ...]:
    """Return the command line that requirements and wheels are put behind.

    `pip_path`: a pip that was named; `uv`: it was asked for. Without both it is uv in an environment that uv made, else
    the environment's own pip, else uv. Raises ToolMissing if there is none.
    """
    folder = found.python.parent
    program = shutil.which("uv", path=os.pathsep.join([str(folder), environment.get("PATH", "")]))
    by_uv = (program, "pip", "install", "--python", str(found.python)) if program else ()
    quiet = ("--disable-pip-version-check", "--no-input")
    if uv and not by_uv:
        raise ToolMissing.of(
            "there is no uv in the environment or on the PATH", hint="pip install uv, or leave out --uv"
        )
    if pip_path and not uv:
        return (pip_path, "--python", str(found.python), "install", *quiet)
    if uv or (by_uv and found.made_by_uv):
        return by_uv
    if _has_pip(found):
        return (str(found.python), "-m", "pip", "install", *quiet)
    if by_uv:
        return by_uv
    hint = f"{found.python} -m ensurepip, or install uv"
    raise ToolMissing.of("the environment has no pip, and there is no uv", where=str(found.prefix), hint=hint)


def site_packages(found: Environment) -> Path:
    """Return where an environment keeps what is installed in it; raises ConfigError if its Python does not say.

    A virtual environment with one such directory is not asked: that is a tenth of a `develop` with nothing to do.
    """
    if (found.prefix / "pyvenv.cfg").is_file():
        places: dict[Path, Path] = {}
        for pattern in _SITE:
            for place in found.prefix.glob(pattern):
                places.setdefault(place.resolve(), place)
        if len(places) == 1:
            return next(iter(places.values()))
    command = Command(argv=(str(found.python), "-I", "-c", _ASK), environment={}, directory=found.prefix)
    said = anyio.run(partial(capture, command))
    try:
        return Path(json.loads(said.stdout)["platlib"])
    except (ValueError, LookupError, TypeError) as error:
        tail = said.stderr.decode("utf-8", "replace").strip()
        raise ConfigError.of(f"the environment's Python does not work: {tail}", where=str(found.python)) from error


def read_installation(site: Path, stem: str) -> Installation | None:
    """Return what is installed as `name-version`; None if it is not, or not whole enough to tell."""
    folder = site / f"{stem}.dist-info"
    with suppress(OSError, UnicodeDecodeError, WheelmatrixError):
        record = (folder / "RECORD").read_text(encoding="utf-8")
        texts = {name: (folder / name).read_text(encoding="utf-8") for name in _TEXTS if (folder / name).is_file()}
        sizes = {}
        for row in parse_record(record):
            with suppress(OSError):
                sizes[row.name] = (site / row.name).stat().st_size
        return Installation(
            record=record,
            direct_url=texts.get("direct_url.json", ""),
            memo=texts.get(MEMO, ""),
            sizes=sizes,
            versions=_versions(site),
        )
    return None


def _environment(prefix: Path, where: str) -> Environment:
    python = of_environment(prefix)
    if python is None:
        hint = "make it anew, or deactivate it"
        raise ConfigError.of(f"there is no Python in the environment {prefix}", where=where, hint=hint)
    made_by_uv = False
    with suppress(OSError, UnicodeDecodeError):
        lines = (prefix / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        made_by_uv = any(line.partition("=")[0].strip() == "uv" for line in lines)
    return Environment(prefix=prefix, python=python, made_by_uv=made_by_uv)


def _has_pip(found: Environment) -> bool:
    """Return whether an environment has a pip, its own or that of the Python it lets in."""
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
    command = Command(argv=(str(found.python), "-I", "-c", code), environment={}, directory=found.prefix)
    return anyio.run(partial(capture, command)).exit.ok


def _versions(site: Path) -> dict[str, str]:
    names = [path.name.removesuffix(".dist-info") for path in site.glob("*.dist-info")]
    return {canonicalize_name(name.partition("-")[0]): name.partition("-")[2] for name in names}
