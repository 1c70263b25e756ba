"""`wheelmatrix develop` on tiny crates, into environments without a pip of their own."""

import json
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.crates import copy_crate

from wheelmatrix.cli import develop as developing
from wheelmatrix.cli import main

PIP = Path(sys.executable).parent / ("pip.exe" if sys.platform == "win32" else "pip")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Give a copy of a crate, as the current directory, beside an environment that is not active."""
    venv.create(tmp_path / ".venv", with_pip=False, symlinks=sys.platform != "win32")
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")

    def copy(name: str) -> Path:
        folder = copy_crate(name, tmp_path / "crates")
        monkeypatch.chdir(folder)
        return folder

    return copy


def develop(*words: str) -> int:
    return main([str(developing.command.name), "--pip-path", str(PIP), *words])


def says(tmp_path: Path, module: str) -> str:
    python = next(path for path in (tmp_path / ".venv").glob("*/python*") if path.stem == "python")
    done = subprocess.run(
        [python, "-I", "-c", f"import {module} as m; print(m.__file__); print(m.says())"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def files(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / ".venv").rglob("*") if path.is_file())


def site_of(tmp_path: Path) -> Path:
    return next((tmp_path / ".venv").rglob("site-packages"))


@pytest.mark.slow
def test_a_mixed_project_is_read_where_it_lies_and_leaves_nothing_when_it_is_uninstalled(
    start: Callable[[str], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = start("tiny-mixed")
    before = files(tmp_path)

    assert develop() == 0
    assert capfd.readouterr().out == ""
    assert str(folder) in says(tmp_path, "tiny_mixed._native")
    url = json.loads(next(site_of(tmp_path).glob("*.dist-info/direct_url.json")).read_text())
    assert url == {"url": folder.as_uri(), "dir_info": {"editable": True}}

    python = next(path for path in (tmp_path / ".venv").glob("*/python*") if path.stem == "python")
    checked = [str(PIP), "--python", str(python)]
    shown = subprocess.run([*checked, "list", "--editable", "--format", "json"], capture_output=True, check=True)
    assert [each["name"] for each in json.loads(shown.stdout)] == ["tiny-mixed"]
    subprocess.run([*checked, "uninstall", "-y", "tiny-mixed"], capture_output=True, check=True)
    assert files(tmp_path) == before


@pytest.mark.slow
def test_a_second_time_nothing_is_installed_and_what_is_missing_is(
    start: Callable[[str], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    start("tiny")
    assert develop() == 0
    installed = next(site_of(tmp_path).glob("tiny-*.dist-info/RECORD"))
    then_ns = installed.stat().st_mtime_ns

    assert develop("--pip-path", "/there/is/no/pip") == 0
    assert "nothing changed" in capfd.readouterr().err
    assert installed.stat().st_mtime_ns == then_ns

    (site_of(tmp_path) / "tiny/__init__.py").unlink()
    assert develop("-r") == 0
    assert "CPython" in says(tmp_path, "tiny")


@pytest.mark.slow
def test_the_library_alone_is_built_with_skip_install(start: Callable[[str], Path], tmp_path: Path) -> None:
    folder = start("tiny-mixed")

    assert develop("--skip-install", "--pip-path", "/there/is/no/pip") == 0

    assert len(list((folder / "python/tiny_mixed").glob("_native.*"))) == 2
    assert not list(site_of(tmp_path).glob("tiny*"))


def test_a_failing_installer_is_told_with_its_words(
    start: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = start("tiny")
    with (folder / "pyproject.toml").open("a") as file:
        file.write('\n[dependency-groups]\nmine = ["no-such-distribution-anywhere"]\n')

    monkeypatch.setenv("PIP_NO_INDEX", "1")

    assert main(["dev", "--pip-path", str(PIP), "-G", "mine"]) == 10
    assert "No matching distribution found for no-such-distribution-anywhere" in capfd.readouterr().err
    assert not (folder / "target").exists()


@pytest.mark.parametrize(
    ("variables", "words", "said"),
    [
        ({"VIRTUAL_ENV": "/a", "CONDA_PREFIX": "/b"}, (), "two environments are active"),
        ({}, ("-E", "nonsense"), "no extra nonsense"),
        ({}, ("--group", "nonsense"), "nonsense"),
        ({}, ("--group", "missing.toml:nonsense"), "cannot be read"),
        ({}, ("-i", "3.12"), "No such option"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_built(
    start: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    variables: dict[str, str], words: tuple[str, ...], said: str,
) -> None:  # fmt: skip
    folder = start("tiny")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert develop(*words) == 2
    assert said.lower() in capfd.readouterr().err.lower()
    assert not (folder / "target/wheelmatrix/builds").exists()


def test_a_version_that_nobody_gives_is_refused(
    start: Callable[[str], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    folder = start("tiny")
    text = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(
        text.replace('version = "0.1.0"\n', "").replace('dynamic = ["version"]\n', "")
    )

    assert develop() == 2
    assert "has no version and does not say that it is dynamic" in capfd.readouterr().err
    assert not (folder / "target/wheelmatrix/builds").exists()


def test_without_an_environment_it_is_told_how_to_make_one(
    start: Callable[[str], Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    start("tiny")
    (tmp_path / ".venv").rename(tmp_path / "other")

    assert develop() == 2
    assert "python -m venv .venv" in capfd.readouterr().err
