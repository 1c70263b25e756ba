"""The screen that a command asked for."""

import sys
from collections.abc import Mapping
from pathlib import Path

from wheelmatrix.cli.failure import warn
from wheelmatrix.cli.terminal import colored
from wheelmatrix.events import Screen
from wheelmatrix.options import ScreenOptions
from wheelmatrix.run import journal
from wheelmatrix.show.board import Board, fold
from wheelmatrix.show.choice import choose
from wheelmatrix.show.github import step_summary


def screen_of(options: ScreenOptions, environment: Mapping[str, str]) -> Screen:
    """Return the screen that options, variables and terminal ask for."""
    return choose(
        options.progress,
        colored(environment, options.color),
        is_terminal=sys.stderr.isatty(),
        out=sys.stdout,
        err=sys.stderr,
        quiet=options.quiet,
    )


def summarize(found: Path, environment: Mapping[str, str]) -> None:
    """Add what came of a run to the summary of a GitHub job; one that cannot be written fails nothing."""
    if not (place := environment.get("GITHUB_STEP_SUMMARY")):
        return
    text = step_summary(fold(Board(), journal.read(found)))
    try:
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        warn(f"GITHUB_STEP_SUMMARY: {error}")
