"""Running a program: supervised from its first byte to its last descendant, on any backend of anyio."""

import errno
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import anyio

from wheelmatrix.errors import ConfigError, Issue, ToolMissing
from wheelmatrix.model import Command
from wheelmatrix.run.child import Child, Stream
from wheelmatrix.run.child import Exit as Exit
from wheelmatrix.run.credentials import is_secret as is_secret
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.lines import Kept, Lines, Log, Sink
from wheelmatrix.values import dataclass

if sys.platform == "win32":
    from wheelmatrix.run.windows import WindowsChild as SystemChild
else:
    from wheelmatrix.run.posix import PosixChild as SystemChild

_LINGER_S = 1.5
"""How long a pipe is read after the program's end, if somebody outside of its group holds it (sccache's server)."""
_REST_CHUNKS = 64
_LAST_LINES = 3
_TAIL_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What a short program said."""

    exit: Exit
    stdout: bytes
    stderr: bytes

    def last_words(self) -> str:
        """Return the last lines of stderr on one line; its exit code if there are none."""
        lines = [line.strip() for line in self.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        return "; ".join(lines[-_LAST_LINES:]) or f"exit code {self.exit.code}"


async def supervise(
    command: Command,
    *,
    on_stdout: Callable[[bytes], None] | None = None,
    on_stderr: Callable[[bytes], None] | None = None,
    log: Path | None = None,
    log_stdout: bool = False,
    guardian: Guardian | None = None,
    grace_s: float = 5.0,
    timeout_s: float | None = None,
) -> Exit:
    """Run a program to its end and return how it ended; whatever it started is gone when this returns or raises.

    The callbacks get each line without its newline, as bytes, in order; what they raise stops the program and is
    raised here. `log` is added to: it gets the lines of stderr, with `log_stdout` also those of stdout that are no
    JSON object. On cancellation, and after `timeout_s`, the process group gets SIGTERM, `grace_s` seconds, SIGKILL.
    Raises ToolMissing if there is no such program, ConfigError if its directory is not there, PackError if the log
    cannot be opened.
    """
    file = Log(log) if log is not None else None
    try:
        sinks: dict[Stream, Sink] = {
            "stdout": Lines(on_stdout, file if log_stdout else None, logged=_is_no_json),
            "stderr": Lines(on_stderr, file),
        }
        return await _supervise(command, sinks, guardian, grace_s, timeout_s)
    finally:
        if file is not None:
            file.close()


async def capture(
    command: Command, *, guardian: Guardian | None = None, grace_s: float = 5.0, timeout_s: float | None = None
) -> Captured:
    """Run a short program and return all it said, however it ended; raises ToolMissing and ConfigError."""
    stdout, stderr = Kept(), Kept()
    ended = await _supervise(command, {"stdout": stdout, "stderr": stderr}, guardian, grace_s, timeout_s)
    return Captured(exit=ended, stdout=stdout.content, stderr=stderr.content)


async def output(command: Command, *, check: bool = True) -> bytes:
    """Run a short program and return its stdout.

    Raises ToolMissing; with `check` also ConfigError, with the last lines of stderr, if it fails.
    """
    captured = await capture(command)
    if check and not captured.exit.ok:
        tail = captured.stderr.decode("utf-8", "replace").rstrip().splitlines()[-_TAIL_LINES:]
        shown = " ".join(command.argv)
        raise ConfigError.of("\n".join([f"`{shown}` failed with exit code {captured.exit.code}", *tail]))
    return captured.stdout


def child_environment(command: Command, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command: inherited, without upload credentials and `without`, with its own added."""
    kept = {name: value for name, value in inherited.items() if name not in command.without and not is_secret(name)}
    return kept | dict(command.environment)


def _is_no_json(line: bytes) -> bool:
    return not line.startswith(b"{")


