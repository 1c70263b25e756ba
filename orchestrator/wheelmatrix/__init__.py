"""wheelmatrix: every wheel of a Rust extension from one command."""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wheelmatrix.api import build as build
    from wheelmatrix.api import plan as plan
    from wheelmatrix.backend.metadata import prepare_metadata_for_build_editable as prepare_metadata_for_build_editable
    from wheelmatrix.backend.metadata import prepare_metadata_for_build_wheel as prepare_metadata_for_build_wheel
    from wheelmatrix.backend.requires import get_requires_for_build_editable as get_requires_for_build_editable
    from wheelmatrix.backend.requires import get_requires_for_build_sdist as get_requires_for_build_sdist
    from wheelmatrix.backend.requires import get_requires_for_build_wheel as get_requires_for_build_wheel
    from wheelmatrix.backend.sdists import build_sdist as build_sdist
    from wheelmatrix.backend.wheels import build_editable as build_editable
    from wheelmatrix.backend.wheels import build_wheel as build_wheel
    from wheelmatrix.errors import AuditError as AuditError
    from wheelmatrix.errors import CompileError as CompileError
    from wheelmatrix.errors import ConfigError as ConfigError
    from wheelmatrix.errors import InstallError as InstallError
    from wheelmatrix.errors import Interrupted as Interrupted
    from wheelmatrix.errors import NothingToBuild as NothingToBuild
    from wheelmatrix.errors import PackError as PackError
    from wheelmatrix.errors import ToolMissing as ToolMissing
    from wheelmatrix.errors import UploadError as UploadError
    from wheelmatrix.errors import VerifyError as VerifyError
    from wheelmatrix.errors import WheelmatrixError as WheelmatrixError
    from wheelmatrix.model import Plan as Plan
    from wheelmatrix.model import Wheel as Wheel
    from wheelmatrix.options import BuildOptions as BuildOptions

__version__ = "0.1.0"

_HOMES = {
    "build": "wheelmatrix.api",
    "BuildOptions": "wheelmatrix.options",
    "Plan": "wheelmatrix.model",
    "Wheel": "wheelmatrix.model",
    **dict.fromkeys(("build_editable", "build_wheel"), "wheelmatrix.backend.wheels"),
    "build_sdist": "wheelmatrix.backend.sdists",
    **dict.fromkeys(
        ("prepare_metadata_for_build_editable", "prepare_metadata_for_build_wheel"), "wheelmatrix.backend.metadata"
    ),
    **dict.fromkeys(
        ("get_requires_for_build_editable", "get_requires_for_build_sdist", "get_requires_for_build_wheel"),
        "wheelmatrix.backend.requires",
    ),
    **dict.fromkeys(
        (
            "AuditError",
            "CompileError",
            "ConfigError",
            "InstallError",
            "Interrupted",
            "NothingToBuild",
            "PackError",
            "ToolMissing",
            "UploadError",
            "VerifyError",
            "WheelmatrixError",
        ),
        "wheelmatrix.errors",
    ),
}
"""Public name to the module that has it: each is imported when it is asked for, so that `--version` is quick."""

__all__ = ["__version__", "plan", *_HOMES]


if not TYPE_CHECKING:  # else every misspelt name and missing module would be an `object`

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(_HOMES[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps `wheelmatrix.plan` the function: importing the room of that name would put the module in its place."""

    @property
    def plan(self) -> object:
        """The public function."""
        return import_module("wheelmatrix.api").plan

    @plan.setter
    def plan(self, room: object) -> None:
        """Let the import system bind the room to nothing; `from wheelmatrix.plan import …` works all the same."""


sys.modules[__name__].__class__ = _Package
