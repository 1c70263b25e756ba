"""`wheelmatrix clean`: give room back."""

import os
import re
from pathlib import Path

import rich_click as click
from rich.filesize import decimal

from wheelmatrix.errors import ConfigError
from wheelmatrix.run.clean import Cleaned
from wheelmatrix.run.clean import clean as remove
from wheelmatrix.run.prepare import runs_directory

_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0}
_BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_USUAL_DAYS = 30.0


@click.command("clean")
@click.option("--older-than", metavar="AGE", help="Remove what was not used for so long: 12h, 30d, 4w (default: 30d)")
@click.option("--keep-size", metavar="SIZE", help="Remove the longest unused until no more than this is left: 5GB")
@click.option("-m", "--manifest-path", default="", metavar="PATH", help="Path of the project's Cargo.toml")
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and remove nothing")
def command(older_than: str | None, keep_size: str | None, manifest_path: str, dry_run: bool) -> None:
    """Remove build directories and run folders of this project that were not used for long.

    Nothing is removed while a run is at work.
    """
    older_than_days = days(older_than) if older_than is not None else None
    keep_bytes = size_bytes(keep_size) if keep_size is not None else None
    if older_than_days is None and keep_bytes is None:
        older_than_days = _USUAL_DAYS
    directory = runs_directory(Path.cwd(), dict(os.environ), manifest_path).parent
    done = remove(directory, older_than_days=older_than_days, keep_bytes=keep_bytes, dry_run=dry_run)
    _tell(done, directory, dry_run)


def days(text: str) -> float:
    """Return an age in days: `12h`, `30d`, `4w`, or a plain number of days; raises ConfigError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([hdw]?)", text.strip().lower())
    if found is None:
        raise ConfigError.of(f'expected an age like 12h, 30d or 4w, found "{text}"', where="--older-than")
    return float(found[1]) * _DAYS[found[2] or "d"]


def size_bytes(text: str) -> int:
    """Return a size in bytes: `5GB`, `500 MiB`, or a plain number of bytes; raises ConfigError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?", text.strip().lower())
    if found is None or found[2] not in _BYTES:
        raise ConfigError.of(f'expected a size like 5GB or 500MiB, found "{text}"', where="--keep-size")
    return int(float(found[1]) * _BYTES[found[2]])


def _tell(done: Cleaned, directory: Path, dry_run: bool) -> None:
    for each in done.removed:
        click.echo(f"{decimal(each.freed_bytes):>9}  {each.path.relative_to(directory)}")
    verb = "would be freed" if dry_run else "freed"
    click.echo(f"{decimal(done.freed_bytes)} {verb}, {decimal(done.kept_bytes)} left in {directory}", err=True)
