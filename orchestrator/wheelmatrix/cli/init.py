"""`wheelmatrix init`: a project in a directory that is there."""

from pathlib import Path

import rich_click as click

from wheelmatrix.cli.scaffold import announce, options, project_of
from wheelmatrix.run.scaffold import fill
from wheelmatrix.scaffold.project import KEPT, files


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@options
def command(path: Path, name: str, kind: str, mixed: bool, src: bool) -> None:
    """Make a project of the directory PATH, or of this one.

    A .gitignore, a README.md and a workflow that are there stay as they are; any other file that would be overwritten
    is an error, and then nothing is written.
    """
    project = project_of(path, name, kind, mixed=mixed, src=src)
    for kept in fill(path, files(project), keep=KEPT):
        click.echo(f"{kept} stays as it was", err=True)
    announce(path)
