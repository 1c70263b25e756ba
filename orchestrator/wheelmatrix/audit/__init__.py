"""What was built: bytes in, verdict out.

Each name is imported when it is asked for: who audits an sdist needs no reader of ELF, Mach-O and PE.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wheelmatrix.audit.archive import check_archive as check_archive
    from wheelmatrix.audit.bare import audit_bare as audit_bare
    from wheelmatrix.audit.floor import floor_of as floor_of
    from wheelmatrix.audit.library import audit_library as audit_library
    from wheelmatrix.audit.report import AnyReport as AnyReport
    from wheelmatrix.audit.report import as_json as as_json
    from wheelmatrix.audit.report import text as text
    from wheelmatrix.audit.sdist import SdistReport as SdistReport
    from wheelmatrix.audit.sdist import audit_sdist as audit_sdist
    from wheelmatrix.audit.sdist import check_sdist as check_sdist
    from wheelmatrix.audit.wheel import WheelReport as WheelReport
    from wheelmatrix.audit.wheel import audit_wheel as audit_wheel

_HOMES = {
    "check_archive": "archive",
    "audit_bare": "bare",
    "audit_library": "library",
    "floor_of": "floor",
    **dict.fromkeys(("AnyReport", "as_json", "text"), "report"),
    **dict.fromkeys(("SdistReport", "audit_sdist", "check_sdist"), "sdist"),
    **dict.fromkeys(("WheelReport", "audit_wheel"), "wheel"),
}
"""Name to the module of this room that has it."""

__all__ = [*_HOMES]


if not TYPE_CHECKING:  # else every misspelt name would be an `object`

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
