"""`wheelmatrix audit`: the verdict on wheels, sdists and libraries that exist."""

from pathlib import Path

import rich_click as click

from wheelmatrix import resources, tables
from wheelmatrix.audit import AnyReport, as_json, audit_bare, audit_sdist, audit_wheel, text
from wheelmatrix.cli import terminal
from wheelmatrix.errors import AuditError, ConfigError, Issue
from wheelmatrix.model import Tables


@click.command("audit")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to print it")
def command(files: tuple[str, ...], format_: str) -> int:
    """Say of wheels, sdists and libraries whether they may be shipped, which tag they earned, and what blocks lower.

    The exit code is 6 if one of them must not be shipped.
    """
    images = _read(files)
    known = tables.load(resources.table_texts())
    reports = [_verdict(Path(name).name, image, known) for name, image in images.items()]
    if format_ == "json":
        click.echo(terminal.as_json([as_json(report) for report in reports]))
    else:
        click.echo("\n\n".join(map(text, reports)))
    return 0 if all(reports) else AuditError.exit_code


def _read(files: tuple[str, ...]) -> dict[str, bytes]:
    """Return the content of every file; raises ConfigError that names all which cannot be read."""
    images: dict[str, bytes] = {}
    issues = []
    for name in dict.fromkeys(files):
        try:
            images[name] = Path(name).read_bytes()
        except OSError as error:
            issues.append(Issue(message=(error.strerror or str(error)).lower(), where=name))
    if issues:
        raise ConfigError(*issues)
    return images


def _verdict(filename: str, image: bytes, known: Tables) -> AnyReport:
    if filename.endswith(".whl"):
        return audit_wheel(filename, image, known)
    if filename.endswith(".tar.gz"):
        return audit_sdist(filename, image)
    try:
        return audit_bare(filename, image, known)
    except AuditError as error:
        raise AuditError(
            *(Issue(message=one.message, where=one.where or filename, hint=one.hint) for one in error.issues)
        ) from error
