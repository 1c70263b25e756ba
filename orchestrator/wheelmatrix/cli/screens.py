"""The screen that a command asked for."""

import sys
from collections.abc import Mapping

from wheelmatrix import show
from wheelmatrix.cli.terminal import colored
from wheelmatrix.events import Screen
from wheelmatrix.options import ScreenOptions


def screen_of(options: ScreenOptions, environment: Mapping[str, str]) -> Screen:
    """Return the screen that options, variables and terminal ask for."""
    return show.choose(
        options.progress,
        colored(environment, options.color),
        is_terminal=sys.stderr.isatty(),
        out=sys.stdout,
        err=sys.stderr,
        quiet=options.quiet,
    )
