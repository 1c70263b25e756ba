"""What `new` makes is built, installed and tested as it is, by the commands of its own workflow.

pyo3 is the real one: all layouts share what is compiled of it. So is uniffi, whose own bindgen takes a minute to
compile, in one layout. What cargo and the configuration think of the other kinds is in `tests/scaffold`.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from tests.e2e.program import COMMAND, Project
from tests.e2e.sending import SOURCES

pytestmark = pytest.mark.slow

MEMBERS = {
    "pyo3 pure": {"my_lib/__init__.py", "my_lib/__init__.pyi", "my_lib/py.typed"},
    "pyo3 mixed": {"my_lib/__init__.py", "my_lib/_native.pyi", "my_lib/py.typed"},
    "pyo3 src": {"my_lib/__init__.py", "my_lib/_native.pyi", "my_lib/py.typed"},
    "uniffi mixed": {
        "my_lib/__init__.py",
        "my_lib/_native/__init__.py",
        "my_lib/_native/my_lib.py",
        "my_lib/py.typed",
    },
}
"""Without the library. Source: wheels of maturin 1.16.0 from the same projects, 2026-11-27."""
ONLY_HERE = {"WHEELMATRIX_TARGETS": "", "WHEELMATRIX_ALL_INTERPRETERS": "", "WHEELMATRIX_INTERPRETERS": sys.executable}
"""In the place of what the workflow selects: this Python, on this machine."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where cargo compiles, for all layouts."""
    return tmp_path_factory.mktemp("built")


@pytest.fixture(scope="module")
def bin_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs by the names that scripts call them by, and stand-ins for what is there already."""
    folder = tmp_path_factory.mktemp("bin")
    scripts = {
        "wheelmatrix": f'exec {" ".join(COMMAND)} "$@"',
        "python": f'exec {sys.executable} "$@"',
        "pip": "exit 0",
        "rustup": "exit 0",
    }
    for name, line in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize("what", MEMBERS)
def test_a_new_project_goes_the_way_of_its_own_workflow(
    what: str, tmp_path: Path, built: Path, bin_directory: Path
) -> None:
    """Its steps are executed as they stand in the file: sdist, wheels with the project's own tests, the release."""
    kind, layout = what.split()
    flags = () if layout == "pure" else (f"--{layout}",)
    made = Project(tmp_path, {}).run("new", "my-lib", "-b", kind, *flags)
    assert made.code == 0, made.err
    folder = tmp_path / "my-lib"
    workflow = yaml.safe_load((folder / ".github/workflows/wheels.yml").read_text())
    environment = {
        **os.environ,
        **{name: str(value) for name, value in workflow["env"].items() if "{{" not in str(value)},
        **ONLY_HERE,
        "WHEELMATRIX_TARGET_DIR": str(built),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "PYTHONPATH": SOURCES,
        "PATH": f"{bin_directory}{os.pathsep}{os.environ['PATH']}",
    }

    for step in (step for step in workflow["jobs"]["build"]["steps"] if "run" in step):
        script = step["run"].replace("--verify", "--verify=test")
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=900
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    done = subprocess.run(
        [*COMMAND, "collect", "dist"], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )

    (sdist,) = (folder / "dist").glob("*.tar.gz")
    (wheel,) = (folder / "dist").glob("*.whl")
    members = {
        name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith(".so") and "dist-info" not in name
    }
    assert sdist.name == "my_lib-0.1.0.tar.gz"
    assert members == MEMBERS[what]
    assert (done.returncode, done.stdout.strip()) == (0, str(wheel))
    assert "version=" in (tmp_path / "output").read_text()
