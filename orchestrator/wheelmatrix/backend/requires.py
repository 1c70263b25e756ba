"""The hooks that say what has to be installed before a build; imports little, for they are called in every build."""

import sys
from collections.abc import Mapping
from pathlib import Path

from wheelmatrix.backend.told import telling
from wheelmatrix.plan.frontend import build_requirements
from wheelmatrix.project.config import parse
from wheelmatrix.run.pyproject import text_of

Settings = Mapping[str, object] | None


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """Return the requirements of a wheel, as PEP 508 texts; mostly none."""
    pyproject = Path.cwd() / "pyproject.toml"
    with telling():
        return build_requirements(pyproject, parse(pyproject, text_of(pyproject)), sys.implementation.name)


def get_requires_for_build_editable(config_settings: Settings = None) -> list[str]:
    """Return the requirements of an editable wheel: those of a wheel."""
    return get_requires_for_build_wheel(config_settings)


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """Return the requirements of a source distribution: none."""
    return []
