"""What is known of the bindings before cargo is asked."""

from pathlib import PurePath

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.project.cffi_need import may_be_cffi, stated_bindings, stated_manifest

PYPROJECT = PurePath("pyproject.toml")


@pytest.mark.parametrize(
    ("tool", "bindings"),
    [
        ({}, ""),
        ({"maturin": {}}, ""),
        ({"maturin": {"bindings": "cffi"}}, "cffi"),
        ({"maturin": {"bindings": "cffi"}, "wheelmatrix": {"bindings": "pyo3"}}, "pyo3"),
        ({"maturin": 1}, ""),
    ],
)
def test_the_last_table_that_names_bindings_counts(tool: dict[str, object], bindings: str) -> None:
    assert stated_bindings(PYPROJECT, {"tool": tool}) == bindings


def test_tool_has_to_be_a_table() -> None:
    with pytest.raises(ConfigError, match="not a table"):
        stated_bindings(PYPROJECT, {"tool": 1})


def test_the_manifest_lies_beside_unless_it_is_named() -> None:
    assert stated_manifest({}) == "Cargo.toml"
    assert stated_manifest({"tool": {"maturin": {"manifest-path": "native/Cargo.toml"}}}) == "native/Cargo.toml"


@pytest.mark.parametrize(
    ("manifest", "may_be"),
    [
        ('[lib]\ncrate-type = ["cdylib"]\n', True),
        ('[lib]\ncrate-type = ["cdylib"]\n[dependencies]\npyo3.workspace = true\n', False),
        ('[lib]\ncrate-type = ["cdylib"]\n[dependencies]\nuniffi = "0.28"\n', False),
        ('[[bin]]\nname = "x"\n', False),
    ],
)
def test_a_cdylib_without_other_bindings_may_be_one_of_cffi(manifest: str, may_be: bool) -> None:
    assert may_be_cffi(manifest) is may_be
