"""How `[tool.wheelmatrix] targets` is read: names, and tables that say more of one target."""

import re
from typing import Any, get_args

from wheelmatrix.model import LinkerKind
from wheelmatrix.options.facts import Facts
from wheelmatrix.options.kinds import TEXT, TEXTS, Kind, texts_from_text
from wheelmatrix.options.notes import Notes
from wheelmatrix.options.parts import AskedTarget, Deployment
from wheelmatrix.options.structured import PAIRS

_OWN = {
    "linker": (TEXT, Facts(help="Who links", choices=get_args(LinkerKind))),
    "environment": (PAIRS, Facts(help="Variables for cargo and the commands")),
    "rustflags": (TEXTS, Facts(help="Flags for rustc, added to the user's")),
}
"""What a table may set for its target: the options of these names, which it ranks above."""
_KEYS = ("target", "floor", *_OWN)
_DEPLOYMENT_KEYS = ("macos-deployment-target", "macosx-deployment-target")
"""Both spellings are maturin's."""


def _from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[str | AskedTarget, ...]:
    if not isinstance(found, list):
        notes.wrong_type(where, "an array of strings or tables", found)
        return ()
    read = [_entry(item, f"{where}[{place}]", notes) for place, item in enumerate(found)]
    return tuple(each for each in read if each is not None)


def _entry(item: object, where: str, notes: Notes) -> str | AskedTarget | None:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        notes.wrong_type(where, "a string, or a table with target", item)
        return None
    for key in item:
        if key not in _KEYS:
            notes.unknown_key(where, key, _KEYS)
    if "target" not in item:
        notes.issue(where, "lacks the key target", 'add target = "x86_64-unknown-linux-gnu", for instance')
        return None
    plain = Facts(help="")
    name = TEXT.from_toml(item["target"], plain, f"{where}.target", notes)
    floor = TEXT.from_toml(item.get("floor", ""), plain, f"{where}.floor", notes)
    values: dict[str, Any] = {
        key: kind.from_toml(item[key], own, f"{where}.{key}", notes) for key, (kind, own) in _OWN.items() if key in item
    }
    return AskedTarget(target=f"{name}.{floor}" if floor else str(name), values=values)


def _deployments_from_text(found: str, facts: Facts, where: str, notes: Notes) -> tuple[Deployment, ...]:
    raise AssertionError("deployment targets are read from the configuration only")


def _deployments_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[Deployment, ...]:
    if not isinstance(found, dict):
        notes.wrong_type(where, "a table of tables, by target triple", found)
        return ()
    read = [_deployment(triple, table, f"{where}.{triple}", notes) for triple, table in found.items()]
    return tuple(each for each in read if each is not None)


def _deployment(triple: str, table: object, where: str, notes: Notes) -> Deployment | None:
    if not isinstance(table, dict):
        notes.wrong_type(where, "a table", table)
        return None
    for key in table:
        if key not in _DEPLOYMENT_KEYS:
            notes.unknown_key(where, key, _DEPLOYMENT_KEYS)
    found = next(((key, table[key]) for key in _DEPLOYMENT_KEYS if key in table), None)
    if found is None:
        return None
    key, value = found
    if not isinstance(value, str) or not re.fullmatch(r"\d+(\.\d+){0,2}", value):
        notes.wrong_type(f"{where}.{key}", 'a version of macOS such as "11.0"', value)
        return None
    return Deployment(triple=triple, macos=value)


def _deployments_schema(facts: Facts) -> dict[str, object]:
    version = {"type": "string", "pattern": r"^\d+(\.\d+){0,2}$"}
    keys = dict.fromkeys(_DEPLOYMENT_KEYS, version)
    return {
        "type": "object",
        "additionalProperties": {"type": "object", "properties": keys, "additionalProperties": False},
    }


def _schema(facts: Facts) -> dict[str, object]:
    text = {"type": "string"}
    own = {key: {"description": of.help, **kind.schema(of)} for key, (kind, of) in _OWN.items()}
    table = {
        "type": "object",
        "properties": {"target": text, "floor": text, **own},
        "required": ["target"],
        "additionalProperties": False,
    }
    return {"type": "array", "items": {"oneOf": [text, table]}}


DEPLOYMENTS = Kind(
    title="table of tables",
    is_list=True,
    from_text=_deployments_from_text,
    from_toml=_deployments_from_toml,
    schema=_deployments_schema,
)
TARGETS = Kind(
    title="list of strings or tables",
    is_list=True,
    from_text=texts_from_text,
    from_toml=_from_toml,
    schema=_schema,
)
