"""Cargo.lock of an sdist that has not all of a workspace: cargo itself writes what is left of it.

With `--locked` cargo refuses a lock with more in it than the workspace needs. What that is depends on the features that
the crates turn on in each other, so nobody but cargo can say.
"""

import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import anyio

from wheelmatrix.errors import PackError
from wheelmatrix.model import Command, Entry
from wheelmatrix.options import BuildOptions
from wheelmatrix.options.toolchain import toolchain_environment
from wheelmatrix.run.files import issue_of
from wheelmatrix.run.process import capture

_READ = frozenset({"Cargo.toml", "Cargo.lock", "rust-toolchain", "rust-toolchain.toml"})
"""What cargo reads to resolve; of sources it wants to see no more than that they are there."""


def cut_lock(
    contents: Iterable[tuple[Entry, bytes]], lock: str, manifest: str, options: BuildOptions
) -> tuple[bytes, str]:
    """Return the lock that holds for the members of an sdist, and why cargo does not write it; one of them is empty.

    `lock` and `manifest` are names of members. No version changes, and nothing is asked of the network. Raises
    PackError if nothing can be written, and ToolMissing.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="wheelmatrix-sdist-") as folder:
            _write(contents, Path(folder))
            path = Path(folder, manifest)
            argv = ("cargo", "update", "--workspace", "--offline", "--quiet", "--manifest-path", str(path))
            said = anyio.run(
                capture, Command(argv=argv, environment=toolchain_environment(options), directory=path.parent)
            )
            if said.exit.ok:
                return Path(folder, lock).read_bytes(), ""
            errors = [
                line for line in said.stderr.decode("utf-8", "replace").splitlines() if line.startswith("error: ")
            ]
            return b"", errors[0].removeprefix("error: ") if errors else said.last_words()
    except OSError as error:
        raise PackError(issue_of(error, Path(error.filename or tempfile.gettempdir()))) from error


def _write(contents: Iterable[tuple[Entry, bytes]], folder: Path) -> None:
    for entry, content in contents:
        name = PurePosixPath(entry.name)
        is_read = name.name in _READ or name.parent.name == ".cargo"
        if is_read or name.suffix == ".rs":
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if is_read else b"")
