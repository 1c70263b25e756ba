"""`wheelmatrix sdist`: the project's source distribution."""

import os
from pathlib import Path

import rich_click as click

from wheelmatrix.run.sdist import make_sdist


@click.command("sdist")
@click.option("-m", "--manifest-path", default="", metavar="PATH", help="Path of the project's Cargo.toml")
@click.option("-o", "--out", default="", metavar="DIR", help="Directory of the source distribution (default: dist)")
def command(manifest_path: str, out: str) -> None:
    """Make a source distribution that can be built: with path dependencies, workspace and metadata, audited.

    Nothing is compiled. Its path goes to stdout.
    """
    asked = {"manifest_path": manifest_path, "out": out}
    made = make_sdist(
        {name: value for name, value in asked.items() if value}, directory=Path.cwd(), environment=dict(os.environ)
    )
    for warning in made.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(str(made.path))
