"""The tables `[tool.maturin]` and `[tool.wheelmatrix]` of pyproject.toml, read into options."""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from wheelmatrix.options import BuildOptions, Notes, Option, anchored, nearest, options_of
from wheelmatrix.project.document import parse
from wheelmatrix.values import dataclass

_TABLES = frozenset({"maturin", "wheelmatrix"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one source gives."""

    values: Mapping[str, Any]
    """BuildOptions field to value."""
    sources: Mapping[str, str]
    """BuildOptions field to what messages call its source: `tool.maturin.features`, `WHEELMATRIX_JOBS`, `--jobs`."""


def layers(pyproject: PurePath | None, text: str, notes: Notes) -> tuple[Layer, Layer]:
    """Return what `[tool.maturin]` and `[tool.wheelmatrix]` give, in this order: the second one wins.

    Notes what is wrong with them; raises ConfigError if the file is no TOML.
    """
    if pyproject is None:
        empty = Layer(values={}, sources={})
        return empty, empty
    tool = _table(parse(pyproject, text), "tool", "tool", notes)
    directory = pyproject.parent
    _warn_of_misspelt(tool, notes)
    maturin = _table(tool, "maturin", "tool.maturin", notes)
    ours = _table(tool, "wheelmatrix", "tool.wheelmatrix", notes)
    return (
        _layer("tool.maturin", maturin, _maturin_keys(), directory, notes.forgiving()),
        _layer("tool.wheelmatrix", ours, _our_keys(), directory, notes),
    )


def _table(above: Mapping[str, Any], key: str, where: str, notes: Notes) -> dict[str, Any]:
    found = above.get(key, {})
    if isinstance(found, dict):
        return found
    notes.wrong_type(where, "a table", found)
    return {}


def _warn_of_misspelt(tool: Mapping[str, Any], notes: Notes) -> None:
    for name in tool.keys() - _TABLES:
        if guess := nearest(name, _TABLES - tool.keys()):
            notes.warnings.append(f"tool.{name}: this table is not read; did you mean [tool.{guess}]?")


def _our_keys() -> dict[str, Option]:
    named = [option for option in options_of(BuildOptions) if option.facts.key]
    return {key: option for option in named for key in (option.facts.key, *option.facts.aliases)}


def _maturin_keys() -> dict[str, Option]:
    renamed = {each.facts.maturin_key: each for each in options_of(BuildOptions) if each.facts.maturin_key}
    return {**{key: option for key, option in _our_keys().items() if option.facts.maturin}, **renamed}


def _layer(name: str, table: Mapping[str, Any], known: dict[str, Option], directory: PurePath, notes: Notes) -> Layer:
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    shorthands = {
        flag.removeprefix("--"): (option, value)
        for option in known.values()
        for flag, value in option.facts.shorthands.items()
        if flag.removeprefix("--") in _SHORTHAND_KEYS
    }
    for key, found in _flat(name, table, known, notes):
        where = f"{name}.{key}"
        if option := known.get(key):
            value = option.kind.from_toml(found, option.facts, where, notes)
            if option.facts.is_path and value is not None:
                value = str(directory / value) if isinstance(value, str) else anchored(value, directory)
            values[option.name], sources[option.name] = value, where
        elif key in shorthands:
            option, meant = shorthands[key]
            if not isinstance(found, bool):
                notes.wrong_type(where, "a boolean", found)
            elif found and option.facts.key not in table:
                values[option.name], sources[option.name] = meant, where
        elif key in _LATER:
            if not notes.forgives:
                notes.issue(where, "is a key of tool.maturin alone", "remove it, or keep it there")
        else:
            notes.unknown_key(name, key, (*known, *_LATER, *shorthands))
    return Layer(values=values, sources=sources)


def _flat(
    name: str, table: Mapping[str, Any], known: Mapping[str, Option], notes: Notes
) -> Iterator[tuple[str, Any]]:  # fmt: skip
    """Yield the keys of a table with their values; those of a table inside of it as `verify.level`."""
    inside = {key.partition(".")[0] for key in known if "." in key}
    for key, found in table.items():
        if key not in inside:
            yield key, found
        elif isinstance(found, dict):
            yield from ((f"{key}.{inner}", value) for inner, value in found.items())
        else:
            notes.wrong_type(f"{name}.{key}", "a table", found)


_SHORTHAND_KEYS = frozenset({"skip-auditwheel"})
"""Shorthands of the command line that `[tool.maturin]` has as keys, too."""


_LATER = frozenset({"generate-ci", "pgo-command", "pgo-dependency-group"})
"""Keys of maturin 1.16 that no wheel differs by as long as nobody asks for what they configure."""
