"""Which earlier run a command speaks of."""

import os
from collections.abc import Mapping
from pathlib import Path

import rich_click as click

from wheelmatrix.errors import ConfigError
from wheelmatrix.events import RunStarted
from wheelmatrix.run import journal
from wheelmatrix.run.prepare import runs_directory

LAST = "last"


def parameters() -> list[click.Parameter]:
    """Return the parameters of commands on one run: its id, and the project it belongs to."""
    return [
        click.Argument(["run_id"], metavar="[RUN]", default=LAST),
        click.RichOption(
            ["-m", "--manifest-path"], default="", metavar="PATH", help="Path of the project's Cargo.toml"
        ),
    ]


def find(run_id: str, manifest_path: str) -> journal.RunFolder:
    """Return the run of an id, of the beginning of one, or the last; raises ConfigError."""
    return journal.find(runs_directory(Path.cwd(), dict(os.environ), manifest_path), run_id)


def earlier(run_id: str, values: Mapping[str, object]) -> tuple[Path, tuple[str, ...]]:
    """Return where a run was started, and its arguments of `build`; `values` say where the project is.

    Raises ConfigError if there is no such run, or it was no build from a command line.
    """
    target = {"WHEELMATRIX_TARGET_DIR": str(values["target_dir"])} if "target_dir" in values else {}
    directory = runs_directory(Path.cwd(), {**os.environ, **target}, str(values.get("manifest_path", "")))
    found = journal.find(directory, run_id)
    started = next((stamped.event for stamped in journal.read(found.journal)), None)
    if not isinstance(started, RunStarted) or started.arguments[:1] != ("build",):
        message = f"the run {found.id} did not record a command line"
        raise ConfigError.of(message, where="--resume", hint="start it anew: what is done already is not done again")
    return Path(started.directory), started.arguments[1:]
