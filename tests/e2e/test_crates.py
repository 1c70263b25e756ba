"""The tiny crates do what `tests/crates/README.md` says of them."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.crates import CHECKOUT, CRATES, NAMES
from tests.run import sdist_cases, wheel_cases

CrateCopy = Callable[[str], Path]


def cargo(crate: Path, config: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Build `crate` for the Python that the lines of `config` tell of; the library is in `crate`/out."""
    file = crate / "pyo3-config.txt"
    if not file.exists() or file.read_text() != config:
        file.write_text(config)
    return subprocess.run(
        ["cargo", "build", "--offline", "--locked", f"--target-dir={crate / 'out'}", *arguments],
        cwd=crate,
        env=os.environ | {"PYO3_CONFIG_FILE": str(file)},
        capture_output=True,
        text=True,
    )


def says(library: Path) -> bytes:
    """ABI that the library was built for; the text lies in its read-only data."""
    return re.findall(rb"(?:CPython|PyPy)-[a-z0-9_]+-3\.(?:9|1\d)", library.read_bytes())[0]


@pytest.mark.parametrize(
    ("name", "config", "abi"),
    [
        ("tiny", "implementation=CPython\nversion=3.12\n", b"CPython-gil_enabled-3.12"),
        ("tiny", "implementation=CPython\nversion=3.14\nbuild_flags=Py_GIL_DISABLED\n", b"CPython-free_threaded-3.14"),
        ("tiny", "implementation=PyPy\nversion=3.11\n", b"PyPy-gil_enabled-3.11"),
        ("tiny-abi3", "implementation=CPython\nversion=3.9\n", b"CPython-abi3-3.9"),
        ("tiny-abi3t", "implementation=CPython\nversion=3.9\n", b"CPython-abi3-3.9"),
        ("tiny-abi3t", "implementation=CPython\nversion=3.15\n", b"CPython-abi3t-3.15"),
        ("tiny-workspace/native", "implementation=CPython\nversion=3.12\n", b"CPython-gil_enabled-3.12"),
    ],
)
def test_a_crate_is_built_for_the_python_of_its_configuration(
    crate: CrateCopy, name: str, config: str, abi: bytes
) -> None:
    folder = crate(name)
    done = cargo(folder, config)

    assert done.returncode == 0, done.stderr
    (library,) = (folder / "out/debug").glob("lib*.so")
    symbol = b"PyModExport_" if b"3.15" in abi else b"PyInit_"
    assert says(library) == abi
    assert symbol + library.stem[3:].encode() in library.read_bytes()


@pytest.mark.slow
def test_another_python_compiles_again_and_the_same_one_does_not(crate: CrateCopy) -> None:
    folder = crate("tiny")
    first, again, other = (
        cargo(folder, f"implementation=CPython\nversion={version}\n").stderr for version in ("3.12", "3.12", "3.13")
    )

    assert "Compiling pyo3-ffi" in first
    assert "Compiling" not in again
    assert "Compiling pyo3-ffi" in other


def test_the_broken_crate_is_broken_on_312_alone(crate: CrateCopy) -> None:
    folder = crate("tiny-broken-on-312")
    broken = cargo(folder, "implementation=CPython\nversion=3.12\n")
    sound = cargo(folder, "implementation=CPython\nversion=3.11\n")

    assert (broken.returncode, sound.returncode) == (101, 0)
    assert "this crate is broken on Python 3.12" in broken.stderr


@pytest.mark.slow
def test_the_build_script_overwrites_its_archive_in_place(crate: CrateCopy) -> None:
    folder = crate("tiny-buildscript-archive")
    cargo(folder, "implementation=CPython\nversion=3.12\n")
    (archive,) = folder.glob("out/debug/build/*/out/libanswer.a")
    file, content = archive.stat().st_ino, archive.read_bytes()

    cargo(folder, "implementation=CPython\nversion=3.13\n")

    assert archive.stat().st_ino == file
    assert archive.read_bytes() != content


def test_every_crate_has_its_lock_and_its_row_in_the_readme() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", (CRATES / "README.md").read_text(), re.MULTILINE)

    assert sorted(rows) == list(NAMES)
    assert [name for name in NAMES if not (CRATES / name / "Cargo.lock").is_file()] == []


def test_what_stands_for_maturins_crates_is_there() -> None:
    """The table of the README names cases, crates, files and functions."""
    _, _, table = (CRATES / "README.md").read_text().partition("| maturin's test crate |")
    named = {name for row in table.splitlines() for name in re.findall("`([^`]+)`", row)}
    known = {*wheel_cases.CASES, *sdist_cases.CASES, *NAMES}
    functions = "\n".join(path.read_text() for path in CHECKOUT.glob("tests/e2e/test_*.py"))

    paths = {CHECKOUT / (f"tests/{name}" if name.startswith("e2e/") else name) for name in named if "/" in name}
    assert [path for path in paths if not path.is_file()] == []
    rest = {name for name in named - known if "/" not in name}
    assert [name for name in rest if f"def {name}(" not in functions] == []
