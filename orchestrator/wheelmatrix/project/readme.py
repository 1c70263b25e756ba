"""The project's long description: where it is, and what kind of text it is."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Gathered

_TYPES = {
    ".md": "text/markdown; charset=UTF-8; variant=GFM",
    ".markdown": "text/markdown; charset=UTF-8; variant=GFM",
    ".rst": "text/x-rst; charset=UTF-8",
}
_PLAIN = "text/plain; charset=UTF-8"
"""Content types as maturin writes them, so that a wheel's metadata does not change with the tool."""


def readme_path(
    project: Mapping[str, Any], package: Mapping[str, Any], root: PurePath, manifest: PurePath
) -> PurePath | None:
    """Return where the readme is; None: there is none, or its text stands in pyproject.toml."""
    if project and "readme" not in project.get("dynamic", ()):
        readme = project.get("readme")
        if isinstance(readme, dict):
            readme = readme.get("file")
        return root / readme if isinstance(readme, str) else None
    named = package.get("readme")
    return manifest.parent / str(named) if named else None


def readme(
    project: Mapping[str, Any], package: Mapping[str, Any], root: PurePath, manifest: PurePath, gathered: Gathered
) -> tuple[str, str] | None:
    """Return text and content type; None if the project has no readme. Raises ConfigError if the file is missing."""
    table = project.get("readme")
    if isinstance(table, dict) and "text" in table:
        return str(table["text"]), str(table.get("content-type", _PLAIN))
    path = readme_path(project, package, root, manifest)
    if path is None:
        return None
    text = gathered.texts.get(path)
    if text is None:
        raise ConfigError.of("the readme is not there", where=str(path), hint="correct `readme`, or remove it")
    own = table.get("content-type") if isinstance(table, dict) else None
    return text, str(own or _TYPES.get(path.suffix.lower(), _PLAIN))
