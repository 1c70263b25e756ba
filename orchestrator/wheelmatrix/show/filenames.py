"""File names as short as there is room for: their tags tell them apart, the front is the same for all. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence

from wheelmatrix.show.words import Glyphs, short_tag, width_of

_SUFFIX = ".whl"
_FLOOR = re.compile(r"_\d+_\d+_")


def shortened(filenames: Sequence[str], room: int | None, glyphs: Glyphs) -> dict[str, str]:
    """Return how each file is called in at most `room` cells, all in the same way, cleaned; None: as it is.

    Whole, else without the project and the version that all wheels share, else by tags as cells are called, else
    without the floors in them; what is too long even then lacks its middle.
    """
    for names in _ways(filenames, glyphs):
        if room is None or _most(names) <= room:
            break
    return {
        filename: name if room is None else without_middle(name, room, glyphs)
        for filename, name in zip(filenames, names, strict=True)
    }


def least_room(filenames: Sequence[str], glyphs: Glyphs) -> int:
    """Return the cells that the names need at least, if nothing is to be cut."""
    return min(map(_most, _ways(filenames, glyphs)))


def without_middle(text: str, room: int, glyphs: Glyphs) -> str:
    """Return both ends of a cleaned text in at most `room` cells, with the ellipsis between them if it is too long."""
    if width_of(text) <= room:
        return text
    left = room - len(glyphs.ellipsis)
    if left < 2:
        return _end(text[::-1], room)[::-1]
    return _end(text[::-1], left // 2)[::-1] + glyphs.ellipsis + _end(text, left - left // 2)


def _end(text: str, room: int) -> str:
    used, at = 0, len(text)
    while at and (used := used + width_of(text[at - 1])) <= room:
        at -= 1
    return text[at:]


def _ways(filenames: Sequence[str], glyphs: Glyphs) -> Iterator[list[str]]:
    """Yield the names in each way that keeps them apart, the longest first."""
    yield [glyphs.text(name) for name in filenames]
    for shorten in (_without_front, _tags, _without_floor):
        names = _of_wheels(filenames, shorten)
        if len(set(names)) == len(set(filenames)):
            yield [glyphs.text(name) for name in names]


def _most(names: Sequence[str]) -> int:
    return max(map(width_of, names), default=0)


def _of_wheels(filenames: Sequence[str], shorten: Callable[[str], str]) -> list[str]:
    """Return the names, those of wheels shortened if all of them have the same front; an sdist has nothing else."""
    fronts = {tuple(name.split("-")[:2]) for name in filenames if _is_wheel(name)}
    return [shorten(name) if _is_wheel(name) and len(fronts) == 1 else name for name in filenames]


def _is_wheel(filename: str) -> bool:
    return filename.endswith(_SUFFIX) and filename.count("-") in (4, 5)


def _without_front(wheel: str) -> str:
    return "-".join(wheel.split("-")[2:])


def _tags(wheel: str) -> str:
    """Return `cp312-manylinux_2_17_x86_64`: one name where Python and ABI are the same, one platform of several."""
    *build, python, abi, platform = wheel.removesuffix(_SUFFIX).split("-")[2:]
    if abi.startswith(python):
        python = ""
    return "-".join(filter(None, (*build, python, "" if abi == "none" else abi, short_tag(platform))))


def _without_floor(wheel: str) -> str:
    """Return `cp312-manylinux_x86_64`."""
    return _FLOOR.sub("_", _tags(wheel))
