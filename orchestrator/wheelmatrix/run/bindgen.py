"""The generate step of uniffi: its bindgen reads the library that was built, and writes the Python files beside it."""

import re
import shutil
import tempfile
from pathlib import Path, PurePath

from anyio import to_thread

from wheelmatrix.bindings.uniffi import PROGRAM, arguments, describes_itself, package, readable
from wheelmatrix.errors import CompileError, ToolMissing
from wheelmatrix.events import Warned
from wheelmatrix.model import Command, Entry, Uniffi, Wheel
from wheelmatrix.options.toolchain import toolchain_environment
from wheelmatrix.run.process import Captured, capture
from wheelmatrix.run.shop import Shop

_VERSION = re.compile(r"\d+\.\d+")


async def check_bindgen(shop: Shop) -> None:
    """Find a bindgen before anything is compiled, if the project has none; raises ToolMissing.

    One of another version than the library's uniffi is told of: what it writes may not fit.
    """
    if shop.plan.tools:
        return
    said = await capture(_command((_program(shop), "--version"), shop), guardian=shop.guardian)
    found = _VERSION.search(said.stdout.decode("utf-8", "replace"))
    wanted = _VERSION.match(_facts(shop).version)
    if found and wanted and found[0] != wanted[0]:
        text = (
            f"the {PROGRAM} of the PATH is of uniffi {found[0]}, Cargo.lock has {wanted[0]}: what it writes may not fit"
        )
        shop.emit(Warned(message=text))


async def bindings(wheel: Wheel, step: str, shop: Shop) -> tuple[Entry, ...]:
    """Return the Python files beside a wheel's library, by their names in the wheel.

    Raises CompileError with what the bindgen said, or for a library that it makes nothing of.
    """
    async with shop.jobserver.token(follows=True):
        with tempfile.TemporaryDirectory(dir=shop.folder, prefix="generate-") as scratch:
            modules = await _written(wheel, step, Path(scratch), shop)
    folder = wheel.extension.rpartition("/")[0]
    return (
        Entry(name=f"{folder}/__init__.py", source=package(modules)),
        *(Entry(name=f"{folder}/{name}.py", source=text) for name, text in modules.items()),
    )


async def _written(wheel: Wheel, step: str, scratch: Path, shop: Shop) -> dict[str, bytes]:
    """Return the modules that the bindgen writes for the wheel, those of other distributions left out; sorted."""
    built = Path(shop.artifacts[wheel.builds[0]].path)
    library = await to_thread.run_sync(_readable, built, scratch)
    output, facts = scratch / "python", _facts(shop)
    output.mkdir()
    command = _command((_program(shop), *arguments(library, output, facts.config)), shop)
    said = await capture(command, guardian=shop.guardian)
    _note(said, step, shop)
    if not said.exit.ok:
        raise CompileError.of(f"{PROGRAM} failed: {said.last_words()}", where=str(facts.config or built))
    paths = sorted(path for path in output.glob("*.py") if path.stem not in facts.external)
    if not paths:
        raise await to_thread.run_sync(_nothing, built, facts)
    return {path.stem: await to_thread.run_sync(path.read_bytes) for path in paths}


def _facts(shop: Shop) -> Uniffi:
    facts = shop.plan.project.uniffi
    if facts is None:
        raise AssertionError("only a project of uniffi has files that its bindgen writes")
    return facts


def _program(shop: Shop) -> str:
    """Return the bindgen that was compiled, else that of the PATH; raises ToolMissing."""
    if shop.plan.tools:
        return str(shop.artifacts[shop.plan.tools[0].id].path)
    found = shutil.which(PROGRAM)
    if found is None:
        raise ToolMissing.of(
            f"there is no {PROGRAM} to write the Python files: neither the crate nor its workspace has a binary target "
            "of this name, nor has the PATH a program",
            where=str(shop.plan.project.crate.manifest),
            hint=f'add `[[bin]]` with `name = "{PROGRAM}"` (uniffi\'s manual), or pip install uniffi-bindgen',
        )
    return found


def _command(argv: tuple[str, ...], shop: Shop) -> Command:
    """It asks `cargo metadata` for the uniffi.toml and UDL of each crate, so it runs where cargo does."""
    options = shop.options
    offline = {"CARGO_NET_OFFLINE": "true"} if options.offline or options.frozen else {}
    return Command(
        argv=argv,
        environment={**toolchain_environment(options), **offline},
        directory=PurePath(shop.plan.project.crate.manifest).parent,
        without=frozenset({"CARGO"}),
    )


def _readable(built: Path, scratch: Path) -> Path:
    """Return a library that the bindgen can read, under the same name, which the Python files will load."""
    image = built.read_bytes()
    shown = readable(image)
    if shown is image:
        return built
    copy = scratch / built.name
    copy.write_bytes(shown)
    return copy


def _note(said: Captured, step: str, shop: Shop) -> None:
    with shop.log(step).open("ab") as log:
        log.write(said.stdout + said.stderr)


def _nothing(built: Path, facts: Uniffi) -> CompileError:
    if not describes_itself(built.read_bytes()):
        return CompileError.of(
            f"{PROGRAM} wrote no Python file: the library has no uniffi metadata",
            where=str(built),
            hint="`uniffi::setup_scaffolding!()` or `uniffi::include_scaffolding!` puts it into the crate",
        )
    only = ", ".join(sorted(facts.external))
    hint = f"external_packages leaves out {only}" if only else "is it the bindgen of the same uniffi?"
    return CompileError.of(f"{PROGRAM} wrote no Python file for the wheel", where=str(facts.config or built), hint=hint)
