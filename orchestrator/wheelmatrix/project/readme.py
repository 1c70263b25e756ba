"""The project's long description: where it is, and what kind of text it is."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import CargoPackage, FoundFiles
from wheelmatrix.project.layout import normal
from wheelmatrix.values import dataclass

_TYPES = {
    ".md": "text/markdown; charset=UTF-8; variant=GFM",
    ".markdown": "text/markdown; charset=UTF-8; variant=GFM",
    ".rst": "text/x-rst; charset=UTF-8",
}
_PLAIN = "text/plain; charset=UTF-8"
"""Content types as maturin writes them, so that a wheel's metadata does not change with the tool."""
_CUSTOMARY = ("README.md", "README.txt", "README.rst", "README")
"""Beside Cargo.toml, when that names none and the readme is Cargo's to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readme:
    """A long description."""

    text: str
    content_type: str
    """Empty: the project does not say."""


def readme_paths(
    project: Mapping[str, Any], package: Mapping[str, Any], root: PurePath, manifest: PurePath
) -> tuple[PurePath, ...]:
    """Return where the readme may be, the first that is there counts; empty: none, or its text is in pyproject.toml."""
    readme = project.get("readme")
    if isinstance(readme, dict):
        readme = readme.get("file")
    if isinstance(readme, str):
        return (normal(root / readme),)
    if project and ("readme" in project or "readme" not in project.get("dynamic", ())):
        return ()
    named = package.get("readme")
    return (normal(manifest.parent / named),) if named else tuple(manifest.parent / name for name in _CUSTOMARY)


def readme(
    project: Mapping[str, Any], package: Mapping[str, Any], root: PurePath, crate: CargoPackage, gathered: FoundFiles
) -> Readme | None:
    """Return the long description; None if the project has none.

    Raises ConfigError if the file is missing, or outside of both project and workspace.
    """
    table = project.get("readme")
    own = str(table.get("content-type", "")) if isinstance(table, dict) else None
    if isinstance(table, dict) and "text" in table:
        return Readme(text=table["text"], content_type=own or "")
    paths = readme_paths(project, package, root, crate.manifest)
    path = next((each for each in paths if each in gathered.texts), None)
    if path is None:
        if table or (package.get("readme") and paths):
            where, hint = str(paths[0]), "correct `readme`, or remove it"
            raise ConfigError.of("the readme is not there, or cannot be read", where=where, hint=hint)
        return None
    if not is_inside(path, root, crate):
        raise ConfigError.of("the readme is outside of the project and its workspace", where=str(path))
    return Readme(
        text=gathered.texts[path], content_type=_TYPES.get(path.suffix.lower(), _PLAIN) if own is None else own
    )


def is_inside(path: PurePath, root: PurePath, crate: CargoPackage) -> bool:
    """Return whether a file that metadata names may be shipped: in the project, or in the crate's workspace."""
    return path.is_relative_to(root) or path.is_relative_to(crate.workspace)
