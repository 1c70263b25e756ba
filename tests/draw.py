"""`python -m tests.draw JOURNAL OUT.svg [--at SECONDS]`: what a recorded run looked like in a terminal, as a picture."""

import argparse
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from wheelmatrix.events import Stamped
from wheelmatrix.run.journal import read
from wheelmatrix.show.dashboard import Dashboard

WIDTH, HEIGHT = 104, 36


def draw(events: list[Stamped], at_s: float) -> str:
    """Return the SVG of a run's screen as it was `at_s` seconds after the beginning; the same events, the same bytes."""
    console = Console(record=True, force_terminal=True, width=WIDTH, height=HEIGHT, file=StringIO())
    console.print(Text("$ wheelmatrix build --all-interpreters", style="bold"))
    screen = Dashboard(console, is_unicode=True)
    past = [stamped for stamped in events if stamped.at_s <= at_s]
    screen.show(past, at_s)
    block = screen.block(at_s)
    screen.close()
    lines = Console(record=True, force_terminal=True, width=WIDTH, height=HEIGHT, file=StringIO())
    for text in screen.scrolled:
        lines.print(text, soft_wrap=True, highlight=False, markup=False, crop=True)
    lines.print(block)
    return lines.export_svg(title="wheelmatrix", unique_id="wheelmatrix")


def main() -> None:
    """Draw one picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("journal", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--at", type=float, default=None, help="seconds after the beginning; default: two thirds")
    asked = parser.parse_args()
    events = list(read(asked.journal))
    at_s = asked.at if asked.at is not None else events[-1].at_s * 2 / 3
    asked.out.write_text(draw(events, at_s), encoding="utf-8")


if __name__ == "__main__":
    main()
