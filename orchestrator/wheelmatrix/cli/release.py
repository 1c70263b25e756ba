"""Sends a release from the command line, and says what is known of those that were sent."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import rich_click as click

from wheelmatrix import show
from wheelmatrix.cli.failure import tell
from wheelmatrix.cli.screens import screen_of, summarize
from wheelmatrix.cli.terminal import as_json
from wheelmatrix.errors import ConfigError
from wheelmatrix.options import ScreenOptions
from wheelmatrix.publish.secret import Redaction, Secret
from wheelmatrix.run import journal, releases
from wheelmatrix.run.ahead import Ahead
from wheelmatrix.run.preflight import Asked, Giver
from wheelmatrix.run.release import upload
from wheelmatrix.run.signals import interruptible
from wheelmatrix.show import summary
from wheelmatrix.show.words import count

_PASSWORD = re.compile(r"(-y*p)(.*)", re.DOTALL)
"""A password as it may stand behind `-y`, its short flag being the last of several."""


def giver_of(username: str | None, password: str | None, token_file: str) -> Giver:
    """Return what the command line says of who uploads."""
    return Giver(user=username, password=None if password is None else Secret(password), token_file=token_file)


def send(
    files: tuple[str, ...],
    values: Mapping[str, object],
    options: ScreenOptions,
    words: tuple[str, ...],
    giver: Giver,
    *,
    ahead: Ahead | None = None,
    resume: str | None = None,
    yes: bool = False,
) -> int:
    """Upload files and return the exit code; `words`: the command's arguments, which are recorded without secrets."""
    environment = dict(os.environ)
    can_ask = (
        sys.stdin.isatty() and sys.stderr.isatty() and not environment.get("CI") and not values.get("non_interactive")
    )
    released = upload(
        Asked(
            files=files,
            options=values,
            ahead=ahead,
            resume=resume,
            prompt=_prompt if can_ask else None,
            confirm=_confirm if can_ask and not yes else None,
            mask=_mask,
            giver=giver,
        ),
        directory=Path.cwd(),
        environment=environment,
        arguments=("upload", *without_secrets(words)),
        screen=screen_of(options, environment),
    )
    summarize(released.journal, environment)
    if options.progress == "none":
        for failure in released.failures:
            tell(failure, words)
    return released.exit_code


def status(name: str, *, is_json: bool) -> int:
    """Print what is known of releases that were sent from here, without asking the index."""
    place = releases.home(Path.cwd())
    folders = [releases.find(place, name)] if name else list(releases.all_of(place))
    if not folders:
        raise ConfigError.of("nothing was sent from here", where=str(place))
    boards = []
    for folder in folders:
        runs = journal.runs(folder)
        boards.append((folder.name, show.fold(show.Board(), journal.read(runs[0].journal)), releases.past(folder)))
    if is_json:
        click.echo(as_json([
            {**summary.as_json(board), "release": own, "missing": list(past.missing)} for own, board, past in boards
        ]))  # fmt: skip
    else:
        for own, board, past in boards:
            click.echo(own)
            click.echo(summary.summary(board, width=None))
            missing = count(len(past.missing), "file")
            click.echo(f"{own}: {f'{missing} missing' if past.missing else 'all files have arrived'}\n")
    return 0


def without_secrets(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command line without the values of `-p` and `--password`, however attached, and users of URLs."""
    kept: list[str] = []
    is_value, clean = False, Redaction().clean
    for word in words:
        short = _PASSWORD.fullmatch(word)
        if is_value:
            kept.append("***")
        elif word.startswith("--password="):
            kept.append("--password=***")
        elif short and short[2]:
            kept.append(f"{short[1]}***")
        else:
            kept.append(clean(word))
        is_value = not is_value and (word == "--password" or bool(short and not short[2]))
    return tuple(kept)


def _prompt(user: str | None) -> tuple[str, Secret] | None:
    with interruptible():
        name = user if user is not None else click.prompt("User (__token__ for a token)", default="__token__", err=True)
        entered = click.prompt(
            f"Password or token of {name}", hide_input=True, default="", show_default=False, err=True
        )
    return (name, Secret(entered)) if entered else None


def _confirm(question: str) -> bool:
    with interruptible():
        return click.confirm(question, default=False, err=True)


def _mask(command: str) -> None:
    print(command, flush=True)
