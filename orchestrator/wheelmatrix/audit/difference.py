"""Where two builds of one thing differ first: by file of the wheel, by section of a library, by line of a text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

from wheelmatrix.audit.sections import Section, sections
from wheelmatrix.audit.zip_reader import unzip
from wheelmatrix.values import dataclass

_TELLING = (
    re.compile(r"rodata|rdata|__const|__cstring|\.comment|debug_(line_)?str"),
    re.compile(r"dynstr|\.strtab|string table"),
    re.compile(r"\.text|__text|\.data|__data"),
    re.compile(r"^(?!.*(build-?id|LC_UUID|signature|header|load commands))"),
)
"""Sections by how much they say of the cause: texts of sources and build scripts; names of symbols, which hold hashes
of what was compiled; code and data; tables of offsets. Last comes what repeats all of it: digests and sizes."""
_PRINTABLE = re.compile(rb"[\x20-\x7e]+")
_SHOWN_BYTES, _BEFORE_BYTES, _LINE_CHARS = 16, 48, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first place at which two files differ."""

    member: str
    """Name in the wheel; empty: the wheel itself, whose files are the same."""
    place: str
    """Section of a library, `line 3` of a text, or empty."""
    offset: int | None
    """Bytes from the start of the file; None for a text, and where one of the two has no such file."""
    one: str
    """What is there: text in quotes, or hexadecimal."""
    other: str

    def __str__(self) -> str:
        """Return it in words: where, and what both have there."""
        at = "" if self.offset is None else f" at offset {self.offset:#x}"
        within = f" in {self.place}" if self.place else ""
        return f"{self.member or 'the archive'} differs{within}{at}: {self.one}, and {self.other} the second time"


def wheel_differences(one: bytes, other: bytes) -> tuple[Difference, ...]:
    """Return the first difference of each file of two wheels, by the order of the first wheel; empty if they are equal.

    RECORD, which repeats every other difference, is named only where nothing else differs. Never raises for what is in
    the archives.
    """
    if one == other:
        return ()
    first, second = unzip(one).contents, unzip(other).contents
    found = tuple(_differing(first, second))
    own = tuple(each for each in found if not each.member.endswith(".dist-info/RECORD"))
    if own or found:
        return own or found
    at = _first(one, other)
    return (_binary("", "", at, one, other, at),)


def difference(member: str, one: bytes, other: bytes) -> Difference | None:
    """Return where two contents of the file `member` differ first; None if they are equal.

    In a library, the sections with texts come first, whose difference says most, and last those that follow from
    others (offsets, digests, sizes).
    """
    if one == other:
        return None
    if (lines := _lines(one)) is not None and (others := _lines(other)) is not None:
        return _in_lines(member, lines, others)
    return _in_sections(member, one, other)


def _differing(first: Mapping[str, bytes], second: Mapping[str, bytes]) -> Iterator[Difference]:
    for name in dict.fromkeys((*first, *second)):
        one, other = first.get(name), second.get(name)
        if one is None or other is None:
            there, absent = f"{len(one or other or b''):,} bytes", "no such file"
            yield Difference(
                member=name, place="", offset=None, one=there if one is not None else absent,
                other=there if other is not None else absent,
            )  # fmt: skip
        elif (found := difference(name, one, other)) is not None:
            yield found


def _lines(content: bytes) -> list[str] | None:
    """Return the lines of a text with their ends; None if it is no text."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text.splitlines(keepends=True)


def _in_lines(member: str, one: list[str], other: list[str]) -> Difference:
    pairs = zip_longest(one, other, fillvalue="")
    number, line, instead = next((at, a, b) for at, (a, b) in enumerate(pairs, start=1) if a != b)
    return Difference(
        member=member, place=f"line {number}", offset=None, one=_line(line), other=_line(instead)
    )  # fmt: skip


def _line(text: str) -> str:
    return repr(text if len(text) <= _LINE_CHARS else f"{text[:_LINE_CHARS]}…") if text else "no such line"


def _in_sections(member: str, one: bytes, other: bytes) -> Difference:
    first, second = _by_name(sections(one)), _by_name(sections(other))
    differing = [
        (name, section, second[name])
        for name, section in first.items()
        if name in second and _of(one, section) != _of(other, second[name])
    ]
    if not differing:
        at = _first(one, other)
        return _binary(member, "", at, one, other, at)
    (name, _), section, instead = min(differing, key=lambda each: (_rank(each[0][0]), each[1].offset))
    start = _first(_of(one, section), _of(other, instead))
    return _binary(
        member, name, start, _of(one, section), _of(other, instead), section.offset + start
    )  # fmt: skip


def _by_name(found: Iterable[Section]) -> dict[tuple[str, int], Section]:
    """Return sections by name, and by number where several have one."""
    named: dict[tuple[str, int], Section] = {}
    counts: dict[str, int] = {}
    for section in found:
        number = counts[section.name] = counts.get(section.name, 0) + 1
        named[section.name, number] = section
    return named


def _of(image: bytes, section: Section) -> bytes:
    return image[section.offset : section.offset + section.size_bytes]


def _rank(name: str) -> int:
    return next((rank for rank, names in enumerate(_TELLING) if names.search(name)), len(_TELLING))


def _first(one: bytes, other: bytes) -> int:
    """Return the offset of the first byte that differs: where the shorter one ends, if it is a part of the other."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _binary(member: str, place: str, at: int, one: bytes, other: bytes, offset: int) -> Difference:
    """`at` is where in `one` and `other` they differ first, `offset` where that is in the file."""
    return Difference(member=member, place=place, offset=offset, one=_shown(one, at), other=_shown(other, at))


def _shown(content: bytes, at: int) -> str:
    """Return the text that has the byte `at` in it, in quotes; hexadecimal where it is no text."""
    if at >= len(content):
        return "the end"
    start = max(0, at - _BEFORE_BYTES)
    for text in _PRINTABLE.finditer(content, start, at + _LINE_CHARS - _BEFORE_BYTES):
        if text.start() <= at < text.end() and len(text[0]) >= 4:
            return repr(text[0].decode("ascii"))
    return content[at : at + _SHOWN_BYTES].hex(" ")
