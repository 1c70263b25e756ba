"""Which source wins, highest first.

Command line, WHEELMATRIX_… variables, MATURIN_… and cargo's variables, overrides, tool.wheelmatrix, tool.maturin.
Overrides come last in time, because they ask for the cell: see `options.for_cell`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from wheelmatrix.options import (
    OTHER_VARIABLES,
    PREFIX,
    AskedTarget,
    BuildOptions,
    Given,
    Notes,
    Option,
    ScreenOptions,
    did_you_mean,
    options_of,
)
from wheelmatrix.project.config import Layer, layers


def resolve(
    command_line: Mapping[str, object], environment: Mapping[str, str], pyproject: PurePath | None, pyproject_text: str
) -> Given:
    """Return the options that all sources together give.

    `command_line` maps BuildOptions fields to values; `pyproject` is the path that `pyproject_text` was read from.
    An empty variable counts as not set. Raises ConfigError with everything that is wrong in any source.
    """
    notes = Notes()
    tables = layers(pyproject, pyproject_text, notes)
    foreign = _variables(options_of(BuildOptions), environment, notes, foreign=True)
    own = _variables(options_of(BuildOptions), environment, notes, foreign=False)
    asked = _asked(command_line)
    _warn_of_unknown(environment, notes)
    values, sources = _merged((*tables, foreign, own, asked), notes)
    notes.raise_issues()
    fixed = {name for layer in (foreign, own, asked) for name in layer.values}
    excluded = {name for option in _given(values, fixed) for name in option.facts.excludes}
    options = replace(BuildOptions(**values), fixed=frozenset(fixed | excluded))
    return Given(options=options, sources=sources, warnings=tuple(notes.warnings), pyproject=pyproject)


def resolve_screen(command_line: Mapping[str, object], environment: Mapping[str, str]) -> ScreenOptions:
    """Return what the command line and the variables say about the screen; raises ConfigError."""
    notes = Notes()
    layer = _variables(options_of(ScreenOptions), environment, notes, foreign=False)
    notes.raise_issues()
    values: dict[str, Any] = {**layer.values, **command_line}
    return ScreenOptions(**values)


def _variables(options: Iterable[Option], environment: Mapping[str, str], notes: Notes, *, foreign: bool) -> Layer:
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for option in options:
        for name in option.facts.variables if foreign else (option.variable,):
            if found := environment.get(name):
                values[option.name] = option.kind.from_text(found, option.facts, name, notes)
                sources[option.name] = name
    return Layer(values=values, sources=sources)


def _asked(command_line: Mapping[str, object]) -> Layer:
    flags = {option.name: option.flag or option.name for option in options_of(BuildOptions)}
    return Layer(values=command_line, sources={name: flags[name] for name in command_line})


def _warn_of_unknown(environment: Mapping[str, str], notes: Notes) -> None:
    known = {option.variable for owner in (BuildOptions, ScreenOptions) for option in options_of(owner)} - {""}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known | OTHER_VARIABLES.keys():
            guess = did_you_mean(name, known)
            notes.warnings.append(f"{name}: unknown variable is ignored" + (f"; {guess}" if guess else ""))
    if environment.get("MATURIN_PGO", "").casefold() not in ("", "0", "false", "no", "off", "n", "f"):
        notes.warnings.append("MATURIN_PGO: not supported yet, the wheels are built without it")


def _merged(ranks: Iterable[Layer], notes: Notes) -> tuple[dict[str, Any], dict[str, str]]:
    """Lay the sources over each other, lowest first; a value drops those of lower sources that it excludes."""
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for layer in ranks:
        for option in _given(layer.values, layer.values):
            for other in option.facts.excludes:
                if layer.values.get(other):
                    _conflict(layer.sources[option.name], layer.sources[other], notes)
                values.pop(other, None)
                sources.pop(other, None)
        values.update(_with_tables(layer.values, values))
        sources.update(layer.sources)
    return values, sources


def _with_tables(asked: Mapping[str, Any], below: Mapping[str, Any]) -> dict[str, Any]:
    """Return `asked`; what a table of the configuration says of a target holds also where the target is only named."""
    if "targets" not in asked:
        return dict(asked)
    tables = {each.target: each for each in below.get("targets", ()) if isinstance(each, AskedTarget)}
    named = (tables.get(each, each) if isinstance(each, str) else each for each in asked["targets"])
    return {**asked, "targets": tuple(named)}


def _given(values: Mapping[str, Any], names: Iterable[str]) -> list[Option]:
    """Return the options among `names` that have a value which says something."""
    return [option for option in options_of(BuildOptions) if option.name in names and values.get(option.name)]


def _conflict(one: str, other: str, notes: Notes) -> None:
    first, second = sorted((one, other))
    message = f"{first} and {second} cannot be used together"
    if all(issue.message != message for issue in notes.issues):
        notes.issue("", message, "keep one of them")
