"""One release from its files to the index's word that it has them: pre-flight, lock, journal, sender, last look."""

import signal
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio

from wheelmatrix import __version__
from wheelmatrix.errors import Interrupted, UploadError, WheelmatrixError
from wheelmatrix.events import ReleasePlanned, RunFinished, RunStarted, Screen, UploadEnded, Waiting, Warned
from wheelmatrix.model import Failed
from wheelmatrix.model.release import ARRIVED, Distribution
from wheelmatrix.plan.schedule import Schedule
from wheelmatrix.publish.order import POOL, steps_of
from wheelmatrix.publish.past import Past
from wheelmatrix.publish.preflight import closes, standing
from wheelmatrix.run import releases
from wheelmatrix.run.authority import reading
from wheelmatrix.run.journal import Journal, new_run_id
from wheelmatrix.run.preflight import Asked, Cleared, Decided, cleared, decided
from wheelmatrix.run.publisher import Legacy
from wheelmatrix.run.signals import on_signals
from wheelmatrix.run.teller import Teller
from wheelmatrix.run.upload import Release, Sender
from wheelmatrix.values import dataclass

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What became of a release."""

    exit_code: int
    """0, 8, or 128 plus the signal that ended the run."""
    ends: Mapping[str, UploadEnded]
    """By filename; what was not begun is absent."""
    failures: tuple[WheelmatrixError, ...]
    journal: Path
    run: str


def upload(
    asked: Asked,
    *,
    directory: Path,
    environment: Mapping[str, str],
    arguments: tuple[str, ...],
    screen: Screen,
) -> Released:
    """Look at a release as a whole, send it, and return what became of it; the screen is told, and closed at the end.

    `arguments` are recorded; no secret in them is. Raises UploadError with everything that keeps it from being sent:
    nothing was sent then. Raises ConfigError for what is asked wrongly.
    """
    try:
        own = decided(asked, directory, environment)
        return anyio.run(_upload, asked, own, directory, environment, arguments, screen)
    finally:
        screen.close()


async def _upload(
    asked: Asked,
    own: Decided,
    directory: Path,
    environment: Mapping[str, str],
    arguments: tuple[str, ...],
    screen: Screen,
) -> Released:
    clear = await cleared(asked, own, environment)
    folder = releases.prepared(clear.folder)
    with releases.release_lock(folder):
        past = releases.past(folder)
        with ExitStack() as tools:
            journal = tools.enter_context(Journal.create(folder, new_run_id()))
            teller = Teller(journal, screen.show)
            teller.emit(
                RunStarted(
                    run=journal.folder.name,
                    tool=__version__,
                    directory=str(directory),
                    arguments=tuple(map(clear.redaction.clean, arguments)),
                    jobs=clear.options.upload_jobs,
                )
            )
            for text in clear.warnings:
                teller.emit(Warned(message=text))
            return await _run(clear, past, journal, teller)


async def _run(clear: Cleared, past: Past, journal: Journal, teller: Teller) -> Released:
    steps = steps_of(clear.files)
    files = {each.filename: each for each in clear.files}
    teller.emit(_planned(clear, [files[step.subject] for step in steps]))
    release = Release(
        files=files,
        steps=steps,
        listing=clear.listing,
        sent_before=past.open,
        skips_existing=clear.options.skip_existing,
        jobs=clear.options.upload_jobs,
        pauses=clear.pauses,
    )
    to = clear.destination.repository
    publisher = Legacy(clear.wire, to, clear.project, await reading(clear.authority, to))
    sender = Sender(
        release=release,
        publisher=publisher,
        authority=clear.authority,
        schedule=Schedule(steps, {POOL: clear.options.upload_jobs}),
        emit=teller.emit,
        tick=teller.mention,
        sync=journal.sync,
        clean=clear.redaction.clean,
        fail_fast=clear.options.fail_fast,
    )
    signals: list[int] = []
    async with anyio.create_task_group() as group:
        group.start_soon(teller.tick)
        await group.start(on_signals, partial(_stop, sender, signals), sender.cancel)
        with anyio.move_on_after(clear.options.deadline):
            await sender.run()
        await sender.end()
        failures = [each.error for each in sender.schedule.outcomes.values() if isinstance(each, Failed)]
        if not signals:
            failures += await _last_look(clear, sender, teller)
        await publisher.close()
        group.cancel_scope.cancel()
    return _finished(clear, sender, failures, signals, journal, teller)


def _stop(sender: Sender, signals: list[int], number: int) -> None:
    signals.append(number)
    sender.stop()


def _planned(clear: Cleared, files: Sequence[Distribution]) -> ReleasePlanned:
    return ReleasePlanned(
        project=clear.project,
        version=clear.version,
        repository=clear.destination.repository.upload_url,
        simple=clear.destination.repository.simple_url,
        steps=tuple(f"upload:{each.filename}" for each in files),
        files=tuple(str(each.path) for each in files),
        sizes_bytes=tuple(each.size_bytes for each in files),
        sha256=tuple(each.sha256 for each in files),
        deadline=closes(clear.listing, clear.version, datetime.now(UTC)) if clear.destination.repository.index else "",
    )


async def _last_look(clear: Cleared, sender: Sender, teller: Teller) -> list[WheelmatrixError]:
    """Look until the index lists what arrived: it may take a while, but other bytes under a name never come right."""
    awaited = [each for each in clear.files if _was_stored(sender.ends.get(each.filename))]
    if not awaited:
        return []
    teller.emit(Waiting(what="the index to list what it took"))
    listing = await sender.publisher.finish(awaited, clear.pauses)
    teller.emit(Waiting(what=""))
    awaited = [each for each in awaited if standing(each, listing) != "same"]
    spoilt = [each for each in awaited if standing(each, listing) == "conflict"]
    if late := [each.filename for each in awaited if each not in spoilt]:
        because = listing.because or "it took them, and may need a while, or tells no digests"
        told = ", ".join(late[:_MOST_NAMED]) + (f" and {len(late) - _MOST_NAMED} more" if late[_MOST_NAMED:] else "")
        teller.emit(Warned(message=f"the index does not list {told} with their digests yet: {because}"))
    return [sender.spoil(each) for each in spoilt]


def _was_stored(end: UploadEnded | None) -> bool:
    return end is not None and end.state == "stored"


def _finished(
    clear: Cleared,
    sender: Sender,
    failures: list[WheelmatrixError],
    signals: list[int],
    journal: Journal,
    teller: Teller,
) -> Released:
    missing = [each.filename for each in clear.files if not _arrived(sender.ends.get(each.filename))]
    code = UploadError.exit_code if failures or missing else 0
    if signals:
        failures.insert(0, Interrupted.by(signals[0], f"the run was ended by {signal.Signals(signals[0]).name}"))
        code = 128 + signals[0]
    if journal.failure is not None:
        teller.emit(Warned(message=f"the journal of this run is not whole: {journal.failure.strerror}"))
    again = f"wheelmatrix upload --resume {clear.folder.name}"
    advice = f"{again}   ({len(missing)} of {len(clear.files)} files are missing)" if missing else _install(clear)
    teller.emit(
        RunFinished(exit_code=code, seconds=round(journal.now_s(), 3), advice=again if code and not missing else advice)
    )
    teller.flush()
    return Released(
        exit_code=code,
        ends=dict(sender.ends),
        failures=tuple(failures),
        journal=journal.path,
        run=journal.folder.name,
    )


def _arrived(end: UploadEnded | None) -> bool:
    return end is not None and end.state in ARRIVED


def _install(clear: Cleared) -> str:
    own = clear.destination.repository
    place = "" if own.index == "pypi" else f"--index-url {own.simple_url} "
    return f"python -m pip install {place}{clear.project}=={clear.version}"
