"""pyproject.toml as it is shipped: it lies at the top of the archive, and names what lies below it."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import tomli

from wheelmatrix.project.cffi_need import stated_manifest
from wheelmatrix.project.layout import normal
from wheelmatrix.project.source_project import SourceProject
from wheelmatrix.project.toml_text import rewritten


def repointed(source: SourceProject, base: PurePath) -> str:
    """Return the text with manifest-path, python-source, readme and licence as they are seen from the archive's top."""
    table: dict[str, Any] = tomli.loads(source.pyproject_text)
    root = source.place.root
    tool = table.setdefault("tool", {})
    manifest = source.crate.manifest.relative_to(base).as_posix()
    if not _is_found(source, table, manifest):
        _set(tool, "manifest-path", manifest)
    if source.options.python_source and not source.place.python_root.is_relative_to(root):
        _set(tool, "python-source", source.place.python_root.relative_to(base).as_posix())
    project = table.get("project", {})
    for key in ("readme", "license"):
        found = project.get(key)
        if key == "readme" and isinstance(found, str):
            project[key] = _seen(found, root, base)
        elif isinstance(found, dict) and isinstance(found.get("file"), str):
            found["file"] = _seen(found["file"], root, base)
    if not tool:
        del table["tool"]
    return rewritten(source.pyproject_text, table)


def _is_found(source: SourceProject, table: Mapping[str, Any], manifest: str) -> bool:
    """Return whether the crate is found at the new place with what the file says now; a command line is not shipped."""
    stated = normal(PurePath(stated_manifest(table)))
    if stated in (PurePath(manifest), PurePath(manifest).parent):
        return True
    is_beside = source.place.python_root == source.place.root / "src" or bool(source.options.python_source)
    is_unstated = stated == PurePath("Cargo.toml")
    return is_unstated and manifest == "rust/Cargo.toml" and source.place.is_mixed and is_beside


def _seen(named: str, root: PurePath, base: PurePath) -> str:
    path = normal(root / named)
    if path.is_relative_to(root) or not path.is_relative_to(base):
        return named
    return path.relative_to(base).as_posix()


def _set(tool: dict[str, Any], key: str, value: str) -> None:
    """Say it in each table that says it already, and in maturin's if none does: every backend reads that."""
    tables = [tool[name] for name in ("maturin", "wheelmatrix") if key in tool.get(name, {})]
    for table in tables or [tool.setdefault("maturin", {})]:
        table[key] = value
