"""A verdict as text for people and as JSON for programs."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from wheelmatrix.audit.floor import floor_of
from wheelmatrix.audit.sdist import SdistReport
from wheelmatrix.audit.wheel import WheelReport
from wheelmatrix.model import Blocker, Report

SCHEMA = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""
_FLOORS = ("GLIBC", "macOS")
"""Namespaces whose version is the floor."""
_MOST_SYMBOLS, _MOST_PROBLEMS = 6, 40


AnyReport = Report | WheelReport | SdistReport


def text(report: AnyReport) -> str:
    """Return the verdict in plain lines, without colour and without a newline at the end."""
    match report:
        case Report():
            lines = _library(report)
        case WheelReport():
            lines = _wheel(report)
        case SdistReport():
            lines = _sdist(report)
        case _:
            assert_never(report)
    return "\n".join(lines)


def as_json(report: AnyReport) -> dict[str, object]:
    """Return the verdict as values that JSON has; `schema` tells the keys, `kind` is `library`, `wheel` or `sdist`."""
    match report:
        case Report():
            return {"schema": SCHEMA, "kind": "library", **_library_json(report)}
        case WheelReport():
            libraries = [_library_json(one) for one in report.reports]
            return {**_archive_json("wheel", report), "warnings": list(report.warnings), "libraries": libraries}
        case SdistReport():
            return _archive_json("sdist", report)
        case _:
            assert_never(report)


def _archive_json(kind: str, report: WheelReport | SdistReport) -> dict[str, object]:
    own = {"name": report.filename, "ok": bool(report), "problems": list(report.problems)}
    return {"schema": SCHEMA, "kind": kind, **own}


def _sdist(report: SdistReport) -> Iterator[str]:
    yield f"{report.filename}: {_verdict(report)}"
    yield from _faults(report.problems, ())


def _wheel(report: WheelReport) -> Iterator[str]:
    yield f"{report.filename}: {_verdict(report)}"
    yield from _faults(report.problems, report.warnings)
    for one in report.reports:
        yield from (f"  {line}" for line in _library(one))


def _library(report: Report) -> Iterator[str]:
    yield f"{report.name}: {_verdict(report)}"
    yield from _faults(report.problems, report.warnings)
    if report.platform_tags:
        yield f"  earned    {', '.join(report.platform_tags)}"
    if report.floor is not None:
        yield f"  floor     {_floor(report)}"
    if report.needed:
        yield f"  needs     {', '.join(report.needed)}"
    if report.graft:
        yield f"  to graft  {', '.join(report.graft)}"
    yield from _blocked(report.blockers)


def _verdict(report: AnyReport) -> str:
    return "ok" if report else "must not be shipped"


def _faults(problems: Sequence[str], warnings: Sequence[str]) -> Iterator[str]:
    for label, faults in (("problem", problems), ("warning", warnings)):
        yield from (f"  {label + ':':9} {fault}" for fault in faults[:_MOST_PROBLEMS])
        if len(faults) > _MOST_PROBLEMS:
            yield f"  and {len(faults) - _MOST_PROBLEMS} more {label}s"


def _floor(report: Report) -> str:
    version = "" if report.floor is None else f"{report.floor[0]}.{report.floor[1]}"
    others = ", ".join(f"{space} {number}" for space, number in report.versions.items() if space not in _FLOORS)
    return f"{floor_of(report)} {version}" + (f" (and {others})" if others else "")


def _blocked(blockers: Sequence[Blocker]) -> Iterator[str]:
    """Return lines on what keeps the policies out of reach, each naming what the lines above it do not name already.

    A policy that nothing more stands against shares the line of the one above it.
    """
    seen: set[str] = set()
    lines: list[tuple[list[str], str]] = []
    for blocker in blockers:
        symbols = [symbol for symbol in blocker.symbols if symbol not in seen]
        libraries = [f"library {soname}" for soname in blocker.libraries if soname not in seen]
        parts = ", ".join([*_by_version(symbols), *libraries])
        if lines and not parts:
            lines[-1][0].append(blocker.policy)
        else:
            lines.append(([blocker.policy], f"the same, {parts}" if lines else parts))
        seen.update(blocker.symbols, blocker.libraries)
    for policies, parts in lines:
        label = policies[0] if len(policies) == 1 else f"{policies[0]} to {policies[-1]}"
        yield f"  not {label}: {parts}"


def _by_version(symbols: Sequence[str]) -> Iterator[str]:
    """Return `GLIBC_2.34 (pthread_create, pthread_detach)` of lines `GLIBC_2.34: pthread_create`, newest first."""
    named: dict[str, list[str]] = {}
    for symbol in reversed(symbols):
        version, _, name = symbol.partition(": ")
        named.setdefault(version, []).extend([name] if name else [])
    for version, names in named.items():
        more = [f"and {len(names) - _MOST_SYMBOLS} more"] if len(names) > _MOST_SYMBOLS else []
        yield version + (f" ({', '.join([*sorted(names)[:_MOST_SYMBOLS], *more])})" if names else "")


def _library_json(report: Report) -> dict[str, object]:
    return {
        "name": report.name,
        "ok": bool(report),
        "machine": report.machine,
        "word_bits": report.word_bits,
        "platform_tags": list(report.platform_tags),
        "floor": None if report.floor is None else f"{report.floor[0]}.{report.floor[1]}",
        "needed": list(report.needed),
        "rpaths": list(report.rpaths),
        "versions": dict(report.versions),
        "entry_symbols": list(report.entry_symbols),
        "graft": list(report.graft),
        "problems": list(report.problems),
        "warnings": list(report.warnings),
        "blockers": [
            {"policy": one.policy, "symbols": list(one.symbols), "libraries": list(one.libraries)}
            for one in report.blockers
        ],
    }
