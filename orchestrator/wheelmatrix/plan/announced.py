"""What a plan is called where it is told: the titles of its steps, and the target that each belongs to."""

from wheelmatrix.events import RunPlanned
from wheelmatrix.model import Plan


def announced(plan: Plan, expected_s: tuple[float | None, ...] = ()) -> RunPlanned:
    """Return the event that tells screens and journal of a plan.

    `expected_s`: what each step took in earlier runs, in the order of the plan's steps; empty: not known.
    """
    names = {build.id: build.name for build in (*plan.builds, *plan.tools)}
    targets = _targets(plan)
    return RunPlanned(
        project=plan.project.metadata.name,
        version=plan.project.metadata.version,
        cells=tuple(cell.id for cell in plan.cells),
        targets=tuple(str(cell.target) for cell in plan.cells),
        steps=tuple(step.id for step in plan.steps),
        titles=tuple(names.get(step.subject, step.subject) for step in plan.steps),
        wheels=tuple(wheel.id for wheel in plan.wheels),
        left=tuple(f"{each.cell}: {each.reason}" for each in plan.left),
        expected_s=expected_s,
        step_targets=tuple(targets.get(step.subject, "") for step in plan.steps),
        builds=tuple(" ".join(names[build] for build in wheel.builds) for wheel in plan.wheels),
        linkers=_linkers(plan),
    )


def _targets(plan: Plan) -> dict[str, str]:
    """Return the target that was asked for, by all that a step may be about: a wheel, a build, a target.

    A build for a slice of universal2 belongs to universal2, unless the slice was asked for, too.
    """
    of_cell = {cell.id: str(cell.target) for cell in plan.cells}
    asked = set(of_cell.values())
    found = {wheel.id: of_cell[wheel.cells[0]] for wheel in plan.wheels}
    whole = {build: found[wheel.id] for wheel in plan.wheels for build in wheel.builds}
    for build in plan.builds:
        own = str(build.target)
        found[build.id] = found[own] = own if own in asked else whole[build.id]
    return {**found, **{target: target for target in asked}}


def _linkers(plan: Plan) -> tuple[str, ...]:
    kinds = {build.id: build.linker for build in plan.builds}
    of_cell = {
        cell: ", ".join(dict.fromkeys(kinds[build] for build in wheel.builds))
        for wheel in plan.wheels
        for cell in wheel.cells
    }
    return tuple(of_cell[cell.id] for cell in plan.cells)
