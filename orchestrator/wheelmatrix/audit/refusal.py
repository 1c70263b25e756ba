"""The report on a file that could not be read: it must not be shipped, and all that is known is why."""

from wheelmatrix.errors import AuditError
from wheelmatrix.model import Report


def refused(name: str, error: AuditError) -> Report:
    """Return the report on the library `name`, whose reader raised `error`."""
    return unread(name, problems=tuple(issue.message for issue in error.issues))


def unread(
    name: str, *, problems: tuple[str, ...] = (), warnings: tuple[str, ...] = (), platform_tags: tuple[str, ...] = ()
) -> Report:
    """Return a report without facts, for a library that nothing could be learned of."""
    return Report(
        name=name,
        machine="",
        word_bits=0,
        needed=(),
        rpaths=(),
        versions={},
        entry_symbols=(),
        floor=None,
        platform_tags=platform_tags,
        graft=(),
        problems=problems,
        warnings=warnings,
        blockers=(),
    )
