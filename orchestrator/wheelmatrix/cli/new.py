"""`wheelmatrix new`: a project in a directory of its own."""

from pathlib import Path

import rich_click as click

from wheelmatrix.cli.scaffold import announce, options, project_of
from wheelmatrix.run.scaffold import create
from wheelmatrix.scaffold.project import files


@click.command("new")
@click.argument("path", type=click.Path(path_type=Path))
@options
def command(path: Path, name: str, kind: str, mixed: bool, src: bool) -> None:
    """Make a new project in the directory PATH, which must not exist: it builds and passes its tests as it is."""
    project = project_of(path, name, kind, mixed=mixed, src=src)
    create(path, files(project))
    announce(path)
