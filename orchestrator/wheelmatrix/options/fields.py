"""The options of a dataclass as rows, for everything that is derived from them; and the one kind that holds options."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints

from wheelmatrix.options.artifacts import ARTIFACTS
from wheelmatrix.options.build import BuildOptions
from wheelmatrix.options.facts import Facts
from wheelmatrix.options.kinds import FLAG, NUMBER, TEXT, TEXTS, Kind, texts_from_toml
from wheelmatrix.options.notes import Notes
from wheelmatrix.options.parts import ArtifactChoice, AskedTarget, Deployment, Feature, Override, Pattern, PythonSource
from wheelmatrix.options.sources import SOURCES
from wheelmatrix.options.structured import FEATURES, PAIRS, PATTERNS
from wheelmatrix.options.targets import DEPLOYMENTS, TARGETS
from wheelmatrix.values import dataclass

PREFIX = "WHEELMATRIX_"
_JOININGS = ("none", "append", "prepend")
_SELECT = Facts(help="Cells that it is for: globs with braces over cell ids", splits=" ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: a field, what it is called, and how its values are read."""

    name: str
    """The field's."""
    facts: Facts
    kind: Kind
    default: Any

    @property
    def variable(self) -> str:
        """`WHEELMATRIX_JOBS`; empty if it has none."""
        return PREFIX + self.name.upper() if self.facts.variable and (self.facts.flags or self.facts.key) else ""

    @property
    def flag(self) -> str:
        """The spelling that messages use: the long one; empty if it is not on the command line."""
        return self.facts.flags[-1] if self.facts.flags else ""

    @property
    def is_overridable(self) -> bool:
        """Whether `[[tool.wheelmatrix.overrides]]` may set it."""
        return self.facts.scope in ("target", "cell") and bool(self.facts.key)


@cache
def options_of(owner: type) -> tuple[Option, ...]:
    """Return the options of BuildOptions, VerifyOptions or ScreenOptions, in the order of the fields."""
    hints = get_type_hints(owner)
    return tuple(
        Option(
            name=field.name,
            facts=field.metadata["facts"],
            kind=_KINDS.get(hints[field.name], TEXT),  # what is left are the Literals, texts with choices
            default=field.default,
        )
        for field in fields(owner)
        if "facts" in field.metadata
    )


def overridable() -> Mapping[str, Option]:
    """Return the options that overrides may set, by key."""
    return {option.facts.key: option for option in options_of(BuildOptions) if option.is_overridable}


def _overrides_from_text(found: str, facts: Facts, where: str, notes: Notes) -> tuple[Override, ...]:
    raise AssertionError("overrides are read from the configuration only")


def _overrides_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[Override, ...]:
    if not isinstance(found, list):
        notes.wrong_type(where, "an array of tables", found)
        return ()
    return tuple(_override(item, f"{where}[{place}]", notes) for place, item in enumerate(found))


def _override(item: object, where: str, notes: Notes) -> Override:
    if not isinstance(item, dict):
        notes.wrong_type(where, "a table with select", item)
        return Override(select=(), values={}, inherit={})
    values = {}
    for key, found in item.items():
        if key in ("select", "inherit"):
            continue
        if option := _overridden(key, where, notes):
            values[option.name] = option.kind.from_toml(found, option.facts, f"{where}.{key}", notes)
    select = texts_from_toml(item.get("select", []), _SELECT, f"{where}.select", notes)
    if not select:
        notes.issue(where, "select names no cells", 'add select = "cp312-*", for instance')
    if not values:
        notes.issue(where, "sets no option")
    return Override(select=select, values=values, inherit=_inherit(item.get("inherit", {}), item, where, notes))


def _overridden(key: str, where: str, notes: Notes) -> Option | None:
    if option := overridable().get(key):
        return option
    if any(key == option.facts.key for option in options_of(BuildOptions)):
        may = ", ".join(sorted(overridable()))
        notes.issue(where, f"{key} cannot differ between cells", f"overrides may set {may}")
    else:
        notes.unknown_key(where, key, ("select", "inherit", *overridable()))
    return None


def _inherit(found: object, item: Mapping[str, object], where: str, notes: Notes) -> dict[str, Any]:
    if not isinstance(found, dict):
        notes.wrong_type(f"{where}.inherit", "a table", found)
        return {}
    joinings = {}
    for key, joining in found.items():
        option = overridable().get(key)
        if option is None or key not in item:
            notes.issue(f"{where}.inherit", f"{key} is not set by this override")
        elif not option.kind.is_list:
            notes.issue(f"{where}.inherit", f"{key} is no list: there is nothing to append to")
        elif joining not in _JOININGS:
            notes.wrong_type(f"{where}.inherit.{key}", ", ".join(_JOININGS), joining)
        else:
            joinings[option.name] = joining
    return joinings


def _overrides_schema(facts: Facts) -> dict[str, object]:
    lists = [key for key, option in overridable().items() if option.kind.is_list]
    joining = {"type": "string", "enum": list(_JOININGS)}
    select = {"description": _SELECT.help, **TEXTS.schema(_SELECT)}
    inherit = {
        "description": "How lists join the ones below them",
        "type": "object",
        "properties": dict.fromkeys(lists, joining),
        "additionalProperties": False,
    }
    table = {
        "type": "object",
        "properties": {"select": select, "inherit": inherit, **{k: described(o) for k, o in overridable().items()}},
        "required": ["select"],
        "minProperties": 2,
        "additionalProperties": False,
    }
    return {"type": "array", "items": table}


def described(option: Option) -> dict[str, object]:
    """Return the JSON schema of an option's key, with its help."""
    return {"description": option.facts.help, **option.kind.schema(option.facts)}


_OVERRIDES = Kind(
    title="array of tables",
    is_list=True,
    from_text=_overrides_from_text,
    from_toml=_overrides_from_toml,
    schema=_overrides_schema,
)
_KINDS: Mapping[Any, Kind] = {
    str: TEXT,
    bool: FLAG,
    int: NUMBER,
    tuple[str, ...]: TEXTS,
    tuple[Feature, ...]: FEATURES,
    tuple[Pattern, ...]: PATTERNS,
    tuple[tuple[str, str], ...]: PAIRS,
    tuple[ArtifactChoice, ...]: ARTIFACTS,
    tuple[str | AskedTarget, ...]: TARGETS,
    tuple[Deployment, ...]: DEPLOYMENTS,
    tuple[Override, ...]: _OVERRIDES,
    tuple[PythonSource, ...]: SOURCES,
}
