"""How values of each plain type are read from text and from TOML, and described to editors."""

import re
import shlex
from collections.abc import Callable
from typing import Any

from wheelmatrix.options.facts import Facts
from wheelmatrix.options.nearest import did_you_mean
from wheelmatrix.options.notes import Notes
from wheelmatrix.values import dataclass

Reader = Callable[[Any, Facts, str, Notes], Any]
"""Takes what was found, the option's facts and where it stands; returns the value, or notes an issue."""

_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_FALSE = frozenset({"0", "false", "no", "off", "n", "f"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How values of one type are read and described."""

    title: str
    """What the reference page calls it."""
    is_list: bool
    from_text: Reader
    """From one variable, or one argument of the command line."""
    from_toml: Reader
    schema: Callable[[Facts], dict[str, object]]


def text_from_text(found: str, facts: Facts, where: str, notes: Notes) -> str | None:
    """Return the text, if it is one of the choices (where there are any)."""
    if found in facts.refused:
        notes.issue(where, f"{found} {facts.refused[found]}", f"choose {_one_of(facts.choices)}")
        return None
    if facts.choices and found not in facts.choices:
        hint = did_you_mean(found, facts.choices)
        notes.issue(where, f'expected {_one_of(facts.choices)}, found "{found}"', hint)
        return None
    return found


def texts_from_text(found: str, facts: Facts, where: str, notes: Notes) -> tuple[str, ...]:
    """Return the parts of a text: at the option's separators, else at blanks, where quotes hold a part together."""
    parts = _separated(found, facts) if facts.splits else words(found, where, notes)
    read = [text_from_text(part, facts, where, notes) for part in parts]
    return tuple(part for part in read if part is not None)


def words(found: str, where: str, notes: Notes) -> list[str]:
    """Return the words of a text, as a shell splits them, but for backslashes: they are part of Windows paths."""
    lexer = shlex.shlex(found, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.escape, lexer.commenters = True, "", ""
    try:
        return list(lexer)
    except ValueError:
        notes.issue(where, f"a quotation mark has no partner in {found}")
        return []


def _separated(found: str, facts: Facts) -> list[str]:
    return [part.strip() for part in re.split(f"[{re.escape(facts.splits)}]", found) if part.strip()]


def _flag_from_text(found: str, facts: Facts, where: str, notes: Notes) -> bool | None:
    folded = found.strip().casefold()
    if folded in _TRUE | _FALSE:
        return folded in _TRUE
    notes.issue(where, f'expected true or false, found "{found}"')
    return None


def _number_from_text(found: str, facts: Facts, where: str, notes: Notes) -> int | None:
    try:
        return _bounded(int(found), facts, where, notes)
    except ValueError:
        notes.issue(where, f'expected a whole number, found "{found}"')
        return None


def _bounded(found: int, facts: Facts, where: str, notes: Notes) -> int | None:
    low, high = facts.minimum, facts.maximum
    if (low is None or low <= found) and (high is None or found <= high):
        return found
    bounds = f"from {low} to {high}" if low is not None and high is not None else f"of at least {low}"
    notes.issue(where, f"expected a whole number {bounds}, found {found}")
    return None


def _text_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> str | None:
    if isinstance(found, str):
        return text_from_text(found, facts, where, notes)
    notes.wrong_type(where, "a string", found)
    return None


def texts_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> tuple[str, ...]:
    """Return the strings of an array, or the parts of one string where the option may be split."""
    if isinstance(found, str) and facts.splits:
        return texts_from_text(found, facts, where, notes)
    if not isinstance(found, list):
        notes.wrong_type(where, "a string or an array of strings" if facts.splits else "an array of strings", found)
        return ()
    read = [_text_from_toml(item, facts, f"{where}[{place}]", notes) for place, item in enumerate(found)]
    return tuple(item for item in read if item is not None)


def _flag_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> bool | None:
    if isinstance(found, bool):
        return found
    notes.wrong_type(where, "a boolean", found)
    return None


def _number_from_toml(found: object, facts: Facts, where: str, notes: Notes) -> int | None:
    if isinstance(found, int) and not isinstance(found, bool):
        return _bounded(found, facts, where, notes)
    notes.wrong_type(where, "an integer", found)
    return None


def _text_schema(facts: Facts) -> dict[str, object]:
    return {"type": "string", "enum": list(facts.choices)} if facts.choices else {"type": "string"}


def _texts_schema(facts: Facts) -> dict[str, object]:
    array: dict[str, object] = {"type": "array", "items": _text_schema(facts)}
    return {"oneOf": [{"type": "string"}, array]} if facts.splits else array


def _flag_schema(facts: Facts) -> dict[str, object]:
    return {"type": "boolean"}


def _number_schema(facts: Facts) -> dict[str, object]:
    bounds = {"minimum": facts.minimum, "maximum": facts.maximum}
    return {"type": "integer", **{name: bound for name, bound in bounds.items() if bound is not None}}


def _one_of(choices: tuple[str, ...]) -> str:
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])} or {choices[-1]}"


TEXT = Kind(
    title="string", is_list=False, from_text=text_from_text, from_toml=_text_from_toml, schema=_text_schema
)  # fmt: skip
TEXTS = Kind(
    title="list of strings", is_list=True, from_text=texts_from_text, from_toml=texts_from_toml, schema=_texts_schema
)  # fmt: skip
FLAG = Kind(
    title="boolean", is_list=False, from_text=_flag_from_text, from_toml=_flag_from_toml, schema=_flag_schema
)  # fmt: skip
NUMBER = Kind(
    title="integer", is_list=False, from_text=_number_from_text, from_toml=_number_from_toml, schema=_number_schema
)  # fmt: skip
