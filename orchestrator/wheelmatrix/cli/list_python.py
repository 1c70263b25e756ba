"""`wheelmatrix list-python`: the Pythons of this machine."""

import os
from collections.abc import Sequence
from dataclasses import asdict

import rich_click as click
from rich.console import Console
from rich.table import Table

from wheelmatrix import run
from wheelmatrix.cli.terminal import as_json
from wheelmatrix.model import Installed

_SCHEMA = 1


@click.command("list-python")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print them")
def command(format_: str) -> None:
    """List the Pythons of this machine that wheels can be built for, and where each was found."""
    found = run.list_pythons(dict(os.environ))
    if format_ == "json":
        click.echo(as_json({"schema": _SCHEMA, "pythons": [asdict(python) for python in found]}))
    elif found:
        Console(highlight=False, soft_wrap=True).print(_table(found))
    else:
        click.echo("no Python was found", err=True)


def _table(found: Sequence[Installed]) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    for heading in ("python", "version", "abi", "found in", "executable"):
        table.add_column(heading, no_wrap=True, overflow="ignore")
    for python in found:
        name = f"{python.implementation} {python.version[0]}.{python.version[1]}{'t' if python.free_threaded else ''}"
        table.add_row(name, python.patch, python.soabi, python.source, str(python.executable))
    return table
