"""The program: answers `--version` at once, and leaves everything else to `wheelmatrix.cli`."""

import gc
import os
import sys
from typing import NoReturn

from wheelmatrix import __version__
from wheelmatrix.garbage import THRESHOLD


def main() -> None:
    """Run the program and exit with its code."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        print(f"wheelmatrix {__version__}")
        sys.exit(0)
    gc.set_threshold(THRESHOLD)
    from wheelmatrix.cli import main as run  # here, because click and rich cost three times what the answer above does

    _leave(run(arguments))


def _leave(code: int) -> NoReturn:
    """End the process with its code, and leave its memory to the system.

    Taking a hundred thousand objects apart one by one costs a tenth of a second, after everything is done.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads, or the disk is full: Python has its own words and code for that
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    main()
