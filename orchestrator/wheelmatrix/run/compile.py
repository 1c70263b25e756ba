"""The compile step: a directory of its own, cargo in it, and the library and programs that cargo says it made."""

import contextlib
import re
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Literal

import anyio
from anyio import to_thread

from wheelmatrix.bindings import BINDINGS
from wheelmatrix.bindings.pyo3 import ASKS_PYTHON, abi_fault
from wheelmatrix.errors import CompileError, ConfigError, PackError
from wheelmatrix.events import Cloned, Retried, UnitsCounted
from wheelmatrix.model import Artifact, Build, Command, Part
from wheelmatrix.pack.finish import finished, is_finished_by_us
from wheelmatrix.pack.finish_elf import without_foreign_rpaths
from wheelmatrix.plan.any_python import runs_python
from wheelmatrix.run.cargo import is_killed, plain_line, unit_graph
from wheelmatrix.run.clean import mark_used
from wheelmatrix.run.clone import clone
from wheelmatrix.run.files import issue_of, make_directory, sha256_of, write_if_changed
from wheelmatrix.run.groups import first_of
from wheelmatrix.run.jobserver import Token
from wheelmatrix.run.lines import Log
from wheelmatrix.run.listen import Listener
from wheelmatrix.run.process import Exit, capture, supervise
from wheelmatrix.run.shop import Shop

_SIGKILL = 9
_NO_PROFILE = re.compile(rb"profile `[^`]*` is not defined")
_LONGEST_MESSAGE = 400
"""Of what a compiler says in one message; macros can make it megabytes. The log has all of it."""


class _KilledError(Exception):
    """The compiler was killed by signal 9, by the kernel for want of memory as a rule."""


async def run_commands(commands: tuple[Command, ...], step: str, shop: Shop) -> None:
    """Run the user's commands one after the other; raises CompileError at the first that fails."""
    for command in commands:
        async with shop.jobserver.token():
            ended = await supervise(
                command, log=shop.log(step), log_stdout=True, guardian=shop.guardian
            )  # fmt: skip
        if not ended.ok:
            line = command.argv[-1]
            raise CompileError.of(f"the command `{line}` ended with exit code {ended.code}", where=step)


async def compile_build(build: Build, step: str, shop: Shop, made: Callable[[Part], None]) -> Artifact:
    """Run cargo for a build and return what it made: the library, or the first program, and the others beside it.

    `made` is called with each part that is there, so that clones of it can start. A compiler that was killed is tried
    once more, alone and with one job. Raises CompileError.
    """
    cloned = await to_thread.run_sync(_prepare, build, step)
    if cloned is not None:
        shop.emit(cloned)
    await run_commands(build.before, step, shop)
    try:
        async with shop.gate.shared(), shop.jobserver.token(wide=True) as token:
            heard = await _all(partial(_with_jobserver, shop=shop, token=token), build, step, shop, made)
    except _KilledError as killed:
        shop.emit(Retried(step=step, because=f"{killed}; once more, alone and with one job"))
        try:
            async with shop.gate.alone(), shop.jobserver.token():
                heard = await _all(_with_one_job, build, step, shop, made)
        except _KilledError as again:
            hint = "give it more memory, or fewer codegen units or no LTO; --jobs bounds what runs at once"
            raise CompileError.of(f"{again}, twice", where=build.name, hint=hint) from None
    return await to_thread.run_sync(_artifact if build.cells else _tool, build, heard, shop)


def _prepare(build: Build, step: str) -> Cloned | None:
    """Make the build's directory and configuration; tell of a clone, for the caller to emit: this is a thread."""
    cloned = None
    directory = Path(build.directory)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        source = next((Path(place) for place in build.clone_from if Path(place).is_dir()), None)
        if source is not None and not directory.exists():
            began_s = time.monotonic()
            clone(source, directory, whole=source.parent == directory.parent)
            cloned = Cloned(step=step, source=source.name, seconds=round(time.monotonic() - began_s, 3))
        directory.mkdir(exist_ok=True)
        mark_used(directory)
        if build.config_path is not None:
            Path(build.config_path).parent.mkdir(parents=True, exist_ok=True)
            write_if_changed(Path(build.config_path), build.config_text.encode())
        if build.script is not None:
            make_directory(Path(build.script.path).parent)
            write_if_changed(Path(build.script.path), build.script.text.encode(), is_program=True)
    except OSError as error:
        raise CompileError(issue_of(error, directory)) from error
    except PackError as error:
        raise CompileError(*error.issues) from error
    return cloned


