"""Writing a wheel: files are read and compressed in threads, in order, in bounded memory; the wheel appears whole."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from wheelmatrix.errors import Issue, PackError
from wheelmatrix.model import Entry
from wheelmatrix.pack.compress import Compressor, Content, Piece, compress, pieces
from wheelmatrix.pack.headers import EARLIEST_EPOCH_S
from wheelmatrix.pack.record import Row, record_name, record_text
from wheelmatrix.pack.wheel import Archive, Checks, Member, checks, member, sealed
from wheelmatrix.run.files import WholeFile, issue_of, sha256_of
from wheelmatrix.values import dataclass

_Result = TypeVar("_Result")

_BATCH_BYTES = 1 << 20
_BATCH_ENTRIES = 64
"""Small files share a thread's turn, which costs as much as compressing some kilobytes."""
_IN_FLIGHT_BYTES = 64 << 20
"""Read but not yet written, over all threads of one wheel; a single file may exceed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A wheel that is in its place."""

    path: Path
    size_bytes: int
    sha256: str
    """Hexadecimal."""
    record: str
    """RECORD, whole."""
    unchanged: bool
    """True: the same bytes were there already, and their file was left alone."""
    warnings: tuple[str, ...]
    """What an index would hold against it."""


async def write_wheel(
    entries: Sequence[Entry],
    path: Path,
    *,
    compressor: Compressor,
    epoch_s: int = EARLIEST_EPOCH_S,
    limiter: CapacityLimiter | None = None,
) -> Written:
    """Write a wheel of `entries` in their order, RECORD added as the last, and return what was written.

    `limiter` has a place for each CPU; wheels that are written at once share it. The bytes do not depend on it.
    When this is cancelled or fails, nothing of the wheel is left and an older one at `path` is as it was.
    Raises PackError with every file that cannot be read, or with what the disk says.
    """
    limiter = limiter or CapacityLimiter(os.cpu_count() or 1)
    batches = await to_thread.run_sync(_batches, entries)
    with _Growing(entries, path, epoch_s) as wheel:
        await _pack_in_order(batches, wheel, compressor, limiter)
        # Waited for even when cancelled, like every call that touches the wheel: no file is closed under a thread.
        return await to_thread.run_sync(wheel.finish, compressor)


def write_wheel_alone(
    entries: Sequence[Entry], path: Path, *, compressor: Compressor, epoch_s: int = EARLIEST_EPOCH_S
) -> Written:
    """Write the bytes that `write_wheel` writes, in the calling thread and without an event loop; raises the same."""
    batches = _batches(entries)
    with _Growing(entries, path, epoch_s) as wheel:
        for batch in batches:
            wheel.add(_packed(batch, compressor))
        return wheel.finish(compressor)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    entries: tuple[Entry, ...]
    size_bytes: int


class _Growing:
    """The wheel's file, the archive in it and the RECORD to come."""

    def __init__(self, entries: Sequence[Entry], path: Path, epoch_s: int) -> None:
        self._record_name = record_name(entry.name for entry in entries)
        spelled = "-".join(path.name.split("-")[:2])
        if not self._record_name.startswith(f"{spelled}.dist-info/"):
            message = f"the filename says {spelled}, the wheel contains {self._record_name.partition('/')[0]}"
            raise PackError.of(message, where=str(path))
        self._file = WholeFile(path)
        self._archive = Archive(epoch_s=epoch_s)
        self._rows: list[Row] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)

    def add(self, members: Sequence[Member]) -> None:
        for each in members:
            for part in self._archive.add(each):
                self._file.write(part)
            self._rows.append(each.row)

    def finish(self, compressor: Compressor) -> Written:
        record = record_text(self._rows, self._record_name)
        self.add([member(self._record_name, record.encode(), compressor=compressor)])
        self._file.write(self._archive.finish())
        found = (self._file.sha256, self._file.size_bytes)
        path = self._file.path
        unchanged = _is_there(path, *found)
        if not unchanged:
            self._file.commit()
        return Written(
            path=path,
            sha256=found[0],
            size_bytes=found[1],
            record=record,
            unchanged=unchanged,
            warnings=self._archive.warnings,
        )


def _is_there(path: Path, sha256: str, size_bytes: int) -> bool:
    """True: the file is there with these bytes; one that cannot be read is not, and will be replaced."""
    try:
        return path.stat().st_size == size_bytes and sha256_of(path) == (sha256, size_bytes)
    except (OSError, PackError):
        return False


class _Budget:
    """Bytes in flight: whoever takes waits until there is room, or nothing else in flight."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._taken_bytes = 0
        self._changed = anyio.Condition()

    async def take(self, size_bytes: int) -> None:
        async with self._changed:
            while self._taken_bytes and self._taken_bytes + size_bytes > self._limit_bytes:
                await self._changed.wait()
            self._taken_bytes += size_bytes

    async def give_back(self, size_bytes: int) -> None:
        async with self._changed:
            self._taken_bytes -= size_bytes
            self._changed.notify_all()


class _Turn:
    """A batch's place in the order: set when its members are there."""

    def __init__(self, batch: _Batch) -> None:
        self.batch = batch
        self.members: Sequence[Member] = ()
        self.ready = anyio.Event()


