"""Which wheels a Python takes, and which cells a wheel is for: by the tags alone."""

import re
from collections.abc import Iterable, Iterator

from packaging.tags import Tag, compatible_tags, cpython_tags, generic_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from wheelmatrix.model import Implementation, Installed, Interpreter, Tables, Target, Version
from wheelmatrix.options import matches
from wheelmatrix.plan.select import is_of

_LINUX = re.compile(
    r"(?:(manylinux|musllinux)_(\d{1,4})_(\d{1,4})|(manylinux1|manylinux2010|manylinux2014)|linux)_(\w+)"
)
_LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
"""Source: PEP 600, "Legacy manylinux tags"."""
_MACOS = re.compile(r"macosx_\d+_\d+_(\w+)")
_MACOS_FAT = {"universal2": ("x86_64", "arm64")}
_GLIBC = re.compile(r"glibc (\d{1,4})\.(\d{1,4})")
_CPYTHON = re.compile(r"cp(\d)(\d{1,3})-cp\1\2")
_NARROW = {"x86_64": "i686", "aarch64": "armv7l", "armv8l": "armv7l"}
"""What a 32-bit Python is on a 64-bit kernel, whose name it gives."""
_FLOOR = re.compile(r"(?<=linux|acosx)_\d+_\d+(?=_)|(?<=manylinux)(?:1|2010|2014)(?=_)")


def tags_of(filename: str) -> frozenset[Tag]:
    """Return the tags of a wheel's file name; empty if it is none."""
    try:
        return parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return frozenset()


def accepts(python: Installed, filename: str) -> bool:
    """Return whether an installer would put the wheel into this Python.

    Nothing is known of a system's version but glibc's: of musl and macOS any version is taken to be new enough.
    """
    tags = tags_of(filename)
    platforms = sorted({tag.platform for tag in tags if _runs(python, tag.platform)})
    abi = _abi(python)
    return not tags.isdisjoint(_taken(python.implementation, python.version, abi, platforms))


def only_cpython(filename: str) -> Version | None:
    """Return the version of the one CPython with GIL that a wheel is for; None: it is for others, too, or for none."""
    pairs = {(tag.interpreter, tag.abi) for tag in tags_of(filename)}
    found = _CPYTHON.fullmatch("-".join(*pairs)) if len(pairs) == 1 else None
    return (int(found[1]), int(found[2])) if found else None


def promise(filename: str) -> tuple[str, Version] | None:
    """Return libc (`gnu`, `musl`) and lowest version that a wheel's tags promise to run on; None: they promise none."""
    found = [linux for tag in tags_of(filename) if (linux := _LINUX.fullmatch(tag.platform))]
    named = [("musl" if linux[1] == "musllinux" else "gnu", _lowest(linux)) for linux in found if linux[1] or linux[4]]
    return min(named, key=lambda each: each[1], default=None)


def arch_of(python: Installed) -> str:
    """Return the architecture of a Python as platform tags spell it: `x86_64`, `armv7l`; empty where it has none."""
    arch = python.platform.rpartition("-")[2] if "-" in python.platform else ""
    return _NARROW.get(arch, arch) if python.word_bits == 32 else arch


def ids(filename: str, tables: Tables, python: Installed | None = None) -> tuple[str, ...]:
    """Return the ids of the cells that a wheel is for, in every spelling, short ones without floor too.

    `python`: only of the cell that this Python is. May be empty: of Pythons that the tables do not know.
    """
    tags = tags_of(filename)
    platforms = sorted({tag.platform for tag in tags})
    rows = [row for row in tables.interpreters if python is None or is_of(python, row)]
    served = [row for row in rows if not tags.isdisjoint(_of_row(row, platforms))]
    return tuple(f"{row.id}-{platform}" for row in served for name in platforms for platform in _spellings(name))


def likely_tag(target: Target) -> str:
    """Return a platform tag that wheels for the target may have, for what does not depend on the floor."""
    floor = target.floor or target.installer_floor or target.rustc_floor or (0, 0)
    form = target.plain_tag if target.floor is None else target.tag
    return form.format(major=floor[0], minor=floor[1])


def names(patterns: Iterable[str], spellings: Iterable[str]) -> bool:
    """Return whether one of `patterns` matches one of the ids."""
    given = tuple(patterns)
    return any(matches(given, each, each) for each in spellings)


def _of_row(row: Interpreter, platforms: list[str]) -> Iterator[Tag]:
    return _taken(row.implementation, row.version, row.abi_tag, platforms)


def _taken(implementation: Implementation, version: Version, abi: str, platforms: list[str]) -> Iterator[Tag]:
    prefix = {"cpython": "cp", "pypy": "pp", "graalpy": "graalpy"}[implementation]
    interpreter = f"{prefix}{version[0]}{version[1]}"
    if implementation == "cpython":
        yield from cpython_tags(version, [abi], platforms)
    else:
        yield from generic_tags(interpreter, [abi], platforms)
    yield from compatible_tags(version, interpreter, platforms)


def _abi(python: Installed) -> str:
    """Return a Python's ABI tag; a debug build of CPython takes the release's wheels, too (What's new in 3.8)."""
    if python.implementation == "cpython":
        return f"cp{python.version[0]}{python.version[1]}{'t' * python.free_threaded}"
    parts = python.soabi.split("-")
    return "_".join(parts[: 2 if python.implementation == "pypy" else 3])


def _runs(python: Installed, platform: str) -> bool:
    """Return whether a platform tag is one that this Python's system keeps."""
    if platform == "any":
        return True
    arch = arch_of(python)
    if linux := _LINUX.fullmatch(platform):
        return python.platform.startswith("linux-") and linux[5] == arch and _has_libc(python.libc, linux)
    if macos := _MACOS.fullmatch(platform):
        own = _MACOS_FAT.get(arch, (arch,))
        return python.platform.startswith("macosx-") and bool({*own} & {*_MACOS_FAT.get(macos[1], (macos[1],))})
    return re.sub(r"[-.]", "_", python.platform) == platform


def _has_libc(libc: str, linux: re.Match[str]) -> bool:
    family = "manylinux" if linux[4] else linux[1]
    if not family or not libc:
        return True
    if family == "musllinux":
        return libc == "musl"
    found = _GLIBC.fullmatch(libc)
    return found is not None and (int(found[1]), int(found[2])) >= _lowest(linux)


def _lowest(linux: re.Match[str]) -> Version:
    return _LEGACY[linux[4]] if linux[4] else (int(linux[2]), int(linux[3]))


def _spellings(platform: str) -> Iterator[str]:
    """Yield a platform tag, its short form, and the plain form that cells without a floor are called by."""
    short = _FLOOR.sub("", platform)
    yield from dict.fromkeys((platform, short, re.sub(r"^(manylinux|musllinux)_", "linux_", short)))
