"""Verifies wheels that exist, whoever built them."""

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError, Issue, WheelmatrixError
from wheelmatrix.model import Installed
from wheelmatrix.model.verified import Verdict
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.select import is_spec, means
from wheelmatrix.project.precedence import resolve
from wheelmatrix.run.groups import first_of
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.pyproject import find_pyproject
from wheelmatrix.run.pythons import cache_file, candidates, find_named, probe, probe_one
from wheelmatrix.run.verify import Verifier, dependency_groups


def verify_files(
    files: Sequence[str],
    command_line: Mapping[str, object],
    interpreters: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
) -> tuple[BuildOptions, tuple[Verdict, ...]]:
    """Return the options that hold, and the verdict on each of `files`, in their order, each file once.

    `interpreters`: Pythons of this machine to import in, by path, program or version; empty: all that are here.
    Raises ConfigError for files and Pythons that there are not, and for options that cannot be.
    """
    paths = tuple(directory / name for name in dict.fromkeys(files))
    absent = [Issue(message="no such file", where=str(path)) for path in paths if not path.is_file()]
    if absent:
        raise ConfigError(*absent)
    pyproject, text = find_pyproject(directory, "")
    options = resolve(command_line, environment, pyproject, text).options
    project = directory if pyproject is None else pyproject.parent
    work = partial(_verify, paths, options, interpreters, directory, project, text, environment)
    return options, anyio.run(work)


async def _verify(
    paths: Sequence[Path],
    options: BuildOptions,
    interpreters: Sequence[str],
    directory: Path,
    project: Path,
    pyproject_text: str,
    environment: Mapping[str, str],
) -> tuple[Verdict, ...]:
    found: dict[Path, Verdict] = {}
    limiter = anyio.CapacityLimiter(options.jobs or os.cpu_count() or 1)
    natives = await _natives(interpreters, directory, environment)
    with Guardian.start() as guardian:
        verifier = Verifier(
            options=options,
            tables=tables.load(resources.table_texts()),
            natives=natives,
            directory=directory,
            project=project,
            groups=dependency_groups(pyproject_text),
            environment=environment,
            scratch=None,
            token=lambda: _Turn(limiter),
            guardian=guardian,
            is_windows=sys.platform == "win32",
        )

        async def verify(path: Path) -> None:
            found[path] = await verifier.verify(path)

        try:
            async with anyio.create_task_group() as group:
                for path in paths:
                    group.start_soon(verify, path)
        except* WheelmatrixError as failures:
            raise first_of(failures) from None
    return tuple(found[path] for path in paths)


class _Turn:
    """A place in a limiter, whichever task asks for it: one wheel may hold several."""

    def __init__(self, limiter: anyio.CapacityLimiter) -> None:
        self._limiter = limiter

    async def __aenter__(self) -> None:
        await self._limiter.acquire_on_behalf_of(self)

    async def __aexit__(self, *_: object) -> None:
        self._limiter.release_on_behalf_of(self)


async def _natives(
    interpreters: Sequence[str], directory: Path, environment: Mapping[str, str]
) -> tuple[Installed, ...]:
    cache = cache_file(environment)
    specs = [spec for spec in interpreters if is_spec(spec)]
    here: tuple[Installed, ...] = ()
    if specs or not interpreters:
        here = await probe(await to_thread.run_sync(candidates, environment), cache=cache)
    if not interpreters:
        return here
    asked = [python for python in here if any(means(spec, python) for spec in specs)]
    lacking = [spec for spec in specs if not any(means(spec, python) for python in here)]
    for name in (name for name in interpreters if name not in specs):
        path = await to_thread.run_sync(find_named, name, environment, directory)
        if path is None:
            lacking.append(name)
        else:
            asked.append(await probe_one(path, "asked for", cache=cache))
    if lacking:
        hint = "wheelmatrix list-python shows the Pythons that are here"
        raise ConfigError.of(f"there is no Python {', '.join(lacking)} here", where="--interpreter", hint=hint)
    return tuple(asked)
