"""A plan, as text for people, JSON for programs, or cell ids for scripts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from wheelmatrix.model import Build, Cell, Command, Plan, Step, Target, Wheel
from wheelmatrix.show.words import clean, count, listed

SCHEMA = 1
"""Raised when a key changes its meaning; new keys do not raise it."""
_MOST_CELLS = 6


def text(plan: Plan, *, explain: bool = False) -> str:
    """Return the plan for people: cells by target, wheels, builds and what they share, steps, and what is left out.

    `explain`: also why each cell is in, what each build runs and each step waits for, and every cell left out by
    itself. No line break at the end.
    """
    parts = [_head(plan), _cells(plan, explain=explain), _wheels(plan), _builds(plan, explain=explain)]
    parts += [_steps(plan.steps)] if explain else []
    parts += [_left(plan, explain=explain), (f"warning: {message}" for message in plan.warnings)]
    return "\n\n".join("\n".join(map(clean, part)) for part in map(list, parts) if part)


def ids(plan: Plan) -> tuple[str, ...]:
    """Return the ids of the cells, in matrix order."""
    return tuple(cell.id for cell in plan.cells)


def as_json(plan: Plan) -> dict[str, object]:
    """Return the plan as JSON values; keys are only added within a schema number."""
    crate, metadata = plan.project.crate, plan.project.metadata
    return {
        "schema": SCHEMA,
        "project": {
            "name": metadata.name,
            "version": metadata.version,
            "requires_python": metadata.requires_python,
            "module": plan.project.module_name,
            "manifest": str(crate.manifest),
            "bindings": {
                "crate": crate.pyo3.crate if crate.pyo3 else crate.bindings,
                "version": ".".join(map(str, crate.pyo3.version)) if crate.pyo3 else "",
            },
            "programs": list(crate.programs),
        },
        "cells": [_cell_json(cell, plan) for cell in plan.cells],
        "wheels": [_wheel_json(wheel) for wheel in plan.wheels],
        "builds": [_build_json(build) for build in plan.builds],
        **({"tools": [_build_json(build) for build in plan.tools]} if plan.tools else {}),
        "steps": [_step_json(step) for step in plan.steps],
        "pools": dict(plan.pools),
        "left_out": [{"cell": each.cell, "reason": each.reason, "hint": each.hint} for each in plan.left],
        "warnings": list(plan.warnings),
    }


def _head(plan: Plan) -> Iterator[str]:
    project = plan.project
    pyo3 = project.crate.pyo3
    bound = f"{pyo3.crate} {'.'.join(map(str, pyo3.version))}" if pyo3 else project.crate.bindings
    if project.crate.programs and pyo3:
        bound += " and bin"
    counts = [count(len(plan.cells), "cell"), count(len(plan.wheels), "wheel"), count(len(plan.builds), "build")]
    counts.append(count(len(plan.steps), "step"))
    yield f"{project.metadata.name} {project.metadata.version} ({bound}): {', '.join(counts)}"


def _cells(plan: Plan, *, explain: bool) -> Iterator[str]:
    groups: dict[str, list[Cell]] = {}
    for cell in plan.cells:
        groups.setdefault(str(cell.target), []).append(cell)
    for target, cells in groups.items():
        yield f"cells for {target}: {_floor(cells[0].target)}{_linked(cells, plan)}"
        if explain:
            width = max(len(cell.id) for cell in cells)
            yield from (f"  {cell.id:{width}}  {_python(cell)}" for cell in cells)
        else:
            yield f"  {' '.join(cell.interpreter.id for cell in cells)}"


def _floor(target: Target) -> str:
    if target.floor is not None:
        return f"floor {target.floor[0]}.{target.floor[1]} asked for"
    return "the audit decides the floor" if "{major}" in target.tag else f"tagged {target.plain_tag}"


def _linked(cells: Sequence[Cell], plan: Plan) -> str:
    """Return who links for the cells of a target; several where overrides say so."""
    ids = {cell.id for cell in cells}
    who = dict.fromkeys(build.linked_by for build in plan.builds if build.linked_by and ids.intersection(build.cells))
    return f", linked by {' or '.join(who)}" if who else ""


def _python(cell: Cell) -> str:
    if cell.interpreter.abi_tag == "none":
        return "any Python 3: no Python ABI is in the wheel"
    if cell.installed is None:
        return "not installed here, and need not be: configured from the table"
    return f"{cell.installed.patch} at {cell.installed.executable} ({cell.installed.source})"


def _wheels(plan: Plan) -> Iterator[str]:
    if not plan.wheels:
        return
    yield "wheels"
    width = max(len(f"{wheel.stem}-*.whl") for wheel in plan.wheels)
    names = {build.id: build.name for build in plan.builds}
    for wheel in plan.wheels:
        merged = f", from {' and '.join(names[each] for each in wheel.builds)}" if len(wheel.builds) > 1 else ""
        serves = f"{count(len(wheel.cells), 'cell')}: " if len(wheel.cells) > 1 else ""
        yield f"  {wheel.stem + '-*.whl':{width}}  {serves}{listed(wheel.cells, _MOST_CELLS)}{merged}"


def _builds(plan: Plan, *, explain: bool) -> Iterator[str]:
    if not plan.builds:
        return
    yield "builds"
    builds = (*plan.builds, *plan.tools)
    width = max(len(build.name) for build in builds)
    names = {build.directory: build.name for build in builds}
    for build in builds:
        yield f"  {build.id}  {build.name:{width}}  {_start(build, names)}"
        if explain:
            yield f"      linked by: {build.linked_by}"
            yield from _command("run", build.command)
            yield from (line for command in build.more for line in _command("then", command))
            yield from (f"      before: {' '.join(command.argv)}" for command in build.before)
            yield f"      directory: {build.directory}"
            if plan.project.crate.pyo3:
                yield f"      pyo3: {build.config_path or 'PYO3_CONFIG_FILE of the environment, or the Python itself'}"


def _start(build: Build, names: Mapping[PurePath, str]) -> str:
    """Return what the build shares: with other cells its compile, with a sibling the dependencies."""
    served = f"one compile for {count(len(build.cells), 'cell')}; " if len(build.cells) > 1 else ""
    served = served if build.cells else "writes the Python files; "
    if not build.clone_from:
        return f"{served}in its own directory"
    source = build.clone_from[0]
    return f"{served}starts as a clone of {names.get(source, source.name)}"


def _command(word: str, command: Command) -> Iterator[str]:
    yield f"      {word}: {' '.join(command.argv)}"
    yield from (f"      with: {name}={value}" for name, value in sorted(command.environment.items()))


def _steps(steps: Sequence[Step]) -> Iterator[str]:
    yield "steps"
    for step in steps:
        needs = f", needs {' '.join(sorted(step.needs))}" if step.needs else ""
        after = f", after {' '.join(sorted(step.after))}" if step.after else ""
        once = f", once {' '.join(sorted(step.once))} is made" if step.once else ""
        holds = f", holds {' '.join(sorted(step.holds))}" if step.holds else ""
        yield f"  {step.id}{needs}{after}{once}{holds}"


def _left(plan: Plan, *, explain: bool) -> Iterator[str]:
    if not plan.left:
        return
    yield f"left out: {count(len(plan.left), 'cell')}"
    groups: dict[tuple[str, str], list[str]] = {}
    for each in plan.left:
        groups.setdefault((each.reason, each.hint), []).append(each.cell)
    for (reason, hint), cells in groups.items():
        for names in cells if explain else (listed(cells, _MOST_CELLS),):
            yield f"  {names}: {reason}"
        if hint:
            yield f"    hint: {hint}"


def _cell_json(cell: Cell, plan: Plan) -> dict[str, object]:
    row = cell.interpreter
    return {
        "id": cell.id,
        "interpreter": row.id,
        "python": ".".join(map(str, row.version)),
        "implementation": row.implementation,
        "free_threaded": row.free_threaded,
        "target": str(cell.target),
        "triple": cell.target.triple,
        "os": cell.target.os,
        "arch": cell.target.arch,
        "installed": str(cell.installed.executable) if cell.installed else None,
        "wheel": next((wheel.id for wheel in plan.wheels if cell.id in wheel.cells), None),
    }


def _wheel_json(wheel: Wheel) -> dict[str, object]:
    return {
        "id": wheel.id,
        "stem": wheel.stem,
        "builds": list(wheel.builds),
        "cells": list(wheel.cells),
        "extension": wheel.extension,
        "programs": dict(wheel.programs),
    }


def _build_json(build: Build) -> dict[str, object]:
    return {
        "id": build.id,
        "name": build.name,
        "target": str(build.target),
        "abi": build.abi.id,
        "cells": list(build.cells),
        "directory": str(build.directory),
        "starts_from": [str(path) for path in build.clone_from],
        "config_path": None if build.config_path is None else str(build.config_path),
        "config": build.config_text,
        "linker": build.linker,
        "argv": list(build.command.argv),
        "more": [list(command.argv) for command in build.more],
        "environment": dict(build.command.environment),
        "linked_by": build.linked_by,
        "before": [list(command.argv) for command in build.before],
    }


def _step_json(step: Step) -> dict[str, object]:
    return {
        "id": step.id,
        "kind": step.kind,
        "subject": step.subject,
        "needs": sorted(step.needs),
        "after": sorted(step.after),
        "once": sorted(step.once),
        "holds": sorted(step.holds),
    }
