from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from wheelmatrix.bindings.pyo3 import (
    abi_fault,
    config_text,
    configured_python,
    entry_symbols,
    environment,
    free_threaded_since,
    limits,
    links_libpython,
    needs_import_library,
    stable_abis,
)
from wheelmatrix.model import Abi, AbiKind, Installed, PyO3, Version
from wheelmatrix.resources import table_texts
from wheelmatrix.tables import load

TABLES = load(table_texts())
ROWS = {row.id: row for row in TABLES.interpreters}
INSTALLED = Installed(
    executable=PurePosixPath("/venv/python"),
    base_executable=PurePosixPath("/opt/python"),
    implementation="cpython",
    version=(3, 14),
    patch="3.14.0",
    free_threaded=True,
    debug=False,
    ext_suffix="",
    soabi="",
    platform="linux-x86_64",
    word_bits=64,
    source="PATH",
)


def pyo3(*version: int) -> PyO3:
    first, second, third = version
    return PyO3(
        crate="pyo3",
        version=(first, second, third),
        features=frozenset(),
        cpython=((3, 7), (3, 14)),
        pypy=None,
        graalpy=None,
        free_threaded_since=None,
    )


def config(
    version: tuple[int, int, int], row: str, kind: AbiKind, triple: str = "x86_64-unknown-linux-gnu"
) -> set[str]:
    text = config_text(pyo3(*version), Abi(kind=kind, interpreter=ROWS[row]), TABLES.targets[triple])
    return set(text.splitlines())


@pytest.mark.parametrize(
    ("version", "row", "kind", "expected"),
    [
        ((0, 28, 3), "cp312", "version", {"implementation=CPython", "version=3.12", "abi3=false", "build_flags="}),
        ((0, 28, 3), "cp39", "abi3", {"version=3.9", "abi3=true"}),
        ((0, 28, 3), "cp313t", "version", {"abi3=false", "build_flags=Py_GIL_DISABLED"}),
        ((0, 29, 3), "cp314t", "version", {"target_abi=CPython-free_threaded-3.14", "build_flags=Py_GIL_DISABLED"}),
        ((0, 29, 3), "cp312", "version", {"target_abi=CPython-gil_enabled-3.12"}),
        ((0, 29, 3), "cp39", "abi3", {"target_abi=CPython-abi3-3.9"}),
        ((0, 29, 3), "pp311_pp73", "version", {"implementation=PyPy", "target_abi=PyPy-gil_enabled-3.11"}),
    ],
)
def test_the_configuration_speaks_the_dialect_of_its_pyo3(
    version: tuple[int, int, int], row: str, kind: AbiKind, expected: set[str]
) -> None:
    found = config(version, row, kind)

    assert expected <= found
    assert ("target_abi" in str(found)) is (version >= (0, 29, 0))
    assert any(line.startswith("abi3=") for line in found) is (version < (0, 29, 0))


@pytest.mark.parametrize(
    ("row", "kind", "library"),
    [("cp312", "version", "python312"), ("cp314t", "version", "python314t"), ("cp39", "abi3", "python3")],
)
def test_on_windows_the_dll_is_named(row: str, kind: AbiKind, library: str) -> None:
    assert f"lib_name={library}" in config((0, 28, 3), row, kind, "x86_64-pc-windows-msvc")


@pytest.mark.parametrize(
    ("features", "expected"),
    [
        ([], ()),
        (["abi3"], (("abi3", None),)),
        (["abi3", "abi3-py310", "abi3-py39"], (("abi3", (3, 9)),)),
        (["abi3-py39", "abi3t-py315"], (("abi3", (3, 9)), ("abi3t", (3, 15)))),
        (["abi3-python"], ()),
    ],
)
def test_the_lowest_abi3_feature_counts(
    features: list[str], expected: tuple[tuple[AbiKind, Version | None], ...]
) -> None:
    assert stable_abis(features, (0, 29, 0)) == expected


def test_a_declared_range_wins() -> None:
    table = {
        "cpython": {"min-version": "3.8", "max-version": "3.15"},
        "pypy": {"min-version": "3.11", "max-version": "3.11"},
    }

    cpython, pypy, _ = limits({"version": "0.29.0", "metadata": table})

    assert (cpython, pypy) == (((3, 8), (3, 15)), ((3, 11), (3, 11)))


@pytest.mark.parametrize(
    ("version", "highest"), [("0.16.6", (3, 10)), ("0.19.2", (3, 12)), ("0.21.2", (3, 12)), ("0.23.5", (3, 13))]
)
def test_old_versions_have_known_ranges(version: str, highest: Version) -> None:
    assert limits({"version": version, "metadata": None})[0] == ((3, 7), highest)


@pytest.mark.parametrize(
    ("version", "since"), [((0, 22, 6), None), ((0, 23, 0), (3, 13)), ((0, 28, 3), (3, 13)), ((0, 29, 0), (3, 14))]
)
def test_free_threading_begins_with_its_pyo3(version: tuple[int, int, int], since: Version | None) -> None:
    assert free_threaded_since(version) == since


def test_python_315_may_be_entered_through_pymodexport() -> None:
    assert entry_symbols("m", (0, 29, 0), Abi(kind="version", interpreter=ROWS["cp315"])) == (
        "PyModExport_m",
        "PyInit_m",
    )
    assert entry_symbols("m", (0, 28, 0), Abi(kind="version", interpreter=ROWS["cp315"])) == ("PyInit_m",)


