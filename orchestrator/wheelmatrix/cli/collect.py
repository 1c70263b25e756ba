"""`wheelmatrix collect`: wheels that were built elsewhere become one release."""

import os
from pathlib import Path

import rich_click as click

from wheelmatrix.cli.arguments import OptionsCommand, asked
from wheelmatrix.cli.failure import tell, warn
from wheelmatrix.cli.terminal import as_json
from wheelmatrix.errors import AuditError, Issue, WheelmatrixError
from wheelmatrix.options import BuildOptions, UploadOptions
from wheelmatrix.run.collect import Collected, collect

_SCHEMA = 1


def _collect(ctx: click.Context, places: tuple[str, ...], format_: str, keep_going: bool) -> int:
    found = collect(
        places,
        asked(ctx, BuildOptions),
        directory=Path.cwd(),
        environment=dict(os.environ),
        keep_going=keep_going,
    )
    if format_ == "json":
        click.echo(as_json(json_of(found)))
    else:
        _tell(found)
    return found.exit_code


def json_of(found: Collected) -> dict[str, object]:
    """Return what came of it as JSON values; keys are only added within a schema number."""
    compared = found.compared
    return {
        "schema": _SCHEMA,
        "ok": found.exit_code == 0,
        "out": str(found.out),
        "wheels": [
            {
                "filename": each.filename,
                "path": None if each.path is None else str(each.path),
                "sources": list(each.sources),
                "size_bytes": each.size_bytes,
                "sha256": each.sha256,
                "new": each.is_new,
            }
            for each in found.wheels
        ],
        "problems": [{"message": each.message, "where": each.where, "hint": each.hint} for each in found.issues],
        "is_compared": compared is not None,
        "missing": [
            {
                "wheel": each.wheel.id,
                "cells": list(each.wheel.cells),
                "target": str(each.target),
                "expected": each.expected,
            }
            for each in (compared.missing if compared else ())
        ],
        "unplanned": list(compared.unplanned if compared else ()),
        "warnings": list(found.warnings),
    }


def _tell(found: Collected) -> None:
    for message in found.warnings:
        warn(message)
    if found.compared is not None:
        for name in found.compared.unplanned:
            warn(f"{name} is none of the plan's wheels")
    if found.issues:
        tell(AuditError(*found.issues))
    if found.compared is not None and found.compared.missing:
        tell(WheelmatrixError(*(
            Issue(message=f"{each.wheel.id} is missing: {each.expected}") for each in found.compared.missing
        )))  # fmt: skip
    taken = [each for each in found.wheels if each.path is not None]
    for each in taken:
        click.echo(str(each.path))
    if found.exit_code and not taken:
        click.echo("nothing was copied; --keep-going takes what is right", err=True)


command = OptionsCommand(
    BuildOptions,
    leaves=UploadOptions,
    name="collect",
    callback=_collect,
    help="Take wheels that were built elsewhere into the output directory: DIR is searched through and through. Each "
    "wheel is audited; all have to be of one version with the same metadata; inside of a project the plan says what is "
    "missing, and the options select it as for `plan`. The exit code is 6 if something is wrong, 9 if wheels are "
    "missing.",
    params=[
        click.Argument(["places"], nargs=-1, required=True, metavar="DIR…"),
        click.RichOption(
            ["--keep-going"],
            is_flag=True,
            help="Copy what is right also if something else is wrong or missing; the exit code stays",
            panel="Output",
        ),
        click.RichOption(
            ["--format", "format_"],
            type=click.Choice(["text", "json"]),
            default="text",
            help="How to print it; text: the paths of the wheels on stdout, one a line",
            panel="Screen",
        ),
    ],
)
