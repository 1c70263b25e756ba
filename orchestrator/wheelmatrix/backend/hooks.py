"""The hooks that build: the engine with a plan of one cell; stdout is left to the frontend."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wheelmatrix import __version__, show
from wheelmatrix.backend.told import telling
from wheelmatrix.cli.build import heard
from wheelmatrix.plan.frontend import Running, build_arguments, honoured, one_cell
from wheelmatrix.project.precedence import resolve_screen
from wheelmatrix.run.dist_info import read_dist_info, write_dist_info
from wheelmatrix.run.execute import execute
from wheelmatrix.run.prepare import Prepared, prepare
from wheelmatrix.run.sdist import make_sdist

Settings = Mapping[str, object] | None

_EDITABLE_PROFILE = "release"
"""As with maturin: who wants another sets `editable-profile`."""


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the `.dist-info` directory that the wheel will have, and return its name; nothing is compiled."""
    with telling():
        return write_dist_info(_prepared(config_settings), Path(metadata_directory), f"wheelmatrix {__version__}")


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Settings = None) -> str:
    """Write the `.dist-info` directory of an editable wheel, which is that of the wheel; return its name."""
    return prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel of the running Python, and return its file name."""
    with telling():
        return _built(_prepared(config_settings, Path(wheel_directory)), metadata_directory, config_settings)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build a wheel that leads Python to the project's own files, the library put beside them; return its file name.

    A project without Python files of its own has a wheel like any other.
    """
    with telling():
        prepared = _prepared(config_settings, Path(wheel_directory), editable=_EDITABLE_PROFILE)
        return _built(prepared, metadata_directory, config_settings)


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Make the source distribution, and return its file name; nothing is compiled."""
    with telling():
        environment = dict(os.environ)
        asked, _ = heard(build_arguments(config_settings, environment))
        made = make_sdist(asked, directory=Path.cwd(), environment=environment, out=Path(sdist_directory))
        for warning in made.warnings:
            print(f"warning: {warning}", file=sys.stderr, flush=True)
        return made.path.name


def _prepared(settings: Settings, out: Path = Path("dist"), *, editable: str = "") -> Prepared:
    environment = dict(os.environ)
    asked, _ = heard(build_arguments(settings, environment))
    running = Running(
        executable=sys.executable, platform=sys.platform, word_bits=64 if sys.maxsize > 1 << 32 else 32
    )  # fmt: skip
    values = {**one_cell(asked, running, environment), "out": str(out)}
    return prepare(values, directory=Path.cwd(), environment=environment, editable=editable)


def _built(prepared: Prepared, metadata_directory: str | None, settings: Settings) -> str:
    environment = dict(os.environ)
    words = build_arguments(settings, environment)
    if metadata_directory is not None:
        folder = Path(metadata_directory)
        project = honoured(prepared.plan.project, folder.name, read_dist_info(folder))
        prepared = replace(prepared, plan=replace(prepared.plan, project=project))
    screen = show.choose(
        "plain",
        environment,
        is_terminal=sys.stderr.isatty(),
        out=sys.stderr,
        err=sys.stderr,
        quiet=resolve_screen(heard(words)[1], environment).quiet,
    )
    result = execute(prepared, arguments=("pep517", *words), screen=screen, advises=False)
    if result.exit_code:
        raise SystemExit(result.exit_code)  # the screen has told why
    (wheel,) = result.wheels
    return wheel.filename
