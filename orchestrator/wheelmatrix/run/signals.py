"""Ctrl-C and the like: the first asks the run to end well, the second ends it."""

import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import anyio
from anyio.abc import TaskStatus

_POLL_S = 0.1


async def on_signals(
    cancel: Callable[[int], None],
    kill: Callable[[], None],
    *,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> NoReturn:
    """Call `cancel` with the number of the first signal, and `kill` at each that follows; to be run as a task.

    It has started when signals are heard: before that, one that is ignored would be lost.

    SIGINT is heard even where it was inherited ignored (a job that a script put into the background); SIGHUP is left
    alone where it was: that is what nohup asks for.
    """
    is_first = True
    async for number in _received(task_status.started):
        if is_first:
            cancel(number)
        else:
            kill()
        is_first = False
    raise AssertionError("signals never end")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end what waits for the user in the main thread: the event loop would hear of it only afterwards.

    Where Ctrl-C is ignored, and in other threads, nothing is changed.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


async def _received(listening: Callable[[], None]) -> AsyncIterator[int]:
    if sys.platform == "win32":
        async for number in _polled((signal.SIGINT, signal.SIGTERM, signal.SIGBREAK), listening):
            yield number
        return
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        wanted.append(signal.SIGHUP)
    with anyio.open_signal_receiver(*wanted) as signals:
        listening()
        async for number in signals:
            yield number


async def _polled(wanted: tuple[signal.Signals, ...], listening: Callable[[], None]) -> AsyncIterator[int]:
    """Where an event loop cannot be told of signals: their handlers note them, and we look."""
    arrived: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        arrived.append(number)

    before = {number: signal.signal(number, note) for number in wanted}
    listening()
    try:
        while True:
            await anyio.sleep(_POLL_S)
            while arrived:
                yield arrived.pop(0)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
