"""Which wheels of a plan are there, by their names alone: built elsewhere, they come without a run."""

import re
from collections.abc import Iterable

from wheelmatrix.model import Expectation, Plan, Policy, Target, Version, Wheel
from wheelmatrix.plan.steps import artifact_of
from wheelmatrix.platforms import LEGACY_GLIBC, earned_floor, platform_tags
from wheelmatrix.values import dataclass

_PROVED = frozenset({"repair", "check"})
"""Modes of the audit in which the tag is the one that was asked for, or there is no wheel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A wheel of the plan that is not there."""

    wheel: Wheel
    target: Target
    expected: str
    """What its filename would look like; `*` stands for what only the build decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A plan beside what there is."""

    missing: tuple[Missing, ...]
    """In the order of the plan."""
    unplanned: tuple[str, ...]
    """Filenames that belong to no wheel of the plan, sorted."""


def compared(plan: Plan, policies: Iterable[Policy], filenames: Iterable[str]) -> Compared:
    """Return which wheels of `plan` are not among the files, and which files are none of its wheels.

    A file is a wheel's if name, version, build number, Python and ABI are the same, and one of its platform tags is
    what the wheel can earn: the floor that was asked for; any floor where none was. Each file counts for one wheel.
    """
    known = tuple(policies)
    left = sorted(filenames)
    missing = []
    wheels = [(wheel, plan.expectations[artifact_of(wheel)]) for wheel in plan.wheels]
    # A wheel that may have any floor must not take the file of one that has to have its own.
    for wheel, expected in sorted(wheels, key=lambda each: _floor(each[1]) is None):
        own = next((name for name in left if _is_of(name, wheel, expected, known)), None)
        if own is None:
            missing.append(Missing(wheel=wheel, target=expected.target, expected=_looks(wheel, expected, known)))
        else:
            left.remove(own)
    order = {wheel.id: place for place, wheel in enumerate(plan.wheels)}
    missing.sort(key=lambda each: order[each.wheel.id])
    return Compared(missing=tuple(missing), unplanned=tuple(left))


def _is_of(filename: str, wheel: Wheel, expected: Expectation, policies: tuple[Policy, ...]) -> bool:
    stem, _, platform = filename.removesuffix(".whl").rpartition("-")
    return stem == wheel.stem and any(_fits(tag, expected, policies) for tag in platform.split("."))


def _fits(tag: str, expected: Expectation, policies: tuple[Policy, ...]) -> bool:
    target, floor = expected.target, _floor(expected)
    if floor is not None:
        return tag in platform_tags(target, floor, policies)
    if tag == target.plain_tag:
        return True
    versions = re.escape(target.tag).replace(r"\{major\}", r"\d+").replace(r"\{minor\}", r"\d+")
    years = "|".join(LEGACY_GLIBC)
    legacy = rf"manylinux(?:{years})_{re.escape(target.arch)}" if target.tag.startswith("manylinux_") else versions
    return re.fullmatch(f"{versions}|{legacy}", tag, re.ASCII) is not None


def _floor(expected: Expectation) -> Version | None:
    """Return the version that the tag has to name; None: any, or none at all."""
    if expected.plain or "{major}" not in expected.target.tag:
        return None
    if expected.ceiling is not None:
        return earned_floor(expected.ceiling[1], expected.target) if expected.mode in _PROVED else None
    return earned_floor(expected.target.floor, expected.target) if expected.target.floor else None


def _looks(wheel: Wheel, expected: Expectation, policies: tuple[Policy, ...]) -> str:
    target, floor = expected.target, _floor(expected)
    if expected.plain:
        platform = target.plain_tag
    elif floor is not None:
        platform = ".".join(platform_tags(target, floor, policies))
    else:
        platform = target.tag.replace("{major}_{minor}", "*")
    return f"{wheel.stem}-{platform}.whl"
