"""TOML as text: what a changed table looks like in the words of the file it was read from.

    text ─ scan ─▶ statements (where each key and value stands) ─ compared with the wanted table ─▶ edits ─▶ text

Comments and order stay. Whatever the edits do not express is found by reading the result again: then the whole table is
written anew. Source: TOML 1.1.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from math import isinf, isnan
from typing import Any

import tomli

from wheelmatrix.values import dataclass

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BASIC, _LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL), re.compile(r"'[^']*'")
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"""(?:""?(?!"))?', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'''(?:''?(?!'))?", re.DOTALL)
_STRINGS = (_LONG_BASIC, _LONG_LITERAL, _BASIC, _LITERAL)
_SCALAR = re.compile(r"[^,\]}#\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """A header, or a key with its value; positions in the text."""

    path: Path
    """From the root; elements of arrays of tables by their index."""
    start: int
    end: int
    """Behind its line."""
    value: slice | None
    """None: a header."""
    depth: int
    """Length of the path of the table it stands in."""


def rewritten(text: str, wanted: Mapping[str, Any]) -> str:
    """Return the text changed so that it reads as `wanted`, its comments and order kept as far as may be."""
    before = tomli.loads(text)
    if before == wanted:
        return text
    result = _edited(text, before, wanted)
    try:
        if tomli.loads(result) == wanted:
            return result
    except tomli.TOMLDecodeError:
        pass
    return written(wanted)


def written(table: Mapping[str, Any], name: str = "") -> str:
    """Return a table as TOML: its values, then the tables in it; `name` is its own, dotted."""
    values = {key: value for key, value in table.items() if not isinstance(value, dict)}
    parts = [f"[{name}]\n"] if name and (values or not table) else []
    parts += [f"{_key(key)} = {_value(value)}\n" for key, value in values.items()]
    parts += ["\n"] if parts else []
    for key, value in table.items():
        if isinstance(value, dict):
            parts.append(written(value, f"{name}.{_key(key)}" if name else _key(key)))
    return "".join(parts)


def _value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case float() if isnan(value) or isinf(value):
            return str(value)
        case int() | float():
            return repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            inside = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
            return f"{{ {inside} }}" if inside else "{}"
    raise AssertionError(f"TOML has no {type(value).__name__}")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _value(key)


def _edited(text: str, before: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Return the text with values replaced, statements taken out and new ones put behind the last of their table."""
    edits: list[tuple[int, int, str]] = []
    last: dict[Path, int] = {(): 0}
    said: set[Path] = set()
    values: set[Path] = set()
    for each in _statements(text):
        moved = _moved(each.path, before, wanted)
        found, is_there = _looked_up(wanted, moved)
        if not is_there or (each.value is None and not isinstance(found, dict)):
            whole = _whole(moved, each.depth, wanted) if each.value else ()
            is_new = bool(whole) and whole not in said
            edits.append((each.start, each.end, _line(whole[each.depth :], wanted, whole) if is_new else ""))
            said |= {whole} if is_new else set()
            values |= {whole} if is_new else set()
            continue
        said.add(moved)
        values |= {moved} if each.value is not None else set()
        last[moved if each.value is None else moved[:-1]] = each.end
        if each.value is not None and found != _looked_up(before, each.path)[0]:
            edits.append((each.value.start, each.value.stop, _value(found)))
    for path in _added(wanted, said, values):
        depth = next(count for count in range(len(path) - 1, -1, -1) if path[:count] in last)
        place, line = last[path[:depth]], _line(path[depth:], wanted, path)
        edits.append((place, place, line if not place or text[place - 1] == "\n" else f"\n{line}"))
    result = text
    for start, end, new in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        result = result[:start] + new + result[end:]
    return result


def _whole(path: Path, depth: int, wanted: Mapping[str, Any]) -> Path:
    """Return the front of a dotted key that has become a value: `version.workspace` is `version` now; else empty."""
    for count in range(depth + 1, len(path)):
        found, is_there = _looked_up(wanted, path[:count])
        if is_there and not isinstance(found, dict | list):
            return path[:count]
    return ()


def _line(key: Path, wanted: Mapping[str, Any], path: Path) -> str:
    return f"{'.'.join(_key(str(part)) for part in key)} = {_value(_looked_up(wanted, path)[0])}\n"


def _added(wanted: Any, said: set[Path], values: set[Path], path: Path = ()) -> Iterator[Path]:
    """Yield the paths that no statement says, in order; tables that statements speak of are looked into."""
    for key, value in wanted.items() if isinstance(wanted, dict) else enumerate(wanted):
        inner = (*path, key)
        if not any(each[: len(inner)] == inner for each in said):
            yield inner
        elif inner not in values and isinstance(value, dict | list):
            yield from _added(value, said, values, inner)


def _moved(path: Path, before: Any, wanted: Any) -> Path:
    """Return a path with the indices that its tables have in `wanted`; one that is gone gets -1."""
    moved: list[str | int] = []
    old, new = before, wanted
    for part in path:
        now = _kept(old, new).get(part, -1) if isinstance(part, int) and isinstance(new, list) else part
        moved.append(now)
        old, new = _looked_up(old, (part,))[0], _looked_up(new, (now,))[0]
    return tuple(moved)


def _kept(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """Return where the elements of a list are in another: by order, if as many; else those that are equal."""
    if len(old) == len(new):
        return {index: index for index in range(len(old))}
    places: dict[int, int] = {}
    at = 0
    for index, each in enumerate(old):
        if at < len(new) and each == new[at]:
            places[index], at = at, at + 1
    return places


def _looked_up(table: Any, path: Path) -> tuple[Any, bool]:
    found = table
    for part in path:
        is_inside = isinstance(part, int) and isinstance(found, list) and 0 <= part < len(found)
        if not (is_inside or (isinstance(found, dict) and part in found)):
            return None, False
        found = found[part]
    return found, True


def _statements(text: str) -> Iterator[_Statement]:
    """Yield the statements of a valid document in their order."""
    table: Path = ()
    counts: dict[Path, int] = {}
    at = _end(_BLANK, text, 0)
    while at < len(text):
        start = text.rfind("\n", 0, at) + 1
        if text[at] == "[":
            is_array = text[at : at + 2] == "[["
            names, at = _keys(text, at + 1 + is_array)
            table = _indexed(names, counts, is_array=is_array)
            value, at = None, at + 1 + is_array
            path = table
        else:
            names, at = _keys(text, at)
            begin = _end(_SPACE, text, at + 1)
            at = _value_end(text, begin)
            value, path = slice(begin, begin + len(text[begin:at].rstrip())), (*table, *names)
        newline = text.find("\n", at)
        end = len(text) if newline < 0 else newline + 1
        yield _Statement(path=path, start=start, end=end, value=value, depth=len(table))
        at = _end(_BLANK, text, at)


def _indexed(names: Sequence[str], counts: dict[Path, int], *, is_array: bool) -> Path:
    """Return the path of a header; every array of tables on the way stands for its last element."""
    path: Path = ()
    for place, name in enumerate(names):
        path = (*path, name)
        if is_array and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _keys(text: str, at: int) -> tuple[list[str], int]:
    """Return the parts of a dotted key, and the position of what follows it."""
    names: list[str] = []
    while True:
        at = _end(_SPACE, text, at)
        found = next((match for each in (_BARE, _BASIC, _LITERAL) if (match := each.match(text, at))), None)
        if found is None:
            raise AssertionError(f"no key at {text[at : at + 20]!r}")
        name = found[0]
        names.append(str(tomli.loads(f"a = {name}")["a"]) if name[0] in "\"'" else name)
        at = _end(_SPACE, text, found.end())
        if text[at : at + 1] != ".":
            return names, at
        at += 1


def _value_end(text: str, at: int) -> int:
    string = next((match for each in _STRINGS if (match := each.match(text, at))), None)
    if string:
        return string.end()
    if text[at] not in "[{":
        return _end(_SCALAR, text, at)
    at = _end(_BLANK, text, at + 1)
    while text[at] not in "]}":
        if text[at] in ",=":
            at += 1
        elif text[at] in ".\"'[{":
            at = _value_end(text, at) if text[at] != "." else at + 1
        else:
            at = max(_end(re.compile(r"[^,\]}#\n=\"'\[{]*"), text, at), at + 1)
        at = _end(_BLANK, text, at)
    return at + 1


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
