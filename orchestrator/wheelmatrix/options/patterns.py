"""Patterns over cell ids, by cibuildwheel's rules: globs with braces, several separated by blanks are alternatives."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")


def matches(patterns: Iterable[str], cell_id: str, short_id: str) -> bool:
    """Return whether one of `patterns` matches the whole of a cell's id, or of its short form without the floor.

    Upper and lower case differ. No pattern matches nothing.
    """
    return any(
        fnmatchcase(cell_id, glob) or fnmatchcase(short_id, glob)
        for pattern in split(patterns)
        for glob in expand_braces(pattern)
    )


def split(patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the single patterns, in order: each text may hold several, separated by blanks."""
    return tuple(single for text in patterns for single in text.split())


def expand_braces(pattern: str) -> tuple[str, ...]:
    """Return the globs that a pattern stands for, in order: `cp3{12,13}-*` → `cp312-*`, `cp313-*`.

    Braces nest; `{310..313}` counts. A brace without comma, range or partner is an ordinary character, as in a shell.
    """
    return tuple(dict.fromkeys(_expanded(pattern)))


def _expanded(pattern: str) -> Iterator[str]:
    start = pattern.find("{")
    while start >= 0:
        end = _partner(pattern, start)
        choices = _choices(pattern[start + 1 : end]) if end > 0 else []
        if choices:
            rests = tuple(_expanded(pattern[end + 1 :]))
            middles = (middle for choice in choices for middle in _expanded(choice))
            yield from (pattern[:start] + middle + rest for middle in middles for rest in rests)
            return
        start = pattern.find("{", start + 1)
    yield pattern


def _partner(pattern: str, start: int) -> int:
    """Return where the brace at `start` closes; -1 if it does not."""
    depth = 0
    for place in range(start, len(pattern)):
        depth += {"{": 1, "}": -1}.get(pattern[place], 0)
        if depth == 0:
            return place
    return -1


def _choices(inside: str) -> list[str]:
    """Return what stands between the commas of this level, or the numbers of a range; empty if it is neither."""
    if counted := _RANGE.fullmatch(inside):
        first, last = int(counted[1]), int(counted[2])
        step = 1 if first <= last else -1
        return [str(number) for number in range(first, last + step, step)]
    parts, depth = [""], 0
    for letter in inside:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts if len(parts) > 1 else []
