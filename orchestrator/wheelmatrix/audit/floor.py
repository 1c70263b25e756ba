"""What the lowest version that a library runs on is a version of."""

from wheelmatrix.model import Report


def floor_of(report: Report) -> str:
    """Return what the floor of a library is a version of: `glibc`, `musl` or `macOS`."""
    if "macOS" in report.versions:
        return "macOS"
    return "musl" if any(tag.startswith("musllinux") for tag in report.platform_tags) else "glibc"
