"""The names that a Mach-O image offers and asks for: its symbol table, and the trie of exports that dyld goes by."""

import struct
from collections.abc import Iterator, Mapping

from wheelmatrix.audit.macho_commands import Commands, View
from wheelmatrix.audit.strings import NAME_LONGEST, Damaged, Strings, decoded
from wheelmatrix.values import dataclass

_N_STAB, _N_PEXT, _N_TYPE, _N_EXT = 0xE0, 0x10, 0x0E, 0x01
_N_UNDF = 0
_N_WEAK_REF = 0x40
_EXECUTABLE_ORDINAL = 0xFF
_FLAT_ORDINALS = (0xFE, 0)
"""Dynamic lookup, and the image itself, which has no undefined symbols of its own: so zig's linker spells the former.
Source of all numbers here: mach-o/nlist.h; of the trie: mach-o/loader.h, "The symbols exported by a dylib"."""
_ENTRIES = (b"_PyInit", b"_PyModExport")
_EDGES_MOST, _NAMES_MOST_BYTES = 20_000, 1 << 20
"""Edges that are looked at for entry symbols, and bytes of their names; a table of a hundred has some hundred edges."""
_LONG_ULEB = 10
"""Bytes of a 64-bit number in LEB128."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolTable:
    """The external symbols of an image, as C spells them: without the `_` that Mach-O puts before them."""

    defined: frozenset[str]
    undefined: frozenset[str]
    weak: frozenset[str]
    """Undefined by a weak reference."""
    flat: frozenset[str]
    """Undefined, and looked for in every image that is loaded, not in one library."""
    in_program: frozenset[str]
    """Undefined, and looked for in the program alone."""
    bound: Mapping[str, int]
    """Undefined, and looked for in one library: its place among the loads, from 0."""


def symbol_table(one: View, found: Commands) -> SymbolTable:
    """Return the external symbols of the image; all sets are empty where there is no table.

    Entry symbols are those that dyld finds: where there is a trie of exports, only what is in it counts.
    Raises Damaged if the table, the trie or a name lies outside of the image.
    """
    if not found.symbols:
        names = _exported_entries(one, found) or frozenset()
        none: frozenset[str] = frozenset()
        return SymbolTable(defined=names, undefined=none, weak=none, flat=none, in_program=none, bound={})
    offset, count, names_offset, names_bytes = found.symbols
    name_at = Strings(bytes(one.slice(names_offset, names_bytes))).at
    defined: set[str] = set()
    undefined: set[str] = set()
    weak: set[str] = set()
    flat: set[str] = set()
    in_program: set[str] = set()
    bound: dict[str, int] = {}
    for name, kind, described, value in _external(one, offset, count, found.ranges):
        text = name_at(name)
        if kind & _N_TYPE != _N_UNDF or value:
            # What C code and dlsym look up begins with `_`; all other names are an assembler's own.
            if text.startswith("_"):
                defined.add(text[1:])
            continue
        text = text.removeprefix("_")
        ordinal = described >> 8 & 0xFF
        (weak if described & _N_WEAK_REF else undefined).add(text)
        if not found.two_level or ordinal in _FLAT_ORDINALS:
            flat.add(text)
        elif ordinal == _EXECUTABLE_ORDINAL:
            in_program.add(text)
        else:
            bound[text] = ordinal - 1
    entries = _exported_entries(one, found)
    if entries is not None:
        defined = {name for name in defined if not f"_{name}".startswith(("_PyInit", "_PyModExport"))} | entries
    return SymbolTable(
        defined=frozenset(defined),
        undefined=frozenset(undefined),
        weak=frozenset(weak - undefined),
        flat=frozenset(flat),
        in_program=frozenset(in_program),
        bound=bound,
    )


def _external(one: View, offset: int, count: int, ranges: tuple[int, ...]) -> Iterator[tuple[int, int, int, int]]:
    """Return (offset of the name, type, description, value) of each external symbol.

    The ranges of LC_DYSYMTAB leave the local symbols out, of which an image that is not stripped has 100,000s.
    """
    form = struct.Struct(one.order + ("IBBHQ" if one.word_bits == 64 else "IBBHI"))
    whole = one.slice(offset, count * form.size)
    pairs = [(ranges[0], ranges[1]), (ranges[2], ranges[3])] if ranges else [(0, count)]
    for first, number in pairs:
        if first + number > count:
            raise Damaged(f"symbols {first} to {first + number} of {count}")
        for name, kind, _, described, value in form.iter_unpack(
            whole[first * form.size : (first + number) * form.size]
        ):
            if kind & _N_EXT and not kind & (_N_STAB | _N_PEXT):
                yield name, kind, described, value


def _exported_entries(one: View, found: Commands) -> frozenset[str] | None:
    """Return the entry symbols of Python modules in the trie of exports; None if the image has no trie."""
    offset, size_bytes = found.exports
    if not size_bytes:
        return None
    trie = bytes(one.slice(offset, size_bytes))
    names: set[str] = set()
    waiting = [(0, b"")]
    edges = named_bytes = 0
    while waiting:
        at, name = waiting.pop()
        info_bytes, at = _uleb(trie, at)
        if info_bytes and name.startswith(_ENTRIES):
            names.add(decoded(name[1:]))
        for edge, child in _children(trie, at + info_bytes):
            edges += 1
            longer = name + edge
            if any(longer[: len(entry)] == entry[: len(longer)] for entry in _ENTRIES):
                named_bytes += len(longer)
                waiting.append((child, longer))
            if edges > _EDGES_MOST or named_bytes > _NAMES_MOST_BYTES:
                raise Damaged("a trie of exports that cannot be genuine: it has too many names, or goes in a ring")
    return frozenset(names)


def _children(trie: bytes, at: int) -> Iterator[tuple[bytes, int]]:
    """Return (text of the edge, offset of the node) of each child of the node whose children begin at `at`."""
    if at >= len(trie):
        raise Damaged(f"a node at {at:#x} of the trie of exports ({len(trie)} bytes)")
    count = trie[at]
    at += 1
    for _ in range(count):
        end = trie.find(b"\0", at, at + NAME_LONGEST)
        if end < 0:
            raise Damaged("a name in the trie of exports does not end in it")
        child, following = _uleb(trie, end + 1)
        yield trie[at:end], child
        at = following


def _uleb(trie: bytes, at: int) -> tuple[int, int]:
    """Return the LEB128 number at `at`, and where it ends."""
    value = 0
    for place, byte in enumerate(trie[at : at + _LONG_ULEB]):
        value |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return value, at + place + 1
    raise Damaged(f"a number at {at:#x} of the trie of exports ({len(trie)} bytes) does not end")
