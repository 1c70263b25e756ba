"""Symbols: where they are looked for, and that entry symbols are those of the trie that dyld goes by."""

import pytest
from macho_image import DYNAMIC, LIBRARY, PROGRAM, macho_image

from wheelmatrix.audit.macho_commands import commands, view
from wheelmatrix.audit.macho_symbols import SymbolTable, symbol_table
from wheelmatrix.audit.strings import Damaged


def table(image: bytes, **changes: object) -> SymbolTable:
    one = view(memoryview(image))
    found = commands(one)
    for name, value in changes.items():
        setattr(found, name, value)
    return symbol_table(one, found)


def test_symbols_are_told_apart_by_where_they_are_looked_for() -> None:
    undefined = (("_PyList_New", DYNAMIC), ("_malloc", LIBRARY), ("_Py_True", PROGRAM), ("_zig", 0))

    found = table(macho_image(undefined=undefined, weak=(("_later", DYNAMIC),), local=("_inner",), hidden=("_own",)))

    assert found.defined == {"PyInit_demo"}
    assert found.undefined == {"PyList_New", "malloc", "Py_True", "zig"}
    assert (found.weak, found.flat, found.in_program) == ({"later"}, {"PyList_New", "later", "zig"}, {"Py_True"})


def test_in_a_flat_namespace_everything_is_looked_for_everywhere() -> None:
    assert table(macho_image(undefined=(("_malloc", LIBRARY),), two_level=False)).flat == {"malloc"}


def test_a_name_without_underscore_is_not_what_python_looks_up() -> None:
    assert table(macho_image(defined=("PyInit_demo", "_PyInit_x"))).defined == {"PyInit_x"}


def test_without_ranges_the_whole_table_is_read() -> None:
    image = macho_image(local=("_inner",), undefined=(("_PyList_New", DYNAMIC),), has_ranges=False)

    assert (table(image).defined, table(image).undefined) == ({"PyInit_demo"}, {"PyList_New"})


@pytest.mark.parametrize(
    ("exports", "defined"),
    [
        (("_PyInit_demo", "_other"), {"PyInit_demo", "other"}),
        (("_other",), {"other"}),
        (("_PyInit_a", "_PyModExport_b", "_PyList"), {"other", "PyInit_a", "PyModExport_b"}),
    ],
)
def test_entry_symbols_are_those_of_the_trie(exports: tuple[str, ...], defined: set[str]) -> None:
    assert table(macho_image(defined=("_PyInit_demo", "_other"), exports=exports)).defined == defined


def test_a_stripped_image_has_the_entries_of_its_trie() -> None:
    assert table(macho_image(exports=("_PyInit_demo",)), symbols=()).defined == {"PyInit_demo"}
    assert table(macho_image(), symbols=()).defined == frozenset()


def test_a_trie_with_shared_prefixes_is_followed() -> None:
    # root, and at 7 what follows `_Py`, at 22 what follows `_PyInit_`, at 30 and 34 the ends
    trie = b"\0\x01_Py\0\x07\0\x02Init_\0\x16List\0\x22\0\x02a\0\x1eb\0\x22\2\0\x10\0\2\0\x10\0"
    image = macho_image()

    found = table(image + trie, exports=(len(image), len(trie)))

    assert found.defined == {"PyInit_a", "PyInit_b"}


@pytest.mark.parametrize(
    ("trie", "said"),
    [
        (b"\0\x01_PyInit\0\0", "in a ring"),
        (b"\0\x05_Py", "does not end in it"),
        (b"\0\x01_Py\0\x80\x80", "a number at"),
        (b"\x7f", "a node at"),
        (b"\0\x01_Py\0\x7f", "a number at 0x7f"),
    ],
)
def test_a_trie_that_lies_is_refused(trie: bytes, said: str) -> None:
    image = macho_image()

    with pytest.raises(Damaged, match=said):
        table(image + trie, exports=(len(image), len(trie)))


@pytest.mark.parametrize("ranges", [(0, 2, 1, 0), (0, 0, 1 << 31, 1 << 31)])
def test_ranges_beyond_the_table_are_refused(ranges: tuple[int, ...]) -> None:
    with pytest.raises(Damaged, match="symbols"):
        table(macho_image(), ranges=ranges)


def test_a_table_outside_of_the_image_is_refused() -> None:
    with pytest.raises(Damaged, match="outside of the image"):
        table(macho_image(), symbols=(0, 1 << 31, 0, 1))
