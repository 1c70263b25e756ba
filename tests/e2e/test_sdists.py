"""Sdists from crate to wheel: built again by pip with maturin, and by us with `build --sdist`."""

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.program import Project
from tests.e2e.sending import SOURCES

pytestmark = pytest.mark.slow

MIXED = {"tiny_mixed/__init__.py", "tiny_mixed/_native.pyi", "tiny_mixed/py.typed"}
SHARED = """\
[workspace.package]
version = "2.5.0"
edition = "2021"
[workspace.dependencies]
words = { path = "words", default-features = false, features = ["a"] }
[workspace.lints.rust]
unused_must_use = "deny"
"""
WORDS = '[package]\nname = "words"\nversion.workspace = true\nedition.workspace = true\n[features]\na = []\n'
NATIVE = """\
[package]
name = "tiny-workspace"
version.workspace = true
edition.workspace = true
readme = "../README.md"
exclude = ["benches"]
[lints]
workspace = true
[lib]
name = "tiny_workspace"
crate-type = ["cdylib"]
[[bench]]
name = "slow"
harness = false
[dependencies]
pyo3 = { path = "../../vendor/pyo3" }
words.workspace = true
"""


@pytest.fixture
def checkout(project: Callable[[str], Project]) -> Callable[[str], Project]:
    """Give a copy of a crate, with the program as this checkout has it."""

    def copy(name: str) -> Project:
        found = project(name)
        return Project(found.folder, {**found.environment, "PYTHONPATH": SOURCES})

    return copy


def built_again(sdist: Path, out: Path) -> set[str]:
    """Build a wheel from an sdist with pip and its own backend, maturin; return its members without `.dist-info`."""
    options = ("--no-build-isolation", "--no-deps", "--no-index", "--no-binary", ":all:", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "wheel", *options, "-w", str(out), str(sdist)]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "CARGO_NET_OFFLINE": "true", "PATH": path, "CARGO_TARGET_DIR": str(out / "target")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=out.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def members(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_wheels_are_built_from_the_sdist_and_nothing_twice(
    checkout: Callable[[str], Project], tmp_path: Path
) -> None:  # fmt: skip
    tiny = checkout("tiny-mixed")

    first = tiny.build("--sdist", "-i", "3.11", "3.12")
    again = tiny.build("--sdist", "-i", "3.11", "3.12")

    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert first.wheels == again.wheels
    assert first.wheels[0] == "tiny_mixed-0.1.0.tar.gz"
    assert set(tiny.dist()) == set(first.wheels)
    assert "unchanged" in again.err
    assert "written" not in again.err
    sdist = tiny.folder / "dist/tiny_mixed-0.1.0.tar.gz"
    assert not {name for name in members(sdist) if name.endswith((".whl", ".tar.gz"))}
    assert built_again(sdist, tmp_path / "again") >= MIXED
    direct = tiny.build("-i", "3.11", "3.12")
    assert set(direct.wheels) < set(first.wheels)


def test_a_member_of_a_workspace_with_crates_outside_is_built_again(
    checkout: Callable[[str], Project], tmp_path: Path
) -> None:
    native = checkout("tiny-workspace/native")
    top = native.folder.parent
    (top / "Cargo.toml").write_text(f'[workspace]\nresolver = "2"\nmembers = ["native", "words"]\n{SHARED}')
    (top / "Cargo.lock").unlink(missing_ok=True)
    (top / "README.md").write_text("words\n")
    native.write("../words/Cargo.toml", WORDS)
    native.write("../words/src/lib.rs", "pub fn word() {}\n")
    native.write("Cargo.toml", NATIVE)
    native.write("benches/slow.rs", "fn main() {}\n")
    config = (native.folder / "pyproject.toml").read_text()
    native.write("pyproject.toml", config.replace('version = "0.1.0"', 'dynamic = ["version", "readme"]'))

    ran = native.run("sdist")

    assert ran.code == 0, ran.err
    (sdist,) = (native.folder / "dist").iterdir()
    found = members(sdist)
    assert {"tiny-workspace/Cargo.lock", "tiny-workspace/words/src/lib.rs", "vendor/pyo3/src/lib.rs"} <= found
    assert "tiny-workspace/native/benches/slow.rs" not in found
    assert any(name.endswith(".so") for name in built_again(sdist, tmp_path / "again"))


def test_dependencies_of_other_targets_are_shipped_and_the_wheel_is_built_without_them(
    checkout: Callable[[str], Project], tmp_path: Path
) -> None:
    tiny = checkout("tiny")
    for name in ("unixes", "windows"):
        tiny.write(f"../{name}/Cargo.toml", f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n')
    tiny.write("../unixes/src/lib.rs", 'pub const SAID: &str = "unixes";\n')
    tiny.write("../windows/src/lib.rs", 'compile_error!("for Windows alone");\n')
    manifest = (tiny.folder / "Cargo.toml").read_text()
    tiny.write(
        "Cargo.toml",
        f"{manifest}[target.'cfg(unix)'.dependencies]\nunixes = {{ path = \"../unixes\" }}\n"
        "[target.'cfg(windows)'.dependencies]\nwindows = { path = \"../windows\" }\n",
    )
    tiny.replace("src/lib.rs", "pyo3::ffi::ABI.to_owned()", "unixes::SAID.to_owned()")

    ran = tiny.build("--sdist", "-i", sys.executable)

    assert ran.code == 0, ran.err
    sdist = tiny.folder / "dist/tiny-0.1.0.tar.gz"
    assert {"unixes/src/lib.rs", "windows/Cargo.toml", "windows/src/lib.rs"} <= members(sdist)
    assert any(name.endswith(".so") for name in built_again(sdist, tmp_path / "again"))


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("src/data.rs", 'pub const A: &str = include_str!("../notes.txt");\n', "notes.txt would not be in the sdist"),
        ("build.rs", "fn main() {}\n", "the build script of tiny would not be in the sdist"),
    ],
)
def test_an_sdist_that_could_not_be_built_is_not_made(
    path: str, text: str, said: str, checkout: Callable[[str], Project]
) -> None:
    tiny = checkout("tiny")
    manifest = (tiny.folder / "Cargo.toml").read_text()
    tiny.write("Cargo.toml", manifest.replace("[package]\n", '[package]\nexclude = ["notes.txt", "build.rs"]\n'))
    tiny.write("notes.txt", "")
    tiny.write(path, text)

    ran = tiny.run("sdist")

    assert ran.code == 2
    assert said in ran.err
    assert tiny.dist() == {}
