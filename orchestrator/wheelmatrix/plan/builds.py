"""Which runs of cargo there are, and which wheels they lead to: cells with one ABI share both."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from wheelmatrix.bindings import BINDINGS, pyo3
from wheelmatrix.errors import ConfigError, Issue, ToolMissing
from wheelmatrix.model import (
    Build,
    Command,
    Expectation,
    Gathered,
    Host,
    LinkerKind,
    Project,
    Tables,
    Target,
    Wheel,
)
from wheelmatrix.options import BuildOptions, options_of
from wheelmatrix.pack.names import dist_info_name
from wheelmatrix.plan.abis import Bound
from wheelmatrix.plan.any_python import runs_python
from wheelmatrix.plan.cargo_config import environment_of
from wheelmatrix.plan.command import cargo_commands, directory_of, shell_command, unit_graph
from wheelmatrix.plan.first_link import first_link
from wheelmatrix.plan.host_half import may_be_shared
from wheelmatrix.plan.linker import linker
from wheelmatrix.plan.members import extension_of, programs_of
from wheelmatrix.plan.script_python import NAMES_PYTHON, python_variables, stand_in
from wheelmatrix.plan.tags import ceiling, platform_of, stem_tags
from wheelmatrix.platforms import lowest_floor
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the cells of one ABI lead to."""

    builds: tuple[Build, ...]
    """One; of universal2 one a slice."""
    wheel: Wheel
    expectations: Mapping[str, Expectation]
    """By build id; of what is merged from several builds by the wheel's id."""
    warnings: tuple[str, ...] = ()


def make(bounds: Sequence[Bound], tables: Tables, project: Project, gathered: Gathered) -> tuple[Made, ...]:
    """Return the builds and wheels of all cells, in matrix order.

    Cells with the same target and stable ABI share one; their options are those of the lowest Python among them.
    Raises ConfigError if two wheels would have one name, or might have; ConfigError or ToolMissing with everything that
    keeps builds from being linked, whichever exit code is lower.
    """
    groups: dict[tuple[str, str], list[Bound]] = {}
    for bound in bounds:
        groups.setdefault((str(bound.cell.target), bound.abi.id), []).append(bound)
    _refuse_twins([group[0] for group in groups.values()], project)
    made: list[Made] = []
    errors: list[ConfigError | ToolMissing] = []
    for group in groups.values():
        try:
            made.append(_made(group, tables, project, gathered))
        except (ConfigError, ToolMissing) as error:
            errors.append(error)
    if errors:
        first = min(errors, key=lambda error: error.exit_code)
        raise type(first)(*dict.fromkeys(issue for error in errors for issue in error.issues))
    return tuple(made)


def distinct_builds(made: Iterable[Made]) -> tuple[Build, ...]:
    """Return every build once, in matrix order: a slice of universal2 may be a wheel of its own, too.

    Raises ConfigError where it is to be built in another way for each: one directory cannot hold both.
    """
    found: dict[PurePath, Build] = {}
    issues = []
    for build in (build for each in made for build in each.builds):
        before = found.get(build.directory)
        found[build.directory] = replace(build, cells=(*before.cells, *build.cells)) if before else build
        if before and _calls_of(before) != _calls_of(build):
            message = f"{build.name} is needed twice, by {before.cells[0]} and {build.cells[0]}, whose options differ"
            issues.append(Issue(message=message, hint="give both targets the same options, or leave out one"))
    if issues:
        raise ConfigError(*issues)
    return tuple(found.values())


def _calls_of(build: Build) -> list[Command]:
    """Return what runs for a build, but for the Python that scripts are told of: of a stable ABI any will do."""
    return [
        replace(each, environment={name: said for name, said in each.environment.items() if name not in NAMES_PYTHON})
        for each in (build.command, *build.before)
    ]


def root_directory(project: Project, options: BuildOptions, gathered: Gathered) -> PurePath:
    """Return the directory below which everything lies that is kept between runs."""
    own = PurePath(options.target_dir) if options.target_dir else project.crate.target_directory
    return gathered.directory / own / "wheelmatrix"


