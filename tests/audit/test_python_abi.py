"""Entry symbols, libpython, the stable ABI and Python's symbols by version."""

import pytest
from elf_image import elf_image
from small_tables import GOLDEN, python

from wheelmatrix.audit import python_abi
from wheelmatrix.audit.elf import read
from wheelmatrix.audit.python_symbols import FIRST, GONE
from wheelmatrix.model import Abi, Interpreter, Version

CP38 = Abi(kind="version", interpreter=python((3, 8)))
CP312 = Abi(kind="version", interpreter=python((3, 12)))
CP314T = Abi(kind="version", interpreter=python((3, 14), free_threaded=True))
CP315 = Abi(kind="version", interpreter=python((3, 15)))
PP311 = Abi(kind="version", interpreter=python((3, 11), implementation="pypy"))
GP312 = Abi(kind="version", interpreter=python((3, 12), implementation="graalpy"))
ABI3_39 = Abi(kind="abi3", interpreter=python((3, 9)))
ABI3_315 = Abi(kind="abi3", interpreter=python((3, 15)))
ABI3T = Abi(kind="abi3t", interpreter=python((3, 15)))


def entry(abi: Abi, *defined: str, module: str = "demo") -> list[str]:
    return list(python_abi.entry_problems(read(elf_image(defined=defined)), abi, module))


def symbols(abi: Abi, *undefined: str, weak: tuple[str, ...] = ()) -> list[str]:
    return list(python_abi.symbol_problems(read(elf_image(undefined=undefined, weak=weak)), abi))


@pytest.mark.parametrize(
    ("abi", "defined"),
    [
        (CP312, "PyInit_demo"),
        (CP315, "PyInit_demo"),
        (CP315, "PyModExport_demo"),
        (ABI3_39, "PyInit_demo"),
        (ABI3_315, "PyModExport_demo"),
        (ABI3T, "PyModExport_demo"),
        (PP311, "PyInit_demo"),
    ],
)
def test_the_entry_symbol_of_the_module_is_enough(abi: Abi, defined: str) -> None:
    assert entry(abi, defined) == []


def test_another_modules_entry_symbol_is_named_with_the_cure() -> None:
    (problem,) = entry(CP312, "PyInit_other", "PyInit_third")

    assert "neither PyInit_demo nor PyModExport_demo" in problem
    assert "PyInit_other, PyInit_third" in problem
    assert "#[pymodule]" in problem
    assert "module-name" in problem


def test_a_library_without_any_entry_symbol_says_so() -> None:
    assert "no entry symbol at all" in entry(CP312)[0]


@pytest.mark.parametrize("abi", [CP312, ABI3_39, CP314T])
def test_the_new_export_alone_is_not_found_by_a_python_before_3_15(abi: Abi) -> None:
    assert "PEP 793" in entry(abi, "PyModExport_demo")[0]


def test_a_free_threaded_stable_module_needs_the_new_export() -> None:
    assert "PEP 803" in entry(ABI3T, "PyInit_demo")[0]


def test_names_beyond_ascii_are_punycode() -> None:
    assert python_abi.entry_names("lančmít") == ("PyInitU_lanmt_2sa6t", "PyModExportU_lanmt_2sa6t")


@pytest.mark.parametrize(
    "soname",
    [
        "libpython3.11.so.1.0", "libpython3.13t.so.1.0", "libpython3.so", "libpython3.7m.so.1.0", "libpython3.12.so",
        "libpypy3.11-c.so", "libpypy3-c.so", "/usr/lib/libpython3.12.so.1.0", "libpython-native.so",
        "libpython3.12.dylib", "@rpath/libpython3.13t.dylib", "libpypy3.11-c.dylib",
        "/Library/Frameworks/Python.framework/Versions/3.12/Python", "@rpath/Python3.framework/Versions/3.9/Python3",
        "PythonT.framework/Versions/3.14/PythonT",
    ],
)  # fmt: skip
def test_libpython_is_known_in_every_spelling(soname: str) -> None:
    (problem,) = python_abi.libpython_problems(read(elf_image(needed=("libc.so.6", soname))))

    assert soname in problem
    assert "extension-module" in problem


