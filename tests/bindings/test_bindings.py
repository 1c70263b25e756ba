import pytest

from wheelmatrix.bindings import BINDINGS, detect


@pytest.mark.parametrize(
    ("dependencies", "has_cdylib", "has_program", "found"),
    [
        ({"pyo3", "pyo3-ffi"}, True, False, "pyo3"),
        ({"pyo3", "pyo3-ffi"}, True, True, "pyo3"),
        ({"pyo3", "pyo3-ffi"}, False, True, "bin"),
        ({"pyo3"}, False, False, "pyo3"),
        ({"pyo3-ffi"}, True, False, "pyo3-ffi"),
        ({"pyo3", "uniffi"}, True, False, "pyo3"),
        ({"uniffi"}, True, True, "uniffi"),
        ({"uniffi"}, False, True, "uniffi"),
        ({"uniffi"}, False, False, "uniffi"),
        ({"serde"}, True, True, "cffi"),
        (set(), True, False, "cffi"),
        (set(), False, True, "bin"),
        (set(), False, False, None),
    ],
)
def test_bindings_are_detected_in_maturins_order(
    dependencies: set[str], has_cdylib: bool, has_program: bool, found: str | None
) -> None:
    assert detect(dependencies, has_cdylib=has_cdylib, has_program=has_program) == found


def test_what_python_imports_is_a_library_and_not_generated() -> None:
    modules = {name for name, facts in BINDINGS.items() if facts.is_module}

    assert modules == {"pyo3", "pyo3-ffi"}
    assert all(BINDINGS[name].is_library and not BINDINGS[name].is_generated for name in modules)
    assert not BINDINGS["bin"].is_library