async def _all(
    adapted: Callable[[Command], Command], build: Build, step: str, shop: Shop, made: Callable[[Part], None]
) -> Listener:
    """Run every call of a build, one after the other, and return what they said together."""
    heard = await _attempt(adapted(build.command), build, step, shop, made)
    for command in build.more:
        further = await _attempt(adapted(command), build, step, shop, made, is_further=True)
        further.join(heard)
        heard = further
    return heard


async def _attempt(
    command: Command,
    build: Build,
    step: str,
    shop: Shop,
    made: Callable[[Part], None],
    *,
    is_further: bool = False,
) -> Listener:
    try:
        with contextlib.closing(Log(shop.log(step))) as log:
            async with anyio.create_task_group() as group:
                package = build.package_id or shop.plan.project.crate.package_id

                def count() -> None:
                    if not is_further:
                        group.start_soon(_count, build, heard, made, shop)

                heard = Listener(step, package, shop.emit, count, log.append, is_further=is_further)
                ended = await supervise(
                    command,
                    on_stdout=heard.stdout,
                    on_stderr=heard.stderr,
                    log=shop.log(step),
                    guardian=shop.guardian,
                )
                group.cancel_scope.cancel()
    except BaseExceptionGroup as failures:
        raise first_of(failures) from None
    if not ended.ok:
        raise _failure(ended, heard, build)
    if not heard.is_counted and not is_further:  # it is over, so every unit has been heard of
        shop.emit(UnitsCounted(step=step, total=heard.units + (len(build.more) if heard.has_begun else 0)))
    return heard


async def _count(build: Build, heard: Listener, made: Callable[[Part], None], shop: Shop) -> None:
    """Ask cargo which units there are, once for all siblings.

    Where it does not say, screens show a number without a total, and clones wait for the build's end.
    """
    # What rustc alone is told comes behind `--`, and changes no unit.
    key = tuple(part for part in takewhile("--".__ne__, build.unit_graph.argv) if part != str(build.directory))
    if key not in shop.unit_graphs:
        with contextlib.suppress(ConfigError):
            said = await capture(build.unit_graph, guardian=shop.guardian)
            if said.exit.ok and (graph := unit_graph(said.stdout, ASKS_PYTHON)):
                shop.unit_graphs[key] = graph
    if (graph := shop.unit_graphs.get(key)) is not None:
        heard.is_counted = True
        shop.emit(UnitsCounted(step=heard.step, total=graph.total + len(build.more)))
        for part, units in graph.parts.items():
            heard.await_units(units, partial(made, part))


def _failure(ended: Exit, heard: Listener, build: Build) -> Exception:
    if ended.signal == _SIGKILL or is_killed(heard.tail):
        return _KilledError("the compiler was killed (signal 9), probably because memory ran out")
    last = list(map(_short, heard.errors[:3] or _last_errors(heard.tail)))
    text = "; ".join(last) or f"cargo ended with exit code {ended.code}"
    hint = ""
    joined = b"\n".join(heard.tail)
    if b"No space left on device" in joined:
        text, hint = "the disk is full", "make room (`wheelmatrix clean` removes what old builds left), then --resume"
    elif _NO_PROFILE.search(joined):
        hint = "the profiles are release, dev, and each [profile.NAME] of the Cargo.toml at the workspace's root"
    elif build.stand_in is not None and b"custom build command" in joined and b"python" in joined.lower():
        hint = f"{build.abi.interpreter.id} is not on this machine, so its build scripts were told of {build.stand_in}"
    return CompileError.of(text, where=build.name, hint=hint)


def _last_errors(tail: deque[bytes]) -> list[str]:
    """Return what cargo itself said last: its errors, else its last lines."""
    plain = [plain_line(line) for line in tail]
    found = [line for line in plain if line.startswith("error")]
    return found[:3] or plain[-3:]