@pytest.mark.parametrize(
    ("cfgs", "row", "kind", "fault"),
    [
        ({"Py_3_8", "Py_3_12"}, "cp312", "version", ""),
        ({"Py_3_8", "Py_3_11"}, "cp312", "version", "Python 3.11, expected 3.12"),
        ({"Py_3_8", "Py_3_9", "Py_LIMITED_API"}, "cp39", "abi3", ""),
        ({"Py_3_12", "Py_LIMITED_API"}, "cp312", "version", "the limited API"),
        ({"Py_3_9"}, "cp39", "abi3", "a full API, expected the limited one"),
        ({"Py_3_14"}, "cp314t", "version", "a Python with GIL"),
        (set(), "cp312", "version", ""),
    ],
)
def test_what_the_build_script_saw_has_to_be_the_abi(cfgs: set[str], row: str, kind: AbiKind, fault: str) -> None:
    assert abi_fault(frozenset(cfgs), Abi(kind=kind, interpreter=ROWS[row])) == fault


@pytest.mark.parametrize("cfgs", [{"Py_3_11", "PyPy"}, {"Py_3_11", "PyPy", "Py_LIMITED_API"}])
def test_on_pypy_the_abi3_feature_changes_nothing(cfgs: set[str]) -> None:
    assert abi_fault(frozenset(cfgs), Abi(kind="version", interpreter=ROWS["pp311_pp73"])) == ""


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.20.3", None),
        ("0.21.2", ((3, 10), (3, 11))),
        ("0.25.1", ((3, 11), (3, 11))),
        ("0.28.3", ((3, 12), (3, 15))),
    ],
)
def test_graalpy_is_known_where_no_metadata_speaks_of_it(
    version: str, expected: tuple[Version, Version] | None
) -> None:
    declared = {"cpython": {"min-version": "3.7", "max-version": "3.15"}}

    assert limits({"version": version, "metadata": declared})[2] == expected


@pytest.mark.parametrize(
    ("version", "features", "expected"),
    [((0, 25, 1), set(), True), ((0, 25, 1), {"extension-module"}, False), ((0, 26, 0), set(), False)],
)
def test_only_old_versions_without_the_feature_link_libpython(
    version: tuple[int, int, int],
    features: set[str],
    expected: bool,
) -> None:
    assert links_libpython(replace(pyo3(*version), features=frozenset(features))) is expected


def test_build_scripts_are_told_of_the_python_that_is_here() -> None:
    abi = Abi(kind="version", interpreter=ROWS["cp314t"])

    assert environment(abi, None) == {"PYO3_BUILD_EXTENSION_MODULE": "1"}
    assert environment(abi, INSTALLED) == {
        "PYO3_BUILD_EXTENSION_MODULE": "1",
        "PYO3_PYTHON": "/venv/python",
        "PYTHON_SYS_EXECUTABLE": "/venv/python",
        "PYO3_ENVIRONMENT_SIGNATURE": "cpython-3.14t-64bit",
    }


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("implementation=CPython\nversion=3.12\n", "3.12"),
        ("# of mine\nversion = 3.11\nshared = true\n", "3.11"),
        ("version=3.14\nbuild_flags=Py_GIL_DISABLED,Py_DEBUG\n", "3.14t"),
        ("version=3.14\ntarget_abi=CPython-free_threaded-3.14\n", "3.14t"),
        ("version=3.14\nabiflags=t\n", "3.14t"),
        ("implementation=PyPy\nversion=3.11\n", "pypy3.11"),
        ("implementation=PyPy\nversion=3.11\next_suffix=.pypy311-pp80-x86_64-linux-gnu.so\n", "pypy3.11_pp80"),
        ("implementation=CPython\nversion=3.11\next_suffix=.cpython-311-x86_64-linux-gnu.so\n", "3.11"),
        ("implementation=GraalVM\nversion=3.12\n", "graalpy3.12"),
        ("implementation=RustPython\nversion=3.13\n", ""),
        ("implementation=CPython\nversion=3\n", ""),
        ("", ""),
    ],
)
def test_a_configuration_file_says_which_python_it_is_of(text: str, spec: str) -> None:
    assert configured_python(text) == spec


def test_where_pyo3_itself_asks_it_is_the_python_below_the_environment() -> None:
    abi = Abi(kind="version", interpreter=ROWS["cp312"])

    program, wanted = environment(abi, INSTALLED, is_program=True), environment(abi, INSTALLED, wants_base=True)

    assert "PYO3_BUILD_EXTENSION_MODULE" not in program
    assert program["PYO3_PYTHON"] == wanted["PYO3_PYTHON"] == wanted["PYTHON_SYS_EXECUTABLE"] == "/opt/python"


def test_the_import_library_of_a_python_for_windows_is_found_where_it_lies() -> None:
    abi = Abi(kind="version", interpreter=ROWS["cp312"])

    text = config_text(pyo3(0, 28, 0), abi, TABLES.targets["x86_64-pc-windows-msvc"], "/opt/python/libs")
    elsewhere = config_text(pyo3(0, 28, 0), abi, TABLES.targets["x86_64-unknown-linux-gnu"], "/opt/python/libs")

    assert "lib_name=python312\nlib_dir=/opt/python/libs\n" in text
    assert "lib_dir" not in elsewhere


@pytest.mark.parametrize(
    ("version", "features", "needs"),
    [
        ((0, 28, 3), (), True),
        ((0, 28, 3), ("generate-import-lib",), False),
        ((0, 29, 0), (), False),
        ((0, 30, 1), (), False),
    ],
)
def test_windows_needs_an_import_library_before_raw_dylib(
    version: tuple[int, int, int], features: tuple[str, ...], needs: bool
) -> None:
    assert needs_import_library(replace(pyo3(*version), features=frozenset(features))) is needs
