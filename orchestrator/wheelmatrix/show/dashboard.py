"""The live screen: a block of few lines at the bottom, and everything that is over above it as ordinary lines.

Lines are preformatted text, not a table (at four frames a second a table would cost a quarter of a core), and no thread
refreshes: the engine's calls do.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.live import Live
from rich.text import Text

from wheelmatrix.events import RunFinished, Stamped
from wheelmatrix.show import summary
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.frame import Paper, block
from wheelmatrix.show.scroll import scrolled
from wheelmatrix.show.words import ASCII, UNICODE, Line, Style

_LOOKS: dict[Style, str] = {
    "": "none", "dim": "dim", "bold": "bold", "good": "green", "bad": "bold red", "warn": "yellow", "busy": "cyan",
}  # fmt: skip
_FRAME_S = 0.2
"""Less than the quarter of a second that the engine promises, so that its jitter drops no frame."""


class Dashboard:
    """A live block on a console; it is drawn when something happened, and once a second for the clocks."""

    def __init__(self, console: Console, *, is_unicode: bool = True) -> None:
        self._console = console
        self._glyphs = UNICODE if is_unicode else ASCII
        self._live = Live(
            console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._drawn_s = float("-inf")
        self._is_stale = False
        self.board = Board()

    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Take what happened; what is over scrolls up, what runs is drawn again."""
        paper = self._paper()
        lines: list[Line] = []
        for stamped in events:
            self.board = fold(self.board, (stamped,))
            lines += scrolled(self.board, stamped, paper)
            if isinstance(stamped.event, RunFinished):
                lines += [(), *summary.lines(self.board, self._glyphs, width=paper.width)]
        self._is_stale = self._is_stale or bool(events)
        if self.board.finished is not None:
            self._end(lines)
        else:
            self._draw(lines, now_s, paper)

    def close(self) -> None:
        """Take the block away; the lines above it stay."""
        if self._live.is_started:
            self._live.update(Text(""))
            self._live.stop()

    def _draw(self, lines: Sequence[Line], now_s: float, paper: Paper) -> None:
        is_due = now_s - self._drawn_s >= (_FRAME_S if self._is_stale else 1.0) or now_s < self._drawn_s
        if not lines and not is_due:
            return
        if not self._live.is_started:
            self._live.start()
            self._console.show_cursor(True)  # rich hides it; a run that is killed could not bring it back
        with self._console:  # one write: what scrolls up takes the old block along until the new one is drawn
            if lines:
                self._print(lines)
            self._live.update(as_text(block(self.board, now_s, paper)), refresh=True)
        self._drawn_s, self._is_stale = now_s, False

    def _end(self, lines: Sequence[Line]) -> None:
        self.close()
        if lines:
            self._print(lines)

    def _print(self, lines: Sequence[Line]) -> None:
        self._console.print(as_text(lines), soft_wrap=True, highlight=False, markup=False, emoji=False)

    def _paper(self) -> Paper:
        width, height = self._console.size
        return Paper(width=width, height=height, glyphs=self._glyphs)


def as_text(lines: Sequence[Line]) -> Text:
    """Return the lines as rich prints them; none is wrapped."""
    text = Text(no_wrap=True, overflow="ignore")
    for number, line in enumerate(lines):
        if number:
            text.append("\n")
        for part, style in line:
            text.append(part, _LOOKS[style])
    return text
