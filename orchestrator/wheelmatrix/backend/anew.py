"""What hooks come to where no earlier answer holds: the plan and the engine of one cell; stdout is the frontend's."""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wheelmatrix import __version__
from wheelmatrix.backend.heard import heard, prepared
from wheelmatrix.backend.told import telling
from wheelmatrix.plan.frontend import build_arguments, honoured
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run.again import Settings
from wheelmatrix.run.answers import keep
from wheelmatrix.run.dist_info import DistInfo, dist_info, read_dist_info, write_dist_info
from wheelmatrix.show.color import has_color
from wheelmatrix.show.words import glyphs_for

if TYPE_CHECKING:
    from wheelmatrix.run.execute import Result
    from wheelmatrix.run.prepare import Prepared
    from wheelmatrix.show.plain import Plain

_RUN = ("wheelmatrix.run.execute", "wheelmatrix.show.plain")
"""What only a run needs: it is loaded while cargo is asked what there is to run."""
_EDITABLE_PROFILE = "release"
"""As with maturin: who wants another sets `editable-profile`."""
_GENERATOR = f"wheelmatrix {__version__}"


def metadata_anew(directory: str, settings: Settings) -> str:
    """Write the metadata that a plan comes to, and return the name of its folder."""
    asked_ns = time.time_ns()
    with telling():
        found = prepared(settings)
        told = dist_info(found, _GENERATOR)
        name = write_dist_info(told, Path(directory))
        keep(found, settings, told, asked_ns=asked_ns)
        return name


def wheel_anew(directory: str, settings: Settings, metadata_directory: str | None) -> str:
    """Build the wheel, and return its file name."""
    asked_ns = time.time_ns()
    with telling():
        found = prepared(settings, Path(directory), needed_next=_RUN)
        told = dist_info(found, _GENERATOR)
        given = _given(metadata_directory)
        result, said = _built(found, settings, given)
        (wheel,) = result.wheels
        if given is None or given.files == told.files:
            keep(found, settings, told, asked_ns=asked_ns, result=result, said=said)
        return wheel.filename


def editable_anew(directory: str, settings: Settings, metadata_directory: str | None) -> str:
    """Build the editable wheel, and return its file name."""
    with telling():
        found = prepared(settings, Path(directory), editable=_EDITABLE_PROFILE, needed_next=_RUN)
        result, _ = _built(found, settings, _given(metadata_directory))
        (wheel,) = result.wheels
        return wheel.filename


def _given(metadata_directory: str | None) -> DistInfo | None:
    """Return the metadata that the frontend hands over; None: it has none. Raises ConfigError."""
    return None if metadata_directory is None else read_dist_info(Path(metadata_directory))


def _built(found: "Prepared", settings: Settings, given: DistInfo | None) -> "tuple[Result, tuple[str, ...]]":
    """Run the plan, with the metadata that the frontend has, if any.

    Return what came of it, and what is to be said where the same comes again: its warnings, and that it does.
    """
    from wheelmatrix.run.execute import execute

    if given is not None:
        project = honoured(found.plan.project, given.folder, given.files)
        found = replace(found, plan=replace(found.plan, project=project))
    screen = _screen(settings)
    arguments = ("pep517", *build_arguments(settings, os.environ))
    result = execute(found, arguments=arguments, screen=screen, advises=False)
    if result.exit_code:
        raise SystemExit(result.exit_code)  # the screen has told why
    news = () if screen.is_quiet else (f"{result.wheels[0].filename} is as it was: nothing has changed",)
    return result, (*(f"warning: {text}" for text in screen.board.warnings), *news)


def _screen(settings: Settings) -> "Plain":
    """Return plain lines: the other screens are not even imported, for a frontend shows its own."""
    from wheelmatrix.show.plain import Plain

    environment = dict(os.environ)
    return Plain(
        sys.stderr,
        glyphs=glyphs_for(sys.stderr.encoding),
        is_colored=has_color(environ=environment, is_terminal=sys.stderr.isatty()),
        is_quiet=resolve_screen(heard(settings)[1], environment).quiet,
    )
