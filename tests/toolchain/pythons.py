"""Pythons that a test machine lacks, unpacked from Debian: for this machine and, under qemu-user, for others."""

import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.toolchain.cache import provide_piece, run, write_script
from tests.toolchain.debian import Suite, private_apt, unpack

LOADER = "lib64/ld-linux-x86-64.so.2"
LIBRARIES = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")
QEMU = "qemu"

MACHINES = {  # as Python says, as Debian says, as qemu says
    "x86_64": ("amd64", ""),
    "aarch64": ("arm64", "aarch64"),
    "armv7l": ("armhf", "arm"),
    "i686": ("i386", "i386"),
    "ppc64le": ("ppc64el", "ppc64le"),
    "riscv64": ("riscv64", "riscv64"),
    "s390x": ("s390x", "s390x"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where one Python comes from."""

    suite: str
    """Debian suite that has it; source: the Debian archive, 2026-11."""
    packages: tuple[str, ...]
    """What is asked for; apt adds what these depend on."""
    program: str
    """The interpreter, below the root it is unpacked in."""
    machine: str = "x86_64"
    """What it runs on, in Python's words."""

    @property
    def emulator(self) -> str:
        """Return what comes after `qemu-`; empty: this machine runs it by itself."""
        return MACHINES[self.machine][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A Python that can be started."""

    name: str
    """`cp311-s390x`, `pp311-x86_64`, `cp314t-win_amd64`."""
    root: Path
    """The folder that it was unpacked in; for one of Linux, the root of a small Debian (QEMU_LD_PREFIX)."""
    executable: Path
    """A script that starts it, with its own libc, whatever the variables; an environment may be made of it."""
    command: tuple[str, ...]
    """What the script runs, before the arguments."""
    env: dict[str, str]
    """Variables for `command`; the script needs none."""

    def as_json(self) -> dict[str, object]:
        """Return what `python -m tests.toolchain` prints of it."""
        return {
            "root": str(self.root),
            "executable": str(self.executable),
            "command": list(self.command),
            "env": self.env,
        }


def _cpython(version: str, suite: str, machine: str = "x86_64") -> Source:
    packages = (f"python{version}-minimal", f"libpython{version}-stdlib")
    return Source(suite=suite, packages=packages, program=f"usr/bin/python{version}", machine=machine)


PYTHONS: Mapping[str, Source] = {
    **{
        f"cp311-{machine}": _cpython("3.11", "bookworm", machine)
        for machine in ("x86_64", "aarch64", "armv7l", "i686", "ppc64le", "s390x")
    },
    "cp313-riscv64": _cpython("3.13", "trixie", "riscv64"),
    "cp313-x86_64": _cpython("3.13", "trixie"),
    "cp314-x86_64": _cpython("3.14", "forky"),
    "cp315-x86_64": _cpython("3.15", "forky"),
    "pp311-x86_64": Source(suite="trixie", packages=("pypy3", "pypy3-lib"), program="usr/bin/pypy3"),
}

_USED_AT_ONCE = "import json, ctypes, decimal, platform, sysconfig, threading, traceback, zipfile"
"""What nearly every test imports: compiled once here, and not at every start under emulation."""


def provide_pythons(directory: Path, names: Iterable[str]) -> dict[str, Unpacked]:
    """Unpack the Pythons that `directory` lacks, and the emulator if one needs it; return those asked for, by name.

    Each has been started once. Several processes may call this at once.
    Raises Unavailable where there is no Debian to take from; CalledProcessError if apt or a Python fails.
    """
    asked = {name: PYTHONS[name] for name in names}
    for name, source in asked.items():
        if source.emulator and not (directory / name).exists():
            provide_piece(directory, QEMU, _make_qemu)
        provide_piece(directory, name, partial(_make, directory, name), told=f"Debian {source.suite}")
    return {name: _unpacked(directory, name) for name in asked}


def _unpacked(directory: Path, name: str) -> Unpacked:
    """Say how the Python `name` is started where it will be."""
    root, source = directory / name, PYTHONS[name]
    script, program = _script(root, source), root / source.program
    command = (*_start(directory, root, source), str(script), str(program))
    return Unpacked(name=name, root=root, executable=script, command=command, env={})


def _start(directory: Path, root: Path, source: Source) -> tuple[str, ...]:
    """Return what starts a program of `root`, up to the name that it is to be called by (argv[0])."""
    if source.emulator:
        return (str(directory / QEMU / f"usr/bin/qemu-{source.emulator}-static"), "-L", str(root), "-0")
    folders = ":".join(str(root / folder) for folder in LIBRARIES)
    return (str(root / LOADER), "--library-path", folders, "--argv0")


def _script(root: Path, source: Source) -> Path:
    return root / "bin" / Path(source.program).name


def _make(directory: Path, name: str, work: Path) -> None:
    """Fill `work`, which will be `directory / name`, and start what it got once."""
    source = PYTHONS[name]
    with private_apt(Suite(name=source.suite, machine=MACHINES[source.machine][0])) as apt:
        unpack(apt.with_all_they_need(*source.packages), work)
    *start, _, program = _unpacked(directory, name).command
    # Called by the script's name, wherever that lies: sys.executable is the script, and an environment may link to it.
    script = _script(work, source)
    write_script(script, f'#!/bin/sh\nexec {shlex.join(start)} "$0" {shlex.quote(program)} "$@"\n')
    here = (*_start(directory, work, source), str(script), str(work / source.program))
    writes_bytecode = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    run(*here, "-c", _USED_AT_ONCE, environment=writes_bytecode)


def _make_qemu(work: Path) -> None:
    with private_apt(Suite(name="bookworm")) as apt:
        unpack(apt.named("qemu-user-static"), work)
    for unused in set(work.glob("usr/bin/*")) - {work / f"usr/bin/qemu-{name}-static" for _, name in MACHINES.values()}:
        unused.unlink()
