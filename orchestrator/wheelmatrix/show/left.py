"""Cells that were left out, folded by reason: with forty cells nobody reads forty lines."""

from collections.abc import Iterator, Sequence

from wheelmatrix.show.words import Glyphs, listed, wrapped

_MOST_CELLS = 4


def by_reason(left: Sequence[str]) -> dict[str, list[str]]:
    """Return the cells of each reason, from `cell: reason` texts; reasons in order of appearance."""
    groups: dict[str, list[str]] = {}
    for each in left:
        cell, _, reason = each.partition(": ")
        groups.setdefault(reason, []).append(cell)
    return groups


def folded(left: Sequence[str], glyphs: Glyphs, *, width: int | None, most: int) -> Iterator[str]:
    """Yield one entry per reason, at most `most`, and then how many cells more there are; wrapped to `width`."""
    groups = list(by_reason(left).items())
    for reason, cells in groups[:most]:
        text = f"{glyphs.skipped} left out: {listed(cells, _MOST_CELLS)}" + (f": {reason}" if reason else "")
        first, *others = wrapped(glyphs.text(text), None if width is None else max(width - 2, 10))
        yield first
        yield from (f"  {other}" for other in others)
    if more := sum(len(cells) for _, cells in groups[most:]):
        text = f"{glyphs.skipped} left out: {more} more; wheelmatrix plan --explain names each"
        yield from wrapped(glyphs.text(text), width)
