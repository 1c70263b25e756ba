"""The hooks that say what has to be installed before a build; imports little, for they are called in every build."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wheelmatrix.backend.told import telling
from wheelmatrix.project.cffi_need import may_be_cffi, stated_bindings, stated_manifest
from wheelmatrix.project.document import parse
from wheelmatrix.run.pyproject import text_of

if TYPE_CHECKING:
    from wheelmatrix.run.again import Settings


def get_requires_for_build_wheel(config_settings: "Settings" = None) -> list[str]:
    """Return the requirements of a wheel, as PEP 508 texts: cffi for bindings of that kind, else none.

    PyPy has a cffi of its own.
    """
    with telling():
        pyproject = Path.cwd() / "pyproject.toml"
        document = parse(pyproject, text_of(pyproject))
        bindings = stated_bindings(pyproject, document)
        if not bindings:
            manifest = pyproject.parent / stated_manifest(document)
            is_plain = manifest.is_file() and not may_be_cffi(text_of(manifest))
            bindings = "" if is_plain else _detected(config_settings)
        return ["cffi"] if bindings == "cffi" and sys.implementation.name != "pypy" else []


def get_requires_for_build_editable(config_settings: "Settings" = None) -> list[str]:
    """Return the requirements of an editable wheel: those of a wheel."""
    return get_requires_for_build_wheel(config_settings)


def get_requires_for_build_sdist(config_settings: "Settings" = None) -> list[str]:
    """Return the requirements of a source distribution: none."""
    return []


def _detected(settings: "Settings") -> str:
    """Return the bindings that a build would find; what that takes is imported only for crates that leave it open."""
    from wheelmatrix.backend.heard import prepared

    return prepared(settings).plan.project.crate.bindings
