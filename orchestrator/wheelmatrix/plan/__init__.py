"""The plan: what a run will do, decided from options, tables and gathered facts alone."""

from collections.abc import Iterable, Mapping

from wheelmatrix.bindings import BINDINGS
from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.model import Gathered, Left, Plan, Project, Tables, Target
from wheelmatrix.options import AskedTarget, BuildOptions, for_target
from wheelmatrix.plan.abis import Bound, bind
from wheelmatrix.plan.bindgen import bindgen
from wheelmatrix.plan.builds import distinct_builds, make
from wheelmatrix.plan.command import shell_command
from wheelmatrix.plan.select import Selection, nothing_left, select
from wheelmatrix.plan.steps import pools, steps, with_clones
from wheelmatrix.plan.tags import ceiling, check_released
from wheelmatrix.platforms import host_target, parse_target
from wheelmatrix.tables import accepts


def plan(options: BuildOptions, tables: Tables, gathered: Gathered, project: Project) -> Plan:
    """Return all that a run will do; nothing is asked of the machine.

    Raises ConfigError for what cannot be, with the reason; NothingToBuild if nothing is left.
    """
    targets = asked_targets(options, tables, gathered.host.os) or {host_target(tables, gathered.host.triple): ""}
    _check_index(options, tables, targets)
    selection = select(options, tables, gathered, project, tuple(targets))
    bounds, left = _bound(selection, {target: for_target(options, said) for target, said in targets.items()}, tables,
                          gathered, project)  # fmt: skip
    for bound in bounds:
        check_released(ceiling(bound.options.compatibility, bound.cell.target)[0], bound.cell.target, tables)
    made = make(bounds, tables, project, gathered)
    compiled = with_clones((*distinct_builds(made), *bindgen(project, options, tables, gathered)), gathered)
    builds, tools = (tuple(each for each in compiled if bool(each.cells) is served) for served in (True, False))
    links = {build.first_link.id: build.first_link for build in builds if build.first_link is not None}
    wheels = tuple(each.wheel for each in made)
    before = tuple(shell_command(line, options, project.root, gathered.host.os) for line in options.before_all)
    return Plan(
        project=project,
        steps=steps(
            tuple(links.values()),
            builds,
            wheels,
            prepares=bool(before),
            verifies=options.verify != "off",
            reproduces=options.check_reproducible,
            generates=BINDINGS[project.crate.bindings].is_generated,
            tools=tools,
        ),
        pools=pools(options.jobs or gathered.host.cpus),
        first_links=tuple(links.values()),
        builds=builds,
        wheels=wheels,
        cells=tuple(bound.cell for bound in bounds),
        left=(*selection.left, *left),
        expectations={subject: each for one in made for subject, each in one.expectations.items()},
        before=before,
        tools=tools,
        warnings=(*project.warnings, *selection.warnings, *(text for each in made for text in each.warnings)),
    )


def _bound(
    selection: Selection,
    options: Mapping[Target, BuildOptions],
    tables: Tables,
    gathered: Gathered,
    project: Project,
) -> tuple[tuple[Bound, ...], tuple[Left, ...]]:
    # A Python past its end of life that was named is one more that a stable ABI without version has to serve.
    served = (*selection.admitted, *(cell.interpreter for cell in selection.cells))
    found = [bind(cell, options[cell.target], tables, gathered, project, served) for cell in selection.cells]
    left = tuple(each for each in found if isinstance(each, Left))
    if left and any(each.interpreters for each in options.values()):
        issues = (Issue(message=f"{e.cell}: {e.reason}", where="--interpreter", hint=e.hint) for e in left)
        raise ConfigError(*issues)
    bounds = tuple(each for each in found if isinstance(each, Bound))
    if not bounds:
        raise nothing_left((*selection.left, *left))
    return bounds, left


def asked_targets(options: BuildOptions, tables: Tables, host_os: str) -> dict[Target, str | AskedTarget]:
    """Return the targets that were asked for, in their order, with how each was; empty: none was.

    Raises ConfigError with every one that cannot be.
    """
    found: dict[Target, str | AskedTarget] = {}
    issues: list[Issue] = []
    for said in options.targets:
        text = said if isinstance(said, str) else said.target
        try:
            target = parse_target(tables, text, host_os=host_os)
        except ConfigError as error:
            issues += error.issues
            continue
        if _own_values(found.setdefault(target, said)) != _own_values(said):
            message = "the target is named twice, and not with the same options"
            issues.append(Issue(message=message, where=f"target {target}", hint="leave out one of the two"))
    if issues:
        raise ConfigError(*issues)
    return found


def _own_values(said: str | AskedTarget) -> Mapping[str, object]:
    return {} if isinstance(said, str) else said.values


def _check_index(options: BuildOptions, tables: Tables, targets: Iterable[Target]) -> None:
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
