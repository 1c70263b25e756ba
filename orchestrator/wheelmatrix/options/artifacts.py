"""How `artifacts` is read, which `[tool.maturin]` calls `targets`: tables that name cargo targets."""

from typing import get_args

from wheelmatrix.model import BindingsKind
from wheelmatrix.options.facts import Facts
from wheelmatrix.options.kinds import TEXT, Kind
from wheelmatrix.options.notes import Notes
from wheelmatrix.options.parts import ArtifactChoice

_TYPES = ("bin", "cdylib", "dylib", "lib", "rlib", "staticlib")
_KEYS = {
    "name": Facts(help="Name of the cargo target; without it every one of the kind"),
    "kind": Facts(help="Kind of the cargo target", choices=_TYPES),
    "bindings": Facts(help="Bindings of the library", choices=get_args(BindingsKind)),
}


def _from_text(found: str, facts: Facts, where: str, notes: Notes) -> tuple[ArtifactChoice, ...]:
    raise AssertionError("artifacts are read from the configuration only")


def _from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[ArtifactChoice, ...]:
    if not isinstance(found, list):
        notes.wrong_type(where, "an array of tables", found)
        return ()
    read = [_choice(item, f"{where}[{place}]", notes) for place, item in enumerate(found)]
    return tuple(each for each in read if each is not None)


def _choice(item: object, where: str, notes: Notes) -> ArtifactChoice | None:
    if not isinstance(item, dict):
        notes.wrong_type(where, "a table with name or kind", item)
        return None
    for key in item:
        if key not in _KEYS:
            notes.unknown_key(where, key, tuple(_KEYS))
    read = {
        key: TEXT.from_toml(item.get(key, ""), facts, f"{where}.{key}", notes)
        for key, facts in _KEYS.items()
        if key in item
    }
    choice = ArtifactChoice(**{key: value or "" for key, value in read.items()})
    if "name" not in item and "kind" not in item:
        notes.issue(where, "names no cargo target", 'add name = "…", or kind = "bin" for all programs')
    if choice.kind == "bin" and choice.bindings not in ("", "bin"):
        notes.issue(f"{where}.bindings", f"a program has no bindings {choice.bindings}", "they are the library's")
    return choice


def _schema(facts: Facts) -> dict[str, object]:
    properties = {key: {"description": each.help, **TEXT.schema(each)} for key, each in _KEYS.items()}
    table = {"type": "object", "properties": properties, "minProperties": 1, "additionalProperties": False}
    return {"type": "array", "items": table}


ARTIFACTS = Kind(title="array of tables", is_list=True, from_text=_from_text, from_toml=_from_toml, schema=_schema)
