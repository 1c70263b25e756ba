"""The program: answers `--version` at once, and leaves everything else to `wheelmatrix.cli`."""

import gc
import sys

from wheelmatrix import __version__

_GARBAGE_THRESHOLD = 100_000
"""Objects between two collections: starting makes many and no garbage; Python's 700 cost a quarter of the start."""


def main() -> None:
    """Run the program and exit with its code."""
    arguments = sys.argv[1:]
    if arguments in (["--version"], ["-V"]):
        print(f"wheelmatrix {__version__}")
        sys.exit(0)
    gc.set_threshold(_GARBAGE_THRESHOLD)
    from wheelmatrix.cli import main as run  # here, because click and rich cost three times what the answer above does

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
