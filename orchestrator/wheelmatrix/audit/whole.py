"""One verdict on all that a build puts into a wheel: the wheel runs where each of its files runs."""

from collections.abc import Sequence
from dataclasses import replace

from wheelmatrix.model import Report


def whole(reports: Sequence[Report]) -> Report:
    """Return the report on the first file, with the tag that all of them earned together and everybody's faults.

    A file that earned a plain tag alone, or the highest floor, decides the tag. Faults of several name their file.
    """
    if len(reports) == 1:
        return reports[0]
    worst = max(reports, key=_rank)
    return replace(
        reports[0],
        floor=worst.floor,
        platform_tags=worst.platform_tags if all(reports) else (),
        blockers=worst.blockers,
        graft=tuple(dict.fromkeys(soname for each in reports for soname in each.graft)),
        problems=tuple(f"{each.name}: {text}" for each in reports for text in each.problems),
        warnings=tuple(f"{each.name}: {text}" for each in reports for text in each.warnings),
    )


def _rank(report: Report) -> tuple[bool, tuple[int, int]]:
    return any(tag.startswith("linux_") for tag in report.platform_tags), report.floor or (0, 0)
