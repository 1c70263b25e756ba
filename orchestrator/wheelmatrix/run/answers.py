"""Keeps what a hook of a build frontend was answered, with all that the answer was made from, for `run.again`.

Kept is a file of JSON beside the builds, and beside it the wheel:
`key` (whom it is for), `stamps` (what was read), `folder` and `files` (the `.dist-info` directory), and `wheel`: its
file name, where it is kept, cargo's calls to be made again, the variables that they watch, what must be as they left
it, what the run had warned of.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from wheelmatrix.errors import WheelmatrixError
from wheelmatrix.model import Build, Command
from wheelmatrix.plan.frontend import has_lasting_plan, has_lasting_wheel
from wheelmatrix.project.described import manifest_candidates, wanted
from wheelmatrix.run.again import PASSING, Record, Settings, key, place
from wheelmatrix.run.cargo import dep_info, watched_variables
from wheelmatrix.run.dist_info import DistInfo
from wheelmatrix.run.files import sha256_of, write_whole
from wheelmatrix.run.kept import roots
from wheelmatrix.run.prepare import Prepared
from wheelmatrix.run.process import child_environment
from wheelmatrix.run.project_files import read_files
from wheelmatrix.run.stamps import Stamp, is_settled, stamp

if TYPE_CHECKING:  # who asks for metadata runs nothing
    from wheelmatrix.run.execute import Result


def keep(
    prepared: Prepared,
    settings: Settings,
    told: DistInfo,
    *,
    asked_ns: int,
    result: "Result | None" = None,
    said: Iterable[str] = (),
) -> None:
    """Keep the answer to a hook that was called at `asked_ns` (ns since 1970), if it can be known to hold later.

    `told`: the metadata, as it is without a frontend's own. `result`: the run that made the wheel; None: none was made.
    `said`: what is to be said where the wheel is handed out again. Who cannot write beside the builds keeps nothing.
    """
    is_found = str(prepared.root) in roots(str(Path.cwd()), os.environ)
    is_known = is_found and prepared.root.is_dir() and bool(prepared.gathered.stamps)
    if not is_known or not has_lasting_plan(prepared.given.options, prepared.gathered):
        return
    with suppress(OSError, WheelmatrixError, TypeError, ValueError):
        stamps = _stamps(prepared, told.sources, asked_ns)
        if not stamps:
            return
        path = Path(place(settings, str(prepared.root)))
        path.parent.mkdir(exist_ok=True)
        answer: Record = {
            "key": key(settings),
            "stamps": stamps,
            "folder": told.folder,
            "files": {name: content.decode("latin-1") for name, content in told.files.items()},
            "wheel": result and _wheel(prepared, result, path.with_suffix(".whl"), asked_ns, tuple(said)),
        }
        write_whole(path, json.dumps(answer).encode())


def _stamps(prepared: Prepared, copied: Iterable[Path], asked_ns: int) -> dict[str, Stamp]:
    """Return what the plan was made from as it was then; empty: some of it may have changed meanwhile.

    `copied`: files that are part of the answer.
    """
    options, gathered = prepared.given.options, prepared.gathered
    manifest = Path(prepared.plan.project.crate.manifest)
    files = wanted(options, gathered.pyproject, gathered.pyproject_text, gathered.cargo_metadata, manifest)
    top = Path(prepared.plan.project.root)
    read = read_files(files, top)
    texts = {str(path) for path in (*_looked_for(prepared, manifest), *read.texts, *files.compared, *copied)}
    stamps = {path: stamp(path) for path in {*texts, *map(str, read.places), *_program(), *_modules()}}
    seen = read_files(files, top)  # it shows what changed before the stamps were taken; what changes later they show
    is_same = (seen.files, seen.texts) == (gathered.files, gathered.texts)
    is_same = is_same and all(stamp(path) == before for path, before in gathered.stamps.items())
    is_same = is_same and all(is_settled(path, asked_ns) for path in texts)
    return {**gathered.stamps, **stamps} if is_same else {}


def _looked_for(prepared: Prepared, manifest: Path) -> Iterator[Path]:
    """Yield where pyproject.toml and Cargo.toml were looked for, there or not."""
    options, gathered = prepared.given.options, prepared.gathered
    top = Path(prepared.plan.project.root)
    yield from (folder / "pyproject.toml" for folder in (top, *manifest.parents) if folder.is_relative_to(top))
    asked: list[Path] = []

    def is_file(path: PurePath) -> bool:
        asked.append(Path(path))
        return asked[-1].is_file()

    text, directory = gathered.pyproject_text, gathered.directory
    yield from map(Path, manifest_candidates(options, gathered.pyproject, directory, text, is_file))
    yield from asked


def _program() -> Iterator[str]:
    yield os.path.realpath(getattr(sys, "_base_executable", sys.executable))


def _modules() -> Iterator[str]:
    """Yield our own modules and tables where they are a checkout's, which changes and keeps its version."""
    package = Path(__file__).parents[1]
    if not (package / "matrix").is_dir():
        yield from (str(module.__file__) for name, module in sys.modules.items() if name.startswith("wheelmatrix."))
        yield from map(str, package.parents[1].glob("matrix/**/*.*"))


