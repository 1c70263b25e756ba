"""Asks the machine everything a plan needs, once: the project's files, cargo's metadata, Pythons, the host."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePath

import anyio
from anyio import to_thread

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
from wheelmatrix.run.pythons import active, cache_file, candidates, find_named, probe, probe_one
from wheelmatrix.run.said import recalled
from wheelmatrix.values import dataclass

_PROGRESS = ("    Updating", "    Blocking", " Downloading", "  Downloaded")
"""What begins the lines of cargo that are no part of an error."""
_RUSTUPS = (b"error: toolchain '", b"error: override toolchain '", b"error: rustup could not choose")
"""What rustup begins with, in cargo's place, where it has no toolchain to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pythons:
    installed: tuple[Installed, ...]
    asked: Mapping[str, Installed]
    active: Installed | None
    current: Path | None
    warnings: tuple[str, ...]


async def gather(
    options: BuildOptions,
    pyproject: Path | None,
    text: str,
    directory: Path,
    environment: Mapping[str, str],
    targets: tuple[Target, ...] = (),
    *,
    kept: bytes = b"",
) -> tuple[Gathered, tuple[str, ...]]:
    """Return what the machine says, and warnings about what it could not say.

    `targets`: those that were asked for; none: the host alone. `kept`: what cargo said to the hook before, as `record`
    writes it. Raises ConfigError and ToolMissing.
    """
    manifest = find_manifest(options, pyproject, text, directory)
    said: list[tuple[Host, dict[str, object]]] = []
    found: list[_Pythons] = []

    async def ask_cargo() -> None:
        known = recalled(kept, options, manifest, environment) if kept and not targets else None
        said.append(
            (host_of(known.triple, known.rustc), known.metadata)
            if known
            else await _cargo(options, manifest, environment, targets)
        )

    async def ask_pythons() -> None:
        found.append(await _pythons(options, directory, environment))

    try:
        async with anyio.create_task_group() as group:
            group.start_soon(ask_cargo)
            group.start_soon(ask_pythons)
    except* (ConfigError, ToolMissing) as failures:
        raise first_of(failures) from None
    (pythons,), ((host, metadata),) = found, said
    files = wanted(options, pyproject, text, metadata, manifest)
    listed, texts = await to_thread.run_sync(read_files, files, (pyproject or manifest).parent)
    root = directory / (options.target_dir or str(metadata["target_directory"])) / "wheelmatrix"
    found_programs = programs(targets, environment)
    return Gathered(
        directory=directory,
        pyproject=pyproject,
        pyproject_text=text,
        cargo_metadata=metadata,
        texts=texts,
        files=listed,
        installed=pythons.installed,
        asked=pythons.asked,
        active=pythons.active,
        current=pythons.current,
        host=host,
        directories=frozenset(path for path in (root / "builds").glob("*/*/*") if not path.name.startswith(".")),
        cache=cache_file(environment).parent,
        first_links=frozenset((cache_file(environment).parent / "zig/first-link").glob("*/*.done")),
        tools=await tool_versions(tools(), found_programs, manifest.parent),
        programs=found_programs,
        cargo_home=cargo_home(environment),
        python=PurePath(sys.executable),
        cargo_config=cargo_config(manifest.parent, environment, options.cargo_config),
        environment={name: value for name, value in environment.items() if not is_secret(name)},
        today=datetime.now(UTC).date(),
    ), pythons.warnings


async def _cargo(
    options: BuildOptions, manifest: Path, environment: Mapping[str, str], targets: tuple[Target, ...]
) -> tuple[Host, dict[str, object]]:
    toolchain = toolchain_environment(options)
    host = await ask_host(manifest.parent, environment, toolchain, with_stds=bool(targets))
    triples = {triple for target in targets for triple in target.slices or (target.triple,)}
    return host, await _metadata(options, manifest, sorted(triples) or [host.triple])


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


async def _pythons(options: BuildOptions, directory: Path, environment: Mapping[str, str]) -> _Pythons:
    warnings: list[str] = []
    cache = cache_file(environment)
    asked = {}
    for spec in options.interpreters:
        if not is_spec(spec):
            path = await to_thread.run_sync(find_named, spec, environment, directory)
            if path is not None:
                asked[spec] = await probe_one(path, "asked for", cache=cache)
    wants_active = takes_active(options)
    try:
        current = active(environment)
    except ConfigError:
        if wants_active:
            raise
        current = None
    running = await probe_one(current, "active environment", cache=cache) if current and wants_active else None
    places = await to_thread.run_sync(candidates, environment)
    installed = await probe(places, cache=cache, warn=warnings.append)
    return _Pythons(
        installed=installed,
        asked=asked,
        active=running,
        current=directory / current if current else None,
        warnings=tuple(warnings) if options.find_interpreter else (),
    )
