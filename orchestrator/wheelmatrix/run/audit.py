"""The step after the compiler: the library is audited, if a run before this one has not done it."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from anyio import to_thread

from wheelmatrix.audit.outside import forbidden, outside
from wheelmatrix.errors import AuditError, Issue
from wheelmatrix.events import Warned
from wheelmatrix.model import Artifact, Blocker, Expectation, Report
from wheelmatrix.pack.layout import name_in_wheel
from wheelmatrix.resources import table_texts
from wheelmatrix.run.memory import recall, remember
from wheelmatrix.run.shop import Shop

_OLDER_GLIBC = (
    "the system's linker knows this system's glibc alone, zig older ones: pip install 'wheelmatrix[zig]', --zig"
)


async def audit_artifact(subject: str, shop: Shop) -> Report:
    """Audit the library and programs of a build, or what was merged for a wheel.

    Raises AuditError with everything that forbids shipping it.
    """
    artifact = shop.artifacts[subject]
    wheel = next(wheel for wheel in shop.plan.wheels if subject in (wheel.id, *wheel.builds))
    build = next((build for build in shop.plan.builds if build.id == subject), None)
    name = build.name if build else subject
    expected = shop.plan.expectations[subject]
    everything = (artifact, *artifact.beside)
    names = [name_in_wheel(wheel, each) for each in everything]
    place, key = shop.root / "audited" / f"{subject}.json", _key(everything, names, expected, shop)
    report = await to_thread.run_sync(_recalled, place, key)
    if report is None:
        async with shop.jobserver.token(follows=True):
            report = await to_thread.run_sync(_judged, everything, names, expected, shop)
        if report:
            await to_thread.run_sync(remember, place, key, asdict(report))
    if not report:
        hint = _OLDER_GLIBC if build and build.linker == "native" and _asks_too_much(report, expected) else ""
        raise AuditError(*(Issue(message=problem, where=name, hint=hint) for problem in report.problems))
    if strangers := forbidden(expected, report):
        raise AuditError.of(
            f"{', '.join(strangers)} would have to be copied into the wheel, and repair.include does not name it",
            where=name,
            hint="name it there, link it statically, or name it in repair.exclude if every user has it",
        )
    for text in report.warnings:
        shop.emit(Warned(message=f"{name}: {text}"))
    return report


def _judged(artifacts: Sequence[Artifact], names: Sequence[str], expected: Expectation, shop: Shop) -> Report:
    from wheelmatrix.audit.whole import whole

    return whole([_audited(each, name, expected, shop) for each, name in zip(artifacts, names, strict=True)])


def _audited(artifact: Artifact, name: str, expected: Expectation, shop: Shop) -> Report:
    from wheelmatrix.audit import audit_library

    judge = partial(
        audit_library,
        Path(artifact.path).read_bytes(),
        expected,
        shop.tables,
        name=name,
        is_extension=artifact.kind == "cdylib" and bool(expected.module),
    )
    found = judge()
    there = outside(expected, found.needed)
    if not there:
        return found
    told = f"{', '.join(sorted(there))} stays outside of the wheel: who installs it has to have it"
    again = judge(bundled=there)
    return replace(again, warnings=(*again.warnings, told))


def _key(artifacts: Sequence[Artifact], names: Sequence[str], expected: Expectation, shop: Shop) -> str:
    """Return a digest of all that a verdict depends on: the bytes, what is expected of them, the rules, the tables."""
    files = [(each.sha256, each.kind, name) for each, name in zip(artifacts, names, strict=True)]
    return hashlib.sha256(repr((files, expected, shop.generator, table_texts())).encode()).hexdigest()


def _recalled(place: Path, key: str) -> Report | None:
    """Return the verdict of an earlier run on the same bytes; only what passed is kept."""
    known = recall(place, key)
    if known is None:
        return None
    with suppress(TypeError, AttributeError):
        facts: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in known.items()
        }  # fmt: skip
        blockers = tuple(
            Blocker(policy=each["policy"], symbols=tuple(each["symbols"]), libraries=tuple(each["libraries"]))
            for each in facts.pop("blockers")
        )
        del facts["key"]
        return Report(**facts, blockers=blockers)
    return None


def _asks_too_much(report: Report, expected: Expectation) -> bool:
    """Return whether a library of glibc needs a newer one than was asked for."""
    limit = expected.ceiling[1] if expected.ceiling and expected.ceiling[0] == "manylinux" else None
    return limit is not None and report.floor is not None and report.floor > limit
