"""The generate step: the Python files that load a library are written by the tool that knows how."""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePath

from anyio import to_thread

from wheelmatrix.bindings import cffi, uniffi
from wheelmatrix.bindings.cffi import GENERATOR, HEADER, declarations, loader
from wheelmatrix.errors import CompileError, ConfigError, ToolMissing
from wheelmatrix.model import Build, Command, Entry, Project, Wheel
from wheelmatrix.run.bindgen import bindings, check_bindgen
from wheelmatrix.run.files import content_of
from wheelmatrix.run.process import Captured, capture
from wheelmatrix.run.shop import Shop


async def check_generator(shop: Shop) -> None:
    """Find what generates before anything is compiled; raises ToolMissing if it is not there, or no header to be."""
    crate = shop.plan.project.crate
    if crate.bindings == "uniffi":
        await check_bindgen(shop)
    if crate.bindings != "cffi":
        return
    shop.generator_python = await _python_with_cffi(shop)
    has_script = await to_thread.run_sync((Path(crate.manifest).parent / "build.rs").exists)
    if not has_script and not any(_header(build, shop) for build in shop.plan.builds):
        _cbindgen(shop)


async def generate(wheel: Wheel, step: str, shop: Shop) -> tuple[Entry, ...]:
    """Return the Python files beside a wheel's library, by their names in the wheel.

    Raises ToolMissing, and CompileError with what the tool said.
    """
    if shop.plan.project.crate.bindings == "uniffi":
        return await bindings(wheel, step, shop)
    build = next(build for build in shop.plan.builds if build.id == wheel.builds[0])
    folder, _, library = wheel.extension.rpartition("/")
    async with shop.jobserver.token(follows=True):
        with tempfile.TemporaryDirectory(dir=shop.folder, prefix="generate-") as scratch:
            text = await _ffi(build, step, Path(scratch), shop)
    return (
        Entry(name=f"{folder}/__init__.py", source=loader(library)),
        Entry(name=f"{folder}/ffi.py", source=text),
    )


def without_earlier(project: Project, made: Iterable[Entry]) -> Project:
    """Return the project without the files that `develop` put among its sources and that are made anew.

    What somebody wrote by the same name stays, and is a clash for the packer to tell of.
    """
    is_generated = uniffi.is_generated if project.crate.bindings == "uniffi" else cffi.is_generated
    names = {entry.name for entry in made}
    kept = (entry for entry in project.sources if not (entry.name in names and is_generated(content_of(entry))))
    return replace(project, sources=tuple(kept))


async def _ffi(build: Build, step: str, scratch: Path, shop: Shop) -> bytes:
    """Return the module that cffi writes from the crate's header."""
    found = await to_thread.run_sync(_header, build, shop)
    header = found or await _made_header(step, scratch, shop)
    script, declared, output = (scratch / name for name in ("generator.py", "declarations.h", "ffi.py"))

    def write() -> None:
        script.write_text(GENERATOR, encoding="utf-8")
        declared.write_text(declarations(_text(header)), encoding="utf-8")

    await to_thread.run_sync(write)
    python = shop.generator_python or await _python_with_cffi(shop)
    argv = (str(python), "-I", str(script), str(declared), str(output))
    said = await capture(Command(argv=argv, environment={}, directory=scratch), guardian=shop.guardian)
    if not said.exit.ok:
        raise _failure(f"cffi cannot read {header.name}", said, str(header), step, shop)
    return await to_thread.run_sync(output.read_bytes)


def _text(header: Path) -> str:
    try:
        return header.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError.of(f"the header cannot be read: {error}", where=str(header)) from error


def _header(build: Build, shop: Shop) -> Path | None:
    """Return the header that the crate ships or its build script wrote, wherever that has the target directory."""
    return next((path for path in _headers(build, shop) if path.is_file()), None)


def _headers(build: Build, shop: Shop) -> Iterator[Path]:
    crate = shop.plan.project.crate
    yield Path(build.directory) / HEADER
    if shop.options.target_dir and shop.gathered is not None:
        yield Path(shop.gathered.directory, shop.options.target_dir, HEADER)
    yield Path(crate.target_directory) / HEADER
    yield Path(crate.manifest).parent / "target" / HEADER
    yield Path(crate.workspace) / "target" / HEADER


def _cbindgen(shop: Shop) -> str:
    program = shutil.which("cbindgen")
    if program is None:
        raise ToolMissing.of(
            f"there is no target/{HEADER}, and no cbindgen to make it from the crate",
            where=str(shop.plan.project.crate.manifest),
            hint=f"cargo install cbindgen, or put the C declarations into target/{HEADER}",
        )
    return program


async def _made_header(step: str, scratch: Path, shop: Shop) -> Path:
    crate = Path(shop.plan.project.crate.manifest).parent
    output = scratch / HEADER
    argv = (_cbindgen(shop), "--quiet", "--lang", "c", "--output", str(output), str(crate))
    said = await capture(Command(argv=argv, environment={}, directory=crate), guardian=shop.guardian)
    if not said.exit.ok or not output.is_file():
        raise _failure("cbindgen makes no header of the crate", said, str(crate), step, shop)
    return output


async def _python_with_cffi(shop: Shop) -> PurePath:
    """Return the first Python that has cffi: one that was asked for, the active one, ours, any other."""
    gathered = shop.gathered
    named = [*gathered.asked.values(), *filter(None, (gathered.active,))] if gathered else []
    others = gathered.installed if gathered else ()
    paths = [*(each.executable for each in named), PurePath(sys.executable), *(each.executable for each in others)]
    for path in dict.fromkeys(paths):
        command = Command(argv=(str(path), "-I", "-c", "import cffi"), environment={}, directory=shop.folder)
        if (await capture(command, guardian=shop.guardian)).exit.ok:
            return path
    raise ToolMissing.of(
        "no Python here has the package cffi, which writes the bindings",
        where=str(shop.plan.project.crate.manifest),
        hint="pip install cffi, in the active environment or beside wheelmatrix",
    )


def _failure(message: str, said: Captured, where: str, step: str, shop: Shop) -> CompileError:
    with shop.log(step).open("ab") as log:
        log.write(said.stderr)
    return CompileError.of(f"{message}: {said.last_words()}", where=where)
