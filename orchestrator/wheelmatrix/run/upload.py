"""Sends the files of a release: does what each one's Transfer decides, as many at once as the pace allows."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Protocol, assert_never

import anyio
from anyio import to_thread
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectSendStream

from wheelmatrix.errors import UploadError, WheelmatrixError
from wheelmatrix.events import Event, StepFinished, UploadEnded, UploadSent, UploadTried, UploadWaiting
from wheelmatrix.model import Done, Failed, Outcome, Skipped, Step
from wheelmatrix.model.release import ARRIVED, Distribution, Listing
from wheelmatrix.plan.schedule import Schedule
from wheelmatrix.publish.answer import Result
from wheelmatrix.publish.pace import Pace
from wheelmatrix.publish.preflight import standing
from wheelmatrix.publish.secret import Secret
from wheelmatrix.publish.transfer import Ask, End, Look, Renew, Send, Standing, Transfer, Wait, changed
from wheelmatrix.run.gate import Gate
from wheelmatrix.run.ledger import INTERRUPTED, Ledger
from wheelmatrix.run.publisher import Publisher
from wheelmatrix.run.send import Changed, is_unchanged
from wheelmatrix.values import dataclass

_TICK_S = 0.2
"""Between two words on how much of a file is out: screens draw four times a second."""
_SPOILT = "the index took it, and lists other bytes under this name"
_BY_HAND = "somebody else released it meanwhile, or the index replaces files: look at it by hand"

Ended = tuple[Step, Outcome, float]


class Authority(Protocol):
    """Who says in whose name files are sent."""

    async def header(self, size_bytes: int, rate: float | None) -> Secret:
        """Return the Authorization header for a file of this size, at `rate` bytes per second; None: not known."""

    async def renew(self) -> bool:
        """Get another token after one was refused as expired; False: there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What is sent, where to, and what is known before."""

    files: Mapping[str, Distribution]
    """By filename."""
    steps: tuple[Step, ...]
    listing: Listing
    """What the index listed before."""
    sent_before: frozenset[str]
    """sha256 of files that an earlier run began to send, and saw no end of."""
    skips_existing: bool
    jobs: int
    grace_s: float = 10.0
    """How long files that are being sent may go on after an interruption."""
    pauses: float = 1.0
    """What every pause is multiplied with: tests have no time."""


@dataclass(slots=True)
class Sender:
    """One run of a release."""

    release: Release
    publisher: Publisher
    authority: Authority
    schedule: Schedule
    emit: Callable[[Event], None]
    tick: Callable[[Event], None]
    """Tells screens, and no journal."""
    sync: Callable[[], None]
    """Waits until the journal is on the disk."""
    clean: Callable[[str], str]
    """Takes secrets out of a text."""
    fail_fast: bool = False
    ends: dict[str, UploadEnded] = field(default_factory=dict)
    """How each file's way ended, by filename."""
    _gate: Gate = field(init=False)
    _ledger: Ledger = field(init=False)
    _scope: anyio.CancelScope = field(default_factory=anyio.CancelScope, init=False)
    _resting: dict[str, anyio.CancelScope] = field(default_factory=dict, init=False)
    """Scopes of the files that are not being sent at this moment."""
    _is_stopping: bool = field(default=False, init=False)
    _bytes_out: int = field(default=0, init=False)
    _sending_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._gate = Gate(Pace(most=self.release.jobs))
        self._ledger = Ledger(self.schedule, self.emit, expected_s=lambda _: None, failed=_failed)

    def stop(self) -> None:
        """Begin nothing more; what is being sent may end within the grace period."""
        self._is_stopping = True
        for scope in self._resting.values():
            scope.cancel()
        self._scope.deadline = anyio.current_time() + self.release.grace_s

    def cancel(self) -> None:
        """End at once."""
        self._is_stopping = True
        self._scope.cancel()

    async def run(self) -> None:
        """Send what can be sent; failures are outcomes, not exceptions."""
        send, receive = anyio.create_memory_object_stream[Ended](len(self.release.steps) + 1)
        with self._scope, send, receive:
            async with anyio.create_task_group() as group:
                self._start(group, send)
                while not self.schedule.is_over:
                    step, outcome, seconds = await receive.receive()
                    self._ledger.ended(step, outcome, seconds)
                    if isinstance(outcome, Failed) and self.fail_fast:
                        group.cancel_scope.cancel()
                    self._start(group, send)

    def spoil(self, file: Distribution) -> UploadError:
        """Note that the index took a file, and lists other bytes under its name; return that as an error."""
        step = next(each for each in self.release.steps if each.subject == file.filename)
        self._tell_end(file, replace(self.ends[file.filename], state="conflict", message=_SPOILT))
        error = UploadError.of(_SPOILT, where=file.filename, hint=_BY_HAND)
        self.emit(_failed(step, error, 0.0))
        return error

    async def end(self) -> None:
        """Note what was left undone; if something is missing, take back what can be."""
        undone = "the release took longer than its deadline, or another file failed"
        self._ledger.give_up(INTERRUPTED if self._is_stopping else undone)
        if not all(isinstance(each, Done) for each in self.schedule.outcomes.values()):
            await self.publisher.abort()

    def _start(self, group: TaskGroup, send: MemoryObjectSendStream[Ended]) -> None:
        if self._is_stopping:
            self._ledger.skip_waiting(INTERRUPTED)
            return
        for step in self._ledger.started():
            group.start_soon(self._do, step, send)

    async def _do(self, step: Step, send: MemoryObjectSendStream[Ended]) -> None:
        began_s = time.monotonic()
        outcome: Outcome = Skipped(because=INTERRUPTED)
        transfer = Transfer(is_first_release=self.release.listing.state == "absent", random=random.random)
        file = self.release.files[step.subject]
        with anyio.CancelScope() as scope:
            self._resting[step.id] = scope
            try:
                end = await self._way(step, file, transfer)
                if end is not None:
                    outcome = await self._ended(step, file, transfer, end)
            except WheelmatrixError as error:  # there is no token to send it with
                outcome = Failed(error=error)
            except Exception as error:  # boundary: a bug of ours must not take the other files with it
                text = self.clean(f"{type(error).__name__}: {error}")
                outcome = Failed(error=WheelmatrixError.of(f"a bug of wheelmatrix: {text}", where=step.subject))
        self._resting.pop(step.id, None)
        await send.send((step, outcome, time.monotonic() - began_s))

    async def _way(self, step: Step, file: Distribution, transfer: Transfer) -> End | None:
        """Take a file all its way; None: it was interrupted between two attempts."""
        action = transfer.begin(
            standing(file, self.release.listing),
            was_sent=file.sha256 in self.release.sent_before,
            skips=self.release.skips_existing,
        )
        while not isinstance(action, End):
            if self._is_stopping:
                return None
            match action:
                case Send(attempt=attempt):
                    try:
                        action = transfer.sent(await self._sent(step, file, attempt))
                    except Changed:
                        action = changed()
                case Ask(pause_s=pause_s):
                    action = transfer.asked(await self._asked(step, file, pause_s))
                case Wait(seconds=seconds, because=because):
                    await self._pause(step, because, seconds)
                    action = transfer.waited()
                case Renew():
                    action = transfer.renewed(is_new=await self.authority.renew())
                case Look():
                    action = transfer.looked(is_unchanged=await to_thread.run_sync(is_unchanged, file))
                case _:
                    assert_never(action)
        return action

    async def _sent(self, step: Step, file: Distribution, attempt: int) -> Result:
        """Make one attempt, as soon as there is a place."""
        async with self._gate.place():
            if self._is_stopping:
                await anyio.sleep_forever()  # its scope is cancelled already: nothing is begun
            rate = self._bytes_out / self._sending_s if self._sending_s > 1.0 else None
            header = await self.authority.header(file.size_bytes, rate)
            self.emit(UploadTried(step=step.id, attempt=attempt))
            await to_thread.run_sync(self.sync)
            began_s = time.monotonic()
            resting = self._resting.pop(step.id)  # an interruption lets it go on for a while
            result = await self.publisher.put(file, header, self._teller(step, file))
            self._resting[step.id] = resting
            self._sending_s += time.monotonic() - began_s
            self._bytes_out += file.size_bytes
            self._gate.pace.took(result)
        return result

    def _teller(self, step: Step, file: Distribution) -> Callable[[int], None]:
        said_s = 0.0

        def told(sent_bytes: int) -> None:
            nonlocal said_s
            if time.monotonic() - said_s >= _TICK_S or sent_bytes == file.size_bytes:
                said_s = time.monotonic()
                self.tick(UploadSent(step=step.id, sent_bytes=sent_bytes, total_bytes=file.size_bytes))

        return told

    async def _asked(self, step: Step, file: Distribution, pause_s: float) -> Standing:
        await self._pause(step, "asking the index", pause_s)
        return standing(file, await self.publisher.look(tries=2))

    async def _pause(self, step: Step, what: str, seconds: float) -> None:
        self.emit(UploadWaiting(step=step.id, what=self.clean(what), seconds=round(seconds, 1)))
        await anyio.sleep(seconds * self.release.pauses)

    async def _ended(self, step: Step, file: Distribution, transfer: Transfer, end: End) -> Outcome:
        message, hint = self.clean(end.message), self.clean(end.hint)
        ended = UploadEnded(
            step=step.id,
            state=end.state,
            attempts=transfer.attempts,
            status=end.status,
            message=message,
            sha256=file.sha256,
        )
        self._tell_end(file, ended)
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self.sync)
        if end.state in ARRIVED:
            return Done(value=end)
        return Failed(error=UploadError.of(f"{end.state}: {message}", where=file.filename, hint=hint))

    def _tell_end(self, file: Distribution, ended: UploadEnded) -> None:
        self.ends[file.filename] = ended
        self.emit(ended)


def _failed(step: Step, error: WheelmatrixError, seconds: float) -> StepFinished:
    (issue, *_) = error.issues
    return StepFinished(
        step=step.id,
        state="failed",
        seconds=round(seconds, 3),
        message=issue.message,
        hint=issue.hint,
        exit_code=error.exit_code,
    )
