"""The verdict on a whole wheel: the archive, each native file in it, and whether the filename's tags are earned."""

from collections.abc import Iterator, Mapping

from wheelmatrix.audit.archive import check_archive
from wheelmatrix.audit.formats import Format, format_of_member
from wheelmatrix.audit.promise import Promise, promise_of
from wheelmatrix.audit.zip_reader import Contents
from wheelmatrix.model import Report, Tables
from wheelmatrix.values import dataclass

_SYSTEMS: Mapping[Format, str] = {"ELF": "Linux", "Mach-O": "macOS", "PE": "Windows"}
_PROGRAM_SUFFIX = ".exe"
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
    if promise is not None and natives:
        from wheelmatrix.audit.natives import audit_natives  # here: the readers of all formats are half of the audit

        strays, doubts = _strays(natives, promise)
        reports, unknown = audit_natives({name: members[name] for name in natives}, natives, promise, tables)
        faults = [*strays, *unknown]
        warnings += doubts
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


def _bulk(members: Contents, data: bytes) -> Iterator[str]:
    whole = sum(map(len, members.views.values()))
    if whole > _WARNED_BYTES and whole > _WARNED_RATIO * len(data):
        yield f"it unpacks to {whole // len(data)} times its size; from 50 times on, indexes take it for a bomb"
