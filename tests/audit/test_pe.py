"""What is read of a PE image: by its linker's hand, and by ours."""

import pytest
from dll_image import AMD64, ARM, ARM64, X86, dll_image
from hypothesis import given
from hypothesis import strategies as st
from small_tables import GOLDEN

from wheelmatrix.audit.pe import is_pe, read
from wheelmatrix.errors import AuditError

PE = GOLDEN / "pe"
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("machine", "word_bits", "name"), [(AMD64, 64, "amd64"), (X86, 32, "x86"), (ARM64, 64, "arm64"), (ARM, 32, "0x1c4")]
)
def test_every_machine_and_width_is_read(machine: int, word_bits: int, name: str) -> None:
    image = dll_image(
        machine=machine,
        word_bits=word_bits,
        imports={"KERNEL32.dll": ("Sleep", "ExitProcess"), "WS2_32.dll": (115, "send", 23)},
        exports=("PyInit_demo", "PyModExport_demo", "other"),
        time_stamp=0x5EADBEEF,
    )

    facts = read(image)

    assert (facts.machine, facts.word_bits, facts.is_dll) == (name, word_bits, True)
    assert facts.needed == ("KERNEL32.dll", "WS2_32.dll")
    assert [sorted(each.names) for each in facts.imports] == [["ExitProcess", "Sleep"], ["send"]]
    assert [sorted(each.ordinals) for each in facts.imports] == [[], [23, 115]]
    assert facts.defined == {"PyInit_demo", "PyModExport_demo", "other"}
    assert facts.entry_symbols == ("PyInit_demo", "PyModExport_demo")
    assert (facts.time_stamp, facts.sections, facts.dll_characteristics) == (0x5EADBEEF, (".rdata",), 0x160)
    assert (facts.delayed, facts.pdb_path, facts.is_reproducible, facts.by_msvc) == ((), "", False, False)


@pytest.mark.parametrize(
    ("machine", "word_bits", "by_address"), [(AMD64, 64, False), (X86, 32, False), (X86, 32, True)]
)
def test_delayed_imports_are_kept_apart(machine: int, word_bits: int, by_address: bool) -> None:
    image = dll_image(
        machine=machine,
        word_bits=word_bits,
        delayed={"late.dll": ("f", 7), "later.dll": ("g",)},
        delayed_by_address=by_address,
    )

    facts = read(image)

    assert [each.library for each in facts.delayed] == ["late.dll", "later.dll"]
    assert (facts.delayed[0].names, facts.delayed[0].ordinals) == ({"f"}, {7})
    assert "late.dll" not in facts.needed


def test_names_are_read_from_the_address_table_where_there_is_no_other() -> None:
    facts = read(dll_image(imports={"a.dll": ("f", "g")}, lookup_table=False))

    assert facts.imports[0].names == {"f", "g"}


@pytest.mark.parametrize("path", ["demo.pdb", r"C:\build\demo.pdb", "/tmp/x/dé mo.pdb"])
def test_the_path_of_the_debug_symbols_is_read(path: str) -> None:
    assert read(dll_image(pdb=path)).pdb_path == path


def test_the_older_form_of_the_path_is_read() -> None:
    image = dll_image(pdb="demo.pdb").replace(b"RSDS" + bytes(20), b"NB10" + bytes(12) + b"old.pdb\0", 1)

    assert read(image).pdb_path == "old.pdb"


def test_a_linker_says_that_the_time_stamp_is_a_hash() -> None:
    assert read(dll_image(repro=True)).is_reproducible
    assert read(dll_image(repro=True, pdb="demo.pdb")).is_reproducible
    assert not read(dll_image(pdb="demo.pdb")).is_reproducible


def test_the_linker_of_microsoft_is_known_by_its_mark() -> None:
    assert read(dll_image(rich=True)).by_msvc


def test_an_outdated_debug_directory_does_not_make_the_file_unreadable() -> None:
    image = dll_image(pdb="demo.pdb")
    cut = image.replace(b"RSDS", b"", 1)

    assert read(cut + bytes(4)).pdb_path == ""


def test_a_program_is_no_dll() -> None:
    assert not read(dll_image(characteristics=0x22)).is_dll


def test_a_library_that_offers_and_asks_for_nothing_is_read() -> None:
    facts = read(dll_image(imports={}, exports=()))

    assert (facts.imports, facts.defined, facts.entry_symbols) == ((), frozenset(), ())


@pytest.mark.parametrize(
    ("name", "machine", "word_bits", "needed"),
    [
        ("abi3_amd64.dll", "amd64", 64, ("KERNEL32.dll", "python3.dll")),
        ("abi3_arm64.dll", "arm64", 64, ("KERNEL32.dll", "python3.dll")),
        ("abi3_x86.dll", "x86", 32, ("KERNEL32.dll", "python3.dll")),
        ("cp314t.dll", "amd64", 64, ("KERNEL32.dll", "python314t.dll")),
    ],
)
def test_a_linked_library_is_read_as_its_linker_made_it(
    name: str, machine: str, word_bits: int, needed: tuple[str, ...]
) -> None:
    facts = read((PE / name).read_bytes())

    assert (facts.machine, facts.word_bits, facts.is_dll, facts.needed) == (machine, word_bits, True, needed)
    assert [each.names for each in facts.imports] == [{"GetLastError"}, {"PyModule_Create2"}]
    assert facts.defined == {"PyInit_demo"}
    assert facts.sections[:3] == (".text", ".rdata", ".buildid")
    assert facts.is_reproducible


def test_a_linked_import_by_number_is_read() -> None:
    facts = read((PE / "by_ordinal.dll").read_bytes())

    assert [(each.library, each.ordinals) for each in facts.imports][1] == ("python3.dll", {7})


@given(
    imports=st.dictionaries(
        NAMES.filter(lambda name: len(name.encode()) < 200),
        st.lists(NAMES | st.integers(0, 0xFFFF), max_size=6),
        max_size=6,
    ),
    exports=st.sets(NAMES, max_size=8),
    word_bits=st.sampled_from([32, 64]),
)
def test_what_is_written_is_read(imports: dict[str, list[str | int]], exports: frozenset[str], word_bits: int) -> None:
    facts = read(dll_image(word_bits=word_bits, imports=imports, exports=exports))

    assert facts.needed == tuple(imports)
    for each, wanted in zip(facts.imports, imports.values(), strict=True):
        assert each.names == {one for one in wanted if isinstance(one, str)}
        assert each.ordinals == {one for one in wanted if isinstance(one, int)}
    assert facts.defined == exports


@pytest.mark.parametrize("content", [b"", b"M", b"\x7fELF", b"#!/bin/sh\n"])
def test_what_has_no_magic_is_not_pe(content: bytes) -> None:
    assert not is_pe(content)
    with pytest.raises(AuditError, match="not a PE file"):
        read(content)