async def _supervise(
    command: Command,
    sinks: Mapping[Stream, Sink],
    guardian: Guardian | None,
    grace_s: float,
    timeout_s: float | None,
) -> Exit:
    child = await _started(command, guardian)
    if guardian is not None:
        guardian.watch(child.pid)
    outputs = [_Output(child, stream, sink) for stream, sink in sinks.items()]
    try:
        with anyio.move_on_after(timeout_s) as limit:
            await _drained(outputs, child.exited)
    finally:
        with anyio.CancelScope(shield=True):
            ended = await _end(child, outputs, guardian, grace_s)
    return replace(ended, timed_out=limit.cancelled_caught)


async def _started(command: Command, guardian: Guardian | None) -> Child:
    environment = child_environment(command, os.environ)
    argv: Sequence[str] = command.argv
    inherited: tuple[int, ...] = ()
    try:
        if guardian is not None:
            path = _program(command, environment.get("PATH", os.defpath))
            argv, inherited = guardian.launching(argv, path, environment)
        return await SystemChild.start(argv, environment, str(command.directory), inherited)
    except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
        raise _not_started(command, error) from error


def _program(command: Command, path: str) -> str:
    """Return the file of a program, found as execvp(3) finds it; raises OSError as that does."""
    name = command.argv[0]
    found = shutil.which(Path(command.directory, name) if Path(name).name != name else name, path=path)
    if found is None:
        number = errno.EACCES if Path(name).name != name and Path(command.directory, name).exists() else errno.ENOENT
        raise OSError(number, os.strerror(number), name)
    return str(Path(command.directory, found))


def _not_started(command: Command, error: OSError | ValueError) -> ConfigError | ToolMissing:
    program = command.argv[0]
    if not Path(command.directory).is_dir():
        message = f"{program} cannot run in a directory that is not there"
        return ConfigError(Issue(message=message, where=str(command.directory)))
    if isinstance(error, FileNotFoundError):
        hint = f"install {program}, or put its folder on the PATH"
        return ToolMissing(Issue(message=f"there is no program {program}", hint=hint))
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return ToolMissing(Issue(message=f"{program} cannot be started: {reason}", hint=f"try to run {program} by hand"))


async def _end(child: Child, outputs: "list[_Output]", guardian: Guardian | None, grace_s: float) -> Exit:
    """Leave nothing of the child: a program that has not ended is asked to, then the rest of its group is killed.

    A callback that raises meanwhile keeps none of this from being done.
    """
    try:
        if not child.ended:
            child.terminate()
            with anyio.move_on_after(grace_s):
                await _drained(outputs, child.gone)
    finally:
        child.kill()
        try:
            await _drained(outputs, child.exited)
            with anyio.move_on_after(_LINGER_S):
                await _drained(outputs)
            for each in outputs:
                each.finish()
        finally:
            if guardian is not None:
                guardian.forget(child.pid)
            ended = child.reap()
    return ended


async def _drained(outputs: "list[_Output]", until: Callable[[], Awaitable[None]] | None = None) -> None:
    """Read all outputs to their end, or until `until` returns; raises what a callback raised, bare."""
    try:
        async with anyio.create_task_group() as readers:
            for each in outputs:
                readers.start_soon(each.drain)
            if until is not None:
                await until()
                readers.cancel_scope.cancel()
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


class _Output:
    """One stream of a child on its way to a sink; reading can stop at any time and go on later."""

    def __init__(self, child: Child, stream: Stream, sink: Sink) -> None:
        self._child = child
        self._stream = stream
        self._sink = sink
        self._is_at_end = False

    async def drain(self) -> None:
        """Read until nobody can write any more."""
        while not self._is_at_end:
            chunk = await self._child.receive(self._stream)
            if chunk:
                self._sink.feed(chunk)
            else:
                self._is_at_end = True

    def finish(self) -> None:
        """Take what is still in the pipe, however long others hold it open, and the last line without a newline."""
        for _ in range(0 if self._is_at_end else _REST_CHUNKS):
            chunk = self._child.waiting(self._stream)
            if not chunk:
                break
            self._sink.feed(chunk)
        self._sink.close()
