"""Which macOS each slice needs, whether that is what was asked for, and the platform tags that it is worth."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from wheelmatrix.audit.macho import MachFacts
from wheelmatrix.model import Expectation, Tables, Target, Version
from wheelmatrix.platforms import PLATFORMS, earned_floor, lowest_floor, platform_tags

UNIVERSAL2 = ("x86_64", "arm64")
"""Architectures of a universal2 library; the order is that of lipo."""
_FIRST_ON_ARM: Version = (11, 0)


def archs_of(target: Target) -> tuple[str, ...]:
    """Return the architectures that a library for `target` has to have, as platform tags spell them."""
    return UNIVERSAL2 if target.arch == "universal2" else (target.arch,)


def universal2(tables: Tables) -> Target | None:
    """Return the target of universal2 wheels, of whatever compiler; None if its halves have no rows.

    A row of that architecture, if there is one, else the one for x86_64 under the tag of both.
    """
    rows = {row.arch: row for row in tables.targets.values() if row.os == "macos"}
    if "universal2" in rows:
        return replace(rows["universal2"], rustc_floor=None)
    if not rows.keys() >= set(UNIVERSAL2):
        return None
    tag = rows["x86_64"].tag.replace("x86_64", "universal2")
    return replace(
        rows["x86_64"],
        triple="universal2-apple-darwin",
        arch="universal2",
        suffix_arch="",
        tag=tag,
        plain_tag=tag,
        rustc_floor=None,
    )


def minima(facts: MachFacts, target: Target) -> dict[str, Version]:
    """Return the lowest macOS of each architecture of `target` that the file has and that says one."""
    archs = archs_of(target)
    return {one.arch: one.minimum for one in facts.slices if one.arch in archs and one.minimum is not None}


def asked_floors(expected: Expectation, tables: Tables) -> dict[str, Version]:
    """Return the floor that was asked for, by architecture; empty if none was.

    A floor below the first macOS of an architecture asks for that one: universal2 at 10.12 is arm64 at 11.0.
    """
    named = expected.target.floor or (expected.ceiling[1] if expected.ceiling is not None else None)
    if named is None:
        return {}
    rows = {arch: _row(arch, expected.target, tables) for arch in archs_of(expected.target)}
    return {arch: max(named, row.installer_floor or named) for arch, row in rows.items()}


def exceeded(found: Mapping[str, Version], asked: Mapping[str, Version], *, by_tag: bool) -> Iterator[str]:
    """Return which slices need a newer macOS than was asked for, naming both.

    `by_tag` True takes the floor as a tag says it, where from macOS 11 on the minor version is always 0.
    """
    newer: dict[tuple[Version, Version], list[str]] = {}
    for arch, minimum in found.items():
        floor = asked.get(arch, minimum)
        if (_spelled(minimum) if by_tag else minimum) > floor:
            newer.setdefault((floor, minimum), []).append(arch)
    for (floor, minimum), archs in newer.items():
        yield (
            f"macOS {_dotted(floor)} was asked for, but its {' and '.join(archs)} code needs {_dotted(minimum)}: "
            f"compile all of it with MACOSX_DEPLOYMENT_TARGET={_dotted(floor)}, libraries in C too"
        )


def untold(found: Mapping[str, Version], asked: Mapping[str, Version]) -> Iterator[str]:
    """Return which slices need a minor version that no tag can say."""
    for arch, minimum in found.items():
        if _spelled(minimum) == asked.get(arch) and minimum > _spelled(minimum):
            yield f"its {arch} code needs macOS {_dotted(minimum)}, and tags say {minimum[0]}.0 for that"


def earned_tags(found: Mapping[str, Version], target: Target, tables: Tables) -> tuple[str, ...]:
    """Return the platform tags of a library with these minima, sorted.

    Of each architecture the highest of its minimum, the floor asked for and the lowest that Rust runs on and that
    installers look for. A universal2 library has a tag for each of its halves, whose floors are independent, and one
    for both.
    """
    archs = archs_of(target)
    rows = {arch: _row(arch, target, tables) for arch in archs}
    floors = {arch: _earned(found.get(arch), row) for arch, row in rows.items()}
    single = {tag for arch, row in rows.items() for tag in platform_tags(row, floors[arch], ())}
    if len(archs) == 1:
        return tuple(sorted(single))
    # Installers on arm64 take universal2 of 10.x from their first macOS on, so a higher arm64 floor has to be in it.
    whole = floors["x86_64"] if floors["arm64"] <= _FIRST_ON_ARM else max(floors.values())
    return tuple(sorted({*single, *platform_tags(target, whole, ())}))


def _earned(minimum: Version | None, row: Target) -> Version:
    lowest = lowest_floor(row) or (0, 0)
    return earned_floor(max(minimum or lowest, lowest), row)


def _row(arch: str, target: Target, tables: Tables) -> Target:
    """Return the facts of one architecture of `target`, with the floor asked for."""
    if arch == target.arch:
        return target
    known = (row for row in tables.targets.values() if (row.os, row.arch) == (target.os, arch))
    tag = target.tag.replace(target.arch, arch)
    row = next(known, replace(target, arch=arch, tag=tag, plain_tag=tag))
    return replace(row, floor=target.floor, rustc_floor=row.rustc_floor if target.rustc_floor is not None else None)


def _spelled(floor: Version) -> Version:
    whole_from = PLATFORMS["macos"].whole_from
    return (floor[0], 0) if whole_from is not None and floor[0] >= whole_from else floor


def _dotted(floor: Version) -> str:
    return f"{floor[0]}.{floor[1]}"
