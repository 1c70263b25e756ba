"""How an error is told: on stderr, every issue with its hint."""

import sys
from collections.abc import Sequence

import rich_click as click
from rich.console import Console
from rich.text import Text

from wheelmatrix.cli.terminal import color_of
from wheelmatrix.errors import WheelmatrixError


def tell(error: WheelmatrixError, arguments: Sequence[str] = ()) -> None:
    """Print every issue of `error`."""
    console = _console(arguments)
    for issue in error.issues:
        place = f"{issue.where}: " if issue.where else ""
        console.print(Text.assemble(("error: ", "bold red"), place, issue.message), soft_wrap=True)
        if issue.hint:
            console.print(Text.assemble(("  hint: ", "bold"), issue.hint), soft_wrap=True)


def warn(message: str, arguments: Sequence[str] = ()) -> None:
    """Print one warning."""
    _console(arguments).print(Text.assemble(("warning: ", "bold yellow"), message), soft_wrap=True)


def tell_usage(error: click.UsageError, arguments: Sequence[str] = ()) -> None:
    """Print a misuse of the command line, and where the help is."""
    console = _console(arguments)
    message = error.format_message()
    console.print(Text.assemble(("error: ", "bold red"), message[:1].lower() + message[1:]), soft_wrap=True)
    if error.ctx is not None:
        console.print(Text.assemble(("  hint: ", "bold"), f"{error.ctx.command_path} --help"), soft_wrap=True)


def _console(arguments: Sequence[str]) -> Console:
    color = color_of(arguments)
    return Console(
        file=sys.stderr, highlight=False, force_terminal=True if color == "always" else None, no_color=color == "never"
    )
