from dataclasses import replace

from tests.plan.gathered import project, target, version_abi

from wheelmatrix.model import Cell
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.abis import Bound
from wheelmatrix.plan.members import extension_of, programs_of


def bound(triple: str = "x86_64-unknown-linux-gnu") -> Bound:
    cell = Cell(id="", interpreter=version_abi("cp312").interpreter, target=target(triple), installed=None)
    return Bound(cell=cell, abi=version_abi("cp312"), options=BuildOptions(), features=())


def test_programs_lie_where_installers_put_them_on_the_path() -> None:
    what = project()
    what = replace(what, crate=replace(what.crate, programs=("rg", "other")))

    assert programs_of(target("x86_64-pc-windows-msvc"), what) == {
        "rg": "sample_project-1.0.data/scripts/rg.exe",
        "other": "sample_project-1.0.data/scripts/other.exe",
    }


def test_a_module_is_called_as_python_looks_for_it_and_programs_alone_have_none() -> None:
    what = project()

    assert extension_of(bound(), what) == "sample/sample.cpython-312-x86_64-linux-gnu.so"
    assert extension_of(bound(), replace(what, crate=replace(what.crate, bindings="bin"))) == ""


def test_a_library_that_generated_files_load_is_called_as_on_its_system() -> None:
    what = project(module_name="pkg.native")
    what = replace(what, crate=replace(what.crate, bindings="cffi", pyo3=None))

    assert extension_of(bound(), what) == "pkg/native/libnative.so"
    assert extension_of(bound("x86_64-pc-windows-msvc"), what) == "pkg/native/native.dll"
    assert extension_of(bound(), replace(what, is_mixed=False)) == "native/libnative.so"
