"""Which platform tags a floor is worth."""

from collections.abc import Iterable, Mapping

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Policy, Target, Version
from wheelmatrix.platforms.registry import PLATFORMS

LEGACY_GLIBC: Mapping[str, Version] = {"1": (2, 5), "2010": (2, 12), "2014": (2, 17)}
"""manylinux's years as versions of glibc. Source: PEP 600, "Legacy manylinux tags"."""


def platform_tags(target: Target, floor: Version | None, policies: Iterable[Policy]) -> tuple[str, ...]:
    """Return the platform tags of a wheel for `target` whose libraries need `floor`; sorted, at least one.

    None gives the tag that promises nothing; where every tag has a version (macOS), the one with the floor asked for or
    the lowest there is. A legacy name that promises the very same, as `policies` knows it, stands beside the new one,
    because pip before 20.3 looks for no other (PEP 600). Raises ConfigError if a version is needed and none is known.
    """
    template = target.plain_tag if floor is None else target.tag
    if "{major}" not in template:
        return (target.plain_tag,)
    named = floor or target.floor or lowest_floor(target)
    if named is None:
        raise ConfigError(release_needed(target))
    major, minor = _spelled(target, named)
    family = template.partition("_{major}")[0]
    legacy = {
        f"{alias}_{target.arch}"
        for policy in policies
        if policy.arch == target.arch and policy.floor == named and policy.name.startswith(f"{family}_")
        for alias in policy.aliases
    }
    return tuple(sorted({template.format(major=major, minor=minor), *legacy}))


def earned_floor(needs: Version, target: Target) -> Version:
    """Return the floor that the tag names: the highest of what is needed, asked for, and looked for by installers."""
    return max(floor for floor in (needs, target.floor, target.installer_floor) if floor is not None)


def lowest_floor(target: Target) -> Version | None:
    """Return the lowest floor that Rust's library runs on and installers look for; None where neither is known."""
    return max((floor for floor in (target.rustc_floor, target.installer_floor) if floor is not None), default=None)


def floor_name(target: Target) -> str:
    """Return what the floor is a version of: `glibc`, `musl`, `macOS`; empty where there is no floor."""
    if target.os == "linux":
        return {"gnu": "glibc", "musl": "musl"}.get(target.libc, "")
    return PLATFORMS[target.os].floor_name


def release_needed(target: Target) -> Issue:
    """Return the issue of a target whose tag cannot be named without a release that only the user knows."""
    return Issue(
        message=f"the platform tag of {target.triple} needs a version of {floor_name(target)}",
        where=f"target {target}",
        hint=f"write it behind the triple: {target.triple}.X.Y",
    )


def _spelled(target: Target, floor: Version) -> Version:
    """Return the version as tags spell it: from macOS 11 on the minor one is 0 there, and PyPI refuses any other."""
    whole_from = PLATFORMS[target.os].whole_from
    return (floor[0], 0) if whole_from is not None and floor[0] >= whole_from else floor
