"""Where a project keeps what outlasts a run, as far as cargo need not be asked for it. Imports next to nothing."""

import os
from collections.abc import Iterator, Mapping

_VARIABLES = ("CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR")
_NAME = "wheelmatrix"


def roots(directory: str, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield where the root may be for a crate in `directory`, in or above which its workspace is.

    A target directory that only an option or cargo's configuration names is none of them.
    """
    if named := next((environment[name] for name in _VARIABLES if environment.get(name)), ""):
        yield os.path.join(directory, named, _NAME)
        return
    above = ""
    while directory != above:
        yield os.path.join(directory, "target", _NAME)
        above, directory = directory, os.path.dirname(directory)
