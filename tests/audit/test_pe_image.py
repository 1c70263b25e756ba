"""A PE image by address: what is outside of the file is refused, and nothing that lies makes the reading long."""

import random
import struct
from collections.abc import Callable
from contextlib import nullcontext, suppress
from time import perf_counter

import pytest
from dll_image import X86, dll_image, mutated
from hypothesis import given
from hypothesis import strategies as st
from small_tables import GOLDEN

from wheelmatrix.audit.pe import read
from wheelmatrix.audit.pe_image import PeImage
from wheelmatrix.audit.strings import Damaged
from wheelmatrix.errors import AuditError

IMAGE = dll_image()
SIGNATURE = 0x80
SECTIONS, OPTIONAL_BYTES, OPTIONAL = SIGNATURE + 6, SIGNATURE + 20, SIGNATURE + 24
DIRECTORY_COUNT, EXPORT, IMPORT, DELAY = OPTIONAL + 108, OPTIONAL + 112, OPTIONAL + 120, OPTIONAL + 112 + 8 * 13
SECTION = OPTIONAL + 112 + 128
FIRST_BYTE, FIRST_ADDRESS = 0x400, 0x1000
BIG_BYTES = 50_000_000
SLOW_S = 2.0
"""An audit of 50 MB has to take less than 0.5 s; a machine where tests run may be slower, and busy."""


def changed(offset: int, form: str, *values: int, image: bytes = IMAGE) -> bytes:
    found = bytearray(image)
    struct.pack_into(form, found, offset, *values)
    return bytes(found)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (b"MZ", "lie outside"),
        (b"MZ" + bytes(100), "signature PE is missing"),
        (changed(60, "<I", 0xFFFFFFF0), "lie outside"),
        (IMAGE[: OPTIONAL + 10], "lie outside"),
        (changed(OPTIONAL, "<H", 0x107), "unknown kind 0x107"),
        (changed(OPTIONAL_BYTES, "<H", 100), "16 data directories in an optional header of 100 bytes"),
        (changed(SECTIONS, "<H", 0xFFFF), "65535 sections"),
        (changed(SECTIONS, "<H", 3), "not in the order"),
        (changed(IMPORT, "<I", 0x7FFFFFFF), "nothing of the file is mapped at address 0x7fffffff"),
        (changed(EXPORT, "<I", FIRST_ADDRESS + 0x1F0), "reach beyond their section"),
        (changed(SECTION + 20, "<I", 0x7FFFFFFF), "nothing of the file is mapped"),
        (IMAGE[:-0x180], "reach beyond|nothing of the file|does not end|do not end"),
    ],
)
def test_a_lying_header_is_refused_with_the_reason(image: bytes, said: str) -> None:
    with pytest.raises(AuditError, match=f"a damaged PE file: .*({said})"):
        read(image)


def test_more_directories_than_there_are_count_as_sixteen() -> None:
    assert read(changed(DIRECTORY_COUNT, "<I", 0xFFFFFFFF)) == read(IMAGE)


def test_a_directory_that_is_not_counted_is_not_read() -> None:
    assert read(changed(DIRECTORY_COUNT, "<I", 1)).imports == ()


def test_addresses_are_those_of_sections_or_of_the_headers() -> None:
    view = PeImage(IMAGE)

    assert view.at(0, 2) == b"MZ"
    assert view.at(FIRST_ADDRESS, 8) == IMAGE[FIRST_BYTE : FIRST_BYTE + 8]
    for address in (-1, 0x400, 0xFFF, FIRST_ADDRESS + 0x10000, 1 << 62):
        with pytest.raises(Damaged):
            view.at(address, 1)


def test_a_name_has_to_end_within_its_length() -> None:
    view = PeImage(dll_image(imports={"a" * 300 + ".dll": ("f",)}))
    address = FIRST_ADDRESS + view.image.index(b"aaaa") - FIRST_BYTE

    assert view.text(address, 304) == "a" * 300 + ".dll"
    with pytest.raises(Damaged, match="does not end in 303 bytes"):
        view.text(address, 303)


def test_a_dll_with_a_name_that_no_windows_finds_is_refused() -> None:
    with pytest.raises(AuditError, match="does not end in 260 bytes"):
        read(dll_image(imports={"a" * 300 + ".dll": ("f",)}))


def test_names_that_overlap_too_often_are_refused() -> None:
    view = PeImage(dll_image(exports=("x" * 1000,)))
    address = FIRST_ADDRESS + view.image.index(b"xxxx") - FIRST_BYTE

    with pytest.raises(Damaged, match="overlap so often"):
        [view.text(address) for _ in range(100)]


def big(head: bytes, body: bytes) -> bytes:
    """Return a file of 50 MB: `head` with its one section made to reach to the end, which begins with `body`."""
    image = changed(SECTION + 8, "<IIII", BIG_BYTES, FIRST_ADDRESS, BIG_BYTES - FIRST_BYTE, FIRST_BYTE, image=head)
    return (image[:FIRST_BYTE] + body).ljust(BIG_BYTES, b"x")


def descriptors(count: int, *, is_closed: bool = False, delayed: bool = False) -> bytes:
    """Return `count` equal rows of an import directory, its end, and a name; their table of symbols comes behind."""
    row_bytes = 32 if delayed else 20
    name = FIRST_ADDRESS + (count + is_closed) * row_bytes
    table = name + 8
    late, early = (1, name, 0, table, table, 0, 0, 0), (table, 0, 0, name, table)
    row = struct.pack("<8I", *late) if delayed else struct.pack("<5I", *early)
    return row * count + bytes(row_bytes * is_closed) + b"a.dll".ljust(8, b"\0")


