import os
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path, PurePath

import anyio
import pytest
from tests.plan.gathered import LINUX, gathered, target

from wheelmatrix.model import Command
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.cargo_config import build_rustflags
from wheelmatrix.run import equipment
from wheelmatrix.run.equipment import cargo_config, cargo_home, config_files, programs, tool_versions, tools
from wheelmatrix.run.process import capture

ARM = target("aarch64-unknown-linux-gnu")

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


def program(path: Path, says: str = "") -> Path:
    """Write a program that prints something."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return path


def wrote(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# Packages and programs


def test_packages_beside_us_have_their_version(monkeypatch):
    monkeypatch.setattr(equipment, "_PACKAGES", ("pytest", "a-package-that-nobody-has"))

    assert tools() == {"pytest": version("pytest")}


def test_without_targets_nothing_is_looked_for(tmp_path):
    program(tmp_path / "zig")

    assert programs((), {"PATH": str(tmp_path)}) == {}


@needs_posix
def test_the_cross_tools_of_the_targets_are_looked_for_and_no_others(tmp_path):
    for name in ("zig", "apt-get", "aarch64-linux-gnu-gcc", "aarch64-linux-gnu-ar", "s390x-linux-gnu-gcc", "sh"):
        program(tmp_path / name)
    (tmp_path / "aarch64-linux-gnu-g++").write_text("this is no program")

    found = programs((ARM, target()), {"PATH": str(tmp_path)})

    own = {"cargo-zigbuild", "cargo-xwin"}  # may be beside us in the environment that runs the tests
    assert {name: path for name, path in found.items() if name not in own} == {
        name: PurePath(tmp_path / name) for name in ("zig", "apt-get", "aarch64-linux-gnu-gcc", "aarch64-linux-gnu-ar")
    }


@needs_posix
def test_what_is_beside_us_counts_before_the_path(tmp_path, monkeypatch):
    beside, on_path = tmp_path / "beside", tmp_path / "path"
    for folder in (beside, on_path):
        program(folder / "cargo-zigbuild")
    program(on_path / "cargo-xwin")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(beside) if name == "scripts" else "")

    found = programs((ARM,), {"PATH": str(on_path)})

    assert found == {"cargo-zigbuild": beside / "cargo-zigbuild", "cargo-xwin": on_path / "cargo-xwin"}


def test_an_empty_environment_is_no_error():
    assert "zig" not in programs((ARM,), {})


# What programs say of themselves


def versions(packages: dict[str, str], folder: Path, *names: str) -> dict[str, str]:
    found = {name: PurePath(folder / name) for name in names}
    return anyio.run(tool_versions, packages, found, folder)


@needs_posix
def test_programs_that_came_without_a_package_are_asked(tmp_path):
    program(tmp_path / "zig", '[ "$*" = version ] && echo 0.16.0-dev.12+abc')
    program(tmp_path / "cargo-zigbuild", '[ "$*" = --version ] && echo "cargo-zigbuild 0.23.1"')

    assert versions({"repairwheel": "0.8.0"}, tmp_path, "zig", "cargo-zigbuild") == {
        "repairwheel": "0.8.0",
        "zig": "0.16.0-dev.12+abc",
        "cargo-zigbuild": "0.23.1",
    }


@needs_posix
def test_what_is_a_package_is_not_asked(tmp_path):
    for name in ("zig", "cargo-zigbuild"):
        program(tmp_path / name, f"touch {tmp_path}/asked; echo 9.9")
    packages = {"ziglang": "0.15.2", "cargo-zigbuild": "0.24.0"}

    assert versions(packages, tmp_path, "zig", "cargo-zigbuild") == packages
    assert not (tmp_path / "asked").exists()


@needs_posix
@pytest.mark.parametrize("says", ["exit 1", "echo no number here", "printf '\\377\\376'", "kill -9 $$"])
def test_a_program_that_does_not_say_has_no_version(tmp_path, says):
    program(tmp_path / "zig", says)

    assert versions({}, tmp_path, "zig") == {}


def test_a_program_that_went_away_has_no_version(tmp_path):
    assert versions({}, tmp_path, "zig", "cargo-zigbuild") == {}


# cargo's home and configuration


def test_cargos_home_is_the_variables_else_the_users(tmp_path):
    assert cargo_home({"CARGO_HOME": str(tmp_path)}) == PurePath(tmp_path)
    assert cargo_home({}) == cargo_home({"CARGO_HOME": ""}) == PurePath(Path.home(), ".cargo")


def flags(text: str) -> str:
    return f'[build]\nrustflags = ["{text}"]\n'


def read(directory: Path, home: Path, *given: str) -> list[object]:
    return [
        config["build"]["rustflags"][0] for config in cargo_config(directory, {"CARGO_HOME": str(home)}, given)
    ]  # fmt: skip


def test_what_counts_more_comes_first(tmp_path):
    crate, home = tmp_path / "workspace" / "crate", tmp_path / "home"
    wrote(crate / ".cargo" / "config.toml", flags("crate"))
    wrote(tmp_path / "workspace" / ".cargo" / "config.toml", flags("workspace"))
    wrote(home / "config.toml", flags("home"))
    wrote(crate / "extra.toml", flags("file"))

    found = read(crate, home, 'build.rustflags=["first"]', "extra.toml", 'build.rustflags=["last"]')

    assert found == ["last", "file", "first", "crate", "workspace", "home"]


def test_what_a_file_includes_counts_less_than_it_and_more_than_what_is_above(tmp_path):
    crate, home = tmp_path / "workspace" / "crate", tmp_path / "home"
    include = (
        'include = ["one.toml", { path = "shared/two.toml", optional = true }, { path = "no.toml", optional = true }]\n'
    )
    wrote(crate / ".cargo" / "config.toml", include + flags("crate"))
    wrote(crate / ".cargo" / "one.toml", flags("one"))
    wrote(crate / ".cargo" / "shared" / "two.toml", 'include = ["deep.toml"]\n' + flags("two"))
    wrote(crate / ".cargo" / "shared" / "deep.toml", 'include = ["two.toml"]\n' + flags("deep"))  # a circle: no harm
    wrote(tmp_path / "workspace" / ".cargo" / "config.toml", flags("workspace"))
    wrote(crate / "given.toml", 'include = ["more.toml"]\n' + flags("given"))
    wrote(crate / "more.toml", flags("more"))

    found = read(crate, home, "given.toml")

    assert found == ["given", "more", "crate", "two", "deep", "two", "one", "workspace"]
    files = [*config_files(crate, {"CARGO_HOME": str(home)}, ["given.toml", "a.b=1"])]
    assert [path.name for path in files[:5]] == ["a.b=1", "given.toml", "more.toml", "config", "config.toml"]
    assert crate / ".cargo" / "no.toml" in files


@pytest.mark.parametrize("value", ["1", "[1]", "{}", "[{}]", "[[]]"])
def test_an_include_that_cargo_will_refuse_is_left_for_it_to_tell(tmp_path, value):
    wrote(tmp_path / ".cargo" / "config.toml", f"include = {value}\n" + flags("own"))

    assert read(tmp_path, tmp_path / "home") == ["own"]


@pytest.mark.slow
def test_cargo_joins_flags_in_the_same_order(crate):
    folder = crate("tiny-no-bindings")
    wrote(folder / ".cargo" / "config.toml", 'include = ["more.toml"]\n[build]\nrustflags = ["--cfg", "near"]\n')
    wrote(folder / ".cargo" / "more.toml", '[build]\nrustflags = ["--cfg", "more"]\n')
    wrote(folder.parent / ".cargo" / "config.toml", '[build]\nrustflags = ["--cfg", "far"]\n')
    given = ('build.rustflags=["--cfg", "one"]', 'build.rustflags=["--cfg", "two"]')

    said, ours = anyio.run(_by_cargo_and_by_us, folder, given)

    assert ours[-10:] == ("--cfg", "far", "--cfg", "more", "--cfg", "near", "--cfg", "one", "--cfg", "two")
    assert " ".join(ours) in said


async def _by_cargo_and_by_us(folder: Path, given: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    argv = ["cargo", "build", "--offline", "-v", *(part for text in given for part in ("--config", text))]
    said = await capture(Command(argv=tuple(argv), environment={}, directory=folder))
    machine = gathered(cargo_config=cargo_config(folder, os.environ, given))
    return said.stderr.decode(), build_rustflags(LINUX, BuildOptions(), machine)


def test_of_two_files_in_one_folder_cargo_takes_the_one_without_ending(tmp_path):
    wrote(tmp_path / ".cargo" / "config", flags("old"))
    wrote(tmp_path / ".cargo" / "config.toml", flags("new"))

    assert read(tmp_path, tmp_path / "home") == ["old"]


def test_a_home_above_the_crate_is_read_once(tmp_path):
    wrote(tmp_path / ".cargo" / "config.toml", flags("home"))

    assert read(tmp_path / "crate", tmp_path / ".cargo") == ["home"]


@pytest.mark.parametrize(
    "content", [b"[build", b'build = "caf\xe9"', b"x = " + b"[" * 100_000, b"\0"], ids=["toml", "utf-8", "deep", "nul"]
)
def test_what_cargo_will_refuse_is_left_for_it_to_tell(tmp_path, content):
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo" / "config.toml").write_bytes(content)

    assert read(tmp_path, tmp_path / "home", 'build.rustflags=["given"]') == ["given"]


@pytest.mark.parametrize("given", ["nowhere.toml", "no toml", "x" * 5000, "a=b", "nul\0", f'a.b="{"x" * 5000}"'])
def test_any_argument_of_config_is_text_or_left_out(tmp_path, given):
    found = cargo_config(tmp_path, {"CARGO_HOME": str(tmp_path)}, (given,))

    assert found == (({"a": {"b": "x" * 5000}},) if given.startswith("a.b") else ())


def test_a_folder_called_config_is_no_file(tmp_path):
    (tmp_path / ".cargo" / "config").mkdir(parents=True)
    wrote(tmp_path / ".cargo" / "config.toml", flags("file"))

    assert read(tmp_path, tmp_path / "home") == ["file"]
