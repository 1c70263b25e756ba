"""What cargo said of a crate, kept beside its builds: it is not asked again until something that it read has changed.

Kept is a file in the crate's target directory, for builds of this machine alone. What changed while cargo was being
asked, or shortly before, may have been read as it was or as it is, and then nothing is kept.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import field, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from wheelmatrix.errors import WheelmatrixError
from wheelmatrix.model import Command
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.command import metadata_command
from wheelmatrix.run.equipment import config_files
from wheelmatrix.run.files import write_whole
from wheelmatrix.run.kept import roots
from wheelmatrix.run.stamps import Stamp, is_settled, stamp
from wheelmatrix.values import dataclass

_VARIABLES = ("CARGO", "RUST", "HOME")
"""How the names of the variables begin that the answer depends on."""
_PROGRAMS = {"RUSTC": "rustc", "RUSTC_WRAPPER": "", "RUSTC_WORKSPACE_WRAPPER": ""}
"""Variables that name programs which answer beside cargo, and what runs where they name none."""
_TOOLCHAINS = ("rust-toolchain", "rust-toolchain.toml")
"""What chooses the compiler for a crate in each folder above it."""
_DISCOVERED = ("", "src", "src/bin", "examples", "tests", "benches")
"""Folders of a package where cargo takes files for targets of its own accord. Source: The Cargo Book, "Targets"."""
_EXE = ".exe" if os.name == "nt" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said, and still holds."""

    triple: str
    """rustc's host triple."""
    rustc: str
    """First line of `rustc -vV`."""
    metadata: dict[str, object]
    """`cargo metadata --format-version 1`, parsed."""
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    """Of everything that it comes from, by path; empty: some of it was changed too shortly before."""


def recalled(options: BuildOptions, manifest: Path, directory: Path, environment: Mapping[str, str]) -> Said | None:
    """Return what cargo said before; None: nothing is kept, or it would be asked something else, or may say another.

    `directory`: what `--target-dir` is relative to.
    """
    own = (str(directory / options.target_dir / "wheelmatrix"),) if options.target_dir else ()
    for root in own or roots(str(manifest.parent), environment):
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):  # it is not there, or none of ours
            known = json.loads(Path(root, _name(manifest)).read_bytes())
            asked = metadata_command(options, manifest, (known["triple"],))
            is_same = (known["key"], known["programs"]) == (_key(asked, environment), programs(environment))
            if is_same and all(stamp(path) == before for path, before in known["stamps"].items()):
                return Said(**{name: known[name] for name in ("triple", "rustc", "metadata", "stamps")})
    return None


def stamped(
    said: Said, options: BuildOptions, manifest: Path, environment: Mapping[str, str], *, asked_ns: int
) -> Said:  # fmt: skip
    """Return what was said in answer to a question of the time `asked_ns` (ns since 1970) with what it comes from."""
    asked = metadata_command(options, manifest, (said.triple,))
    files = (*_read_by_cargo(said.metadata, asked, environment), *_toolchains(environment))
    paths = [*programs(environment), *map(str, files)]
    stamps = {path: stamp(path) for path in paths}
    return replace(said, stamps=stamps if all(is_settled(path, asked_ns) for path in stamps) else {})


def keep(said: Said, options: BuildOptions, manifest: Path, environment: Mapping[str, str], root: Path) -> None:
    """Keep what was said in `root`, if that is there and the stamps are; who cannot write there asks again."""
    if not said.stamps or not root.is_dir():
        return
    asked = metadata_command(options, manifest, (said.triple,))
    facts = {"triple": said.triple, "rustc": said.rustc, "metadata": said.metadata, "stamps": dict(said.stamps)}
    with suppress(WheelmatrixError):
        text = json.dumps({"key": _key(asked, environment), "programs": programs(environment), **facts})
        write_whole(root / _name(manifest), text.encode())


def _name(manifest: Path) -> str:
    return f"cargo-{sha256(os.fsencode(manifest)).hexdigest()[:16]}.json"


def _key(asked: Command, environment: Mapping[str, str]) -> str:
    read = sorted((name, value) for name, value in environment.items() if name.startswith(_VARIABLES))
    return sha256(repr((asked.argv, sorted(asked.environment.items()), read)).encode()).hexdigest()


def programs(environment: Mapping[str, str]) -> list[str]:
    """Return the programs that answer, as the PATH has them now."""
    names = ("cargo", *(environment.get(variable) or usual for variable, usual in _PROGRAMS.items()))
    return [shutil.which(name, path=environment.get("PATH")) or name for name in names if name]


def _read_by_cargo(metadata: Mapping[str, Any], asked: Command, environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files and folders that the answer was made from, there or not."""
    workspace, directory = Path(metadata["workspace_root"]), Path(asked.directory)
    own = {Path(package["manifest_path"]).parent for package in metadata["packages"] if package["source"] is None}
    above = {folder for package in own for folder in (package, *package.parents)}
    yield from (workspace / "Cargo.lock", workspace)
    yield from (folder / "Cargo.toml" for folder in above)  # theirs, and those of the workspaces that they belong to
    yield from (folder for folder in above if workspace in folder.parents)  # `members = ["crates/*"]`: a new one
    yield from (package / name for package in own for name in _DISCOVERED)
    for package in metadata["packages"]:
        if package["source"] is not None:
            yield from _downloaded(Path(package["manifest_path"]))
    yield from (folder / name for folder in (directory, *directory.parents) for name in _TOOLCHAINS)
    given = (text for name, text in pairwise(asked.argv) if name == "--config")
    yield from config_files(directory, environment, given)


def _downloaded(manifest: Path) -> Iterator[Path]:
    """Yield what a build without a network needs of cargo's home: who has thrown it away has cargo fetch it again."""
    yield manifest
    parts = manifest.parts
    if parts[-5:-3] == ("registry", "src"):
        registry, (index, package) = parts[:-4], parts[-3:-1]
        yield Path(*registry, "cache", index, f"{package}.crate")
        yield Path(*registry, "index", index)  # its files change whenever anything is looked up there
    elif "checkouts" in parts:
        at = parts.index("checkouts")
        yield Path(*parts[:at], "db", parts[at + 1], "HEAD")


def _toolchains(environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield whatever rustup, which may stand in the place of the programs, chooses between."""
    rustup = Path(environment.get("RUSTUP_HOME") or Path.home() / ".rustup")
    yield rustup / "settings.toml"
    for toolchain in rustup.glob("toolchains/*"):
        yield from (toolchain / "bin" / f"{name}{_EXE}" for name in ("cargo", "rustc"))
