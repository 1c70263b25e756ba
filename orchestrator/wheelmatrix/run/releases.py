"""Where releases are remembered: a folder per index, project and version, with the journal of each run in it."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from wheelmatrix.errors import ConfigError
from wheelmatrix.events import ReleasePlanned, UploadEnded, UploadTried
from wheelmatrix.model import ARRIVED
from wheelmatrix.run import journal
from wheelmatrix.run.files import issue_of
from wheelmatrix.run.lock import holder, signed, try_lock

_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")
_HOME, _RELEASES, _LOCK = ".wheelmatrix", "releases", "lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What earlier runs of a release did, by the digests of the files: what was built anew is another file."""

    planned: ReleasePlanned | None
    """The last one; None: no run came so far."""
    arrived: frozenset[str]
    """sha256 of files that the index has, as far as these runs saw."""
    open: frozenset[str]
    """sha256 of files that a run began to send, and saw no end of: they may be there."""
    last: journal.RunFolder | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Paths of the last plan's files that have not arrived."""
        if self.planned is None:
            return ()
        files = zip(self.planned.files, self.planned.sha256, strict=True)
        return tuple(path for path, sha256 in files if sha256 not in self.arrived)


def home(directory: Path) -> Path:
    """Return the folder that holds the releases of the project in, or above, `directory`."""
    for place in (directory, *directory.parents):
        if (place / "pyproject.toml").is_file() or (place / _HOME / _RELEASES).is_dir():
            return place / _HOME / _RELEASES
    return directory / _HOME / _RELEASES


def name_of(upload_url: str, project: str, version: str) -> str:
    """Return the name of a release's folder: `index.example-demo-1.0`."""
    parts = urlsplit(upload_url)
    host = f"{parts.hostname}_{parts.port}" if parts.port else f"{parts.hostname}"
    return _UNSAFE.sub("_", f"{host}-{canonicalize_name(project)}-{version}")


def prepared(folder: Path) -> Path:
    """Make the folder of a release, out of version control's sight; raises ConfigError if that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignored = folder.parents[1] / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(issue_of(error, folder)) from error
    return folder


def past(folder: Path) -> Past:
    """Return what the runs in a release's folder did; none if there is no such folder."""
    runs = journal.runs(folder)
    planned: ReleasePlanned | None = None
    arrived: set[str] = set()
    open_: set[str] = set()
    for run in reversed(runs):
        digests: dict[str, str] = {}
        for stamped in journal.read(run.journal):
            match stamped.event:
                case ReleasePlanned() as event:
                    planned = event
                    digests = dict(zip(event.steps, event.sha256, strict=True))
                case UploadTried(step=step) if step in digests:
                    open_.add(digests[step])
                case UploadEnded(state=state, sha256=sha256, status=status):
                    if state in ARRIVED:
                        arrived.add(sha256)
                    if state != "gave-up" or status == 429:  # else nobody knows what became of the last attempt
                        open_.discard(sha256)
                case _:
                    continue
    return Past(planned=planned, arrived=frozenset(arrived), open=frozenset(open_), last=runs[0] if runs else None)


def find(place: Path, name: str) -> Path:
    """Return the folder of a release, by a part of its name; of none: of the only one not over; raises ConfigError."""
    folders = sorted(each for each in place.iterdir() if each.is_dir()) if place.is_dir() else []
    if name:
        fits = [each for each in folders if each.name == name] or [each for each in folders if name in each.name]
    else:
        fits = [each for each in folders if past(each).missing]
    if len(fits) == 1:
        return fits[0]
    names = ", ".join(each.name for each in (fits or folders))
    if fits:
        raise ConfigError.of(f"{len(fits)} releases fit", where="--resume", hint=f"name one of them: {names}")
    message = f"there is no release {name!r}" if name else "no release is left to be resumed"
    raise ConfigError.of(
        message, where=str(place), hint=f"there are {names}" if names else "nothing was sent from here"
    )


def all_of(place: Path) -> Iterator[Path]:
    """Yield the folders of the releases, the one with the latest run last."""
    folders = [each for each in place.iterdir() if each.is_dir()] if place.is_dir() else []
    dated = [(runs[0].started, runs[0].id, each) for each in folders if (runs := journal.runs(each))]
    yield from (each for *_, each in sorted(dated))


@asynccontextmanager
async def release_lock(folder: Path) -> AsyncIterator[None]:
    """Hold the lock of a release; raises ConfigError at once if another run has it: two would send the same files."""
    path = folder / _LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ConfigError(issue_of(error, path)) from error
    try:
        if try_lock(descriptor) is False:
            message = f"another run is sending this release: {holder(descriptor)}"
            raise ConfigError.of(message, where=str(folder), hint="wait for its end")
        with signed(descriptor):
            yield
    finally:
        os.close(descriptor)
