from wheelmatrix.bindings import BINDINGS


def test_pyo3_is_tried_before_pyo3_ffi() -> None:
    assert list(BINDINGS) == ["pyo3", "pyo3-ffi"]


def test_each_kind_is_shown_by_a_dependency_of_its_name() -> None:
    assert {name: each.crate for name, each in BINDINGS.items()} == {"pyo3": "pyo3", "pyo3-ffi": "pyo3-ffi"}
