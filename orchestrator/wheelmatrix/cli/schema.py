"""`wheelmatrix schema`: the JSON schema of the configuration."""

import json

import rich_click as click

from wheelmatrix.options import schema


@click.command("schema")
def command() -> None:
    """Print the JSON schema of [tool.wheelmatrix], for editors."""
    click.echo(json.dumps(schema(), indent=2))
