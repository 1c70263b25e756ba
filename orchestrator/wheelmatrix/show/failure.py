"""Why a step failed, as every screen tells it: message, hint, last lines of its log, the log's path."""

from collections.abc import Iterator

from wheelmatrix.show.board import StepRow
from wheelmatrix.show.words import Glyphs, Line, clean, rows, wrapped

_INDENT = 4


def headline(step: StepRow, glyphs: Glyphs) -> str:
    """Return the first line of why a step failed; empty if nothing was said."""
    found = rows(step.end.message) if step.end else ()
    return glyphs.text(found[0]) if found else ""


def body(step: StepRow, glyphs: Glyphs, *, width: int | None, most: int, is_after_headline: bool) -> Iterator[Line]:
    """Yield the rest: at most `most` lines of the log, each cut to `width` cells, messages wrapped, the path whole.

    A path is never cut nor broken, however wide: half of one is of no use. `is_after_headline`: the message's first
    line was told already.
    """
    end = step.end
    if end is None:
        return
    room = None if width is None else max(width - _INDENT, 20)
    for number, message in enumerate(rows(end.message)):
        if number or not is_after_headline:
            yield from (((" " * _INDENT + part, ""),) for part in wrapped(glyphs.text(message), room))
    for hint in rows(end.hint):
        first, *others = wrapped(glyphs.text(hint), None if room is None else room - 6)
        yield ((" " * _INDENT, ""), ("hint: ", "bold"), (first, ""))
        yield from (((" " * (_INDENT + 6) + part, ""),) for part in others)
    for text in tail(end.tail, most):
        yield glyphs.fit(((f"{' ' * _INDENT}{glyphs.divider} ", "dim"), (glyphs.text(text), "")), width)
    if end.log:
        yield ((f"{' ' * _INDENT}log: ", "dim"), (glyphs.text(end.log), ""))


def tail(lines: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Return the last `most` lines that say something; blank ones at the end are none."""
    kept = list(lines)
    while kept and not clean(kept[-1]).strip():
        kept.pop()
    return tuple(kept[-most:])
