"""What the tags in a wheel's filename say: for which Python, for which systems, and from which version of them on."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from wheelmatrix.audit.formats import Format
from wheelmatrix.model import Abi, Implementation, Interpreter, Tables, Version
from wheelmatrix.values import dataclass

_LEGACY: Mapping[str, Version] = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
"""Source: PEP 600, "Legacy manylinux tags"."""
_LINUX_TAG = re.compile(
    r"(?:(manylinux|musllinux)_(\d{1,4})_(\d{1,4})|(manylinux1|manylinux2010|manylinux2014)|linux)_(\w+)"
)
_MACOS_TAG = re.compile(r"macosx_(\d{1,4})_(\d{1,4})_(\w+)")
_UNIVERSAL2 = "universal2"
_FIRST_ON_ARM: Version = (11, 0)
_PYTHON_TAG = re.compile(r"(cp|pp|graalpy)(\d)(\d{1,3})")
_IMPLEMENTATION: Mapping[str, Implementation] = {"cp": "cpython", "pp": "pypy", "graalpy": "graalpy"}
_MACH_O_SYSTEMS = ("macos", "ios")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformPromise:
    """What the platform tags for one system say."""

    os: str
    """As `Target.os` has it."""
    arch: str
    """As the tags spell it; `universal2` also where one tag is for x86_64 and one for arm64."""
    family: str = ""
    """`manylinux`, `musllinux`; empty for a plain `linux_…` tag, and on other systems."""
    floor: Version | None = None
    """Lowest version that a tag names: of glibc or musl."""
    floors: Mapping[str, Version] | None = None
    """macOS: the lowest version that a tag names for each architecture."""

    @property
    def loads(self) -> Format:
        """Format of the libraries that the system loads."""
        if self.os in _MACH_O_SYSTEMS:
            return "Mach-O"
        return "PE" if self.os == "windows" else "ELF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the tags in a filename say."""

    abi: Abi | None
    """None: the wheel fits any Python, so its libraries are no extension modules."""
    platforms: tuple[PlatformPromise, ...]
    """One for each system that a tag is for; empty: `any`, or none that is known."""

    def platform_for(self, found: Format) -> PlatformPromise | None:
        """Return the platform whose libraries have the format `found`; None if no tag is for such a one."""
        return next((one for one in self.platforms if one.loads == found), None)


def promise_of(filename: str, tables: Tables) -> Promise | None:
    """Return what the filename's tags say; None if it is no wheel's name."""
    parts = filename.removesuffix(".whl").split("-")
    if len(parts) not in (5, 6) or not filename.endswith(".whl"):
        return None
    tags = parts[-1].split(".")
    found = (_linux(tags), _macos(tags), *_others(tags, tables))
    return Promise(
        abi=_abi(parts[-3].split("."), parts[-2].split("."), tables),
        platforms=tuple(one for one in found if one is not None),
    )


def nominal_python() -> Interpreter:
    """Return a Python for the rules of libraries that are no modules, which ask for none."""
    return _interpreter("cp", (3, 0), "none")


def _linux(tags: list[str]) -> PlatformPromise | None:
    found = [match for tag in tags if (match := _LINUX_TAG.fullmatch(tag))]
    if not found:
        return None
    floors = [floor for match in found if (floor := _floor(match)) is not None]
    families = {match[1] or "manylinux" for match in found if _floor(match) is not None}
    return PlatformPromise(
        os="linux", arch=found[0][5], family=min(families, default=""), floor=min(floors, default=None)
    )


def _floor(match: re.Match[str]) -> Version | None:
    if match[4]:
        return _LEGACY[match[4]]
    return (int(match[2]), int(match[3])) if match[1] else None


def _macos(tags: list[str]) -> PlatformPromise | None:
    floors: dict[str, Version] = {}
    for found in filter(None, map(_MACOS_TAG.fullmatch, tags)):
        version = (int(found[1]), int(found[2]))
        # Installers on arm64 take a universal2 tag of any 10.x, but there is no macOS before 11 for it.
        both = {"x86_64": version, "arm64": max(version, _FIRST_ON_ARM)}
        for arch, floor in both.items() if found[3] == _UNIVERSAL2 else [(found[3], version)]:
            floors[arch] = min(floor, floors.get(arch, floor))
    if not floors:
        return None
    arch = _UNIVERSAL2 if {"x86_64", "arm64"} <= floors.keys() else next(iter(floors))
    return PlatformPromise(os="macos", arch=arch, floors=floors)


def _others(tags: list[str], tables: Tables) -> Iterator[PlatformPromise]:
    """Return the promise of each other system: its tags are those of a row, whatever the version in them."""
    seen: set[str] = set()
    for row in tables.targets.values():
        if row.os in ("linux", "macos") or row.os in seen:
            continue
        pattern = re.escape(row.plain_tag).replace(r"\{major\}", r"\d{1,9}").replace(r"\{minor\}", r"\d{1,9}")
        if any(re.fullmatch(pattern, tag) for tag in tags):
            seen.add(row.os)
            yield PlatformPromise(os=row.os, arch=row.arch)


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
