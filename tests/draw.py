"""`python -m tests.draw JOURNAL OUT.svg [--at SECONDS] [--width CELLS]`: draw the README's picture from a recorded run.

The lines are those of the live screen; without `--at` the moment is the one at which most cells run. `--at end` draws
the summary. The same journal always gives the same bytes.
"""

import argparse
import html
import io
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from wheelmatrix.events import RunStarted, Stamped, from_record
from wheelmatrix.show import summary
from wheelmatrix.show.board import Board, counts, fold
from wheelmatrix.show.dashboard import as_text
from wheelmatrix.show.frame import Paper, block
from wheelmatrix.show.scroll import scrolled
from wheelmatrix.show.words import UNICODE, Line

_THEME = TerminalTheme(
    (22, 27, 34),
    (201, 209, 217),
    [(72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65), (121, 192, 255), (210, 168, 255), (86, 212, 221),
     (177, 186, 196)],
    [(110, 118, 129), (255, 161, 152), (126, 231, 135), (242, 204, 96), (165, 214, 255), (226, 197, 255),
     (118, 227, 234), (240, 246, 252)],
)  # fmt: skip
_SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>TITLE</title>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
  white-space: pre;
}}
.{unique_id}-title {{ font: 14px ui-sans-serif, system-ui, sans-serif; fill: #8b949e; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""rich's own template loads a font from elsewhere, which a picture in a README may not."""


def draw(events: Sequence[Stamped], at_s: float | None, width: int) -> str:
    """Return the SVG of a moment of a run; None: of its end."""
    title = f"wheelmatrix {' '.join(_arguments(events))}"
    console = Console(
        record=True, file=io.StringIO(), width=width, force_terminal=True, color_system="standard", highlight=False,
        legacy_windows=False, _environ={},
    )  # fmt: skip
    command: Line = (("$ ", "good"), (title, "bold"))
    lines = (command, *(_end(events, width) if at_s is None else _moment(events, at_s, width)))
    console.print(as_text([_without_edges(line) for line in lines]), soft_wrap=True)
    template = _SVG.replace("TITLE", html.escape(title).replace("{", "{{").replace("}", "}}"))
    return console.export_svg(title=title, theme=_THEME, code_format=template, unique_id="wheelmatrix")


def fullest(events: Sequence[Stamped]) -> float:
    """Return the moment at which most cells run and some are done; of several the latest."""
    board, best, at_s = Board(), (0, 0), 0.0
    for stamped in events:
        board = fold(board, (stamped,))
        found = counts(board.rows)
        if (score := (found.running, min(found.failed, 1))) >= best and found.done:
            best, at_s = score, stamped.at_s
    return at_s


def main(arguments: Sequence[str]) -> int:
    """Draw one picture; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.draw", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("journal", type=Path, help="events of a run, as JSON lines")
    parser.add_argument("out", type=Path, help="SVG to write")
    parser.add_argument("--at", default="", metavar="SECONDS", help="moment of the run, or `end`")
    parser.add_argument("--width", type=int, default=104, help="cells of the terminal")
    asked = parser.parse_args(arguments)
    lines = asked.journal.read_text(encoding="utf-8").splitlines()
    events = [stamped for line in lines if (stamped := from_record(json.loads(line))) is not None]
    at_s = None if asked.at == "end" else float(asked.at) if asked.at else fullest(events)
    asked.out.write_text(draw(events, at_s, asked.width), encoding="utf-8")
    return 0


def _moment(events: Sequence[Stamped], at_s: float, width: int) -> list[Line]:
    paper, board, lines = Paper(width=width, height=36, glyphs=UNICODE), Board(), list[Line]()
    for stamped in events:
        if stamped.at_s <= at_s:
            board = fold(board, (stamped,))
            lines += scrolled(board, stamped, paper)
    return [*lines, *block(board, at_s, paper)]


def _without_edges(line: Line) -> Line:
    """Return the line with blanks at the edges of a span as spans of their own: SVG renderers drop them otherwise."""
    parts = [(part, style) for text, style in line for part in re.split(r"(^ +| +$)", text) if part]
    return tuple(parts)


def _end(events: Sequence[Stamped], width: int) -> tuple[Line, ...]:
    return summary.lines(fold(Board(), events), UNICODE, width=width)


def _arguments(events: Sequence[Stamped]) -> tuple[str, ...]:
    return next((stamped.event.arguments for stamped in events if isinstance(stamped.event, RunStarted)), ())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
