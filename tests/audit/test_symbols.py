"""The dynamic symbols are counted by whichever table tells, and sorted by who has to offer them."""

import struct

import pytest

from wheelmatrix.audit.dynamic import Dynamic, Image, Segment
from wheelmatrix.audit.strings import Damaged, Strings
from wheelmatrix.audit.symbols import NeededVersion, SymbolTable, needed_versions, symbol_table

DT_HASH, DT_SYMTAB, DT_GNU_HASH, DT_VERSYM = 4, 6, 0x6FFFFEF5, 0x6FFFFFF0
DT_VERNEED, DT_VERNEEDNUM = 0x6FFFFFFE, 0x6FFFFFFF
NAMES = b"\0open\0PyInit_x\0maybe\0secret\0here\0"
LOCAL, GLOBAL, WEAK = 0, 1, 2


def symbol(name: str, *, bind: int = GLOBAL, visibility: int = 0, section: int = 0) -> bytes:
    at = NAMES.index(f"\0{name}\0".encode()) + 1 if name else 0
    return struct.pack("<IBBHQQ", at, bind << 4, visibility, section, 0, 0)


SYMBOLS = b"".join(
    (
        symbol("", bind=LOCAL),
        symbol("open"),
        symbol("maybe", bind=WEAK),
        symbol("PyInit_x", section=7),
        symbol("secret", section=7, visibility=2),
        symbol("here", bind=LOCAL, section=7),
    )
)
COUNT = len(SYMBOLS) // 24
FOUND = SymbolTable(
    defined=frozenset({"PyInit_x"}),
    undefined=frozenset({"open"}),
    weak=frozenset({"maybe"}),
    by_version={0: frozenset({"open", "maybe"})},
)


def table(behind: bytes, sections: int = 0, **tags: int) -> SymbolTable:
    """Return the symbols of an image: SYMBOLS at 0, `behind` after them, and the tags by their names."""
    content = SYMBOLS + behind
    whole = Segment(kind="PT_LOAD", flags=4, offset=0, address=0, size_bytes=len(content))
    view = Image(image=content, word_bits=64, big_endian=False, segments=(whole,))
    values = {DT_SYMTAB: (0,)} | {globals()[tag]: (value,) for tag, value in tags.items()}
    return symbol_table(view, Dynamic(values=values, strings=Strings(NAMES)), len(SYMBOLS), 64, sections)


def gnu_hash(last: int, chain: tuple[int, ...], *, first: int = 1) -> bytes:
    return struct.pack("<4IQI", 1, first, 1, 0, 0, last) + struct.pack(f"<{len(chain)}I", *chain)


def test_without_a_table_there_are_no_symbols() -> None:
    view = Image(image=b"", word_bits=64, big_endian=False, segments=())

    found = symbol_table(view, Dynamic(values={}, strings=Strings(b"")), 0, 0, 0)

    assert found == SymbolTable(defined=frozenset(), undefined=frozenset(), weak=frozenset(), by_version={})


def test_the_hash_table_counts_the_symbols() -> None:
    assert table(struct.pack("<2I", 1, COUNT) + bytes(4 * (1 + COUNT)), DT_HASH=len(SYMBOLS)) == FOUND


def test_the_gnu_hash_table_counts_the_symbols_up_to_the_end_of_its_last_chain() -> None:
    behind = gnu_hash(3, (2, 2, 2, 2, 5))

    assert table(behind, DT_GNU_HASH=len(SYMBOLS)) == FOUND


def test_an_empty_gnu_hash_table_counts_the_symbols_before_it() -> None:
    assert table(gnu_hash(0, (), first=COUNT), DT_GNU_HASH=len(SYMBOLS)) == FOUND


def test_the_section_counts_the_symbols_of_a_library_that_exports_nothing() -> None:
    section = struct.pack("<IIQQQQIIQQ", 0, 11, 0, 0, 0, len(SYMBOLS), 0, 0, 0, 24)

    assert table(section, sections=1) == FOUND


def test_a_chain_that_does_not_end_is_refused() -> None:
    behind = gnu_hash(3, (2,) * 70_000)

    with pytest.raises(Damaged, match="chain"):
        table(behind, DT_GNU_HASH=len(SYMBOLS))


def test_symbols_are_known_by_the_version_they_are_bound_to() -> None:
    versions = struct.pack("<6H", 0, 2, 3, 1, 1, 0)
    hashed = struct.pack("<2I", 1, COUNT) + bytes(4 * (1 + COUNT))

    found = table(versions + hashed, DT_VERSYM=len(SYMBOLS), DT_HASH=len(SYMBOLS) + len(versions))

    assert found.by_version == {2: {"open"}, 3: {"maybe"}}


def needed(records: bytes, count: int) -> list[NeededVersion]:
    whole = Segment(kind="PT_LOAD", flags=4, offset=0, address=0, size_bytes=len(records))
    view = Image(image=records, word_bits=64, big_endian=False, segments=(whole,))
    names = Strings(b"\0libc.so.6\0GLIBC_2.17\0GLIBC_2.34\0")
    return list(needed_versions(view, Dynamic(values={DT_VERNEED: (0,), DT_VERNEEDNUM: (count,)}, strings=names)))


def test_needed_versions_are_told_in_the_order_of_the_file() -> None:
    records = struct.pack("<2H3I", 1, 2, 1, 16, 0)
    records += struct.pack("<I2H2I", 0, 0, 2, 11, 16) + struct.pack("<I2H2I", 0, 2, 3, 22, 0)

    assert needed(records, 1) == [
        NeededVersion(library="libc.so.6", version="GLIBC_2.17", index=2, is_weak=False),
        NeededVersion(library="libc.so.6", version="GLIBC_2.34", index=3, is_weak=True),
    ]


def test_needed_versions_that_the_file_does_not_hold_are_refused() -> None:
    with pytest.raises(Damaged, match="outside of the file"):
        needed(struct.pack("<2H3I", 1, 1, 1, 16, 0), 1)


def test_more_needed_versions_than_an_index_can_name_are_refused() -> None:
    record = struct.pack("<I2H2I", 0, 0, 2, 11, 16)

    with pytest.raises(Damaged, match="more than 32767"):
        needed(struct.pack("<2H3I", 1, 0xFFFF, 1, 16, 0) + record * 0x8000, 1)
