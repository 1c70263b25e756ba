"""What the tests of the screens share: streams that know their encoding, and expected texts as files."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

from wheelmatrix.events import Screen, Stamped
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.frame import Paper, block
from wheelmatrix.show.replay import replay
from wheelmatrix.show.scroll import scrolled
from wheelmatrix.show.words import UNICODE, Glyphs, Line, plain

EXPECTED = Path(__file__).parent / "expected"


class Stream(io.StringIO):
    """A stream in memory that says which encoding it has."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:
        return self._encoding


def is_as_expected(name: str, found: str) -> bool:
    """Return whether a text is that of `expected/NAME`; REWRITE_EXPECTED=1 writes it instead."""
    path = EXPECTED / name
    if os.environ.get("REWRITE_EXPECTED"):
        path.write_text(found, encoding="utf-8")
    return path.read_text(encoding="utf-8") == found


def shown(screen: Screen, events: Sequence[Stamped]) -> None:
    """Show a run, tick by tick, without waiting."""
    replay(events, screen, lambda seconds: None)
    screen.close()


def picture(events: Sequence[Stamped], at_s: float, width: int, glyphs: Glyphs = UNICODE, height: int = 36) -> str:
    """Return the terminal at a moment: what scrolled up, and the live block below it."""
    return "".join(
        plain(line) + "\n" for line in lines_at(events, at_s, Paper(width=width, height=height, glyphs=glyphs))
    )


def lines_at(events: Sequence[Stamped], at_s: float, paper: Paper) -> list[Line]:
    """Return what scrolled up until a moment, and the live block of it."""
    board, lines = Board(), list[Line]()
    for stamped in events:
        if stamped.at_s <= at_s:
            board = fold(board, (stamped,))
            lines += scrolled(board, stamped, paper)
    return [*lines, *block(board, at_s, paper)]
