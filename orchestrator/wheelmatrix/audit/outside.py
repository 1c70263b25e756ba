"""Which libraries stay outside of a wheel, and which may be copied into it, by the user's own lists."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from wheelmatrix.model import Expectation, Report


def outside(expected: Expectation, needed: Iterable[str]) -> frozenset[str]:
    """Return those of the needed libraries that the user says to be there, as they are spelled."""
    return frozenset(name for name in needed if _is_named(name, expected.outside))


def forbidden(expected: Expectation, report: Report) -> tuple[str, ...]:
    """Return the libraries that would have to be copied into the wheel and may not; sorted."""
    return tuple(name for name in report.graft if expected.inside and not _is_named(name, expected.inside))


def _is_named(name: str, globs: Iterable[str]) -> bool:
    base = name.rpartition("/")[2]
    return any(fnmatchcase(base, glob) for glob in globs)