def _short(text: str) -> str:
    """Return at most what a terminal can show: a macro's diagnostics can have a megabyte in one line."""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


def _artifact(build: Build, heard: Listener, shop: Shop) -> Artifact:
    crate = shop.plan.project.crate
    for name in ("pyo3-ffi", "pyo3"):
        cfgs = frozenset() if runs_python(shop.plan.project) else heard.cfgs.get(name)
        if cfgs and (fault := abi_fault(cfgs, build.abi)):
            raise CompileError.of(f"{name} was configured for another Python: {fault}", where=build.name)
    made = [_of_file("bin", _program(name, heard, build), build, shop, name) for name in crate.programs]
    if BINDINGS[crate.bindings].is_library:
        made.insert(0, _of_file("cdylib", _library(heard, build), build, shop))
    searched = [place for each in made for place in each.linked_directories]
    return replace(
        made[0],
        out_dirs=tuple(sorted(heard.out_dirs.items())),
        is_fresh=not heard.has_begun,
        linked_directories=tuple(dict.fromkeys((*heard.linked_directories, *searched))),
        packages=frozenset(heard.packages),
        debug_info=heard.debug_info,
        import_libraries=heard.import_libraries,
        beside=tuple(made[1:]),
    )


def _tool(build: Build, heard: Listener, _: Shop) -> Artifact:
    """Return the program that a build made for the run itself, as cargo has it: it is not shipped."""
    path = _program(build.name, heard, build)
    digest, size_bytes = sha256_of(path)
    return Artifact(
        build=build.id,
        kind="bin",
        path=path,
        size_bytes=size_bytes,
        sha256=digest,
        target=build.name,
        is_fresh=not heard.has_begun,
    )


def _library(heard: Listener, build: Build) -> Path:
    if heard.library is None:
        raise CompileError.of(
            "cargo made no library for Python",
            where=build.name,
            hint='the crate needs `crate-type = ["cdylib"]` under [lib] in Cargo.toml',
        )
    return heard.library


def _program(name: str, heard: Listener, build: Build) -> Path:
    if name not in heard.programs:
        raise CompileError.of(f"cargo made no program {name}", where=build.name, hint="see the log of this step")
    return heard.programs[name]


def _of_file(kind: Literal["cdylib", "bin"], found: Path, build: Build, shop: Shop, target: str = "") -> Artifact:
    path, searched = _finished(build, found, shop)
    digest, size_bytes = sha256_of(path)
    return Artifact(
        build=build.id,
        kind=kind,
        path=path,
        size_bytes=size_bytes,
        sha256=digest,
        target=target,
        linked_directories=searched,
    )


def _finished(build: Build, library: Path, shop: Shop) -> tuple[Path, tuple[Path, ...]]:
    """Return the library or program as it is shipped, and the directories that its RPATH named and names no longer.

    Where it differs from cargo's, it is a file of our own.
    """
    expected = shop.plan.expectations[build.id]
    goes_out = build.target.os == "linux" and expected.mode in ("repair", "check") and not expected.plain
    if not goes_out and not is_finished_by_us(build.target):
        return library, ()
    try:
        image = library.read_bytes()
    except OSError as error:
        raise CompileError(issue_of(error, library)) from error
    shipped = finished(image, build.target, with_debug_info=shop.options.include_debuginfo)
    removed: tuple[str, ...] = ()
    if goes_out:  # a wheel for this machine alone may need what lies where its RPATH says
        shipped, removed = without_foreign_rpaths(shipped)
    searched = tuple(path for path in map(Path, removed) if path.is_absolute())
    if shipped == image:
        return library, searched
    path = shop.root / "finished" / build.id / library.name
    make_directory(path.parent)
    write_if_changed(path, shipped)
    return path, searched


def _with_jobserver(command: Command, shop: Shop, token: Token) -> Command:
    environment = {**command.environment, **shop.jobserver.environment}
    without = command.without | shop.jobserver.without
    argv = (*command.argv[:2], *token.jobs_argument, *command.argv[2:])
    return replace(command, argv=argv, environment=environment, without=without)


def _with_one_job(command: Command) -> Command:
    argv = (*command.argv[:2], "-j1", *command.argv[2:])
    return replace(command, argv=argv, without=command.without | {"CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS"})
