"""`wheelmatrix plan`: what a build would do."""

import json
import os
from pathlib import Path

import rich_click as click

from wheelmatrix.cli.arguments import OptionsCommand, asked
from wheelmatrix.cli.failure import warn
from wheelmatrix.cli.terminal import as_json
from wheelmatrix.options import BuildOptions, UploadOptions
from wheelmatrix.plan.hosts import jobs
from wheelmatrix.run.prepare import prepare
from wheelmatrix.show import github_matrix, planned

_MATRIX = "github-matrix"


def _plan(ctx: click.Context, format_: str, explain: bool) -> None:
    prepared = prepare(
        asked(ctx, BuildOptions), directory=Path.cwd(), environment=dict(os.environ), elsewhere=format_ == _MATRIX
    )  # fmt: skip
    for message in prepared.plan.warnings:
        warn(message)
    match format_:
        case "json":
            click.echo(as_json(planned.as_json(prepared.plan)))
        case "ids":
            click.echo("\n".join(planned.ids(prepared.plan)))
        case "github-matrix":
            found = jobs(prepared.plan, prepared.given.options, prepared.tables, prepared.gathered)
            click.echo(json.dumps(github_matrix.as_json(found)))  # one line, as GITHUB_OUTPUT wants it
        case _:
            click.echo(planned.text(prepared.plan, explain=explain))


command = OptionsCommand(
    BuildOptions,
    leaves=UploadOptions,
    name="plan",
    callback=_plan,
    help="Show what `build` would do with the same options: cells, wheels, builds, and what is left out. "
    "Nothing is compiled.",
    params=[
        click.RichOption(
            ["--explain"],
            is_flag=True,
            help="Name every cell that is left out, why, and what would help",
            panel="Screen",
        ),
        click.RichOption(
            ["--format", "format_"],
            type=click.Choice(["text", "json", "ids", _MATRIX]),
            default="text",
            help="How to print it; ids: one cell a line; github-matrix: JSON for strategy.matrix, as few jobs as there "
            "are systems that have to build",
            panel="Screen",
        ),
    ],
)