def _made(group: Sequence[Bound], tables: Tables, project: Project, gathered: Gathered) -> Made:
    lead = group[0]
    target = lead.cell.target
    name = f"{lead.abi.id}-{platform_of(target)}"
    extension = extension_of(lead, project)
    thin = [_for_target(group, each) for each in _slices(target, tables)]
    builds = tuple(_build(each, extension, project, gathered) for each in thin)
    expectations = {build.id: _expectation(each[0], project) for build, each in zip(builds, thin, strict=True)}
    if len(builds) > 1:
        expectations[name] = _expectation(lead, project)
    return Made(
        builds=builds,
        wheel=_wheel(name, lead, builds, project, extension, tuple(bound.cell.id for bound in group)),
        expectations=expectations,
        warnings=_differing(group),
    )


def _slices(target: Target, tables: Tables) -> tuple[Target, ...]:
    """Return the targets that are compiled for `target`: itself, or its slices, each with its own lowest floor."""
    rows = [tables.targets[triple] for triple in target.slices]
    floors = [max(target.floor, lowest_floor(row) or target.floor) if target.floor else None for row in rows]
    return tuple(replace(row, floor=floor) for row, floor in zip(rows, floors, strict=True)) or (target,)


def _for_target(group: Sequence[Bound], target: Target) -> tuple[Bound, ...]:
    return tuple(replace(bound, cell=replace(bound.cell, target=target)) for bound in group)


def _build(group: Sequence[Bound], extension: str, project: Project, gathered: Gathered) -> Build:
    lead = group[0]
    target, abi, options = lead.cell.target, lead.abi, lead.options
    root = root_directory(project, options, gathered)
    directory = _directory(lead, project, root)
    user_config = environment_of(options, gathered).get("PYO3_CONFIG_FILE")
    libraries = environment_of(options, gathered).get("PYO3_CROSS_LIB_DIR", "")
    # Programs that run Python are linked to one that is here, which knows itself best.
    asks = None if user_config or runs_python(project) else project.crate.pyo3
    text = pyo3.config_text(asks, abi, target, libraries) if asks else ""
    config_path = _config_path(lead, text, root) if asks else None
    linked = linker(target, options, project, gathered)
    python = python_variables(group, project, gathered)
    commands = cargo_commands(
        lead, project, gathered, directory, config_path, PurePath(extension).name, python, linked
    )  # fmt: skip
    command, *more = commands
    return Build(
        id=digest(directory.name, str(target), options.profile, *_argv(commands), text)[:8],
        name=f"{abi.id}-{platform_of(target)}",
        target=target,
        abi=abi,
        cells=tuple(bound.cell.id for bound in group),
        directory=directory,
        clone_from=_siblings(directory, project.crate.name, linked.kind, gathered),
        config_path=config_path,
        config_text=text,
        command=command,
        unit_graph=unit_graph(command, target.triple),
        linker=linked.kind,
        linked_by=linked.title,
        first_link=first_link(linked, target, options, gathered),
        script=linked.script,
        before=_before(lead, command, project, gathered.host),
        more=tuple(more),
        stand_in=stand_in(group, project, gathered),
    )


def _argv(commands: Iterable[Command]) -> Iterator[str]:
    return (part for command in commands for part in command.argv)


def _wheel(
    name: str,
    lead: Bound,
    builds: Sequence[Build],
    project: Project,
    extension: str,
    cells: tuple[str, ...],
) -> Wheel:
    stands_beside = lead.options.editable and project.is_mixed and bool(extension)
    return Wheel(
        id=name,
        stem=_stem(lead, project),
        builds=tuple(build.id for build in builds),
        cells=cells,
        extension=extension,
        beside=project.python_root / extension if stands_beside else None,
        programs=programs_of(lead.cell.target, project),
    )


def _stem(lead: Bound, project: Project) -> str:
    number = f"-{lead.options.build_number}" if lead.options.build_number else ""
    return f"{dist_info_name(project.metadata.name, project.metadata.version)}{number}-{stem_tags(lead.abi)}"


def _expectation(lead: Bound, project: Project) -> Expectation:
    limit, plain = ceiling(lead.options.compatibility, lead.cell.target)
    return Expectation(
        target=lead.cell.target,
        abi=lead.abi,
        module=project.module_name.rpartition(".")[2] if BINDINGS[project.crate.bindings].is_module else "",
        mode=lead.options.auditwheel,
        ceiling=limit,
        plain=plain,
        outside=lead.options.repair_exclude,
        inside=lead.options.repair_include,
    )


def _directory(lead: Bound, project: Project, root: PurePath) -> PurePath:
    """Return the build's own directory: one per target, floor, profile, crate, Python ABI and features."""
    options = lead.options
    chosen = [*lead.features, options.all_features, options.no_default_features]
    leaf = f"{project.crate.name}-{lead.abi.id}-{digest(*map(str, chosen))[:6]}"
    return root / "builds" / str(lead.cell.target) / options.profile / leaf


