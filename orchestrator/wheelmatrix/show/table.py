"""Tables as preformatted text: what fits is chosen by whoever makes the rows. Pure."""

from collections.abc import Sequence

from wheelmatrix.show.words import width_of

_GAP = 2
_MARK = 2
"""Cells of the sign before each row, and its blank."""


def widths_of(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the cells of each column; the texts are clean."""
    return [max(map(width_of, column)) for column in zip(heads, *rows, strict=True)]


def width_of_row(widths: Sequence[int]) -> int:
    """Return the cells of a row of these columns, with the sign before it."""
    return _MARK + sum(widths) + _GAP * (len(widths) - 1)


def aligned(cells: Sequence[str], heads: Sequence[str], widths: Sequence[int], right: frozenset[str]) -> str:
    """Return a row without blanks at its end; columns whose heads are in `right` stand at their right edge."""
    gap = " " * _GAP
    return gap.join(
        " " * (width - width_of(cell)) + cell if head in right else cell + " " * (width - width_of(cell))
        for cell, head, width in zip(cells, heads, widths, strict=True)
    ).rstrip()
