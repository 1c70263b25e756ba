"""No build ever changes another's directory."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.program import Project, listing

Make = Callable[..., Project]

pytestmark = pytest.mark.slow


def directories(project: Project) -> dict[str, Path]:
    """Return the build directories by the version that pyo3's stand-in was configured for."""
    found = {}
    for path in (project.folder / "target/wheelmatrix/builds").glob("*/*/*"):
        for minor in range(9, 15):
            if any(
                f"3.{minor}".encode() in file.read_bytes() for file in path.glob("*/release/build/pyo3-ffi-*/output")
            ):
                found[f"3.{minor}"] = path
    return found


def test_a_build_script_that_overwrites_an_archive_changes_no_sibling(project: Make) -> None:
    """The archive of the sibling is compared byte for byte, and so is everything else in its directory."""
    crate = project("tiny-buildscript-archive")
    first = crate.build("-i", "3.12")
    before = {str(path): listing(path) for path in directories(crate).values()}

    second = crate.build("-i", "3.13", "3.11")

    assert (first.code, second.code) == (0, 0)
    assert len(before) == 1
    assert any(name.endswith("libanswer.a") for name in next(iter(before.values())))
    assert {place: listing(Path(place)) for place in before} == before
    assert len(directories(crate)) == 3


def test_five_at_once_have_five_archives(project: Make, five: tuple[str, ...]) -> None:
    crate = project("tiny-buildscript-archive")

    ran = crate.build(*five)

    archives = {
        version: next(path.glob("*/release/build/tiny-buildscript-archive-*/out/libanswer.a")).read_bytes()
        for version, path in directories(crate).items()
    }
    assert ran.code == 0
    assert sorted(archives) == sorted(five[1:])
    assert len(set(archives.values())) == 5


def test_a_module_from_a_clone_says_its_own_version(project: Make, tmp_path: Path) -> None:
    crate = project("tiny-buildscript-archive")
    own = f"3.{sys.version_info.minor}"
    crate.build("-i", "3.10")

    ran = crate.build("-i", own)
    with zipfile.ZipFile(crate.folder / "dist" / ran.wheels[0]) as archive:
        archive.extractall(tmp_path / "site")
    text = "import tiny_buildscript_archive as module; print(module.says())"
    said = subprocess.run([sys.executable, "-c", text], cwd=tmp_path / "site", capture_output=True, text=True)

    assert ran.code == 0
    assert said.stdout.strip() == str(sys.version_info.minor), said.stderr
