"""What cells are called, and what the parts of a wheel's name are that the plan knows already."""

import re

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Abi, Interpreter, Tables, Target, Version
from wheelmatrix.platforms import LEGACY_GLIBC
from wheelmatrix.tables import policies_for

_COMPATIBILITY = re.compile(r"(?:(manylinux|musllinux)_)?(\d+)_(\d+)|(?:manylinux)?(1|2010|2014)")

_AHEAD = 5
"""Minor versions of a libc that may have come out since the table of policies was made."""


def cell_id(interpreter: Interpreter, target: Target) -> str:
    """Return `cp312-manylinux_2_17_aarch64`, or `cp312-linux_x86_64` where the audit decides the floor.

    Of musl `cp312-musllinux_x86_64` then: glibc's cells may stand in the same matrix.
    """
    return f"{interpreter.id}-{platform_of(target)}"


def short_id(interpreter: Interpreter, target: Target) -> str:
    """Return the id without floor that patterns also match, as cibuildwheel spells it: `cp312-manylinux_x86_64`."""
    return f"{interpreter.id}-{_without_version(target.tag)}"


def platform_of(target: Target) -> str:
    """Return the platform part of ids: the tag with the floor asked for, or one that promises nothing."""
    if target.floor is None:
        return _without_version(target.tag if target.libc == "musl" else target.plain_tag)
    return target.tag.format(major=target.floor[0], minor=target.floor[1])


def stem_tags(abi: Abi) -> str:
    """Return Python and ABI part of the wheel's name: `cp312-cp312`, `cp39-abi3`, `cp315-abi3.abi3t`."""
    return f"{abi.interpreter.python_tag}-{abi.abi_tag}"


def ceiling(compatibility: tuple[str, ...], target: Target) -> tuple[tuple[str, Version] | None, bool]:
    """Return the policy that was asked for (family and version, or None), and whether a plain tag was.

    `pypi` asks for neither. Raises ConfigError for what is no policy, for several, and for one of another libc.
    """
    asked = [text for text in compatibility if text.lower() != "pypi"]
    if len(asked) > 1:
        raise ConfigError.of(
            f"a library has one platform tag, and {len(asked)} were asked for: {', '.join(asked)}",
            where="--compatibility",
        )
    plain = bool(asked) and asked[0].lower() in ("linux", "off")
    if plain and len(compatibility) > 1:
        raise ConfigError.of("an index takes no linux tag", where="--compatibility", hint="leave out `pypi` or `linux`")
    if plain or not asked:
        return _own_floor(target), plain
    return _policy(asked[0], target), False


def check_released(asked: tuple[str, Version] | None, target: Target, tables: Tables) -> None:
    """Raise ConfigError for a policy of a libc that there is not: no system would install its wheels.

    Some versions above the newest policy known are let be, as glibc has two a year. Where no policy is known, any is.
    """
    if asked is None:
        return
    family, (major, minor) = asked
    newest = max((each.floor for each in policies_for(tables, family, target.arch)), default=None)
    if newest is not None and (major, minor) > (newest[0], newest[1] + _AHEAD):
        raise ConfigError.of(
            f"{family}_{major}_{minor} is not defined yet: the newest policy known is {family}_{newest[0]}_{newest[1]}",
            where=f"target {target.triple}",
            hint="ask for an older one, or for none: the wheel has the lowest tag that it earns",
        )


def _without_version(template: str) -> str:
    return re.sub(r"_\{(major|minor)\}", "", template)


def _own_floor(target: Target) -> tuple[str, Version] | None:
    if target.floor is None or target.os != "linux":
        return None
    return ("musllinux" if target.libc == "musl" else "manylinux"), target.floor


def _policy(text: str, target: Target) -> tuple[str, Version]:
    own = "musllinux" if target.libc == "musl" else "manylinux"
    found = _COMPATIBILITY.fullmatch(text.lower())
    if found is None:
        raise ConfigError.of(
            f"{text!r} is no platform policy",
            where="--compatibility",
            hint="pypi, linux, manylinux2014, manylinux_2_28, musllinux_1_2",
        )
    family = found[1] or own
    if family != own or target.os != "linux":
        raise ConfigError.of(f"{text} does not go with {target.triple}", where="--compatibility")
    if found[4]:
        return own, LEGACY_GLIBC[found[4]]
    return own, (int(found[2]), int(found[3]))
