"""`wheelmatrix report`: what came of a run."""

import shutil
import sys

import rich_click as click

from wheelmatrix.cli import runs
from wheelmatrix.cli.terminal import as_json
from wheelmatrix.run import journal
from wheelmatrix.show import summary
from wheelmatrix.show.board import Board, fold


def _report(run_id: str, manifest_path: str, format_: str) -> None:
    board = fold(Board(), journal.read(runs.find(run_id, manifest_path).journal))
    match format_:
        case "json":
            click.echo(as_json(summary.as_json(board)))
        case "markdown":
            click.echo(summary.markdown(board))
        case _:
            width = shutil.get_terminal_size((100, 24)).columns
            click.echo(summary.summary(board, width=width, is_unicode=_is_unicode()))


def _is_unicode() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


command = click.RichCommand(
    name="report",
    callback=_report,
    help="Say what came of a run: wheels, failures, times; the last run if none is named.",
    params=[
        *runs.parameters(),
        click.RichOption(
            ["--format", "format_"],
            type=click.Choice(["text", "json", "markdown"]),
            default="text",
            help="How to print it",
        ),
    ],
)
