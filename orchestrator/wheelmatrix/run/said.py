"""What cargo said to the hook that prepares metadata, kept for the hook that builds: a file in the `.dist-info`.

PEP 517 lets a backend put files of its own there for the hook that is handed the directory, and a frontend keeps them.
Who hands it back means the same build: cargo is not asked once more, unless something that it read has changed since.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from wheelmatrix.model import Command
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.command import metadata_command
from wheelmatrix.run.equipment import config_files
from wheelmatrix.values import dataclass

_VARIABLES = ("CARGO", "RUST", "HOME", "PATH")
"""How the names of the variables begin that the answer depends on."""
_TOOLCHAINS = ("rust-toolchain", "rust-toolchain.toml")
"""What chooses the compiler for a crate in each folder above it."""
_DISCOVERED = ("", "src", "src/bin", "examples", "tests", "benches")
"""Folders of a package where cargo takes files for targets of its own accord. Source: The Cargo Book, "Targets"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said before, and still holds."""

    triple: str
    """rustc's host triple."""
    rustc: str
    """First line of `rustc -vV`."""
    metadata: dict[str, object]
    """`cargo metadata --format-version 1`, parsed."""


def record(said: Said, asked: Command, environment: Mapping[str, str]) -> bytes:
    """Return `said` as a file, with what it depends on: what was `asked`, variables, and files as they are now."""
    facts = {"triple": said.triple, "rustc": said.rustc, "metadata": said.metadata}
    inputs = _stamps(said.metadata, asked, environment)
    return json.dumps({"key": _key(asked, environment), "inputs": inputs, **facts}).encode()


def recalled(kept: bytes, options: BuildOptions, manifest: Path, environment: Mapping[str, str]) -> Said | None:
    """Return what a file of `record` says; None: it would be asked something else now, or cannot be read."""
    try:
        known = json.loads(kept)
        asked = metadata_command(options, manifest, (known["triple"],))
        inputs = _stamps(known["metadata"], asked, environment)
        if (known["key"], known["inputs"]) == (_key(asked, environment), inputs):
            return Said(triple=known["triple"], rustc=known["rustc"], metadata=known["metadata"])
    except (ValueError, LookupError, TypeError, AttributeError):  # it is no file of ours, or of another version
        return None
    return None


def _key(asked: Command, environment: Mapping[str, str]) -> str:
    read = sorted((name, value) for name, value in environment.items() if name.startswith(_VARIABLES))
    return sha256(repr((asked.argv, sorted(asked.environment.items()), read)).encode()).hexdigest()


def _stamps(metadata: Mapping[str, Any], asked: Command, environment: Mapping[str, str]) -> dict[str, list[int] | None]:
    return {str(path): _stamp(path) for path in _inputs(metadata, asked, environment)}


def _inputs(metadata: Mapping[str, Any], asked: Command, environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files and folders that cargo read, there or not; what comes from an index does not change."""
    workspace = Path(metadata["workspace_root"])
    yield from (workspace / "Cargo.toml", workspace / "Cargo.lock")
    for package in metadata["packages"]:
        if package["source"] is None:
            yield Path(package["manifest_path"])
            yield from (Path(package["manifest_path"]).parent / name for name in _DISCOVERED)
    directory = Path(asked.directory)
    yield from (folder / name for folder in (directory, *directory.parents) for name in _TOOLCHAINS)
    yield from config_files(directory, environment)
    yield from (directory / given for name, given in pairwise(asked.argv) if name == "--config")


def _stamp(path: Path) -> list[int] | None:
    """Return size and time of change in nanoseconds, as JSON has them; None: it is not there."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return [found.st_size, found.st_mtime_ns]
