"""The order of the rows of a screen: that of the matrix, which does not change while a run goes on."""

from wheelmatrix.events import RunPlanned

Place = tuple[int, int]
"""Where a title stands: number of the wheel, then what is for its target, what it is made of, the wheel itself."""


def places(event: RunPlanned) -> dict[str, Place]:
    """Return where each title of the plan stands; what is for no target alone has no place, and comes before all.

    A wheel has its place in the matrix; the builds that it is made of come before it, and what is for a target as a
    whole before the target's first wheel.
    """
    found = {wheel: (number, 2) for number, wheel in enumerate(event.wheels)}
    for number, titles in enumerate(event.builds):
        for title in titles.split():
            found.setdefault(title, (number, 1))
    targets = [(title, target) for title, target in zip(event.titles, event.step_targets, strict=False) if target]
    first: dict[str, int] = {}
    for title, target in targets:
        if title in found:
            first[target] = min(first.get(target, len(found)), found[title][0])
    for title, target in targets:
        if target in first:
            found.setdefault(title, (first[target], 0))
    return found
