"""The options of one cell: those of the run, with the overrides that name it."""

from dataclasses import replace
from typing import Any

from wheelmatrix.options.build import BuildOptions
from wheelmatrix.options.parts import AskedTarget, Override
from wheelmatrix.options.patterns import matches


def for_target(options: BuildOptions, asked: str | AskedTarget) -> BuildOptions:
    """Return `options` with what one entry of the targets says; variables of an environment join the others."""
    if isinstance(asked, str):
        return options
    changed = {name: value for name, value in asked.values.items() if name not in options.fixed}
    if "environment" in changed:
        changed["environment"] = tuple({**dict(options.environment), **dict(changed["environment"])}.items())
    return replace(options, **changed)


def for_cell(options: BuildOptions, cell_id: str, short_id: str) -> BuildOptions:
    """Return `options` with the overrides whose patterns match the cell; a later one wins.

    Fields in `options.fixed` stay: the command line and variables rank above overrides.
    """
    changed: dict[str, Any] = {}
    for override in options.overrides:
        if matches(override.select, cell_id, short_id):
            for name in override.values.keys() - options.fixed:
                changed[name] = _joined(override, name, changed.get(name, getattr(options, name)))
    return replace(options, **changed) if changed else options


def _joined(override: Override, name: str, below: Any) -> Any:
    own = override.values[name]
    match override.inherit.get(name, "none"):
        case "append":
            joined = (*below, *own)
        case "prepend":
            joined = (*own, *below)
        case _:
            return own
    return tuple(dict(joined).items()) if name == "environment" else joined
