"""What this machine is: the facts that a plan needs and only the machine knows."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from wheelmatrix.errors import ToolMissing
from wheelmatrix.model import Command, Host
from wheelmatrix.run.process import Captured, capture

_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
_INSTALL_TOOLCHAIN = "install it with rustup, or take another with --toolchain NAME (or RUSTUP_TOOLCHAIN)"
_INSTALL_RUST = "install Rust with rustup, or your distribution's cargo package (1.83 or newer)"


async def host(
    directory: Path, environment: Mapping[str, str], added: Mapping[str, str], *, with_stds: bool = False
) -> Host:
    """Return the facts of this machine, with the toolchain that holds in `directory`.

    `added`: variables that choose the toolchain; `with_stds`: look for the std of every target, too. Raises ToolMissing
    if there is no cargo or rustc, or the toolchain that a rust-toolchain file names is not installed.
    """
    rustc = environment.get("RUSTC", "rustc")

    async def ask(*words: str) -> bytes:
        said = await ask_rust(Command(argv=(rustc, *words), environment=added, directory=directory))
        if not said.exit.ok:
            raise does_not_run("rustc", said)
        return said.stdout

    lines = (await ask("-vV")).decode("utf-8", "replace").splitlines()
    facts = dict(line.split(": ", 1) for line in lines if ": " in line)
    return host_of(facts["host"], lines[0], _stds(await ask("--print", "sysroot")) if with_stds else frozenset())


async def ask_rust(command: Command) -> Captured:
    """Return what a program of Rust says; raises ToolMissing, with how to get it, if it is not there."""
    try:
        return await capture(command)
    except ToolMissing as missing:
        raise ToolMissing.of(missing.issues[0].message, where="PATH", hint=_INSTALL_RUST) from None


def does_not_run(name: str, said: Captured) -> ToolMissing:
    """Return the error of a program of Rust that is there and of no use, mostly for want of its toolchain."""
    # With RUST_BACKTRACE set, rustup says where in itself it ended, too.
    text = said.stderr.decode("utf-8", "replace").partition("\nStack backtrace:")[0].strip()
    hint = _INSTALL_TOOLCHAIN if "toolchain" in text else _INSTALL_RUST
    return ToolMissing.of(f"{name} does not run: {text}", hint=hint)


def host_of(triple: str, rustc: str, stds: frozenset[str] = frozenset()) -> Host:
    """Return the facts of this machine where the compiler's are known: its host triple, and the first line it says."""
    return Host(triple=triple, os=this_system(), rustc=rustc, cpus=usable_cpus(), stds=stds)


def this_system() -> str:
    """Return the system that this is, as targets name it: `linux`, `macos`, `windows`."""
    return _SYSTEMS.get(sys.platform, sys.platform)


def usable_cpus() -> int:
    """Return how many CPUs this process may use: by affinity, and by the quota of its cgroup; at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, _quota() or allowed))


def _stds(sysroot: bytes) -> frozenset[str]:
    """Return the triples whose std lies in the sysroot that rustc named."""
    libraries = Path(os.fsdecode(sysroot.strip()), "lib", "rustlib").glob("*/lib/libstd-*.rlib")
    return frozenset(path.parent.parent.name for path in libraries)


def _quota() -> int:
    """Return the CPUs that the cgroup grants, rounded up; 0: no limit. Source: kernel, cgroup-v2, `cpu.max`."""
    with suppress(OSError, ValueError, StopIteration):
        own = Path("/proc/self/cgroup").read_text().splitlines()
        place = next(line.partition("::")[2] for line in own if line.startswith("0::"))
        granted, period = Path(f"/sys/fs/cgroup{place}", "cpu.max").read_text().split()
        return -(-int(granted) // int(period))
    with suppress(OSError, ValueError):
        granted_us = int(Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").read_text())
        period_us = int(Path("/sys/fs/cgroup/cpu/cpu.cfs_period_us").read_text())
        return -(-granted_us // period_us) if granted_us > 0 else 0
    return 0
