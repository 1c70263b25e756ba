"""pip, build and uv with `wheelmatrix` as the backend: it is all that differs from a project of maturin's."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.crates import CHECKOUT
from tests.e2e.program import Project

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
PATHS = os.pathsep.join([str(CHECKOUT / "orchestrator"), sysconfig.get_path("purelib")])
"""Where the backend and all that it needs lie, for Pythons of other environments."""


@pytest.fixture
def mixed(project: Callable[..., Project]) -> Project:
    """Give a mixed crate whose backend was replaced."""
    found = project("tiny-mixed")
    text = (found.folder / "pyproject.toml").read_text()
    found.write("pyproject.toml", text.replace("maturin>=1.9,<2", "wheelmatrix").replace('"maturin"', '"wheelmatrix"'))
    return found


def call(project: Project, *argv: str | Path, env: Mapping[str, str] | None = None) -> str:
    """Run a frontend in the project; its backend is this checkout's."""
    variables = {**os.environ, **project.environment, "PYTHONPATH": PATHS, **(env or {})}
    done = subprocess.run(
        list(map(str, argv)), cwd=project.folder, env=variables, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def environment(project: Project, place: Path) -> Path:
    """Return the Python of a new environment without pip."""
    call(project, sys.executable, "-m", "venv", "--without-pip", place)
    return next(path for path in place.glob("*/python*") if path.stem == "python")


def says(project: Project, python: Path) -> str:
    """Return where the installed library is, and what it says."""
    return call(project, python, "-I", "-c", "import tiny_mixed._native as m; print(m.__file__, m.says())")


def units(project: Project) -> list[tuple[int, int]]:
    """Return of each run, in order, how many units there were and how many of them were fresh."""
    fresh = [[event["fresh"] for event in events] for events in finished(project)]
    return [(len(each), sum(each)) for each in fresh]


def finished(project: Project) -> list[list[dict[str, Any]]]:
    """Return of each run, in order, the events that tell of a unit's end."""
    journals = (project.folder / "target/wheelmatrix/runs").glob("*/events.jsonl")
    runs = [[json.loads(line) for line in each.read_text().splitlines()] for each in journals]
    runs.sort(key=lambda events: float(events[0]["wall_s"]))
    return [[event for event in events if event["event"] == "unit.finished"] for events in runs]


@pytest.mark.slow
def test_pip_compiles_nothing_for_a_second_environment(mixed: Project, tmp_path: Path) -> None:
    for name in ("one", "other", "changed"):
        if name == "changed":
            (mixed.folder / "python/tiny_mixed/more.py").write_text("MORE = 1\n")
        python = environment(mixed, tmp_path / name)
        # Like pip's isolation, but for the downloads: the backend runs in an environment that is gone afterwards.
        ephemeral = environment(mixed, tmp_path / "build")
        argv = ("pip", "wheel", "-v", "--no-build-isolation", "--no-deps", "-w", tmp_path / name, ".")
        said = call(mixed, ephemeral, "-m", *argv)
        assert ("is as it was: nothing has changed" in said) == (name == "other")
        shutil.rmtree(tmp_path / "build")
        (wheel,) = (tmp_path / name).glob("*.whl")
        call(mixed, *PIP, "--python", python, "install", "--no-deps", wheel)
        assert "CPython" in says(mixed, python)

    first, last = units(mixed)
    assert first[1] == 0 < first[0]
    assert last == (first[0], first[0])


@pytest.mark.slow
def test_an_editable_installation_by_pip_is_the_projects_own_files(mixed: Project, tmp_path: Path) -> None:
    python = environment(mixed, tmp_path / "v")

    call(mixed, *PIP, "--python", python, "install", "--no-build-isolation", "--no-deps", "-e", ".")

    assert str(mixed.folder / "python/tiny_mixed/_native") in says(mixed, python)


@pytest.mark.slow
def test_build_makes_an_sdist_and_the_wheel_from_it_with_settings(mixed: Project) -> None:
    said = call(mixed, sys.executable, "-m", "build", "--no-isolation", "-C", "build-args=--profile dev",
                "-C", "build-args=--quiet", ".")  # fmt: skip

    sdist, wheel = sorted((mixed.folder / "dist").iterdir(), key=lambda path: path.suffix)
    assert f"Successfully built {sdist.name} and {wheel.name}" in said
    assert (sdist.suffix, wheel.suffix) == (".gz", ".whl")


@pytest.mark.slow
def test_uv_builds_and_installs(mixed: Project, tmp_path: Path) -> None:
    from uv import find_uv_bin  # of the dev group

    python = environment(mixed, tmp_path / "v")

    words = ("--offline", "--no-build-isolation", "--no-deps", "--python", python)
    call(mixed, find_uv_bin(), "pip", "install", *words, ".", env={"UV_CACHE_DIR": str(tmp_path / "cache")})

    assert "CPython" in says(mixed, python)


@pytest.mark.slow
def test_a_frontend_shows_what_is_wrong_in_plain_words(mixed: Project, tmp_path: Path) -> None:
    variables = {**os.environ, **mixed.environment, "PYTHONPATH": PATHS}
    (mixed.folder / "Cargo.toml").write_text("[package")

    done = subprocess.run(
        [*PIP, "wheel", "--no-build-isolation", "--no-deps", "-w", str(tmp_path), "."],
        cwd=mixed.folder, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode != 0
    assert "Cargo.toml" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.whl"))