def shared_descriptors(count: int, symbols: int) -> bytes:
    """Return an import directory whose `count` DLLs all share one table of `symbols` names of 700 bytes."""
    table = FIRST_ADDRESS + 20 * (count + 1) + 16
    names = table + 8 * (symbols + 1)
    rows = struct.pack("<5I", table, 0, 0, table - 16, table) * count
    thunks = struct.pack(f"<{symbols}Q", *(names + 702 * index for index in range(symbols)))
    return (
        rows + bytes(20) + b"a.dll".ljust(16, b"\0") + thunks + bytes(8) + (b"\0\0".ljust(701, b"n") + b"\0") * symbols
    )


def many_exports(count: int, name_bytes: int, step: int) -> bytes:
    names = FIRST_ADDRESS + 40 + 4 * count
    head = struct.pack("<IIHH7I", 0, 0, 0, 0, 0, 1, count, count, 0, FIRST_ADDRESS + 40, 0)
    pointers = struct.pack(f"<{count}I", *(names + step * index for index in range(count)))
    return head + pointers + (b"e" * (name_bytes - 1) + b"\0") * (1 + count * step // name_bytes)


EMPTY = dll_image(imports={}, exports=())
BY_IMPORT = changed(IMPORT, "<I", FIRST_ADDRESS, image=EMPTY)
BY_EXPORT = changed(EXPORT, "<II", FIRST_ADDRESS, 40, image=changed(IMPORT, "<I", 0, image=EMPTY))
BY_DELAY = changed(DELAY, "<I", FIRST_ADDRESS, image=changed(IMPORT, "<I", 0, image=EMPTY))
HOSTILE: dict[str, tuple[bytes, Callable[[], bytes], str]] = {
    "symbols without an end": (
        BY_IMPORT, lambda: descriptors(1, is_closed=True) + b"\x80" * 10_000_000, "more than 65536 imported symbols",
    ),
    "DLLs without an end": (BY_IMPORT, lambda: descriptors(2000) + bytes(8), "more than 1024"),
    "delayed DLLs without an end": (BY_DELAY, lambda: descriptors(2000, delayed=True) + bytes(8), "more than 1024"),
    "DLLs that share a table": (BY_IMPORT, lambda: shared_descriptors(900, 60_000), "more than 65536 imported symbols"),
    "the most symbols there can be": (BY_IMPORT, lambda: shared_descriptors(1, 60_000), ""),
    "the most exports there can be": (BY_EXPORT, lambda: many_exports(65_536, 100, 100), ""),
    "exports that overlap": (BY_EXPORT, lambda: many_exports(65_536, 60_000, 1), "overlap so often"),
    "more exports than there can be": (BY_EXPORT, lambda: many_exports(65_537, 10, 10), "at most 65536 can be"),
}  # fmt: skip
"""Name to header, content of the section, and what is said of it; empty: it is read."""


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_fifty_megabytes_that_lie_are_read_or_refused_at_once(name: str) -> None:
    head, body, said = HOSTILE[name]
    image = big(head, body())

    start = perf_counter()
    with pytest.raises(AuditError, match=said) if said else nullcontext():
        read(image)

    assert perf_counter() - start < SLOW_S


def test_the_most_exports_there_can_be_are_all_read() -> None:
    names = {f"_RNvCs{number:05}_4demo" for number in range(65_535)} | {"PyInit_demo"}

    assert read(dll_image(exports=names)).defined == names


@pytest.mark.slow
def test_no_mutation_gives_another_exception_or_takes_long() -> None:
    """Bytes, words and whole tables replaced by values that lie; the same every time."""
    slowest_s = mutate(5000, seed=20261126)

    assert slowest_s < SLOW_S


@given(st.binary(max_size=600))
def test_bytes_behind_the_signature_never_give_another_exception(tail: bytes) -> None:
    _read_or_refuse(IMAGE[: SIGNATURE + 4] + tail)


@given(st.binary(max_size=600))
def test_bytes_behind_the_magic_never_give_another_exception(tail: bytes) -> None:
    _read_or_refuse(b"MZ" + tail)


def test_every_cut_is_an_audit_error_or_harmless() -> None:
    image = (GOLDEN / "pe" / "two_pythons.dll").read_bytes()

    for size in range(2, len(image), 7):
        _read_or_refuse(image[:size])


def mutate(rounds: int, *, seed: int) -> float:
    """Read `rounds` mutated images; return the seconds that the slowest took."""
    chance = random.Random(seed)
    images = [path.read_bytes() for path in sorted((GOLDEN / "pe").glob("*.dll"))]
    full = {"delayed": {"late.dll": ("f", 7)}, "pdb": "C:/x/demo.pdb", "repro": True, "rich": True}
    images += [dll_image(**full), dll_image(machine=X86, word_bits=32, **full)] * 6
    slowest_s = 0.0
    for _ in range(rounds):
        image = mutated(chance.choice(images), chance)
        start = perf_counter()
        _read_or_refuse(image)
        slowest_s = max(slowest_s, perf_counter() - start)
    return slowest_s


def _read_or_refuse(image: bytes) -> None:
    with suppress(AuditError):
        read(image)
