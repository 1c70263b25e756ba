"""The Python API: the same words as on the command line, as values."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from wheelmatrix.errors import ConfigError
from wheelmatrix.events import Stamped
from wheelmatrix.model import Plan, Wheel
from wheelmatrix.options import BuildOptions, options_of
from wheelmatrix.run.execute import execute
from wheelmatrix.run.prepare import Prepared, prepare


def plan(options: BuildOptions) -> Plan:
    """Return what `build` would do for the project in the current directory, and compile nothing.

    Fields that differ from their defaults count as a command line: they win over variables and configuration, which
    fill in the others. Name a field in `options.fixed` to insist on its default. Raises WheelmatrixError.
    """
    return _prepared(options).plan


def build(options: BuildOptions) -> tuple[Wheel, ...]:
    """Build the wheels of the project in the current directory, and return them in the order of the matrix.

    `options` count as for `plan`. Nothing is printed; the run's journal is written as ever.
    Raises the WheelmatrixError of the earliest stage that failed; the wheels of other cells are written all the same.
    """
    prepared = _prepared(options)
    result = execute(prepared, arguments=(), screen=_NoScreen())
    if result.failures:
        raise min(result.failures, key=lambda failure: failure.exit_code)
    return tuple(result.wheels)


def _prepared(options: BuildOptions) -> "Prepared":
    _refuse_event_loop()
    return prepare(_given(options), directory=Path.cwd(), environment=dict(os.environ))


def _given(options: BuildOptions) -> dict[str, object]:
    return {
        option.name: getattr(options, option.name)
        for option in options_of(BuildOptions)
        if getattr(options, option.name) != option.default or option.name in options.fixed
    }


def _refuse_event_loop() -> None:
    """Raise ConfigError inside of asyncio or trio: a run has an event loop of its own, and blocks."""
    if _in_asyncio() or _in_trio():
        raise ConfigError.of(
            "wheelmatrix.plan and wheelmatrix.build block, and must not be called inside of a running event loop",
            hint="call them in a thread: await asyncio.to_thread(wheelmatrix.build, options)",
        )


def _in_asyncio() -> bool:
    asyncio = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def _in_trio() -> bool:
    trio = sys.modules.get("trio")
    return trio is not None and bool(trio.lowlevel.in_trio_run())


class _NoScreen:
    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Leave nothing behind."""
