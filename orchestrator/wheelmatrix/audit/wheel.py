"""The verdict on a whole wheel: the archive, each native file in it, and whether the filename's tags are earned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from wheelmatrix.audit import elf
from wheelmatrix.audit.archive import check_archive
from wheelmatrix.audit.formats import Format, format_of_member
from wheelmatrix.audit.library import audit_library
from wheelmatrix.audit.macho_floor import universal2
from wheelmatrix.audit.macho_rules import audit_macho
from wheelmatrix.audit.module_name import is_foreign_to_python, module_name, suffix_problems
from wheelmatrix.audit.policy import family, flavour, policies_of
from wheelmatrix.audit.promise import PlatformPromise, Promise, nominal_python, promise_of
from wheelmatrix.audit.zip_reader import Contents
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Abi, Expectation, Report, Tables, Target
from wheelmatrix.platforms import earned_floor, platform_tags

_SYSTEMS: Mapping[Format, str] = {"ELF": "Linux", "Mach-O": "macOS", "PE": "Windows"}
_PROGRAM_SUFFIX = ".exe"
_NO_MODULE = "it is named as a module, but has nothing of Python's in it: only ctypes or cffi can load it"
_WARNED_RATIO, _WARNED_BYTES = 40, 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelReport:
    """Audit of one wheel; true if it may be shipped."""

    filename: str
    problems: tuple[str, ...]
    """What is wrong with the archive, its texts and its tags; those of the libraries stand in `reports`."""
    warnings: tuple[str, ...]
    reports: tuple[Report, ...]
    """Of each native file in it, by name: libraries and programs."""
    metadata: bytes | None = None
    """METADATA, whole; None: it has none that can be read."""

    @property
    def all_problems(self) -> tuple[str, ...]:
        """Those of the archive, then those of its libraries, each with the library's name."""
        return (*self.problems, *(f"{one.name}: {problem}" for one in self.reports for problem in one.problems))

    def __bool__(self) -> bool:
        return not self.problems and all(self.reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A wheel before the tables."""

    promise: Promise
    tables: Tables
    bundled: frozenset[str]
    """File names of its native files."""


def audit_wheel(filename: str, data: bytes, tables: Tables) -> WheelReport:
    """Return what is wrong with a wheel, from its bytes alone, and which platform tag each library in it earned.

    `filename` is the file's name without directory: its tags are what the libraries have to keep.
    Nothing is raised for what is in `data`. Every ELF, Mach-O and PE file is judged, whatever the host.
    """
    problems, members = check_archive(filename, data)
    natives = {
        name: found
        for name, content in sorted(members.views.items())
        if (found := format_of_member(name, content)) is not None
    }
    promise = promise_of(filename, tables)
    warnings = [*_bulk(members, data)]
    reports: list[Report] = []
    faults: list[str] = []
    if promise is not None:
        bench = _Bench(
            promise=promise, tables=tables, bundled=frozenset(PurePosixPath(name).name for name in natives)
        )  # fmt: skip
        strays, doubts = _strays(natives, promise)
        faults += strays
        warnings += doubts
        for name, found in natives.items():
            platform = promise.platform_for(found)
            target = None if platform is None else _target(platform, members[name], tables)
            if platform is not None and target is not None:
                reports.append(_judged(name, members[name], found, platform, target, bench))
            elif platform is not None:
                faults.append(f"the architecture of the platform tag, {platform.arch!r}, is not known")
    return WheelReport(
        filename=filename,
        problems=(*problems, *dict.fromkeys(faults)),
        warnings=tuple(warnings),
        reports=tuple(reports),
        metadata=members.get(f"{'-'.join(filename.split('-')[:2])}.dist-info/METADATA"),
    )


def _strays(natives: Mapping[str, Format], promise: Promise) -> tuple[list[str], list[str]]:
    """Return what is to be said of native files that are for no system of the tags, as problems and as warnings.

    Programs for Windows are warnings: launchers that become scripts there are shipped by wheels for every system.
    """
    problems: dict[Format, str] = {}
    warnings: dict[Format, str] = {}
    for name, found in natives.items():
        if promise.platform_for(found) is None:
            told = warnings if found == "PE" and name.lower().endswith(_PROGRAM_SUFFIX) else problems
            told.setdefault(found, f"{name!r} is for {_SYSTEMS[found]}, but no platform tag of the filename is")
    return list(problems.values()), list(warnings.values())


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


def _bulk(members: Contents, data: bytes) -> Iterator[str]:
    whole = sum(map(len, members.views.values()))
    if whole > _WARNED_BYTES and whole > _WARNED_RATIO * len(data):
        yield f"it unpacks to {whole // len(data)} times its size; from 50 times on, indexes take it for a bomb"
