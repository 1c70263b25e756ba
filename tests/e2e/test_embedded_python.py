"""A program that runs Python through the real pyo3, and build scripts that run the Python that is built for."""

import json
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.program import Project
from tests.e2e.sending import SOURCES
from tests.e2e.test_frontends import PATHS, call, finished
from tests.e2e.test_programs import maturin, members, text, the_wheel

Make = Callable[..., Project]
PYPROJECT = """\
[build-system]
requires = ["wheelmatrix"]
build-backend = "wheelmatrix"
[project]
name = "%s"
version = "0.1.0"
requires-python = ">=3.9"
"""
PROGRAM = """\
use pyo3::prelude::*;

fn main() -> PyResult<()> {
    Python::attach(|python| {
        let version = python.import("sys")?.getattr("version_info")?;
        println!("{}.{}", version.getattr("major")?, version.getattr("minor")?);
        Ok(())
    })
}
"""
SCRIPT = """\
use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PYO3_PYTHON");
    let python = env::var("PYO3_PYTHON").expect("PYO3_PYTHON is not set");
    let said = Command::new(&python).args(["-c", "import only_here; print(only_here.__file__)"]).output().unwrap();
    let wrong = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{python}: {}", wrong.lines().last().unwrap_or_default());
    println!("cargo::rustc-env=WRITTEN_BY={}", String::from_utf8(said.stdout).unwrap().trim());
}
"""
MODULE = """\
use pyo3_ffi::*;
use std::ptr::{null, null_mut};

static mut MODULE: PyModuleDef = PyModuleDef {
    m_base: PyModuleDef_HEAD_INIT,
    m_name: c"asks".as_ptr(),
    m_doc: null(),
    m_size: -1,
    m_methods: null_mut(),
    m_slots: null_mut(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};

#[no_mangle]
pub unsafe extern "C" fn PyInit_asks() -> *mut PyObject {
    let module = PyModule_Create(&raw mut MODULE);
    let text = concat!(env!("WRITTEN_BY"), "\\0").as_ptr().cast();
    PyModule_AddStringConstant(module, c"written_by".as_ptr(), text);
    module
}
"""
pytestmark = pytest.mark.slow


def manifest(name: str, target: str, needs: str) -> str:
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{target}[dependencies]\n{needs}\n'


@pytest.fixture
def asking(tmp_path: Path) -> Project:
    """Give a module of the real pyo3-ffi whose build script needs a package of the environment, like cryptography's."""
    found = Project(tmp_path / "asks", {"PYTHONPATH": SOURCES})
    real = 'pyo3-ffi = { version = "0.29", features = ["abi3-py39"] }'
    found.write("Cargo.toml", manifest("asks", '[lib]\ncrate-type = ["cdylib"]\n', real))
    found.write("pyproject.toml", PYPROJECT % "asks")
    found.write("src/lib.rs", MODULE)
    found.write("build.rs", SCRIPT)
    return found


def environment(place: Path) -> Path:
    """Return the Python of a new environment that alone has the package."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (python,) = (path for path in place.glob("*/python*") if path.stem == "python")
    (packages,) = place.glob("lib/*/site-packages")
    (packages / "only_here.py").write_text("")
    return python


def written_by(wheel: Path, into: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into)
    argv = [sys.executable, "-c", "import asks; print(asks.written_by)"]
    return subprocess.run(argv, cwd=into, check=True, capture_output=True, text=True).stdout.strip()


def test_a_build_script_has_the_packages_of_the_environment_and_pyo3_is_compiled_once(
    asking: Project, tmp_path: Path
) -> None:
    for name in ("one", "other"):
        place = tmp_path / name
        python = environment(place)
        # Like build's and uv's isolation: the environment is gone afterwards.
        call(asking, python, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "-w", tmp_path / name, ".")
        assert written_by(the_wheel(place), place / "x").startswith(f"{place}/lib/")
    # Of a script that runs, cargo does not say whether it has run before.
    first, second = (
        [unit["unit"] for unit in run if not unit["fresh"] and not unit["unit"].endswith("(build script)")]
        for run in finished(asking)
    )
    assert any(unit.startswith("pyo3-ffi ") for unit in first)
    assert second == ["asks v0.1.0"]

    python = environment(tmp_path / "third")
    ran = asking.build("-i", str(python))
    assert ran.code == 0, ran.err
    assert written_by(the_wheel(asking.folder / "dist"), tmp_path / "x").startswith(f"{tmp_path}/third/lib/")
    developed = asking.run(
        "develop", "--profile", "release", env={"VIRTUAL_ENV": str(python.parent.parent), "PYTHONPATH": PATHS}
    )
    assert developed.code == 0, developed.err


def test_where_the_python_is_not_here_the_active_one_stands_in_and_a_failure_says_so(
    project: Make, tmp_path: Path
) -> None:
    tiny = project("tiny")
    tiny.write("build.rs", SCRIPT)
    listed = json.loads(tiny.run("list-python", "--format", "json").out)["pythons"]
    here = {tuple(each["version"]) for each in listed}
    minor = next(minor for minor in range(15, 8, -1) if (3, minor) not in here)
    python = environment(tmp_path / "active")
    lacking = tiny.build("-i", f"3.{minor}", env={"PYO3_PYTHON": sys.executable})
    ran = tiny.build("-i", f"3.{minor}", env={"PYO3_PYTHON": str(python)})

    assert (lacking.code, ran.code) == (5, 0), ran.err
    said = f"cp3{minor} is not on this machine, so its build scripts were told of {sys.executable}"
    assert said in " ".join(lacking.err.split())


@pytest.mark.skipif(not sysconfig.get_config_var("Py_ENABLE_SHARED"), reason="needs a Python with a shared library")
def test_a_program_that_runs_python_agrees_with_maturins_and_runs(tmp_path: Path) -> None:
    crate = Project(tmp_path / "embeds", {"PYTHONPATH": SOURCES})
    real = 'pyo3 = { version = "0.29", default-features = false, features = ["auto-initialize"] }'
    crate.write("Cargo.toml", manifest("embeds", "", real))
    crate.write("pyproject.toml", PYPROJECT % "embeds")
    crate.write("src/main.rs", PROGRAM)
    crate.write("embeds/__init__.py", "")
    ran = crate.build("-i", sys.executable)
    assert ran.code == 0, ran.err
    ours, theirs = the_wheel(crate.folder / "dist"), maturin(crate)

    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert ours.name.split("-")[2:4] == theirs.name.split("-")[2:4] == [tag, tag]
    assert members(ours) == members(theirs)
    assert text(ours, "METADATA") == text(theirs, "METADATA")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]
    subprocess.run([*pip, str(tmp_path / "installed"), str(ours)], check=True)
    said = subprocess.run([tmp_path / "installed/bin/embeds"], check=True, capture_output=True, text=True).stdout
    assert said.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}"
