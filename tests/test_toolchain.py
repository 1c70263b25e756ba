"""The toolchain: unpacking is tried for real where there is Debian, everything else with folders of the test's own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests import toolchain
from tests.e2e.crates import CHECKOUT, copy_crate
from tests.toolchain import PYTHONS, Unavailable

CONFIGS = {
    "cp314-x86_64": ("CPython", "3.14", ".cpython-314-x86_64-linux-gnu.so"),
    "cp315-x86_64": ("CPython", "3.15", ".cpython-315-x86_64-linux-gnu.so"),
    "pp311-x86_64": ("PyPy", "3.11", ".pypy311-pp73-x86_64-linux-gnu.so"),
}


@pytest.fixture(scope="module")
def pythons() -> dict[str, toolchain.Unpacked]:
    try:
        return toolchain.provide(toolchain.default_directory(), sorted(PYTHONS))
    except Unavailable as error:
        pytest.skip(f"{error}; run this on Debian, x86_64")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PYTHONS))
def test_an_unpacked_python_imports_an_extension_built_for_it(
    pythons: dict[str, toolchain.Unpacked], name: str, tmp_path: Path
) -> None:
    implementation, version, suffix = CONFIGS[name]
    crate, config, modules = copy_crate("tiny", tmp_path), tmp_path / "config", tmp_path / "modules"
    config.write_text(f"implementation={implementation}\nversion={version}\n")
    modules.mkdir()
    subprocess.run(
        ["cargo", "build", "--quiet", "--offline", "--locked", f"--target-dir={tmp_path / 'target'}"],
        cwd=crate,
        env=os.environ | {"PYO3_CONFIG_FILE": str(config)},
        check=True,
    )
    (tmp_path / "target/debug/libtiny.so").rename(modules / f"tiny{suffix}")

    question = f"import sys; sys.path.insert(0, {str(modules)!r}); import tiny, json, ctypes; print(tiny.says())"
    by_script = subprocess.run([pythons[name].executable, "-I", "-c", question], capture_output=True, text=True)
    by_command = subprocess.run(
        [*pythons[name].command, "-c", question], env=os.environ | pythons[name].env, capture_output=True, text=True
    )

    assert (by_script.stdout, by_script.stderr) == (f"{implementation}-gil_enabled-{version}\n", "")
    assert (by_command.stdout, by_command.stderr) == (by_script.stdout, "")


@pytest.mark.slow
def test_the_command_line_prints_what_is_there(pythons: dict[str, toolchain.Unpacked]) -> None:
    command = [sys.executable, "-m", "tests.toolchain", str(toolchain.default_directory())]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == {name: python.as_json() for name, python in pythons.items()}
    assert done.stderr == ""


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / "box/cp314-x86_64"
    root.mkdir(parents=True)

    found = toolchain.provide(tmp_path / "box", ["cp314-x86_64"])["cp314-x86_64"]

    assert found.executable == root / "bin/python3.14"
    assert found.command[0].startswith(str(root))
    assert list(root.iterdir()) == []


def test_without_debian_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unavailable, match="apt-get and dpkg-deb not found"):
        toolchain.provide(tmp_path / "box", ["cp314-x86_64"])

    assert [path.name for path in (tmp_path / "box").iterdir()] == [".lock"]


def test_an_apt_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, body in (
        ("apt-get", 'test "$1" = indextargets && echo bookworm http://debian.invalid/debian/'),
        ("dpkg-deb", ""),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.defpath}")
    monkeypatch.setattr(toolchain, "KEYRING", tmp_path / "apt-get")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")

    with pytest.raises(subprocess.CalledProcessError, match="update"):
        toolchain.provide(tmp_path / "box", ["pp311-x86_64"])

    assert [path.name for path in (tmp_path / "box").iterdir()] == [".lock"]


def test_the_tests_cache_can_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEELMATRIX_TEST_CACHE", "/somewhere")
    moved = toolchain.default_directory()
    monkeypatch.delenv("WHEELMATRIX_TEST_CACHE")

    assert moved == Path("/somewhere/toolchain")
    assert toolchain.default_directory() == CHECKOUT / ".cache/toolchain"
