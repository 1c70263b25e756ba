"""Every Python that the toolchain has, whatever it takes to start it."""

from collections.abc import Iterable
from pathlib import Path

from tests.toolchain import pythons, windows
from tests.toolchain.pythons import Unpacked

PYTHONS = tuple(sorted([*pythons.PYTHONS, *windows.WINDOWS]))
"""Names, sorted: version and machine, as the tags of wheels have them."""


def provide(directory: Path, names: Iterable[str]) -> dict[str, Unpacked]:
    """Make the Pythons that `directory` lacks; return all that were asked for, by name.

    Several processes may call this at once. Raises KeyError for a name that is not one of PYTHONS; Unavailable where
    something is missing that they are made of; CalledProcessError if apt, pip, zig or a Python fails.
    """
    directory, asked = directory.resolve(), tuple(names)
    found = pythons.provide_pythons(directory, (name for name in asked if name not in windows.WINDOWS))
    found |= {name: windows.provide_windows(directory, name) for name in asked if name in windows.WINDOWS}
    return {name: found[name] for name in asked}
