"""Answers a hook of a build frontend as it was answered before, while all that the answer was made from is the same.

A hook is a process of its own and spends its time on loading what makes a plan; this loads next to nothing, and reads
what `run.answers` kept. Whether the crate has to be compiled is for cargo to say: it is called as a run would call it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from shutil import copyfileobj
from typing import Any

from wheelmatrix import __version__
from wheelmatrix.run.file_lock import TEMPORARY, held, try_lock
from wheelmatrix.run.kept import roots
from wheelmatrix.run.stamps import Stamp, stamp

Settings = Mapping[str, object] | None
Record = dict[str, Any]
"""What was kept; `run.answers` says of what it consists."""

_ENVIRONMENTS = ("VIRTUAL_ENV", "CONDA_PREFIX")
PASSING = frozenset({"PATH", "PIP_BUILD_TRACKER", "PYTHONPATH", "COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL", "_",
                      *_ENVIRONMENTS})  # fmt: skip
"""Variables that a frontend or a shell sets anew for each call; of PATH and environments what counts is in the key."""
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_IS_FRESH, _IS_NOT = b'"fresh":true', b'"fresh":false'
"""In cargo's messages, one for each unit. Source: The Cargo Book, "External tools"."""


def key(settings: Settings) -> list[object]:
    """Return what an answer is for: who is asked for what, with which Python and variables, as JSON has it.

    Variables are there as a digest alone: some are secrets.
    """
    variables = sorted((name, value) for name, value in os.environ.items() if name not in PASSING)
    active = [value for name in _ENVIRONMENTS if (value := os.environ.get(name, "")) and value != sys.prefix]
    digest = sha256(repr(variables).encode("utf-8", "surrogateescape")).hexdigest()
    return [*_subject(settings), __version__, digest, active, _lasting(os.environ.get("PATH", ""))]


def place(settings: Settings, root: str) -> str:
    """Return the file of an answer; `root` is a directory of what is kept between runs."""
    asked = json.dumps(_subject(settings)).encode()
    return os.path.join(root, "hooks", f"{sys.implementation.cache_tag}-{sha256(asked).hexdigest()[:16]}.json")


def metadata_again(directory: str, settings: Settings) -> str | None:
    """Write the `.dist-info` directory that was written before, and return its name; None: it may be another by now."""
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):  # whatever it is, it is made anew
        if (known := _known(settings)) is not None:
            for name, text in known["files"].items():
                path = os.path.join(directory, known["folder"], name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(text.encode("latin-1"))
            return str(known["folder"])
    return None


def wheel_again(directory: str, settings: Settings, metadata_directory: str | None) -> str | None:
    """Have the wheel that was written before in `directory`, and return its name; None: it may be another by now.

    What the run that wrote it had warned of is on stderr again.
    """
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        known = _known(settings)
        wheel = known and known["wheel"]
        if not known or not wheel or not _is_given(known, metadata_directory) or not _has_watched(wheel):
            return None
        with held(wheel["lock"]) as is_held:
            if not is_held or not _hold(wheel["made"]) or not all(map(_has_nothing_to_do, wheel["commands"])):
                return None
            if not _hold(wheel["made"]):  # cargo puts a library of another time in its place, and calls that fresh
                return None
            for each in wheel["used"]:
                os.utime(each)  # `wheelmatrix clean` goes by it
            _copy(wheel["kept"], os.path.join(directory, wheel["filename"]))
        for line in wheel["said"]:
            print(line, file=sys.stderr)
        return str(wheel["filename"])
    return None


def _subject(settings: Settings) -> list[object]:
    python = getattr(sys, "_base_executable", sys.executable)
    facts = [sys.version, sys.platform, sys.maxsize, getattr(sys, "abiflags", ""), os.path.realpath(python)]
    return [os.getcwd(), dict(settings or {}), facts]


def _lasting(path: str) -> list[str]:
    """Return the folders of PATH without those of an environment that a frontend made for this one build."""
    folders = [folder for folder in path.split(os.pathsep) if folder and os.path.isdir(folder)]
    own = (sys.prefix, _PACKAGE)
    return [folder for folder in folders if not any(_is_in(each, os.path.dirname(folder)) for each in own)]


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _known(settings: Settings) -> Record | None:
    asked = key(settings)
    for root in roots(os.getcwd(), os.environ):
        with suppress(FileNotFoundError, NotADirectoryError), open(place(settings, root), "rb") as file:
            if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid():
                return None  # somebody else's word, in a folder above that many may write to
            known: Record = json.load(file)
            return known if known["key"] == asked and _hold(known["stamps"]) else None
    return None


def _hold(stamps: Mapping[str, Stamp]) -> bool:
    return all(stamp(path) == before for path, before in stamps.items())


def _is_given(known: Record, metadata_directory: str | None) -> bool:
    """Return whether the metadata that the frontend hands over is ours, unchanged, or none."""
    if metadata_directory is None:
        return True
    found = {}
    for folder, _, names in os.walk(metadata_directory):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, metadata_directory).replace(os.sep, "/")] = file.read().decode("latin-1")
    return bool(os.path.basename(os.path.normpath(metadata_directory)) == known["folder"] and found == known["files"])


def _has_watched(wheel: Record) -> bool:
    """Return whether the variables that make cargo run a build script again are those that it has run with."""
    own = {name for command in wheel["commands"] for name in command["python"]}
    now = {name: sys.executable if name in own else os.environ.get(name) for name in wheel["watched"]}
    return bool(now == wheel["watched"])


def _has_nothing_to_do(command: Mapping[str, Any]) -> bool:
    """Call cargo; True: every unit is fresh."""
    gone = command["without"]
    inherited = {name: value for name, value in os.environ.items() if name not in gone}
    environment = {**inherited, **command["environment"], **dict.fromkeys(command["python"], sys.executable)}
    said = subprocess.run(
        command["argv"], cwd=command["directory"], env=environment, stdin=subprocess.DEVNULL, capture_output=True
    )  # fmt: skip
    return said.returncode == 0 and _IS_FRESH in said.stdout and _IS_NOT not in said.stdout


def _copy(kept: str, path: str) -> None:
    """Have a copy appear at `path`, whole or not at all, with the time of what was kept."""
    temporary = os.path.join(os.path.dirname(path), f"{TEMPORARY}{os.getpid()}")
    try:
        with open(kept, "rb") as source, open(temporary, "xb") as file:
            try_lock(file.fileno())
            copyfileobj(source, file)
        facts = os.stat(kept)
        os.utime(temporary, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            os.remove(temporary)
        raise
