"""From a floor to the platform tags of a wheel."""

from collections.abc import Sequence

from wheelmatrix.model import Policy, Target, Version


def earned_tags(target: Target, floor: Version | None, known: Sequence[Policy]) -> tuple[str, ...]:
    """Return the platform tags that promise `floor`, or what installers look for if that is more.

    Sorted, the legacy alias included; the plain tag where there is no floor.
    """
    if floor is None or "{major}" not in target.tag:
        return (target.plain_tag,)
    promised = max(floor, target.installer_floor or floor)
    aliases = [alias for policy in known if policy.floor == promised for alias in policy.aliases]
    return tuple(
        sorted((target.tag.format(major=promised[0], minor=promised[1]), *(f"{one}_{target.arch}" for one in aliases)))
    )
