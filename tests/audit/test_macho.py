"""What a Mach-O file says of itself, thin and fat, and that damage of any kind is an AuditError."""

import gzip
import time

import pytest
from macho_image import (
    ARM64,
    ARM64E,
    BUNDLE,
    DYNAMIC,
    EXECUTE,
    I386,
    IOS,
    LIBRARY,
    MACOS,
    PPC,
    REEXPORT,
    SYSTEM,
    WEAK,
    X86_64,
    X86_64H,
    fat_image,
    macho_image,
)  # fmt: skip
from small_tables import GOLDEN

from wheelmatrix.audit.macho import Slice, is_macho, read
from wheelmatrix.errors import AuditError

BOTH = (X86_64, macho_image(cpu=X86_64, platforms=((MACOS, (10, 12)),), signed=None)), (ARM64, macho_image())


def golden(name: str) -> bytes:
    return gzip.decompress((GOLDEN / "macho" / f"{name}.gz").read_bytes())


def only(image: bytes) -> Slice:
    (one,) = read(image).slices
    return one


def damaged(image: bytes) -> str:
    with pytest.raises(AuditError) as caught:
        read(image)
    return caught.value.issues[0].message


@pytest.mark.parametrize(
    ("cpu", "word_bits", "big_endian", "arch"),
    [
        (ARM64, 64, False, "arm64"),
        (X86_64, 64, False, "x86_64"),
        (ARM64E, 64, False, "arm64e"),
        (X86_64H, 64, False, "x86_64h"),
        (I386, 32, False, "i386"),
        (PPC, 32, True, "ppc"),
        ((18 | 0x01000000, 0), 64, True, "ppc64"),
        ((99, 1), 64, False, "cpu 0x63.1"),
    ],
)
def test_every_word_width_and_byte_order_is_read(
    cpu: tuple[int, int], word_bits: int, big_endian: bool, arch: str
) -> None:
    image = macho_image(
        cpu=cpu, word_bits=word_bits, big_endian=big_endian, rpaths=("@loader_path",), undefined=(("_Py_X", DYNAMIC),)
    )

    one = only(image)

    assert (one.arch, one.word_bits, one.big_endian, one.kind) == (arch, word_bits, big_endian, "MH_DYLIB")
    assert (one.install_name, one.needed, one.rpaths) == ("@rpath/demo.so", (SYSTEM,), ("@loader_path",))
    assert (one.defined, one.undefined, one.flat) == ({"PyInit_demo"}, {"Py_X"}, {"Py_X"})
    assert one.signature is not None
    assert one.signature.bad_pages == ()


def test_libraries_are_listed_in_order_with_their_kind() -> None:
    loads = (("@rpath/a.dylib", WEAK), (SYSTEM, 0xC), ("/usr/lib/b.dylib", REEXPORT))

    one = only(macho_image(loads=loads, kind=BUNDLE, install_name=""))

    assert [(load.path, load.kind) for load in one.loads] == [
        ("@rpath/a.dylib", "weak"), (SYSTEM, "load"), ("/usr/lib/b.dylib", "reexport"),
    ]  # fmt: skip
    assert (one.kind, one.install_name) == ("MH_BUNDLE", "")


@pytest.mark.parametrize(
    ("image", "minimum", "platforms"),
    [
        (macho_image(), (11, 0), {"macOS"}),
        (macho_image(platforms=(), version_min=(0x24, (10, 9))), (10, 9), {"macOS"}),
        (macho_image(platforms=((6, (13, 1)), (MACOS, (10, 15)))), (10, 15), {"macOS", "Mac Catalyst"}),
        (macho_image(platforms=((IOS, (13, 0)),)), None, {"iOS"}),
        (macho_image(platforms=((77, (1, 0)),)), None, {"platform 77"}),
        (macho_image(platforms=(), version_min=(0x25, (9, 0))), None, {"iOS"}),
        (macho_image(platforms=()), None, set()),
    ],
)
def test_the_lowest_macos_is_told_in_either_of_two_ways(
    image: bytes, minimum: tuple[int, int] | None, platforms: set[str]
) -> None:
    one = only(image)

    assert (one.minimum, set(one.platforms)) == (minimum, platforms)


