"""The stable ABI by symbol; figures as CPython's Misc/stable_abi.toml has them."""

import pytest

from wheelmatrix.audit.stable_abi import stable_since


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("PyLong_FromLong", (3, 2)),
        ("PyType_GetSlot", (3, 4)),
        ("PyObject_Vectorcall", (3, 12)),
        ("PyExc_ValueError", (3, 2)),
        ("PyUnicode_AsUTF8AndSize", (3, 10)),
        ("_PyLong_AsByteArray", None),
        ("PyNo_Such", None),
    ],
)
def test_a_symbol_is_stable_since_the_python_that_promised_it(name: str, since: tuple[int, int] | None) -> None:
    assert stable_since(name, on_windows=False) == stable_since(name, on_windows=True) == since


def test_what_only_pythons_for_windows_have_is_stable_there_alone() -> None:
    assert stable_since("PyErr_SetFromWindowsErr", on_windows=True) == (3, 7)
    assert stable_since("PyErr_SetFromWindowsErr", on_windows=False) is None


def test_what_only_pythons_made_for_tracing_have_is_stable_nowhere() -> None:
    assert stable_since("_Py_NegativeRefcount", on_windows=False) is None
    assert stable_since("_Py_RefTotal", on_windows=True) is None
