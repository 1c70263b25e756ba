"""Whether a build needs cffi, as far as the files tell without cargo: a frontend asks this first, in every build."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from wheelmatrix.errors import ConfigError

_BOUND = re.compile(r"pyo3|uniffi")


def stated_bindings(pyproject: PurePath, document: Mapping[str, Any]) -> str:
    """Return the bindings that pyproject.toml names; empty: none. Raises ConfigError if [tool] is no table."""
    if not isinstance(document.get("tool", {}), dict):
        raise ConfigError.of("[tool] is not a table", where=str(pyproject))
    named = [table["bindings"] for table in _tables(document) if "bindings" in table]
    return str(named[-1]) if named else ""


def stated_manifest(document: Mapping[str, Any]) -> str:
    """Return the Cargo.toml that pyproject.toml names, or the usual one beside it."""
    named = [table["manifest-path"] for table in _tables(document) if isinstance(table.get("manifest-path"), str)]
    return named[-1] if named else "Cargo.toml"


def may_be_cffi(manifest: str) -> bool:
    """Return whether a crate with this Cargo.toml may have bindings of cffi: it has a cdylib, and no other bindings.

    A crate that reaches pyo3 through one that is not called so may be one; cargo has to be asked then.
    """
    return "cdylib" in manifest and not _BOUND.search(manifest)


def _tables(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tables that configure a build, the one that wins last."""
    tool = document.get("tool", {})
    return [table for name in ("maturin", "wheelmatrix") if isinstance(table := tool.get(name), dict)]
