"""From what was asked for, or what the host calls itself, to a row of `matrix/targets.toml`."""

import difflib
import re
from collections.abc import Callable
from dataclasses import replace

from wheelmatrix.errors import ConfigError, WheelmatrixError
from wheelmatrix.model import Tables, Target, Version
from wheelmatrix.platforms.tag import LEGACY_GLIBC, floor_name, lowest_floor, release_needed
from wheelmatrix.tables import nearest_triple

_TAG = re.compile(
    r"(?P<family>manylinux|musllinux|macosx)_(?P<major>\d{1,9})_(?P<minor>\d{1,9})_(?P<arch>\w+)", re.ASCII
)
_LEGACY_TAG = re.compile(r"manylinux(?P<year>1|2010|2014)_(?P<arch>\w+)", re.ASCII)
_LIKE_A_TAG = re.compile(r"manylinux|musllinux|linux|macosx|win", re.ASCII)
_SPELLINGS = {
    "linux": {"arm64": "aarch64", "amd64": "x86_64"},
    "macosx": {"aarch64": "arm64", "amd64": "x86_64"},
    "win_": {"aarch64": "arm64", "x86_64": "amd64"},
}
"""How each family of tags calls the machines that others call otherwise."""
_VERSION = re.compile(r"_(?P<major>\d{1,9})_(?P<minor>\d{1,9})_", re.ASCII)
_WITH_FLOOR = re.compile(r"(?P<triple>.+?)\.(?P<major>\d{1,9})(?:\.(?P<minor>\d{1,9}))?", re.ASCII)
_DISTRIBUTIONS = frozenset({"alpine", "chimera"})
"""Vendors whose own rustc calls its host by their name and knows its std by no other: x86_64-alpine-linux-musl."""


def parse_target(tables: Tables, text: str, *, host_os: str = "linux") -> Target:
    """Return the target that `text` names.

    A triple; a triple and a floor (`x86_64-unknown-linux-gnu.2.17`); a platform tag (`manylinux_2_17_aarch64`,
    `manylinux2014_x86_64`, `musllinux_1_2_x86_64`, `macosx_11_0_arm64`, `win_amd64`), which is the first row that such
    wheels are for: of Windows' the one with Microsoft's tools on Windows (`host_os`), and that with GNU's elsewhere.
    Raises ConfigError if the triple is unknown, if it has no floor and one is given, if it needs one and none is
    given, and if the floor is one that Rust's own library does not run on.
    """
    if named := _tagged(tables, text, host_os):
        return _checked(*named, text)
    found = _row(tables, text)
    floor: Version | None = None
    if found is None and (parts := _WITH_FLOOR.fullmatch(text)):
        found = _row(tables, parts["triple"])
        floor = int(parts["major"]), int(parts["minor"] or 0)
        if tagged := _tagged(tables, parts["triple"], host_os):
            raise _floor_behind_tag(tagged[0], floor, parts["triple"], text)
    if found is None:
        raise _unknown(tables, parts["triple"] if parts else text, text) if text else _empty()
    return _checked(found, floor, text)


def host_target(tables: Tables, triple: str) -> Target:
    """Return the target of the machine that builds, by rustc's host triple.

    Raises ConfigError if the triple is unknown, or if its tags cannot be named without a release.
    """
    # What rustc says of itself is no typing error, so that any vendor is taken for a distribution.
    found = _row(tables, triple) or _renamed(tables, triple, bool)
    if found is None:
        raise _unknown(tables, triple, "rustc's host")
    return _checked(found, None, triple)


