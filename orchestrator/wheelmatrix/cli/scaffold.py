"""What `new` and `init` ask, and what they say when they are done."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import rich_click as click

from wheelmatrix.errors import ConfigError
from wheelmatrix.scaffold import names
from wheelmatrix.scaffold.project import KINDS, Kind, Layout, NewProject

_Command = TypeVar("_Command", bound=Callable[..., None])


def options(command: _Command) -> _Command:
    """Give a command the options of both."""
    for option in (
        click.option("--src", is_flag=True, help="Rust in rust/ and Python in src/; implies --mixed"),
        click.option("--mixed", is_flag=True, help="A Python package around the Rust: src/ and python/"),
        click.option(
            "-b", "--bindings", "kind", type=click.Choice(list(KINDS)), help="What is made; without it you are asked"
        ),
        click.option("--name", metavar="NAME", help="Name of crate and distribution; default: that of the directory"),
    ):
        command = option(command)
    return command


def project_of(path: Path, name: str | None, kind: str | None, *, mixed: bool, src: bool) -> NewProject:
    """Return the project that is asked for; raises ConfigError for a name that none can have."""
    layout: Layout = "src" if src else "mixed" if mixed else "pure"
    chosen = _kind(kind)
    called, where = (path.resolve().name, str(path)) if name is None else (name, "--name")
    names.checked(called, where=where, is_imported=chosen != "bin" or layout != "pure")
    return NewProject(name=called, kind=chosen, layout=layout)


def announce(path: Path) -> None:
    """Say what is there now, and what comes next."""
    click.echo(f"{path} is a project now, and this builds it:", err=True)
    enter = "" if str(path) == "." else f"cd {shlex.quote(str(path))} && "
    click.echo(f"  {enter}wheelmatrix build", err=True)


def _kind(asked: str | None) -> Kind:
    if asked is None:
        asked = _menu()
    return next(kind for kind in KINDS if kind == asked)


def _menu() -> str:
    """Ask which kind it shall be, by number or by name; raises ConfigError where nobody can answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError.of(
            f"what shall be made? {', '.join(KINDS)}", where="--bindings", hint="name it: -b pyo3 is the usual one"
        )
    rows = list(KINDS)
    for number, (kind, what) in enumerate(KINDS.items(), 1):
        click.echo(f"  {number}  {kind:9} {what}", err=True)
    numbers = {str(number): kind for number, kind in enumerate(rows, 1)}
    choice = click.Choice([*numbers, *rows])
    answer = click.prompt("What shall it be?", type=choice, default="1", show_choices=False, err=True)
    return numbers.get(answer, answer)
