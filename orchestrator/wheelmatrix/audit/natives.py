"""The verdict on the native files of a wheel, each by the rules of its format, for the target that the tag names."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from wheelmatrix.audit import elf
from wheelmatrix.audit.formats import Format
from wheelmatrix.audit.library import audit_library
from wheelmatrix.audit.macho_floor import universal2
from wheelmatrix.audit.macho_rules import audit_macho
from wheelmatrix.audit.module_name import is_foreign_to_python, module_name, suffix_problems
from wheelmatrix.audit.policy import family, flavour, policies_of
from wheelmatrix.audit.promise import PlatformPromise, Promise, nominal_python
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Abi, Expectation, Report, Tables, Target
from wheelmatrix.platforms import earned_floor, platform_tags
from wheelmatrix.values import dataclass

_NO_MODULE = "it is named as a module, but has nothing of Python's in it: only ctypes or cffi can load it"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A wheel before the tables."""

    promise: Promise
    tables: Tables
    bundled: frozenset[str]
    """File names of its native files."""


def audit_natives(
    images: Mapping[str, bytes], formats: Mapping[str, Format], promise: Promise, tables: Tables
) -> tuple[list[Report], list[str]]:
    """Return the verdict on each native file that is for a system of the tags, and why there is none on others.

    `images` and `formats`: the wheel's native files and what they are, by name.
    """
    bench = _Bench(promise=promise, tables=tables, bundled=frozenset(PurePosixPath(name).name for name in images))
    reports: list[Report] = []
    faults: list[str] = []
    for name, found in formats.items():
        platform = promise.platform_for(found)
        target = None if platform is None else _target(platform, images[name], tables)
        if platform is not None and target is not None:
            reports.append(_judged(name, images[name], found, platform, target, bench))
        elif platform is not None:
            faults.append(f"the architecture of the platform tag, {platform.arch!r}, is not known")
    return reports, faults


def _judged(name: str, image: bytes, found: Format, platform: PlatformPromise, target: Target, bench: _Bench) -> Report:
    abi, tables = bench.promise.abi, bench.tables
    module = module_name(name, image, found, abi)
    expected = Expectation(
        target=target,
        abi=abi or Abi(kind="version", interpreter=nominal_python()),
        module=module,
        mode="warn" if platform.os == "linux" and not platform.family else "check",
        ceiling=(platform.family, platform.floor) if platform.family and platform.floor else None,
        plain=False,
    )

    def audit(is_extension: bool) -> Report:
        if platform.os == "macos":
            return audit_macho(
                image,
                expected,
                tables,
                name=name,
                is_extension=is_extension,
                bundled=bench.bundled,
                promised=platform.floors,
            )
        return audit_library(image, expected, tables, name=name, is_extension=is_extension, bundled=bench.bundled)

    report = audit(bool(module))
    if module and not report.entry_symbols and is_foreign_to_python(image, found):
        report = replace(audit(False), warnings=(_NO_MODULE, *report.warnings))
    faults = tuple(suffix_problems(name, abi, target)) if abi is not None and module else ()
    return replace(
        report,
        problems=(*report.problems, *faults),
        platform_tags=() if faults else _earned(report, target, tables),
    )


def _earned(report: Report, target: Target, tables: Tables) -> tuple[str, ...]:
    """Return the lowest tags that the library could have had; musl has no versions that could prove a lower one."""
    if not report.platform_tags or family(target) != "manylinux":
        return report.platform_tags
    known = policies_of(target, tables.policies)
    floor = None if report.floor is None else earned_floor(report.floor, target)
    return platform_tags(target, floor, known)


def _target(platform: PlatformPromise, image: bytes, tables: Tables) -> Target | None:
    """Return the row of the tag's system and architecture, and of the libc that tag or library name; None: no row."""
    if platform.os == "macos" and platform.arch == "universal2":
        return universal2(tables)
    rows = [row for row in tables.targets.values() if (row.os, row.arch) == (platform.os, platform.arch)]
    if platform.os != "linux":
        # Which compiler made the wheel is not known, so Rust's own floor is no promise of it.
        return next((replace(row, rustc_floor=None) for row in rows), None)
    is_musl = platform.family == "musllinux" or (not platform.family and _is_for_musl(image))
    of_libc = [row for row in rows if row.libc.startswith("musl") == is_musl]
    return next(iter((*filter(family, of_libc), *of_libc, *rows)), None)


def _is_for_musl(image: bytes) -> bool:
    try:
        return flavour(elf.read(image)) == "musl"
    except AuditError:
        return False  # the library's own report says why
