"""Wheels of programs: built, held against maturin's, installed with pip, and run."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.program import Project

Make = Callable[..., Project]
GENERATED = ("RECORD", "WHEEL", ".cyclonedx.json")
pytestmark = pytest.mark.slow


def members(wheel: Path) -> dict[str, int]:
    """Return mode by name of what does not depend on who wrote the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            info.filename: info.external_attr >> 16 & 0o777
            for info in archive.infolist()
            if not info.filename.endswith(GENERATED)
        }


def the_wheel(folder: Path) -> Path:
    (wheel,) = folder.glob("*.whl")
    return wheel


def text(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        return next(archive.read(each).decode() for each in archive.namelist() if each.endswith(name))


def maturin(project: Project) -> Path:
    """Build with maturin beside us, and return its wheel."""
    out = project.folder / "of-maturin"
    argv = [sys.executable, "-m", "maturin", "build", "--release", "--offline", "-o", str(out)]
    done = subprocess.run(argv, cwd=project.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return the_wheel(out)


@pytest.fixture
def installed(tmp_path: Path) -> Callable[[Path], Path]:
    """Install a wheel with pip, into a folder of its own."""

    def install(wheel: Path) -> Path:
        into = tmp_path / "installed"
        argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(into)]
        subprocess.run([*argv, str(wheel)], check=True)
        return into

    return install


def says(program: Path, *arguments: str) -> str:
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def test_programs_and_a_package_are_one_wheel_that_agrees_with_maturins(
    project: Make, installed: Callable[[Path], Path]
) -> None:
    crate = project("tiny-bin")
    ran = crate.build("-i", "3.11", "3.12")
    assert ran.code == 0, ran.err
    ours = the_wheel(crate.folder / "dist")
    # maturin refuses scripts beside programs, even where their names differ
    crate.replace("pyproject.toml", '[project.scripts]\ntiny-greets = "tiny_tools:main"\n', "")
    theirs = maturin(crate)

    assert ours.name.split("-")[2:4] == theirs.name.split("-")[2:4] == ["py3", "none"]
    assert members(ours).items() - members(theirs).items() == {("tiny_bin-0.1.0.dist-info/entry_points.txt", 0o644)}
    assert members(theirs).items() <= members(ours).items()
    assert text(ours, "METADATA") == text(theirs, "METADATA")
    into = installed(ours)
    assert says(into / "bin/tiny-bin", "a", "b") == "tiny-bin a b"
    assert says(into / "bin/tiny-other") == "tiny-other"
    assert (into / "tiny_tools/__init__.py").is_file()


def test_a_feature_brings_its_program_and_a_list_chooses_programs(project: Make) -> None:
    crate = project("tiny-bin")
    crate.configure('targets = [{ name = "tiny-extra", kind = "bin" }]')  # of [tool.maturin], the last table
    lacking = crate.build()
    ran = crate.build("--features", "extra", "--strip")

    assert lacking.code == 2
    assert "the program tiny-extra needs features that are off: extra" in lacking.err
    assert ran.code == 0, ran.err
    scripts = {name for name in members(the_wheel(crate.folder / "dist")) if "/scripts/" in name}
    assert scripts == {"tiny_bin-0.1.0.data/scripts/tiny-extra"}


def test_each_program_is_told_the_arguments_for_rustc(project: Make) -> None:
    crate = project("tiny-bin")
    ran = crate.build("--strip", "--features", "extra")

    assert ran.code == 0, ran.err
    with zipfile.ZipFile(the_wheel(crate.folder / "dist")) as wheel:
        programs = [wheel.read(name) for name in wheel.namelist() if "/scripts/" in name]
    assert len(programs) == 3
    assert [program for program in programs if b".symtab" in program] == []


def test_library_and_program_are_one_wheel_if_both_are_named(project: Make, installed: Callable[[Path], Path]) -> None:
    crate = project("tiny")
    crate.write("src/main.rs", 'fn main() {\n    println!("tiny");\n}\n')
    crate.configure(
        '[[tool.wheelmatrix.artifacts]]\nkind = "cdylib"\nbindings = "pyo3"\n'
        '[[tool.wheelmatrix.artifacts]]\nkind = "bin"\nname = "tiny"'
    )
    ran = crate.build("-i", sys.executable)
    assert ran.code == 0, ran.err
    into = installed(the_wheel(crate.folder / "dist"))

    assert says(into / "bin/tiny") == "tiny"
    code = "import tiny; print(tiny.says())"
    argv = [sys.executable, "-c", code]
    said = subprocess.run(argv, cwd=into, check=True, capture_output=True, text=True).stdout
    assert said.startswith("CPython-gil_enabled-3.")


BAD = [
    ('[[tool.wheelmatrix.artifacts]]\nkind = "bin"\nname = "tiny-othr"', "did you mean tiny-other?", 2),
    ('[[tool.wheelmatrix.artifacts]]\nkind = "cdylib"', "it has no library at all", 2),
    ('bindings = "cffi"', "tiny-bin has no library", 2),
    ('[project.gui-scripts]\ntiny-other = "tiny_tools:main"', "project.gui-scripts has tiny-other", 2),
]


@pytest.mark.parametrize(("lines", "said", "code"), BAD)
def test_a_choice_that_cannot_be_is_told_before_anything_is_built(
    project: Make, lines: str, said: str, code: int
) -> None:
    crate = project("tiny-bin")
    crate.configure(lines)
    ran = crate.build()

    assert ran.code == code
    assert said in ran.err
    assert crate.dist() == {}
