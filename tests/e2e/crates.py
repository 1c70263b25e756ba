"""Copies of the crates under `tests/crates/` and `examples/`, for tests to build in."""

import shutil
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CRATES = CHECKOUT / "tests/crates"
NAMES = tuple(sorted(path.name for path in CRATES.iterdir() if (path / "Cargo.toml").is_file()))

_LEFT_OUT = shutil.ignore_patterns("target", "dist", "__pycache__", "*.so")


def copy_crate(name: str, into: Path) -> Path:
    """Copy the tiny crate `name`, with the stand-ins beside it, below `into`; return its directory.

    A member of a workspace is named with it: `tiny-workspace/native`.
    """
    top = name.partition("/")[0]
    shutil.copytree(CRATES / "vendor", into / "vendor", ignore=_LEFT_OUT, dirs_exist_ok=True)
    shutil.copytree(CRATES / top, into / top, ignore=_LEFT_OUT)
    return into / name


def copy_example(into: Path) -> Path:
    """Copy the crate that the README builds; it needs crates.io, or what cargo has of it."""
    return Path(shutil.copytree(CHECKOUT / "examples/hello", into / "hello", ignore=_LEFT_OUT))
