"""The journal of a run: one JSON line per event, on the disk when it matters; whole again after any crash."""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from wheelmatrix.errors import ConfigError, Issue
from wheelmatrix.events import (
    SCHEMA,
    Event,
    RunFinished,
    RunStarted,
    Stamped,
    StepFinished,
    WheelWritten,
    from_record,
    record,
)
from wheelmatrix.run.file_lock import try_lock
from wheelmatrix.run.files import issue_of
from wheelmatrix.values import dataclass

NAME = "events.jsonl"
_LONG_S = 1.0
"""A step that took less is done again in about the time that it takes to wait for the disk."""
_END_BYTES = 1 << 16
"""The last event is looked for in so much of a journal's end."""
_POLL_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """A run that was: what its folder tells without reading the journal whole."""

    id: str
    path: Path
    started: datetime
    """UTC; the folder's time if not even the first event was written."""
    arguments: tuple[str, ...]
    """Its command line after the program's name."""
    finished: datetime | None
    """UTC; None: it is at work, or crashed."""
    exit_code: int | None
    is_alive: bool
    """True: its process is at work now."""

    @property
    def journal(self) -> Path:
        """The file of its events."""
        return self.path / NAME


class Journal:
    """Writes events; a full disk stops the writing and not the run, since the screens are told all the same."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self.failure: OSError | None = None
        """The first error of writing, if there was one."""
        self._descriptor = descriptor
        self._began_s = time.monotonic()
        self._seq = 0
        self._is_torn = False

    @classmethod
    def create(cls, directory: Path, run: str) -> Self:
        """Make the folder of a run in `directory`, and its journal; raises ConfigError.

        The file is locked as long as its writer lives, so that others can tell a crashed run from one at work.
        """
        folder = directory / run
        try:
            folder.mkdir(parents=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
            descriptor = os.open(folder / NAME, flags, 0o666)
        except OSError as error:
            raise ConfigError(issue_of(error, folder)) from error
        while try_lock(descriptor) is False:  # somebody looks whether we live; they do not look long
            time.sleep(0.001)
        return cls(folder, descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file of events."""
        return self.folder / NAME

    def now_s(self) -> float:
        """Return the time on the clock of `Stamped.at_s`."""
        return time.monotonic() - self._began_s

    def append(self, event: Event) -> Stamped:
        """Write an event and return it with its place in the run; what matters is on the disk then."""
        stamped = Stamped(seq=self._seq, at_s=self.now_s(), wall_s=time.time(), event=event)
        self._seq += 1
        try:
            self._write(_line(stamped))
            if _matters(event):
                _sync(self._descriptor)
        except OSError as error:
            self.failure = self.failure or error
        return stamped

    def sync(self) -> None:
        """Wait until all that was written is on the disk; takes milliseconds, so not for the event loop."""
        try:
            _sync(self._descriptor)
        except OSError as error:
            self.failure = self.failure or error

    def moment(self, event: Event) -> Stamped:
        """Return an event for screens that is not written: a tick."""
        return Stamped(seq=-1, at_s=self.now_s(), wall_s=time.time(), event=event)

    def close(self) -> None:
        """Close the file, which gives the lock back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self, line: bytes) -> None:
        """One write per line; after a part of a line the next begins a new one, so that readers lose one only."""
        whole = b"\n" + line if self._is_torn else line
        written = os.write(self._descriptor, whole)
        self._is_torn = written < len(whole)
        if self._is_torn:
            os.write(self._descriptor, whole[written:])  # says why, or succeeds
            self._is_torn = False


def new_run_id(now: datetime | None = None) -> str:
    """Return an id that is unique, and sorts by time to the second: `20261123-101502-7f3a`, in UTC."""
    return f"{now or datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def read(path: Path) -> Iterator[Stamped]:
    """Yield the events of a journal, also of a crashed run.

    Lines that are torn, and events that this version does not know, are passed over.
    Raises ConfigError if there is no such file, or another schema wrote it.
    """
    try:
        with path.open("rb") as file:
            for line in file:
                stamped = _parsed(line, path)
                if stamped is not None:
                    yield stamped
    except OSError as error:
        raise ConfigError(issue_of(error, path)) from error


def follow(path: Path, sleep: Callable[[float], None] = time.sleep) -> Iterator[Stamped]:
    """Yield the events of a journal as they come, until the run is finished or its process is dead.

    While there is nothing new, `sleep` is called with a quarter of a second: a screen can draw itself there.
    Raises what `read` raises.
    """
    try:
        with path.open("rb") as file:
            part = b""
            while True:
                is_alive = _has_writer(path)  # asked before reading: what a dead one wrote is read to the end
                while line := file.readline():
                    part += line
                    if not part.endswith(b"\n"):
                        break
                    stamped, part = _parsed(part, path), b""
                    if stamped is not None:
                        yield stamped
                        if isinstance(stamped.event, RunFinished):
                            return
                if not is_alive:
                    return
                sleep(_POLL_S)
    except OSError as error:
        raise ConfigError(issue_of(error, path)) from error


def runs(directory: Path) -> tuple[RunFolder, ...]:
    """Return the runs whose folders are in `directory`, newest first; empty if there is no such directory."""
    try:
        folders = [each for each in directory.iterdir() if (each / NAME).is_file()]
    except OSError:
        return ()
    return tuple(sorted(map(_run_folder, folders), key=lambda run: (run.started, run.id), reverse=True))


def find(directory: Path, run: str) -> RunFolder:
    """Return the run of an id, of the beginning of one, or `last`; raises ConfigError that names those there are."""
    found = runs(directory)
    if run == "last" and found:
        return found[0]
    fits = [each for each in found if each.id.startswith(run)] if run else []
    exact = [each for each in fits if each.id == run]
    if len(exact or fits) == 1:
        return (exact or fits)[0]
    names = ", ".join(each.id for each in (fits or found)[:10])
    message = f"{len(fits)} runs begin with {run!r}" if fits else f"there is no run {run!r}"
    raise ConfigError(Issue(message=message, where=str(directory), hint=f"there are {names}" if names else _NONE_YET))


def _line(stamped: Stamped) -> bytes:
    """Readable where it can be; what no UTF-8 can say (a file name of other bytes) is escaped and not lost."""
    found = record(stamped)
    try:
        return f"{json.dumps(found, ensure_ascii=False, separators=(',', ':'))}\n".encode()
    except UnicodeEncodeError:
        return f"{json.dumps(found, separators=(',', ':'))}\n".encode()


_NONE_YET = "nothing was built here yet: wheelmatrix build"


def _parsed(line: bytes, path: Path) -> Stamped | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    if found.get("v") != SCHEMA:
        message = f"a journal of schema {found.get('v')}, this version reads schema {SCHEMA}"
        raise ConfigError.of(message, where=str(path), hint="read it with the wheelmatrix that wrote it")
    try:
        return from_record(found)
    except ValueError:
        return None


def _run_folder(folder: Path) -> RunFolder:
    path = folder / NAME
    first, last = _ends(path)
    start = first.event if first is not None and isinstance(first.event, RunStarted) else None
    end = last.event if last is not None and isinstance(last.event, RunFinished) else None
    started_s = first.wall_s if first is not None else folder.stat().st_mtime
    return RunFolder(
        id=folder.name,
        path=folder,
        started=datetime.fromtimestamp(started_s, UTC),
        arguments=start.arguments if start is not None else (),
        finished=datetime.fromtimestamp(last.wall_s, UTC) if last is not None and end is not None else None,
        exit_code=end.exit_code if end is not None else None,
        is_alive=end is None and _has_writer(path),
    )


def _ends(path: Path) -> tuple[Stamped | None, Stamped | None]:
    """Return the first and the last event; None where there is none that can be read."""
    try:
        with path.open("rb") as file:
            first = _parsed(file.readline(), path)
            size_bytes = file.seek(0, os.SEEK_END)
            file.seek(max(0, size_bytes - _END_BYTES))
            lines = file.read().splitlines()
        return first, next(filter(None, (_parsed(line, path) for line in reversed(lines))), None)
    except (OSError, ConfigError):
        return None, None


def _has_writer(path: Path) -> bool:
    """Return whether the journal's writer lives; where that cannot be known: yes."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return try_lock(descriptor) is not True
    finally:
        os.close(descriptor)


def _matters(event: Event) -> bool:
    """Return whether an event has to survive a power cut: what took long, what was made, how it ended."""
    match event:
        case StepFinished(seconds=seconds, state=state):
            return seconds >= _LONG_S or state == "failed"
        case WheelWritten(unchanged=unchanged):
            return not unchanged
        case _:
            return isinstance(event, RunFinished)


def _sync(descriptor: int) -> None:
    if hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)
