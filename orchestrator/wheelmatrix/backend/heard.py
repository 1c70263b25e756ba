"""What a hook's settings come to: the arguments of a build, heard as on the command line, and the plan of one cell."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from wheelmatrix.plan.frontend import Running, build_arguments, one_cell
from wheelmatrix.run.again import Settings
from wheelmatrix.run.prepare import Prepared, prepare


def heard(settings: Settings) -> tuple[dict[str, object], dict[str, object]]:
    """Return what the settings ask for, as values of BuildOptions and of ScreenOptions; raises ConfigError.

    The command line is imported only if it has something to hear: every hook is a process of its own, and most have
    no settings.
    """
    words = build_arguments(settings, os.environ)
    if not words:
        return {}, {}
    from wheelmatrix.cli.build import heard as heard_on_a_command_line

    return heard_on_a_command_line(words)


def prepared(
    settings: Settings,
    out: Path = Path("dist"),
    *,
    editable: str = "",
    needed_next: Iterable[str] = (),
) -> Prepared:
    """Return the plan of the one cell that a frontend means.

    `editable`, `needed_next`: as for `prepare`. Raises WheelmatrixError.
    """
    environment = dict(os.environ)
    running = Running(
        executable=sys.executable, platform=sys.platform, word_bits=64 if sys.maxsize > 1 << 32 else 32
    )  # fmt: skip
    values = {**one_cell(heard(settings)[0], running, environment), "out": str(out)}
    return prepare(
        values,
        directory=Path.cwd(),
        environment=environment,
        editable=editable,
        needed_next=needed_next,
        is_frontends=True,
    )
