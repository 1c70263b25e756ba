"""Cargo.lock, as far as anybody but cargo reads it."""

from collections.abc import Iterable, Mapping
from typing import Any

import tomli

from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A package of a lock."""

    name: str
    version: str
    source: str
    """Empty: it is a path."""
    checksum: str
    """Empty: the lock has none."""


def locked(text: str) -> tuple[Locked, ...]:
    """Return the packages of a lock; none if it cannot be read."""
    try:
        found = tomli.loads(text).get("package", [])
        return tuple(
            Locked(
                name=str(each["name"]),
                version=str(each["version"]),
                source=str(each.get("source", "")),
                checksum=str(each.get("checksum", "")),
            )
            for each in found
        )
    except (tomli.TOMLDecodeError, LookupError, TypeError, AttributeError):
        return ()


def knows(text: str, packages: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether a lock has all of these packages, as `cargo metadata` tells of them."""
    found = {(each.name, each.version) for each in locked(text)}
    return all((each["name"], each["version"]) in found for each in packages)
