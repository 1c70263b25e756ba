"""Pythons as they say of themselves what they are, and wheels' names for them."""

from pathlib import PurePosixPath
from typing import Any

from wheelmatrix import resources, tables
from wheelmatrix.model import Command, Implementation, Installed, Version
from wheelmatrix.model.verified import Runner

TABLES = tables.load(resources.table_texts())


def installed(
    version: Version = (3, 12),
    *,
    implementation: Implementation = "cpython",
    platform: str = "linux-x86_64",
    libc: str = "glibc 2.36",
    **changed: Any,
) -> Installed:
    """Return a Python; its SOABI follows from the version unless it is given."""
    number = f"{version[0]}{version[1]}{'t' * bool(changed.get('free_threaded'))}"
    soabi = {
        "cpython": f"cpython-{number}-x",
        "pypy": f"pypy{number}-pp73-x",
        "graalpy": f"graalpy250-{number}-native-x",
    }
    facts: dict[str, Any] = {
        "executable": PurePosixPath(f"/opt/{implementation}{number}/bin/python"),
        "base_executable": PurePosixPath(f"/opt/{implementation}{number}/bin/python"),
        "implementation": implementation,
        "version": version,
        "patch": f"{version[0]}.{version[1]}.1",
        "free_threaded": False,
        "debug": False,
        "ext_suffix": ".so",
        "soabi": soabi[implementation],
        "platform": platform,
        "word_bits": 64,
        "source": "PATH",
        "libc": libc,
    }
    return Installed(**{**facts, **changed})


def runner(python: Installed, *, label: str = "", is_native: bool = True, is_windows: bool = False) -> Runner:
    """Return a runner of a Python, labelled by its path unless it is given."""
    path = str(python.executable)
    command = Command(
        argv=(path, "-I"), environment={"A": "1"}, directory=PurePosixPath("/opt"), without=frozenset({"B"})
    )
    return Runner(
        label=label or path, command=command, installed=python, is_native=is_native, is_windows=is_windows
    )  # fmt: skip


def wheel(tags: str) -> str:
    """Return the file name of a wheel with these tags."""
    return f"demo-1.0-{tags}.whl"