def _config_path(lead: Bound, text: str, root: PurePath) -> PurePath:
    """Return where pyo3's configuration goes: its name tells its content, so the path of the same stays the same."""
    return root / "pyo3" / f"{lead.abi.id}-{lead.cell.target}-{digest(text)[:8]}.txt"


def _siblings(directory: PurePath, crate: str, kind: LinkerKind, gathered: Gathered) -> tuple[PurePath, ...]:
    """Return the existing directories that share most with a new one: same target and profile, then the host half.

    Of the former those of the same crate come first: a workspace may have several.
    """
    if directory in gathered.directories:
        return ()
    existing = sorted(gathered.directories - {directory})
    near = [each for each in existing if each.parent == directory.parent]
    near.sort(key=lambda each: not each.name.startswith(f"{crate}-"))
    far = [each for each in existing if each.parent != directory.parent and each.parent.name == directory.parent.name]
    return (*near, *(each for each in far if may_be_shared(directory, each, kind, gathered)))


def _before(lead: Bound, command: Command, project: Project, host: Host) -> tuple[Command, ...]:
    """Return the user's commands for this build; they see the variables that cargo sees."""
    lines = [shell_command(line, lead.options, directory_of(project), host.os) for line in lead.options.before_build]
    return tuple(
        Command(argv=line.argv, environment={**command.environment, **line.environment}, directory=project.root)
        for line in lines
    )


def _differing(group: Sequence[Bound]) -> tuple[str, ...]:
    """Return a warning if one wheel serves cells whose options differ, with what does: it cannot be built with all."""
    lead = group[0]
    unlike = {bound.cell.id: names for bound in group if (names := _unlike(lead, bound))}
    if not unlike:
        return ()
    differing = ", ".join(dict.fromkeys(name for each in unlike.values() for name in each))
    served = f"one {lead.abi.kind} wheel serves {lead.cell.id} and {', '.join(unlike)}"
    return (f"{served}, whose {differing} differ: it is built with those of {lead.cell.id}",)


def _unlike(one: Bound, other: Bound) -> tuple[str, ...]:
    """Return the keys of what differs between two cells; of features only which are on counts, not what says so."""
    features = ("features",) if one.features != other.features else ()
    options = (option for option in options_of(BuildOptions) if option.is_overridable)
    keys = (
        option.facts.key
        for option in options
        if option.name != "conditional_features"
        and getattr(one.options, option.name) != getattr(other.options, option.name)
    )
    return (*features, *keys)


def _refuse_twins(leads: Iterable[Bound], project: Project) -> None:
    """Raise ConfigError for wheels that would have one name, before anybody asks who links them."""
    seen: dict[str, list[Bound]] = {}
    twins: dict[tuple[Target, Target], list[str]] = {}
    for lead in leads:
        others = seen.setdefault(_stem(lead, project), [])
        if twin := next((other for other in others if _may_be_one(other, lead)), None):
            twins.setdefault((twin.cell.target, lead.cell.target), []).append(lead.abi.id)
        others.append(lead)
    hint = "leave out one of the two targets"
    if twins:
        raise ConfigError(
            *(
                Issue(message=f"{one} and {other} may make one wheel, for {', '.join(abis)}", hint=hint)
                for (one, other), abis in twins.items()
            )
        )


def _may_be_one(one: Bound, other: Bound) -> bool:
    """Return whether two wheels may get one platform tag: without a floor any can be earned."""
    first, second = one.cell.target, other.cell.target
    if first.plain_tag == second.plain_tag and "{major}" not in first.plain_tag and _is_plain(one) and _is_plain(other):
        return True
    unnamed = first.floor is None or second.floor is None
    same_ids = platform_of(first) == platform_of(second)
    return same_ids or (first.tag == second.tag and (unnamed or first.floor == second.floor))


def _is_plain(lead: Bound) -> bool:
    """Return whether the wheel's platform tag promises nothing, whatever the library needs."""
    limit, plain = ceiling(lead.options.compatibility, lead.cell.target)
    return plain or (lead.options.auditwheel == "skip" and limit is None)


def digest(*parts: str) -> str:
    """Return what ids and directories are told apart by: hexadecimal, of all parts and where each ends."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
