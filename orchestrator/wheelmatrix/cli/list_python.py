"""`wheelmatrix list-python`: the Pythons of this machine."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import rich_click as click

from wheelmatrix.cli.terminal import as_json
from wheelmatrix.model import Installed
from wheelmatrix.run.prepare import list_pythons

_SCHEMA = 1
_HEADINGS = ("python", "version", "abi", "found in", "executable")


@click.command("list-python")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print them")
def command(format_: str) -> None:
    """List the Pythons of this machine that wheels can be built for, and where each was found."""
    found = list_pythons(dict(os.environ))
    if format_ == "json":
        click.echo(as_json({"schema": _SCHEMA, "pythons": [asdict(python) for python in found]}))
    elif found:
        click.echo("\n".join(aligned([_HEADINGS, *map(_row, found)])))
    else:
        click.echo("no Python was found", err=True)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows of equal length as lines, whose columns are as wide as their widest cell: nothing is cut."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(python: Installed) -> tuple[str, ...]:
    flags = f"{'t' * python.free_threaded}{'d' * python.debug}"
    name = f"{python.implementation} {python.version[0]}.{python.version[1]}{flags}"
    return name, python.patch, python.soabi, python.source, str(python.executable)
