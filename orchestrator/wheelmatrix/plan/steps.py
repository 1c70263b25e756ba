"""The steps of a run, and what each waits for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import PurePath

from wheelmatrix.model import Build, FirstLink, Gathered, Part, Step, StepKind, Wheel
from wheelmatrix.plan.host_half import is_shared

_PREPARE, _REPRODUCE = "prepare", "reproduce"
_SECOND = "second build"
"""What screens call the subject of the step that builds everything once more."""


def steps(
    first_links: Sequence[FirstLink],
    builds: Sequence[Build],
    wheels: Sequence[Wheel],
    *,
    prepares: bool,
    verifies: bool = False,
    reproduces: bool = False,
    generates: bool = False,
    tools: Sequence[Build] = (),
) -> tuple[Step, ...]:
    """Return the steps in topological order: link, compile, audit, merge, generate, pack, verify; each chain by itself.

    `prepares`: the user has commands to run before the first compile. `verifies`: no wheel leaves without.
    `reproduces`: when all wheels are there, they are built once more and compared. `generates`: Python files are made
    for each library, by `tools` of the project's own if there are any.
    """
    first = (Step(id=_PREPARE, kind="prepare", subject=""),) if prepares else ()
    links = (Step(id=f"link:{each.id}", kind="link", subject=each.id) for each in first_links)
    by_directory = {build.directory: build for build in (*builds, *tools)}
    compiles = (_compile(build, by_directory, prepares=prepares) for build in by_directory.values())
    audits = (_step("audit", build.id, f"compile:{build.id}") for build in builds)
    made = tuple(f"compile:{tool.id}" for tool in tools)
    rest = (_to_wheel(wheel, made, verifies=verifies, generates=generates) for wheel in wheels)
    done = frozenset(f"{'verify' if verifies else 'pack'}:{wheel.id}" for wheel in wheels)
    last = (Step(id=_REPRODUCE, kind="reproduce", subject=_SECOND, needs=done),) if reproduces else ()
    return tuple(chain(first, links, _leads_first(compiles), audits, *rest, last))


def artifact_of(wheel: Wheel) -> str:
    """Return the id that the wheel's library has among artifacts and reports: its build's, or its own if merged."""
    return wheel.builds[0] if len(wheel.builds) == 1 else wheel.id


def _to_wheel(wheel: Wheel, tools: Sequence[str], *, verifies: bool, generates: bool) -> Iterator[Step]:
    """Yield what comes after the audits of the builds: what is merged is audited again, whole.

    `tools`: the steps that compile what generates.
    """
    library = artifact_of(wheel)
    if library == wheel.id:
        yield _step("merge", wheel.id, *(f"audit:{build}" for build in wheel.builds))
        yield _step("audit", wheel.id, f"merge:{wheel.id}")
    if generates:
        yield _step("generate", wheel.id, f"compile:{wheel.builds[0]}", *tools)
    yield _step("pack", wheel.id, f"audit:{library}", *((f"generate:{wheel.id}",) if generates else ()))
    if verifies:
        yield _step("verify", wheel.id, f"pack:{wheel.id}")


def _step(kind: StepKind, subject: str, *needs: str) -> Step:
    return Step(id=f"{kind}:{subject}", kind=kind, subject=subject, needs=frozenset(needs))


def pools(jobs: int) -> Mapping[str, int]:
    """Return the pools: as many cargos at once as there are jobs; the jobserver bounds what they start."""
    return {"compile": jobs}


def with_clones(builds: Sequence[Build], gathered: Gathered) -> tuple[Build, ...]:
    """Return the builds, each new one told which directory to start from.

    Where none of its target and profile exists yet, their first build goes first and the others become clones of it;
    it itself starts from a directory of another target, which has only the host's half, if need be from this run's
    first that has the same one. One that exists already is left as it is.
    """
    leads: dict[PurePath, Build] = {}
    result = []
    for build in builds:
        key = build.directory.parent
        has_sibling = any(place.parent == key for place in build.clone_from)
        if build.directory in gathered.directories or has_sibling:
            result.append(build)
        elif key in leads:
            result.append(replace(build, clone_from=(leads[key].directory, *build.clone_from)))
        else:
            first = next((lead for lead in leads.values() if is_shared(lead, build, gathered)), None)
            leads[key] = build
            is_alone = first is None or build.clone_from
            result.append(build if is_alone or first is None else replace(build, clone_from=(first.directory,)))
    return tuple(result)


def _compile(build: Build, by_directory: Mapping[PurePath, Build], *, prepares: bool) -> Step:
    """Return the step of a build; one that starts as a clone waits until its source has what the clone can keep."""
    source = next((by_directory[place] for place in build.clone_from[:1] if place in by_directory), None)
    # A tool is compiled with other features, so no more than what runs on the host is the same.
    is_sibling = source is not None and source.directory.parent == build.directory.parent and bool(build.cells)
    part: Part = "shared" if is_sibling else "host"
    needs = [_PREPARE] if prepares else []
    if build.first_link is not None:
        needs.append(f"link:{build.first_link.id}")
    return Step(
        id=f"compile:{build.id}",
        kind="compile",
        subject=build.id,
        needs=frozenset(needs),
        once=frozenset({f"compile:{source.id}/{part}"}) if source else frozenset(),
        holds=frozenset({"compile"}),
    )


def _leads_first(compiles: Iterator[Step]) -> Iterator[Step]:
    """Yield what nothing is copied for, then what begins with a host's half alone, then the rest, which is short."""
    return iter(sorted(compiles, key=lambda step: max(map(_rank, step.once), default=0)))


def _rank(part: str) -> int:
    return 1 if part.endswith("/host") else 2
