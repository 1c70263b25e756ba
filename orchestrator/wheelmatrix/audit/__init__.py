"""What was built: bytes in, verdict out."""

from wheelmatrix.audit.archive import check_archive
from wheelmatrix.audit.bare import audit_bare
from wheelmatrix.audit.library import audit_library
from wheelmatrix.audit.report import AnyReport, as_json, floor_of, text
from wheelmatrix.audit.sdist import SdistReport, audit_sdist, check_sdist
from wheelmatrix.audit.wheel import WheelReport, audit_wheel

__all__ = [
    "AnyReport", "SdistReport", "WheelReport", "as_json", "audit_bare", "audit_library", "audit_sdist", "audit_wheel",
    "check_archive", "check_sdist", "floor_of", "text",
]  # fmt: skip
