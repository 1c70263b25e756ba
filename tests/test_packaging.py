"""What users install is built, installed and used: the checkout hides what a wheel forgot."""

import json
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from tests.e2e.crates import CHECKOUT

pytestmark = pytest.mark.slow

QUESTION = """
import json, wheelmatrix
from wheelmatrix import resources, tables
texts = resources.table_texts()
known = tables.load(texts)
counts = [len(known.targets), len(known.interpreters), len(known.policies), len(known.indexes)]
print(json.dumps({"file": wheelmatrix.__file__, "texts": texts, "counts": counts}))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of the checkout, and the wheel that was built from that sdist."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of an environment with the wheel, and what it depends on from this one."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    (wheel,) = built.glob("*.whl")
    target = sysconfig.get_path("purelib", "venv", {"base": str(home), "platbase": str(home)})
    python = home / "bin/python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run([*command, "--disable-pip-version-check"], check=True)
    # A path in a .pth file is searched last, and .pth files there (our own editable one) are not read.
    Path(target, "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return home / "bin"


def test_the_installed_wheel_has_every_table_of_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run([installed / "python", "-c", QUESTION], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    matrix = CHECKOUT / "matrix"
    tables = [*matrix.glob("*.toml"), *matrix.glob("policies/*.json"), *matrix.glob("symbols/*.json")]
    assert Path(found["file"]).is_relative_to(installed.parent)
    assert found["texts"] == {path.relative_to(matrix).as_posix(): path.read_text() for path in tables}
    assert all(found["counts"])


def test_the_installed_program_starts(installed: Path, tmp_path: Path) -> None:
    version = subprocess.run([installed / "wheelmatrix", "--version"], cwd=tmp_path, capture_output=True, text=True)
    usage = subprocess.run([installed / "python", "-m", "wheelmatrix", "--help"], cwd=tmp_path, capture_output=True)

    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("wheelmatrix ")
    assert usage.returncode == 0
    assert b"build" in usage.stdout


def test_the_wheel_has_types_metadata_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()

    assert wheel.name.endswith("-py3-none-any.whl")
    assert "wheelmatrix/py.typed" in names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"wheelmatrix"}
    assert [name for name in names if "__pycache__" in name or name.endswith((".so", ".pyc"))] == []
    assert "Requires-Python: >=3.11" in metadata
    assert "License-Expression: MIT" in metadata


def test_the_sdist_can_be_tested(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers()}

    wanted = ("pyproject.toml", "LICENSE", "CHANGELOG.md", "SECURITY.md", "tests/__main__.py", "tests/test_laws.py")
    assert [name for name in wanted if name not in names] == []
    assert {"tests/crates/tiny/Cargo.lock", "tests/crates/vendor/pyo3-ffi/build.rs"} <= names
    assert {"examples/hello/python/hello/_native.pyi"} <= names
    assert [name for name in names if "/target/" in name or ".cache" in name] == []
