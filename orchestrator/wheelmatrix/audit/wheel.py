"""The verdict on a whole wheel: the archive, each library in it, and whether the filename's tags are earned."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath

from wheelmatrix.audit.archive import check_archive
from wheelmatrix.audit.elf import ElfFacts, read
from wheelmatrix.audit.elf_rules import audit_library, is_elf
from wheelmatrix.audit.policy import family, flavour, policies_of
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Abi, Expectation, Implementation, Interpreter, Report, Tables, Target, Version
from wheelmatrix.platforms import earned_floor, platform_tags

_LEGACY: Mapping[str, Version] = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
"""Source: PEP 600, "Legacy manylinux tags"."""
_LINUX_TAG = re.compile(
    r"(?:(manylinux|musllinux)_(\d{1,4})_(\d{1,4})|(manylinux1|manylinux2010|manylinux2014)|linux)_(\w+)"
)
_PYTHON_TAG = re.compile(r"(cp|pp|graalpy)(\d)(\d{1,3})")
_IMPLEMENTATION: Mapping[str, Implementation] = {"cp": "cpython", "pp": "pypy", "graalpy": "graalpy"}
_SUFFIX = re.compile(r"([^.]+)((?:\.[^.]+)*)\.so")
"""Module name and the parts between it and `.so`."""
_STABLE_SUFFIX = re.compile(r"\.(abi3t?)(-[\w-]+)?")
_LONG_SUFFIX_SINCE: Version = (3, 15)
"""First Python that finds `.abi3-x86_64-linux-gnu.so`. Source: python/cpython#122931."""
_OTHER_FORMATS = {
    b"MZ": "PE", b"\xcf\xfa\xed\xfe": "Mach-O", b"\xce\xfa\xed\xfe": "Mach-O", b"\xca\xfe\xba\xbe": "Mach-O",
}  # fmt: skip
_WARNED_RATIO, _WARNED_BYTES = 40, 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelReport:
    """Audit of one wheel; true if it may be shipped."""

    filename: str
    problems: tuple[str, ...]
    """What is wrong with the archive, its texts and its tags; those of the libraries stand in `reports`."""
    warnings: tuple[str, ...]
    reports: tuple[Report, ...]
    """Of each ELF file in it, by name."""

    def __bool__(self) -> bool:
        return not self.problems and all(self.reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promise:
    """What the tags in a filename say."""

    abi: Abi | None
    """None: the wheel fits any Python, so its libraries are no extension modules."""
    arch: str
    """Empty: no Linux platform tag."""
    family: str
    """`manylinux`, `musllinux`; empty for a plain `linux_…` tag."""
    floor: Version | None
    """Lowest floor of the platform tags."""


def audit_wheel(filename: str, data: bytes, tables: Tables) -> WheelReport:
    """Return what is wrong with a wheel, from its bytes alone, and which platform tag each library in it earned.

    `filename` is the file's name without directory: its tags are what the libraries have to keep.
    Nothing is raised for what is in `data`. Libraries that are not ELF are named in a warning: they are not proved.
    """
    problems, members = check_archive(filename, data)
    binaries = {name: content for name, content in sorted(members.items()) if is_elf(content)}
    promise = _promise(filename, tables)
    warnings = [*_unproved(members), *_bulk(members, data)]
    if not binaries:
        return WheelReport(filename=filename, problems=problems, warnings=tuple(warnings), reports=())
    if promise is None or not promise.arch:
        stray = f"{min(binaries)!r} is for Linux, but no platform tag of the filename is"
        faults = problems if promise is None else (*problems, stray)
        return WheelReport(filename=filename, problems=faults, warnings=tuple(warnings), reports=())
    bundled = frozenset(PurePosixPath(name).name for name in binaries)
    reports: list[Report] = []
    for name, content in binaries.items():
        facts = _facts(content)
        target = _target(promise, facts, tables)
        if target is None:
            fault = f"the architecture of the platform tag, {promise.arch!r}, is not known"
            return WheelReport(filename=filename, problems=(*problems, fault), warnings=tuple(warnings), reports=())
        reports.append(_library(name, content, facts, promise, target, bundled, tables))
    return WheelReport(filename=filename, problems=problems, warnings=tuple(warnings), reports=tuple(reports))


def _facts(image: bytes) -> ElfFacts | None:
    try:
        return read(image)
    except AuditError:
        return None  # the library's own report says why


def _library(
    name: str,
    image: bytes,
    facts: ElfFacts | None,
    promise: _Promise,
    target: Target,
    bundled: frozenset[str],
    tables: Tables,
) -> Report:
    module = _module(name, facts, promise)
    expected = Expectation(
        target=target,
        abi=promise.abi or Abi(kind="version", interpreter=_interpreter("cp", (3, 0), "none")),
        module=module,
        mode="check",
        ceiling=(promise.family, promise.floor) if promise.family and promise.floor else None,
        plain=False,
    )
    if not promise.family:
        expected = replace(expected, mode="warn")
    report = audit_library(image, expected, tables, name=name, is_extension=bool(module), bundled=bundled)
    faults = tuple(_suffix_problems(name, promise, target)) if module else ()
    return replace(
        report,
        problems=(*report.problems, *faults),
        platform_tags=() if faults else _earned(report, target, tables),
    )


def _earned(report: Report, target: Target, tables: Tables) -> tuple[str, ...]:
    """Return the lowest tags that the library could have had; musl has no versions that could prove a lower one."""
    if not report.platform_tags or family(target) == "musllinux":
        return report.platform_tags
    known = policies_of(target, tables.policies)
    floor = None if report.floor is None else earned_floor(report.floor, target)
    return platform_tags(target, floor, known)


def _promise(filename: str, tables: Tables) -> _Promise | None:
    """Return what the filename's tags say; None if it is no wheel's name."""
    parts = filename.removesuffix(".whl").split("-")
    if len(parts) not in (5, 6) or not filename.endswith(".whl"):
        return None
    found = [match for tag in parts[-1].split(".") if (match := _LINUX_TAG.fullmatch(tag))]
    floors = [floor for match in found if (floor := _floor(match)) is not None]
    families = {match[1] or "manylinux" for match in found if _floor(match) is not None}
    return _Promise(
        abi=_abi(parts[-3].split("."), parts[-2].split("."), tables),
        arch=found[0][5] if found else "",
        family=min(families, default=""),
        floor=min(floors, default=None),
    )


def _floor(match: re.Match[str]) -> Version | None:
    if match[4]:
        return _LEGACY[match[4]]
    return (int(match[2]), int(match[3])) if match[1] else None


def _abi(python_tags: list[str], abi_tags: list[str], tables: Tables) -> Abi | None:
    found = [match for tag in python_tags if (match := _PYTHON_TAG.fullmatch(tag))]
    if not found or "none" in abi_tags:
        return None
    lowest = min(found, key=lambda match: (int(match[2]), int(match[3])))
    kind, version = lowest[1], (int(lowest[2]), int(lowest[3]))
    if "abi3t" in abi_tags or "abi3" in abi_tags:
        stable = f"{kind}{version[0]}{version[1]}"
        row = _row(tables, lowest[0], stable) or _interpreter(kind, version, stable)
        return Abi(kind="abi3t" if "abi3t" in abi_tags else "abi3", interpreter=row)
    row = _row(tables, lowest[0], abi_tags[0]) or _interpreter(kind, version, abi_tags[0])
    return Abi(kind="version", interpreter=row)


def _row(tables: Tables, python_tag: str, abi_tag: str) -> Interpreter | None:
    return next(
        (row for row in tables.interpreters if (row.python_tag, row.abi_tag) == (python_tag, abi_tag)),
        None,
    )


def _interpreter(kind: str, version: Version, abi_tag: str) -> Interpreter:
    """Return a row for a Python that the tables do not know (any more): all of it follows from the tags."""
    number = f"{version[0]}{version[1]}"
    soabi = f"cpython-{abi_tag.removeprefix('cp')}" if kind == "cp" else abi_tag.replace("_", "-")
    return Interpreter(
        id=abi_tag,
        implementation=_IMPLEMENTATION[kind],
        version=version,
        free_threaded=kind == "cp" and abi_tag.endswith("t"),
        python_tag=f"{kind}{number}",
        abi_tag=abi_tag,
        soabi=soabi,
        status="final",
        end_of_life=date.min,
        group="",
        offered=False,
    )


def _target(promise: _Promise, facts: ElfFacts | None, tables: Tables) -> Target | None:
    """Return the row of the filename's architecture and of the libc that tag or library name; None if there is none."""
    is_musl = promise.family == "musllinux" or (not promise.family and facts is not None and flavour(facts) == "musl")
    rows = [row for row in tables.targets.values() if row.os == "linux" and row.arch == promise.arch]
    of_libc = [row for row in rows if row.libc.startswith("musl") == is_musl]
    return next(iter((*filter(family, of_libc), *of_libc, *rows)), None)


def _module(name: str, facts: ElfFacts | None, promise: _Promise) -> str:
    """Return the module's name if the library is an extension module of this wheel; else empty.

    By place and name: not in `.libs`, no program, named as Python's finder would look for it. A bare `libx.so` is a
    module only if it has an entry symbol: ctypes and cffi load theirs under such names.
    """
    path = PurePosixPath(name)
    found = _SUFFIX.fullmatch(path.name)
    if promise.abi is None or found is None or path.parts[0].endswith(".libs") or (facts and facts.interpreter):
        return ""
    bare = not found[2]
    if bare and (facts is None or (not facts.entry_symbols and path.name.startswith("lib"))):
        return ""
    return found[1]


def _suffix_problems(name: str, promise: _Promise, target: Target) -> Iterator[str]:
    """Return why the Pythons of the tag would not look for a module of this name."""
    abi = promise.abi
    found = _SUFFIX.fullmatch(PurePosixPath(name).name)
    if abi is None or found is None or not found[2]:
        return
    suffix = found[2]
    row = abi.interpreter
    stable = _STABLE_SUFFIX.fullmatch(suffix)
    if stable is not None:
        if row.implementation != "cpython" or (row.free_threaded and stable[1] == "abi3"):
            yield f"a file named {suffix}.so is never imported by the Python of tag {row.abi_tag}"
        elif stable[1] == "abi3t" and row.version < _LONG_SUFFIX_SINCE:
            yield f"Python {row.version[0]}.{row.version[1]} does not look for {suffix}.so, only 3.15 and later do"
        elif stable[2] and row.version < _LONG_SUFFIX_SINCE:
            yield f"Python {row.version[0]}.{row.version[1]} does not look for {suffix}.so: name it .{stable[1]}.so"
    elif abi.kind != "version":
        yield f"the tag promises the stable ABI, but a file named {suffix}.so is imported by one Python only"
    elif row.soabi and not suffix.startswith((f".{row.soabi}-", f".{row.soabi}.")) and suffix != f".{row.soabi}":
        yield f"a file named {suffix}.so is never imported by the Python of tag {row.abi_tag} ({row.soabi})"
    elif target.suffix_arch and row.implementation == "cpython" and f"-{target.suffix_arch}-" not in suffix:
        yield f"a file named {suffix}.so is not looked for on {target.arch}"


def _unproved(members: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in sorted(members.items()):
        kind = next((kind for magic, kind in _OTHER_FORMATS.items() if content.startswith(magic)), "")
        if kind and name.endswith((".pyd", ".dll", ".exe", ".so", ".dylib")):
            yield f"{name!r} is {kind}: this version proves ELF libraries only"


def _bulk(members: Mapping[str, bytes], data: bytes) -> Iterator[str]:
    whole = sum(map(len, members.values()))
    if whole > _WARNED_BYTES and whole > _WARNED_RATIO * len(data):
        yield f"it unpacks to {whole // len(data)} times its size; from 50 times on, indexes take it for a bomb"
