"""The hooks that build: the engine with a plan of one cell; stdout is left to the frontend."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wheelmatrix.backend.heard import Settings, heard, prepared
from wheelmatrix.backend.told import telling
from wheelmatrix.plan.frontend import build_arguments, honoured
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run.dist_info import read_dist_info
from wheelmatrix.show.color import has_color
from wheelmatrix.show.words import glyphs_for

if TYPE_CHECKING:
    from wheelmatrix.show.plain import Plain

_RUN = ("wheelmatrix.run.execute", "wheelmatrix.show.plain")
"""What only a run needs: it is loaded while cargo is asked what there is to run."""
_EDITABLE_PROFILE = "release"
"""As with maturin: who wants another sets `editable-profile`."""


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel of the running Python, and return its file name."""
    with telling():
        return _built(Path(wheel_directory), metadata_directory, config_settings)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel that leads Python to the project's own files, the library put beside them; return its file name.

    A project without Python files of its own has a wheel like any other.
    """
    with telling():
        return _built(Path(wheel_directory), metadata_directory, config_settings, editable=_EDITABLE_PROFILE)


def _built(out: Path, metadata_directory: str | None, settings: Settings, *, editable: str = "") -> str:
    found = prepared(settings, out, editable=editable, needed_next=_RUN)
    from wheelmatrix.run.execute import execute

    if metadata_directory is not None:
        files = read_dist_info(Path(metadata_directory))
        project = honoured(found.plan.project, Path(metadata_directory).name, files)
        found = replace(found, plan=replace(found.plan, project=project))
    arguments = ("pep517", *build_arguments(settings, os.environ))
    result = execute(found, arguments=arguments, screen=_screen(settings), advises=False)
    if result.exit_code:
        raise SystemExit(result.exit_code)  # the screen has told why
    (wheel,) = result.wheels
    return wheel.filename


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
