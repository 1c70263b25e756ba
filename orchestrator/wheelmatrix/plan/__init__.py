"""The plan: what a run will do, decided from options, tables and gathered facts alone."""

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Gathered, Left, Plan, Project, Tables, Target
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.abis import Bound, bind
from wheelmatrix.plan.builds import make
from wheelmatrix.plan.command import shell_command
from wheelmatrix.plan.select import Selection, nothing_left, select
from wheelmatrix.plan.steps import pools, steps, with_clones
from wheelmatrix.platforms import host_target, parse_target
from wheelmatrix.tables import accepts


def plan(options: BuildOptions, tables: Tables, gathered: Gathered, project: Project) -> Plan:
    """Return all that a run will do; nothing is asked of the machine.

    Raises ConfigError for what cannot be, with the reason; NothingToBuild if nothing is left.
    """
    targets = _targets(options, tables, gathered)
    _check_index(options, tables, targets)
    selection = select(options, tables, gathered, project, targets)
    bounds, left = _bound(selection, options, tables, gathered, project)
    made = make(bounds, project, gathered)
    builds = with_clones(tuple(each.build for each in made), gathered)
    wheels = tuple(each.wheel for each in made)
    before = tuple(shell_command(line, options, project.root, gathered.host.os) for line in options.before_all)
    return Plan(
        project=project,
        steps=steps(builds, wheels, prepares=bool(before), verifies=options.verify != "off"),
        pools=pools(options.jobs or gathered.host.cpus),
        builds=builds,
        wheels=wheels,
        cells=tuple(bound.cell for bound in bounds),
        left=(*selection.left, *left),
        expectations={each.build.id: each.expectation for each in made},
        before=before,
        warnings=(*project.warnings, *selection.warnings, *(text for each in made for text in each.warnings)),
    )


def _bound(
    selection: Selection, options: BuildOptions, tables: Tables, gathered: Gathered, project: Project
) -> tuple[tuple[Bound, ...], tuple[Left, ...]]:
    # A Python past its end of life that was named is one more that a stable ABI without version has to serve.
    served = (*selection.admitted, *(cell.interpreter for cell in selection.cells))
    found = [bind(cell, options, tables, gathered, project, served) for cell in selection.cells]
    left = tuple(each for each in found if isinstance(each, Left))
    if left and options.interpreters:
        issues = (Issue(message=f"{e.cell}: {e.reason}", where="--interpreter", hint=e.hint) for e in left)
        raise ConfigError(*issues)
    bounds = tuple(each for each in found if isinstance(each, Bound))
    if not bounds:
        raise nothing_left((*selection.left, *left))
    return bounds, left


def _targets(options: BuildOptions, tables: Tables, gathered: Gathered) -> tuple[Target, ...]:
    host = gathered.host.triple
    if not options.targets:
        return (host_target(tables, host),)
    asked = tuple(dict.fromkeys(parse_target(tables, text) for text in options.targets))
    foreign = [target for target in asked if target.triple != host]
    if foreign:
        raise ConfigError.of(
            f"{', '.join(target.triple for target in foreign)}: this version builds for its host alone, {host}",
            where="--target",
            hint="cross targets come with a later version of wheelmatrix",
        )
    return asked


def _check_index(options: BuildOptions, tables: Tables, targets: tuple[Target, ...]) -> None:
    """Raise ConfigError where `--compatibility pypi` was asked for and the index takes no wheel of a target."""
    if "pypi" not in (text.lower() for text in options.compatibility):
        return
    index = tables.indexes["pypi"]
    for target in targets:
        version = target.floor or target.installer_floor or target.rustc_floor or (0, 0)
        tag = target.tag.format(major=version[0], minor=version[1])
        if not accepts(index, tag):
            raise ConfigError.of(
                f"PyPI takes no wheels for {target.triple} ({tag})",
                where="--compatibility",
                hint="leave out `pypi` to build wheels for elsewhere",
            )
