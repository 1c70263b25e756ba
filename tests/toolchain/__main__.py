"""`python -m tests.toolchain`: see the package."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from tests import toolchain


def main() -> None:
    """Serve the command line."""
    description = (toolchain.__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m tests.toolchain", description=description)
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--python", nargs="+", choices=toolchain.PYTHONS, metavar="NAME")
    parser.add_argument(
        "--std", nargs="*", metavar="TRIPLE", help="rustc, with std for these targets; `all`: for all that tests build"
    )
    options = parser.parse_args()
    printed: dict[str, object] = {}
    try:
        if options.std is not None:
            triples = toolchain.TRIPLES if options.std == ["all"] else options.std
            printed["rust"] = toolchain.rust(options.directory, triples).as_json()
        nothing_asked = options.python is None and options.std is None
        found = toolchain.provide(options.directory, toolchain.PYTHONS if nothing_asked else options.python or ())
    except (toolchain.Unavailable, subprocess.CalledProcessError) as error:
        sys.exit(f"toolchain: {error}")
    printed |= {name: python.as_json() for name, python in found.items()}
    print(json.dumps(printed, indent=2))


if __name__ == "__main__":
    main()
