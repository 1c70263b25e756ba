"""A plan, as text, JSON or a list of cell ids."""

from collections.abc import Iterator
from typing import Any

from wheelmatrix.model import Build, Left, Plan, Wheel
from wheelmatrix.show.words import plural

SCHEMA = 1


def text(plan: Plan, *, explain: bool = False) -> str:
    """Return the plan for people: wheels with the cells they serve, builds and what they start from, what is left out.

    `explain`: all that is left out, one a line, with what would help.
    """
    return "\n".join([*_head(plan), *_wheels(plan), *_builds(plan), *_left(plan, explain=explain)])


def ids(plan: Plan) -> tuple[str, ...]:
    """Return the ids of the cells, in matrix order."""
    return tuple(cell.id for cell in plan.cells)


def as_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as JSON values; keys are only added within a schema number."""
    metadata = plan.project.metadata
    return {
        "schema": SCHEMA,
        "project": {"name": metadata.name, "version": metadata.version, "module": plan.project.module_name},
        "cells": [_cell(plan, position) for position in range(len(plan.cells))],
        "wheels": [
            {
                "id": wheel.id,
                "stem": wheel.stem,
                "builds": list(wheel.builds),
                "cells": list(wheel.cells),
                "extension": wheel.extension,
            }
            for wheel in plan.wheels
        ],
        "builds": [_build(build) for build in plan.builds],
        "steps": [
            {
                "id": step.id,
                "kind": step.kind,
                "needs": sorted(step.needs),
                "after": sorted(step.after),
                "holds": sorted(step.holds),
            }
            for step in plan.steps
        ],
        "left_out": [{"cell": each.cell, "reason": each.reason, "hint": each.hint} for each in plan.left],
        "warnings": list(plan.warnings),
    }


def _cell(plan: Plan, position: int) -> dict[str, Any]:
    cell = plan.cells[position]
    return {
        "id": cell.id,
        "python": ".".join(map(str, cell.interpreter.version)),
        "implementation": cell.interpreter.implementation,
        "free_threaded": cell.interpreter.free_threaded,
        "target": str(cell.target),
        "installed": str(cell.installed.executable) if cell.installed else None,
        "wheel": next(wheel.id for wheel in plan.wheels if cell.id in wheel.cells),
    }


def _build(build: Build) -> dict[str, Any]:
    return {
        "id": build.id,
        "name": build.name,
        "target": str(build.target),
        "abi": build.abi.id,
        "cells": list(build.cells),
        "directory": str(build.directory),
        "starts_from": [str(path) for path in build.clone_from],
        "argv": list(build.command.argv),
        "environment": dict(build.command.environment),
    }


def _head(plan: Plan) -> Iterator[str]:
    metadata = plan.project.metadata
    counts = (
        plural(len(plan.cells), "cell"),
        plural(len(plan.wheels), "wheel"),
        plural(len(plan.builds), "build"),
        plural(len(plan.steps), "step"),
    )
    yield f"{metadata.name} {metadata.version}: {', '.join(counts)}"


def _wheels(plan: Plan) -> Iterator[str]:
    by_target: dict[str, list[Wheel]] = {}
    targets = {cell.id: str(cell.target) for cell in plan.cells}
    for wheel in plan.wheels:
        by_target.setdefault(targets[wheel.cells[0]], []).append(wheel)
    for target, wheels in by_target.items():
        yield ""
        yield f"wheels for {target}"
        width = max(len(wheel.stem) for wheel in wheels)
        for wheel in wheels:
            served = ", ".join(wheel.cells)
            yield f"  {wheel.stem:{width}}  for {served}"


def _builds(plan: Plan) -> Iterator[str]:
    names = {build.directory: build.name for build in plan.builds}
    yield ""
    yield "builds"
    width = max((len(build.name) for build in plan.builds), default=0)
    for build in plan.builds:
        yield f"  {build.id}  {build.name:{width}}  {_start(build, names)}"


def _start(build: Build, names: Any) -> str:
    if not build.clone_from:
        return "in its own directory"
    source = build.clone_from[0]
    return f"starts as a clone of {names.get(source, source.name)}"


def _left(plan: Plan, *, explain: bool) -> Iterator[str]:
    if not plan.left:
        return
    yield ""
    yield "left out"
    if explain:
        yield from (f"  {each.cell}: {each.reason}{f' ({each.hint})' if each.hint else ''}" for each in plan.left)
        return
    reasons: dict[tuple[str, str], list[Left]] = {}
    for each in plan.left:
        reasons.setdefault((each.reason, each.hint), []).append(each)
    for (reason, hint), group in reasons.items():
        cells = ", ".join(each.cell for each in group)
        yield f"  {cells}: {reason}{f' ({hint})' if hint else ''}"