@pytest.mark.parametrize(
    "soname",
    [
        "libboost_python312.so.1.83.0", "libpythonic.so", "libpython_helper.so", "libpypi.so", "libpythonic.dylib",
        "/Library/Frameworks/MyPython.framework/MyPython", "Python.framework",
    ],
)  # fmt: skip
def test_other_libraries_with_python_in_their_name_are_not_libpython(soname: str) -> None:
    assert not python_abi.is_libpython(soname)


@pytest.mark.parametrize(
    ("name", "is_pythons"),
    [
        ("PyList_New", True), ("_Py_Dealloc", True), ("PyPyList_New", True), ("GraalPyObject_x", True),
        ("CFRelease", False), ("Py", False), ("my_PyList_New", False),
    ],
)  # fmt: skip
def test_the_interpreters_symbols_are_told_by_their_names(name: str, is_pythons: bool) -> None:
    assert python_abi.is_python_name(name) is is_pythons


def test_a_linked_libpython_is_found() -> None:
    found = list(python_abi.libpython_problems(read((GOLDEN / "libpython.so").read_bytes())))

    assert len(found) == 1
    assert "libpython3.13t.so.1.0" in found[0]


def test_stable_symbols_of_the_minimum_are_fine() -> None:
    assert symbols(ABI3_39, "PyList_New", "_Py_Dealloc", "PyExc_TypeError", "PyModule_Create2") == []


def test_a_name_outside_the_stable_abi_is_a_problem() -> None:
    (problem,) = symbols(ABI3_39, "PyList_New", "PyUnicode_New", "_PyLong_AsByteArray")

    assert "not part of it: PyUnicode_New, _PyLong_AsByteArray" in problem


def test_a_stable_name_that_came_after_the_minimum_is_a_problem_with_its_version() -> None:
    (problem,) = symbols(ABI3_39, "PyObject_GetBuffer")

    assert "stable ABI of Python 3.9" in problem
    assert "with 3.11: PyObject_GetBuffer" in problem
    assert symbols(Abi(kind="abi3", interpreter=python((3, 11))), "PyObject_GetBuffer") == []


@pytest.mark.parametrize("name", ["PyErr_SetFromWindowsErr", "_Py_RefTotal"])
def test_stable_names_that_linux_pythons_lack_are_a_problem(name: str) -> None:
    assert name in symbols(ABI3_315, name)[0]


def test_stable_names_of_windows_alone_are_fine_there() -> None:
    facts = read(elf_image(undefined=("PyErr_SetFromWindowsErr",)))

    assert list(python_abi.symbol_problems(facts, ABI3_315, on_windows=True)) == []
    debug_only = read(elf_image(undefined=("_Py_RefTotal",)))
    assert list(python_abi.symbol_problems(debug_only, ABI3_315, on_windows=True))


def test_entry_symbols_of_other_modules_are_no_python_symbols() -> None:
    assert symbols(ABI3_39, "PyModExport_demo", "PyInit_other") == []


def test_weak_references_are_the_librarys_own_risk() -> None:
    assert symbols(ABI3_39, weak=("PyUnicode_New", "PyObject_GetBuffer")) == []
    assert symbols(CP38, weak=("PyDict_GetItemRef",)) == []


def test_many_symbols_are_cut_short() -> None:
    (problem,) = symbols(ABI3_39, *(f"PyPrivate_{n:02}" for n in range(20)))

    assert "PyPrivate_07 and 12 more" in problem