async def _pack_in_order(
    batches: Sequence[_Batch], wheel: _Growing, compressor: Compressor, limiter: CapacityLimiter
) -> None:
    """Start batches in order as memory allows and write them in that order: the one waited for was started first."""
    turns = [_Turn(batch) for batch in batches]
    budget = _Budget(_IN_FLIGHT_BYTES)
    issues: list[Issue] = []

    async def pack(turn: _Turn) -> None:
        turn.members = await _packed_in_threads(turn.batch, compressor, limiter)
        turn.ready.set()

    async def start_all() -> None:
        for turn in turns:
            await budget.take(turn.batch.size_bytes)
            group.start_soon(pack, turn)

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(start_all)
            for turn in turns:
                await turn.ready.wait()
                await to_thread.run_sync(wheel.add, turn.members)
                turn.members = ()
                await budget.give_back(turn.batch.size_bytes)
    except* PackError as failures:
        issues += _issues(failures)
    if issues:
        raise PackError(*issues)


def _issues(failure: BaseException) -> Iterator[Issue]:
    if isinstance(failure, BaseExceptionGroup):
        for each in failure.exceptions:
            yield from _issues(each)
    elif isinstance(failure, PackError):
        yield from failure.issues


async def _packed_in_threads(batch: _Batch, compressor: Compressor, limiter: CapacityLimiter) -> Sequence[Member]:
    """One turn of a thread for a batch; of a large file one for its checksums and one for each piece, all at once."""
    if len(batch.entries) > 1 or batch.size_bytes <= _BATCH_BYTES:
        return await _in_thread(partial(_packed, batch, compressor), limiter)
    (entry,) = batch.entries
    content = await _in_thread(partial(_read, entry), limiter)
    parts = pieces(content, compressor)
    compressed: list[Content] = [b""] * len(parts)
    checked: list[Checks] = []

    async def fill(index: int, part: Piece) -> None:
        compressed[index] = await _in_thread(partial(compress, part, compressor), limiter)

    async def check() -> None:
        checked.append(await _in_thread(partial(checks, content), limiter))

    async with anyio.create_task_group() as group:
        for index, part in enumerate(parts):
            group.start_soon(fill, index, part)
        group.start_soon(check)
    return (sealed(entry.name, content, compressed, *checked, executable=entry.executable),)


async def _in_thread(work: Callable[[], _Result], limiter: CapacityLimiter) -> _Result:
    """Compute in a thread; when cancelled, it is left to end by itself: it touches nothing but memory."""
    return await to_thread.run_sync(work, limiter=limiter, abandon_on_cancel=True)


def _packed(batch: _Batch, compressor: Compressor) -> Sequence[Member]:
    return tuple(
        member(entry.name, _read(entry), executable=entry.executable, compressor=compressor)
        for entry in batch.entries
    )  # fmt: skip


def _read(entry: Entry) -> bytes:
    """A file's bytes, read once: a mapped file that shrinks meanwhile would kill the process (SIGBUS)."""
    if isinstance(entry.source, bytes):
        return entry.source
    try:
        return Path(entry.source).read_bytes()
    except OSError as error:
        raise PackError(_unreadable(entry, error)) from error


def _batches(entries: Sequence[Entry]) -> tuple[_Batch, ...]:
    """The entries in their order, small neighbours together; raises PackError with every file that is not there."""
    sized: list[tuple[Entry, int]] = []
    issues: list[Issue] = []
    for entry in entries:
        try:
            sized.append((entry, _size_bytes(entry)))
        except OSError as error:
            issues.append(_unreadable(entry, error))
    if issues:
        raise PackError(*issues)
    return tuple(_grouped(sized))


def _grouped(sized: Sequence[tuple[Entry, int]]) -> Iterator[_Batch]:
    gathered: list[Entry] = []
    gathered_bytes = 0
    for entry, size_bytes in sized:
        if gathered and (gathered_bytes + size_bytes > _BATCH_BYTES or len(gathered) == _BATCH_ENTRIES):
            yield _Batch(entries=tuple(gathered), size_bytes=gathered_bytes)
            gathered, gathered_bytes = [], 0
        gathered.append(entry)
        gathered_bytes += size_bytes
    if gathered:
        yield _Batch(entries=tuple(gathered), size_bytes=gathered_bytes)


def _size_bytes(entry: Entry) -> int:
    if isinstance(entry.source, bytes):
        return len(entry.source)
    found = Path(entry.source).stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "a directory" if stat.S_ISDIR(found.st_mode) else "neither a file nor a link to one")
    return found.st_size


def _unreadable(entry: Entry, error: OSError) -> Issue:
    issue = issue_of(error, Path(str(entry.source)))
    return Issue(message=f"cannot be read for {entry.name}: {issue.message}", where=issue.where, hint=issue.hint)
