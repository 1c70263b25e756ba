"""`wheelmatrix replay`: the screen of a run that is over, once more."""

import os
import time

import rich_click as click

from wheelmatrix.cli import runs
from wheelmatrix.cli.arguments import OptionsCommand, asked
from wheelmatrix.cli.screens import screen_of
from wheelmatrix.errors import ConfigError
from wheelmatrix.options import ScreenOptions
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run import journal
from wheelmatrix.show.replay import replay


def _replay(ctx: click.Context, run_id: str, manifest_path: str, speed: float) -> None:
    if not 0 <= speed < float("inf"):
        raise ConfigError.of(f"expected 0 or a positive number, found {speed:g}", where="--speed")
    options = resolve_screen(asked(ctx, ScreenOptions), os.environ)
    events = tuple(journal.read(runs.find(run_id, manifest_path).journal))
    screen = screen_of(options, os.environ)
    try:
        replay(events, screen, time.sleep, speed)
    finally:
        screen.close()


command = OptionsCommand(
    ScreenOptions,
    name="replay",
    callback=_replay,
    help="Show a run that is over as it was; the last run if none is named.",
    params=[
        *runs.parameters(),
        click.RichOption(
            ["--speed"], type=float, default=1.0, metavar="X", help="Times as fast as it was; 0: without a pause"
        ),
    ],
)
