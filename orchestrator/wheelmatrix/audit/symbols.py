"""The dynamic symbol table and its versions, unpacked in bulk: 100,000 symbols in a tenth of a second."""

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping

from wheelmatrix.audit.dynamic import Dynamic, Image
from wheelmatrix.audit.strings import Damaged
from wheelmatrix.values import dataclass

_DT_HASH, _DT_SYMTAB, _DT_GNU_HASH = 4, 6, 0x6FFFFEF5
_DT_VERSYM, _DT_VERNEED, _DT_VERNEEDNUM = 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF
_SHT_DYNSYM = 11
_SHN_UNDEF = 0
_STB_LOCAL, _STB_WEAK = 0, 2
_HIDDEN = (1, 2)
"""STV_INTERNAL and STV_HIDDEN: not for other libraries."""
_VERSION_INDEX = 0x7FFF
_VER_FLG_WEAK = 2
_CHAIN_LONGEST = 1 << 16
"""Symbols in one bucket; genuine tables have a handful."""
_VERSIONS_MOST = 0x7FFF
"""An index has 15 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolTable:
    """The dynamic symbols of an image."""

    defined: frozenset[str]
    undefined: frozenset[str]
    weak: frozenset[str]
    """Undefined by a weak reference."""
    by_version: Mapping[int, frozenset[str]]
    """Undefined symbols by the index of the version that they are bound to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededVersion:
    """One entry of the version-needs table."""

    library: str
    version: str
    index: int
    """What the symbols refer to it by."""
    is_weak: bool


def symbol_table(view: Image, dynamic: Dynamic, sections_offset: int, section_bytes: int, sections: int) -> SymbolTable:
    """Return the dynamic symbols; all sets are empty where there is no table.

    The last three arguments are the header's e_shoff, e_shentsize and e_shnum.
    Raises Damaged if the table or a name lies outside of the file.
    """
    if not dynamic.has(_DT_SYMTAB):
        return SymbolTable(defined=frozenset(), undefined=frozenset(), weak=frozenset(), by_version={})
    count = max(
        _hashed(view, dynamic),
        _gnu_hashed(view, dynamic),
        _in_section(view, dynamic.first(_DT_SYMTAB), sections_offset, section_bytes, sections),
    )
    defined: set[str] = set()
    undefined: set[str] = set()
    weak: set[str] = set()
    by_version: dict[int, set[str]] = defaultdict(set)
    name_at = dynamic.strings.at
    for (name, bind, visibility, section), version in zip(
        _symbols(view, dynamic, count), _versions(view, dynamic, count), strict=True
    ):
        if not name or bind == _STB_LOCAL:
            continue
        if section != _SHN_UNDEF:
            if visibility not in _HIDDEN:
                defined.add(name_at(name))
            continue
        text = name_at(name)
        (weak if bind == _STB_WEAK else undefined).add(text)
        by_version[version].add(text)
    return SymbolTable(
        defined=frozenset(defined),
        undefined=frozenset(undefined),
        weak=frozenset(weak),
        by_version={index: frozenset(names) for index, names in by_version.items()},
    )


def needed_versions(view: Image, dynamic: Dynamic) -> Iterator[NeededVersion]:
    """Return each version that the image asks another library for, in the order of the file.

    Raises Damaged if a record lies outside of the file or there are more than an index can name.
    Source: Linux Standard Base, "Symbol Versioning".
    """
    if not dynamic.has(_DT_VERNEED):
        return
    seen = 0
    at = view.offset(dynamic.first(_DT_VERNEED))
    for _ in range(min(dynamic.first(_DT_VERNEEDNUM), _VERSIONS_MOST)):
        _, count, library, first, following = view.unpack("HHIII", at)
        place = at + first
        for _ in range(count):
            seen += 1
            if seen > _VERSIONS_MOST:
                raise Damaged(f"more than {_VERSIONS_MOST} needed versions")
            _, flags, index, version, step = view.unpack("IHHII", place)
            yield NeededVersion(
                library=dynamic.strings.at(library),
                version=dynamic.strings.at(version),
                index=index & _VERSION_INDEX,
                is_weak=bool(flags & _VER_FLG_WEAK),
            )
            if not step:
                break
            place += step
        if not following:
            return
        at += following


def _symbols(view: Image, dynamic: Dynamic, count: int) -> Iterator[tuple[int, int, int, int]]:
    """Return (offset of the name, binding, visibility, section index) of each symbol."""
    form = struct.Struct(view.order + ("IBBHQQ" if view.word_bits == 64 else "IIIBBH"))
    table = view.slice(view.offset(dynamic.first(_DT_SYMTAB)), count * form.size)
    if view.word_bits == 64:
        return ((name, info >> 4, other & 3, section) for name, info, other, section, _, _ in form.iter_unpack(table))
    return ((name, info >> 4, other & 3, section) for name, _, _, info, other, section in form.iter_unpack(table))


def _versions(view: Image, dynamic: Dynamic, count: int) -> Iterator[int]:
    if not dynamic.has(_DT_VERSYM):
        return iter([0] * count)
    table = view.slice(view.offset(dynamic.first(_DT_VERSYM)), 2 * count)
    return (index & _VERSION_INDEX for (index,) in struct.iter_unpack(view.order + "H", table))


def _hashed(view: Image, dynamic: Dynamic) -> int:
    """Return the symbols that DT_HASH counts: its second word.

    On 64-bit s390x its words have 8 bytes: read so it counts too few, which the other two counts make good.
    """
    if not dynamic.has(_DT_HASH):
        return 0
    at = view.offset(dynamic.first(_DT_HASH))
    buckets, chains = view.unpack("II", at)
    return chains if at + 4 * (2 + buckets + chains) <= len(view.image) and chains else 0


def _gnu_hashed(view: Image, dynamic: Dynamic) -> int:
    """Return the index after the last symbol that the GNU hash table reaches; 0 if it reaches none.

    Its header is (buckets, first hashed symbol, words of the filter, shift); a chain ends where the lowest bit is set.
    """
    if not dynamic.has(_DT_GNU_HASH):
        return 0
    at = view.offset(dynamic.first(_DT_GNU_HASH))
    buckets, first, filter_words, _ = view.unpack("IIII", at)
    start = at + 16 + filter_words * view.word_bits // 8
    chain = start + 4 * buckets
    last = max((index for (index,) in struct.iter_unpack(view.order + "I", view.slice(start, 4 * buckets))), default=0)
    if last < first:
        return first
    for end in range(last, last + _CHAIN_LONGEST):
        if view.unpack("I", chain + 4 * (end - first))[0] & 1:
            return end + 1
    raise Damaged(f"a hash chain of more than {_CHAIN_LONGEST} symbols")


def _in_section(view: Image, address: int, offset: int, section_bytes: int, sections: int) -> int:
    """Return the symbols of the section that lies at `address`; 0 without section headers, or if they are outdated.

    GNU ld leaves undefined symbols out of the hash table of a library that exports nothing, so only this counts them.
    """
    form = struct.Struct(view.order + ("IIQQQQIIQQ" if view.word_bits == 64 else "10I"))
    if not sections or section_bytes != form.size or offset + sections * form.size > len(view.image):
        return 0
    symbol_bytes = 24 if view.word_bits == 64 else 16
    return max(
        (
            size_bytes // symbol_bytes
            for _, kind, _, at, _, size_bytes, *_ in form.iter_unpack(view.slice(offset, sections * form.size))
            if kind == _SHT_DYNSYM and at == address
        ),
        default=0,
    )
