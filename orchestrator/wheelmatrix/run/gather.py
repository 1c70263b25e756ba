"""Asks the machine everything a plan needs, once: the project's files, cargo's metadata, Pythons, the host."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePath

import anyio

from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.model import Gathered, Host, Installed, Target
from wheelmatrix.options import BuildOptions
from wheelmatrix.options.toolchain import toolchain_environment
from wheelmatrix.plan.command import metadata_command
from wheelmatrix.plan.select import is_spec, takes_active
from wheelmatrix.project.described import wanted
from wheelmatrix.run.credentials import is_secret
from wheelmatrix.run.equipment import cargo_config, cargo_home, programs, tool_versions, tools
from wheelmatrix.run.groups import first_of
from wheelmatrix.run.host import ask_rust, does_not_run, host_of
from wheelmatrix.run.host import host as ask_host
from wheelmatrix.run.project_files import find_manifest, read_files
from wheelmatrix.run.pythons import (
    Answers,
    Candidate,
    active,
    ask,
    cache_file,
    candidates,
    distinct,
    find_named,
    known,
    usable,
)
from wheelmatrix.run.said import Said, keep, recalled, stamped
from wheelmatrix.run.stamps import Stamp
from wheelmatrix.values import dataclass

_PROGRESS = ("    Updating", "    Blocking", " Downloading", "  Downloaded")
"""What begins the lines of cargo that are no part of an error."""
_RUSTUPS = (b"error: toolchain '", b"error: override toolchain '", b"error: rustup could not choose")
"""What rustup begins with, in cargo's place, where it has no toolchain to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be known, and what can be said of it without asking anybody."""

    options: BuildOptions
    pyproject: Path | None
    text: str
    """pyproject.toml's."""
    directory: Path
    environment: Mapping[str, str]
    targets: tuple[Target, ...]
    manifest: Path
    named: Mapping[str, Candidate]
    """What was asked for by path or by program."""
    current: Path | None
    """The Python of the active environment."""
    active: Candidate | None
    """The same, if a build may take it."""
    others: tuple[Candidate, ...]
    programs: Mapping[str, PurePath]
    cache: Path

    @property
    def pythons(self) -> tuple[Candidate, ...]:
        """All that have to say what they are."""
        return (*self.named.values(), *((self.active,) if self.active else ()), *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pythons:
    installed: tuple[Installed, ...]
    asked: Mapping[str, Installed]
    active: Installed | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What rustc, cargo, Pythons and tools say."""

    host: Host
    metadata: Mapping[str, object]
    stamps: Mapping[str, Stamp]
    pythons: _Pythons
    tools: Mapping[str, str]


def look(
    options: BuildOptions,
    pyproject: Path | None,
    text: str,
    directory: Path,
    environment: Mapping[str, str],
    targets: tuple[Target, ...] = (),
) -> Question:
    """Return what there is to ask; `targets`: those that were asked for, none: the host alone. Raises ConfigError."""
    wants_active = takes_active(options)
    found = {spec: find_named(spec, environment, directory) for spec in options.interpreters if not is_spec(spec)}
    try:
        current = active(environment)
    except ConfigError:
        if wants_active:
            raise
        current = None
    return Question(
        options=options,
        pyproject=pyproject,
        text=text,
        directory=directory,
        environment=environment,
        targets=targets,
        manifest=find_manifest(options, pyproject, text, directory),
        named={spec: (path, "asked for") for spec, path in found.items() if path is not None},
        current=current,
        active=(current, "active environment") if current and wants_active else None,
        others=candidates(environment),
        programs=programs(targets, environment),
        cache=cache_file(environment),
    )


def gather(question: Question) -> tuple[Gathered, tuple[str, ...]]:
    """Return what the machine says, and warnings about what it could not say.

    What was said before and still holds is not asked again, and if that is all, there is not even an event loop.
    Raises ConfigError and ToolMissing.
    """
    return _gathered(question, _known(question) or anyio.run(_answer, question))


async def gather_meanwhile(question: Question) -> tuple[Gathered, tuple[str, ...]]:
    """Do as `gather` does, in an event loop that has other things to do."""
    answer = _known(question) or await _answer(question)
    return await anyio.to_thread.run_sync(_gathered, question, answer)


def _known(question: Question) -> _Answer | None:
    """Return the answer that was given before; None: somebody has to be asked."""
    if question.targets:
        return None
    said = recalled(question.options, question.manifest, question.directory, question.environment)
    answers = known(question.pythons, question.cache) if said else None
    if said is None or answers is None:
        return None
    pythons = _judged(question, answers)
    host = host_of(said.triple, said.rustc)
    return _Answer(host=host, metadata=said.metadata, stamps=said.stamps, pythons=pythons, tools={})


async def _answer(question: Question) -> _Answer:
    """Ask everybody at once; raises ConfigError and ToolMissing."""
    heard: list[tuple[Host, Said]] = []
    found: list[_Pythons] = []

    async def ask_cargo() -> None:
        heard.append(await _cargo(question))

    async def ask_pythons() -> None:
        found.append(_judged(question, await ask(question.pythons, cache=question.cache)))

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(ask_cargo)
            group.start_soon(ask_pythons)
    except* (ConfigError, ToolMissing) as failures:
        raise first_of(failures) from None
    ((host, said),), (pythons,) = heard, found
    beside = tools() if question.targets else {}
    versions = await tool_versions(beside, question.programs, question.manifest.parent)
    return _Answer(host=host, metadata=said.metadata, stamps=said.stamps, pythons=pythons, tools=versions)


def _judged(question: Question, answers: Answers) -> _Pythons:
    """Return what the answers of all Pythons come to; raises ConfigError if one that was asked for is of no use."""
    warnings: list[str] = []
    return _Pythons(
        installed=distinct({each: answers[each] for each in question.others}, warn=warnings.append),
        asked={spec: usable(*candidate, answers[candidate]) for spec, candidate in question.named.items()},
        active=usable(*question.active, answers[question.active]) if question.active else None,
        warnings=tuple(warnings) if question.options.find_interpreter else (),
    )


def _gathered(question: Question, answer: _Answer) -> tuple[Gathered, tuple[str, ...]]:
    options, directory, environment = question.options, question.directory, question.environment
    pythons = answer.pythons
    files = wanted(options, question.pyproject, question.text, answer.metadata, question.manifest)
    read = read_files(files, (question.pyproject or question.manifest).parent)
    root = _root(options, directory, answer.metadata)
    cache = question.cache.parent
    return Gathered(
        directory=directory,
        pyproject=question.pyproject,
        pyproject_text=question.text,
        cargo_metadata=answer.metadata,
        stamps=answer.stamps,
        texts=read.texts,
        files=read.files,
        installed=pythons.installed,
        asked=pythons.asked,
        active=pythons.active,
        current=directory / question.current if question.current else None,
        host=answer.host,
        directories=frozenset(path for path in (root / "builds").glob("*/*/*") if not path.name.startswith(".")),
        cache=cache,
        first_links=frozenset((cache / "zig/first-link").glob("*/*.done")),
        tools=answer.tools,
        programs=question.programs,
        cargo_home=cargo_home(environment),
        python=PurePath(sys.executable),
        cargo_config=cargo_config(question.manifest.parent, environment, options.cargo_config),
        environment={name: value for name, value in environment.items() if not is_secret(name)},
        today=datetime.now(UTC).date(),
    ), pythons.warnings


async def _cargo(question: Question) -> tuple[Host, Said]:
    options, manifest, environment = question.options, question.manifest, question.environment
    asked_ns = time.time_ns()
    toolchain = toolchain_environment(options)
    host = await ask_host(manifest.parent, environment, toolchain, with_stds=bool(question.targets))
    triples = {triple for target in question.targets for triple in target.slices or (target.triple,)}
    metadata = await _metadata(options, manifest, sorted(triples) or [host.triple])
    said = Said(triple=host.triple, rustc=host.rustc, metadata=metadata)
    if not question.targets:
        stamping = partial(stamped, said, options, manifest, environment, asked_ns=asked_ns)
        said = await anyio.to_thread.run_sync(stamping)
        root = _root(options, question.directory, metadata)
        await anyio.to_thread.run_sync(keep, said, options, manifest, environment, root)
    return host, said


def _root(options: BuildOptions, directory: Path, metadata: Mapping[str, object]) -> Path:
    """Return the directory of what is kept between runs, there or not."""
    return directory / (options.target_dir or str(metadata["target_directory"])) / "wheelmatrix"


async def _metadata(options: BuildOptions, manifest: Path, triples: Sequence[str]) -> dict[str, object]:
    said = await ask_rust(metadata_command(options, manifest, tuple(triples)))
    if not said.exit.ok and said.stderr.startswith(_RUSTUPS):
        raise does_not_run("cargo", said)
    if not said.exit.ok:
        raise _metadata_error(said.stderr.decode("utf-8", "replace"), manifest)
    return dict(json.loads(said.stdout))


def _metadata_error(said: str, manifest: Path) -> ConfigError:
    lines = [line for line in said.splitlines() if not line.startswith(_PROGRESS)]
    hint = ""
    if "--locked" in said or "--frozen" in said:
        hint = "run `cargo update --workspace` and commit Cargo.lock, or leave out --locked and --frozen"
    elif "offline" in said:
        hint = "run `cargo fetch` once with a network, or leave out --offline"
    return ConfigError.of("\n".join(lines).strip().removeprefix("error: "), where=str(manifest), hint=hint)
