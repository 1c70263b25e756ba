"""The steps of a run, and what each waits for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import PurePath

from wheelmatrix.model import Build, Gathered, Step, Wheel

_PREPARE = "prepare"


def steps(
    builds: Sequence[Build], wheels: Sequence[Wheel], *, prepares: bool, verifies: bool = False
) -> tuple[Step, ...]:
    """Return the steps in topological order: compile, audit, pack, verify; each chain stands by itself.

    `prepares`: the user has commands to run before the first compile. `verifies`: no wheel leaves without.
    """
    first = (Step(id=_PREPARE, kind="prepare", subject=""),) if prepares else ()
    by_directory = {build.directory: build for build in builds}
    compiles = (_compile(build, by_directory, prepares=prepares) for build in builds)
    audits = (
        Step(id=f"audit:{build.id}", kind="audit", subject=build.id, needs=frozenset({f"compile:{build.id}"}))
        for build in builds
    )
    packs = (
        Step(
            id=f"pack:{wheel.id}",
            kind="pack",
            subject=wheel.id,
            needs=frozenset(f"audit:{build}" for build in wheel.builds),
        )
        for wheel in wheels
    )
    proofs = (
        Step(id=f"verify:{wheel.id}", kind="verify", subject=wheel.id, needs=frozenset({f"pack:{wheel.id}"}))
        for wheel in wheels
        if verifies
    )
    return tuple(chain(first, _leads_first(compiles), audits, packs, proofs))


def pools(jobs: int) -> Mapping[str, int]:
    """Return the pools: as many cargos at once as there are jobs; the jobserver bounds what they start."""
    return {"compile": jobs}


def with_clones(builds: Sequence[Build], gathered: Gathered) -> tuple[Build, ...]:
    """Return the builds, each new one told which directory to start from.

    Where none of its target and profile exists yet, their first build goes first and the others become clones of it;
    a directory of another target, which has only the host's half, is for the first alone.
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
            leads[key] = build
            result.append(build)
    return tuple(result)


def _compile(build: Build, by_directory: Mapping[PurePath, Build], *, prepares: bool) -> Step:
    """Return the step of a build; it comes after the one it is a clone of, so that nobody works in what is copied."""
    source = next((by_directory[place] for place in build.clone_from[:1] if place in by_directory), None)
    return Step(
        id=f"compile:{build.id}",
        kind="compile",
        subject=build.id,
        needs=frozenset({_PREPARE}) if prepares else frozenset(),
        after=frozenset({f"compile:{source.id}"}) if source else frozenset(),
        holds=frozenset({"compile"}),
    )


def _leads_first(compiles: Iterator[Step]) -> Iterator[Step]:
    return iter(sorted(compiles, key=lambda step: bool(step.after)))