@pytest.mark.parametrize("wide", [False, True])
def test_a_fat_file_has_slices_in_its_order(wide: bool) -> None:
    facts = read(fat_image(*BOTH, wide=wide))

    assert facts.is_fat
    assert [(one.arch, one.minimum) for one in facts.slices] == [("x86_64", (10, 12)), ("arm64", (11, 0))]
    assert all(one.offset % 0x4000 == 0 for one in facts.slices)


@pytest.mark.parametrize(
    ("name", "kind", "arch", "minimum", "entries"),
    [
        ("plain_arm64", "MH_DYLIB", "arm64", (11, 0), ("PyInit_demo",)),
        ("plain_x86_64", "MH_DYLIB", "x86_64", (10, 12), ("PyInit_demo",)),
        ("newer_arm64", "MH_DYLIB", "arm64", (13, 1), ("PyInit_demo",)),
        ("program", "MH_EXECUTE", "arm64", (11, 0), ()),
    ],
)
def test_what_zig_linked_is_read(
    name: str, kind: str, arch: str, minimum: tuple[int, int], entries: tuple[str, ...]
) -> None:
    one = only(golden(name))

    assert (one.kind, one.arch, one.minimum, one.entry_symbols) == (kind, arch, minimum, entries)
    assert one.needed == (SYSTEM,)
    assert (one.signature is not None) == (arch == "arm64")


def test_zigs_dynamic_lookup_is_one_though_it_is_spelled_otherwise() -> None:
    one = only(golden("plain_arm64"))

    assert one.flat == {"PyModule_Create2"}
    assert one.undefined == {"PyModule_Create2", "dyld_stub_binder"}


@pytest.mark.parametrize(
    "image",
    [
        b"", b"\xcf\xfa", b"\x7fELF", b"MZ\x90\0", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbe\0\0\0\x34\0\0\0\0",
        b"\xca\xfe\xba\xbe" + bytes(60), fat_image((ARM64, b"!<arch>\nx")),
    ],
)  # fmt: skip
def test_a_java_class_an_archive_and_other_files_are_no_macho(image: bytes) -> None:
    assert not is_macho(image)
    assert "not a Mach-O file" in damaged(image)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (macho_image()[:20], "outside of the image"),
        (macho_image()[:-1], "outside of the image"),
        (macho_image()[:100], "outside of the image"),
        (fat_image(*BOTH)[:-1], "2 slices up to"),
        (fat_image(*BOTH, count=3), "3 slices up to"),
        (fat_image(*BOTH).replace(b"\0\0\x80\0", b"\0\0\x40\0", 1), "two slices overlap"),
        (fat_image(BOTH[0], BOTH[0]), "two slices for x86_64"),
        (fat_image((ARM64, BOTH[0][1])), "for arm64 by the header of the file, for x86_64 by its own"),
        (fat_image((ARM64, b"\0" * 99)), "no Mach-O magic"),
        (macho_image(extra=(b"\x99\0\0\0\x04\0\0\0",)), "a load command of 4 bytes"),
        (macho_image(extra=(b"\x99\0\0\0\xff\xff\0\0",)), "a load command of 65535 bytes"),
    ],
)
def test_damage_is_told(image: bytes, said: str) -> None:
    assert said in damaged(image), damaged(image)


def test_every_truncation_of_a_library_is_refused() -> None:
    image = macho_image(exports=("_PyInit_demo",), undefined=(("_PyList_New", DYNAMIC), ("_malloc", LIBRARY)))

    for size in range(len(image)):
        with pytest.raises(AuditError):
            read(image[:size])


def test_a_large_library_is_read_quickly() -> None:
    image = macho_image(local=tuple(f"_l{n}" for n in range(50_000)))

    started = time.perf_counter()
    one = only(image)

    assert time.perf_counter() - started < 0.5
    assert one.defined == {"PyInit_demo"}


def test_a_program_has_no_install_name() -> None:
    assert only(macho_image(kind=EXECUTE, install_name="")).kind == "MH_EXECUTE"