def _wheel(
    prepared: Prepared, result: "Result", kept: Path, asked_ns: int, said: tuple[str, ...]
) -> Record | None:  # fmt: skip
    """Copy the wheel to `kept`, and return what it was made by and from; None: more than that has a say."""
    plan, root = prepared.plan, prepared.root
    if not has_lasting_wheel(plan):
        return None
    (wheel,), (build,) = result.wheels, plan.builds
    artifact = result.artifacts[build.id]
    if wheel.path is None or result.reports[build.id].graft:
        return None
    commands = [_command(each) for each in (build.command, *build.more)]
    if sys.prefix != sys.base_prefix and sys.prefix in json.dumps(commands):
        return None  # an environment that may have gone by the next time
    sources = {str(each.source) for each in result.entries[wheel.id] if not isinstance(each.source, bytes)}
    given = {path for path in sources if not Path(path).is_relative_to(root)}
    if not all(is_settled(path, asked_ns) for path in given):
        return None
    write_whole(kept, Path(wheel.path).read_bytes())
    # A build script that names no files is run again for any newer file of its package.
    then_ns = Path(plan.project.crate.manifest).stat().st_mtime_ns
    os.utime(kept, ns=(then_ns, then_ns))
    products = {each.path: each.sha256 for each in (artifact, *artifact.beside)} | {kept: wheel.sha256}
    made = {*sources, *map(str, products), *_written(build), *_compiled(build)}
    stamps = {path: stamp(path) for path in sorted(made)}
    if any(sha256_of(Path(path))[0] != digest for path, digest in products.items()):
        return None  # another run has been at work since
    return {
        "filename": wheel.filename,
        "kept": str(kept),
        "lock": str(root / "lock"),
        "commands": commands,
        "watched": _watched(build, {name for command in commands for name in command["python"]}),
        "used": [str(build.directory), str(kept.parent)],
        "made": stamps,
        "said": list(said),
    }


def _command(command: Command) -> Record:
    """Return a call by what it adds to the environment of a hook, and takes from it.

    `python`: the variables that name the Python of the hook, which may lie elsewhere the next time.
    """
    inherited = dict(os.environ)
    environment = child_environment(command, inherited)
    added = {name: value for name, value in environment.items() if inherited.get(name) != value}
    python = sorted(name for name, value in added.items() if value == sys.executable)
    return {
        "argv": command.argv,
        "directory": str(command.directory),
        "environment": {name: value for name, value in added.items() if name not in python},
        "python": python,
        "without": sorted(inherited.keys() - environment.keys()),
    }


def _watched(build: Build, own: set[str]) -> dict[str, str | None]:
    """Return the variables that build scripts have cargo watch, of those that the key leaves out, with their values.

    `own`: those that name the Python of the hook. Where one changes, cargo is called with all that a run has.
    """
    scripts = (path for depth in ("*", "*/*") for path in Path(build.directory).glob(f"{depth}/build/*/output"))
    asked = {name for path in scripts for name in watched_variables(path.read_bytes())}
    return {
        **{name: os.environ.get(name) for name in sorted(asked & PASSING)},
        **dict.fromkeys(sorted(asked & own), sys.executable),
    }


def _written(build: Build) -> Iterator[str]:
    """Yield what is written for a build before cargo is called."""
    yield from (str(path) for path in (build.config_path, build.script and build.script.path) if path)


def _compiled(build: Build) -> Iterator[str]:
    """Yield the sources that cargo names in its `.d` files: if one changed, cargo is called with all that a run has."""
    for path in Path(build.directory).glob("*/*/*.d"):
        yield from dep_info(path.read_text(encoding="utf-8", errors="surrogateescape"))