def _tagged(tables: Tables, text: str, host_os: str) -> tuple[Target, Version | None] | None:
    """Return the row and the floor of a platform tag; None: it is none, or none of a known target."""
    floor: Version | None = None
    wanted = text
    if legacy := _LEGACY_TAG.fullmatch(text):
        floor = LEGACY_GLIBC[legacy["year"]]
        wanted = f"manylinux_{{major}}_{{minor}}_{legacy['arch']}"
    elif parts := _TAG.fullmatch(text):
        floor = int(parts["major"]), int(parts["minor"])
        wanted = f"{parts['family']}_{{major}}_{{minor}}_{parts['arch']}"
    libc = "msvc" if host_os == "windows" else "gnu"
    rows = [row for row in tables.targets.values() if wanted == (row.plain_tag if floor is None else row.tag)]
    row = next((row for row in rows if row.os == "windows" and row.libc == libc), next(iter(rows), None))
    return None if row is None else (row, floor)


def _row(tables: Tables, triple: str) -> Target | None:
    return tables.targets.get(triple) or _renamed(tables, triple, lambda vendor: vendor in _DISTRIBUTIONS)


def _renamed(tables: Tables, triple: str, admits: Callable[[str], bool]) -> Target | None:
    """Return the facts of the same Linux by its plain name, where `admits` takes the vendor for a distribution's."""
    arch, _, rest = triple.partition("-")
    vendor, _, system = rest.partition("-")
    plain = tables.targets.get(f"{arch}-unknown-{system}")
    return replace(plain, triple=triple) if plain is not None and plain.os == "linux" and admits(vendor) else None


def _checked(target: Target, floor: Version | None, text: str) -> Target:
    """Return the row with its floor; raise ConfigError if it has none, needs one, or is too low."""
    where = f"target {text}"
    if floor is None:
        if "{major}" in target.plain_tag and lowest_floor(target) is None:
            raise ConfigError(release_needed(target))
        return target
    if target.rustc_floor is None and "{major}" not in target.tag:
        raise ConfigError.of(
            f"{target.triple} has no floor: its platform tag {target.tag} promises no version",
            where=where,
            hint=f"write {target.triple}",
        )
    if target.rustc_floor is not None and floor < target.rustc_floor:
        lowest = f"{target.rustc_floor[0]}.{target.rustc_floor[1]}"
        raise ConfigError.of(
            f"{floor_name(target)} {floor[0]}.{floor[1]} is below {lowest}, the lowest that Rust's std runs on there",
            where=where,
            hint=f"write {target.triple}.{lowest} or a higher floor",
        )
    return replace(target, floor=floor)


def _unknown(tables: Tables, triple: str, where: str) -> WheelmatrixError:
    meant = _nearest_tag(tables, triple) if _LIKE_A_TAG.match(triple) else nearest_triple(tables, triple)
    return ConfigError.of(f"the target {triple!r} is not known", where=where, hint=f"did you mean {meant}?")


def _nearest_tag(tables: Tables, text: str) -> str:
    """Return the platform tag that `text` most likely means, with the version that it names, if it names one."""
    named = _VERSION.search(text)
    tags = []
    for row in tables.targets.values():
        lowest = lowest_floor(row) or (1, 0)
        major, minor = (int(named["major"]), int(named["minor"])) if named else lowest
        tags += [template.format(major=major, minor=minor) for template in (row.tag, row.plain_tag)]
        tags += [f"manylinux{year}_{row.arch}" for year in LEGACY_GLIBC if row.tag.startswith("manylinux")]
    for family, spellings in _SPELLINGS.items():
        for wrong, right in spellings.items() if family in text else ():
            text = text.replace(wrong, right)
    return difflib.get_close_matches(text, tags, n=1, cutoff=0.0)[0]


def _floor_behind_tag(row: Target, floor: Version, tag: str, text: str) -> WheelmatrixError:
    other = f"{row.triple}.{floor[0]}.{floor[1]}" if "{major}" in row.tag else tag
    return ConfigError.of(
        f"{tag} is a platform tag, and a floor stands behind triples only",
        where=f"target {text}",
        hint=f"write {other}",
    )


def _empty() -> WheelmatrixError:
    return ConfigError.of("a target is empty", hint="write a Rust target triple such as x86_64-unknown-linux-gnu")
