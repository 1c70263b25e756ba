"""The directory that the toolchain lives in: each piece of it is whole or absent, and made by one process at a time."""

import fcntl
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

CHECKOUT = Path(__file__).parents[2]
SCRATCH = ".making-"
"""How folders begin that are not whole yet."""


class Unavailable(Exception):
    """This machine cannot provide the toolchain; the text says what is missing."""


def default_directory() -> Path:
    """Return where tests keep the toolchain: TEST_TOOLCHAIN_CACHE, else `.cache/toolchain` of the checkout."""
    chosen = os.environ.get("TEST_TOOLCHAIN_CACHE")
    return Path(chosen) / "toolchain" if chosen else CHECKOUT / ".cache/toolchain"


@contextmanager
def locked(directory: Path, piece: str) -> Iterator[None]:
    """Let no other process make `piece` of `directory` in the meantime; others go on with other pieces."""
    locks = directory / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / piece.replace("/", "-")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch_folder(directory: Path) -> Iterator[Path]:
    """Give a folder on the file system of `directory`, so that what is made there can be renamed into its place."""
    with tempfile.TemporaryDirectory(dir=directory, prefix=SCRATCH) as scratch:
        yield Path(scratch)


def provide_piece(directory: Path, piece: str, make: Callable[[Path], None], *, told: str = "") -> Path:
    """Return `directory / piece`; if it is not there, have `make` fill a new folder and rename that into its place.

    Several processes may ask at once. `told`: what progress says beside the name. Raises what `make` raises.
    """
    place = directory / piece
    if not place.exists():
        with locked(directory, piece):
            if not place.exists():
                say(f"making {piece}{told and f' ({told})'}")
                place.parent.mkdir(parents=True, exist_ok=True)
                with scratch_folder(directory) as scratch:
                    (work := scratch / "root").mkdir(mode=0o755)
                    make(work)
                    work.rename(place)
    return place


def keep_links_inside(root: Path) -> None:
    """Make absolute links relative, so that they lead to what was unpacked and not to the machine's own files."""
    for link in [path for path in root.rglob("*") if path.is_symlink()]:
        aim = link.readlink()
        if aim.is_absolute():
            link.unlink()
            link.symlink_to(os.path.relpath(root / aim.relative_to("/"), link.parent))


def write_script(script: Path, text: str) -> None:
    """Write an executable file, with the folder it is in."""
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(text)
    script.chmod(0o755)


def run(
    *command: str | Path,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    stdin: IO[bytes] | None = None,
) -> str:
    """Run a command and return its stdout; raises CalledProcessError, after showing all it said, if it fails."""
    # Without one given, stdin is a pipe that ends at once: wine does not start on every kind of file.
    source: dict[str, Any] = {"stdin": stdin} if stdin else {"input": ""}
    done: subprocess.CompletedProcess[str]
    done = subprocess.run(command, env=environment, cwd=directory, text=True, capture_output=True, **source)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()
    return done.stdout


def say(text: str) -> None:
    """Tell of progress, on stderr."""
    print(f"toolchain: {text}", file=sys.stderr, flush=True)