@pytest.mark.parametrize(
    ("version", "name", "said"),
    [
        ((3, 8), "PyDict_GetItemRef", "new in 3.13"),
        ((3, 12), "PyDict_GetItemRef", "new in 3.13"),
        ((3, 14), "PyTuple_FromArray", "new in 3.15"),
        ((3, 13), "_PyErr_ChainExceptions", "gone since 3.13"),
        ((3, 12), "PyUnicode_AsUnicode", "gone since 3.12"),
    ],
)
def test_symbols_that_the_tags_python_lacks_are_a_problem(version: Version, name: str, said: str) -> None:
    (problem,) = symbols(Abi(kind="version", interpreter=python(version)), "PyList_New", name)

    assert f"{name} ({said})" in problem


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ((3, 13), "PyDict_GetItemRef"),
        ((3, 11), "PyUnicode_AsUnicode"),
        ((3, 8), "PyObject_GetBuffer"),  # far older than its place in the stable ABI
        ((3, 9), "PyType_GetModuleState"),
        ((3, 13), "PyLong_AsNativeBytes"),
    ],
)
def test_symbols_that_the_tags_python_has_are_fine(version: Version, name: str) -> None:
    assert symbols(Abi(kind="version", interpreter=python(version)), name) == []


def test_a_python_newer_than_the_lists_is_not_judged_by_them() -> None:
    assert symbols(Abi(kind="version", interpreter=python((3, 17))), "_PyErr_ChainExceptions") == []


def test_a_free_threaded_build_does_not_pass_for_an_ordinary_one() -> None:
    names = ("_Py_DecRefShared", "_Py_MergeZeroLocalRefcount")

    assert "free-threaded" in symbols(Abi(kind="version", interpreter=python((3, 14))), *names)[0]
    assert symbols(CP314T, *names) == []


def test_a_build_with_inlined_counting_does_not_pass_for_a_free_threaded_one() -> None:
    assert "with a GIL" in symbols(CP314T, "_Py_Dealloc", "PyList_New")[0]
    assert symbols(CP314T, "_Py_Dealloc", "_Py_DecRef") == []
    assert symbols(CP312, "_Py_Dealloc") == []


@pytest.mark.parametrize(
    ("abi", "names", "doubts"),
    [
        (CP312, ("_Py_DecRef",), 1),
        (CP312, ("_Py_DecRef", "_Py_Dealloc"), 0),
        (CP312, ("_Py_Dealloc",), 0),
        (ABI3_39, ("Py_DecRef",), 0),
        (CP314T, ("_Py_DecRef",), 0),
        (PP311, ("PyPy_DecRef",), 0),
    ],
)
def test_counting_by_function_is_doubtful_where_there_is_a_gil(abi: Abi, names: tuple[str, ...], doubts: int) -> None:
    assert len(list(python_abi.symbol_warnings(read(elf_image(undefined=names)), abi))) == doubts


@pytest.mark.parametrize(
    ("row", "name", "said"),
    [
        (python((3, 12)), "PyPyList_New", "built for PyPy"),
        (python((3, 11), implementation="pypy"), "PyList_New", "built for CPython"),
        (python((3, 12), implementation="graalpy"), "PyPyList_New", "built for PyPy"),
    ],
)
def test_a_build_for_another_implementation_is_told_by_its_symbols(row: Interpreter, name: str, said: str) -> None:
    assert said in symbols(Abi(kind="version", interpreter=row), name)[0]


@pytest.mark.parametrize(("abi", "name"), [(PP311, "PyPyList_New"), (GP312, "PyList_New"), (CP312, "PyPI_x")])
def test_a_build_for_the_right_implementation_is_fine(abi: Abi, name: str) -> None:
    assert symbols(abi, name) == []


def test_the_lists_of_symbols_know_each_name_once_and_in_order_of_time() -> None:
    assert len(FIRST) > 300
    assert all(FIRST[name] < GONE[name] for name in FIRST.keys() & GONE.keys())
    assert all(name.startswith(("Py", "_Py")) for name in FIRST.keys() | GONE.keys())
