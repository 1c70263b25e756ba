"""Where releases are remembered: a folder per index, project and version, with the journal of each run in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from wheelmatrix.errors import ConfigError
from wheelmatrix.publish.past import Past, fold
from wheelmatrix.run import journal
from wheelmatrix.run.file_lock import try_lock
from wheelmatrix.run.files import issue_of
from wheelmatrix.run.lock import holder, opened, signed

_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]+")
_HOME, _RELEASES, _LOCK = ".wheelmatrix", "releases", "lock"


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
    found = Past()
    for run in reversed(journal.runs(folder)):
        found = fold(found, journal.read(run.journal))
    return found


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


@contextmanager
def release_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a release; raises ConfigError at once if another run has it: two would send the same files."""
    with opened(folder / _LOCK) as descriptor:
        if try_lock(descriptor) is False:
            message = f"another run is sending this release: {holder(descriptor)}"
            raise ConfigError.of(message, where=str(folder), hint="wait for its end")
        with signed(descriptor):
            yield
