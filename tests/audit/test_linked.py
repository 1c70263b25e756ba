"""Libraries as their loaders see them: one form for ELF, PE and Mach-O."""

import pytest
from dll_image import dll_image
from elf_image import elf_image
from macho_image import ARM64, DYNAMIC, LOAD, PROGRAM, REEXPORT, SYSTEM, WEAK, X86_64, fat_image, macho_image

from wheelmatrix.audit.linked import Linked, Want, linked
from wheelmatrix.errors import AuditError


def only(name: str, image: bytes) -> Linked:
    (found,) = linked(name, image)
    return found


def test_elf_binds_to_versions_and_looks_everywhere() -> None:
    image = elf_image(
        soname="libown.so.1",
        needs=(("libc.so.6", "GLIBC_2.14", 0, ("memcpy",)),),
        undefined=("own",),
        weak=("__gmon_start__",),
    )

    found = only("demo.libs/libown-1.so", image)

    assert found.names == {"libown-1.so", "libown.so.1"}
    assert found.wanted == (
        Want(symbol="memcpy", library="libc.so.6", version="GLIBC_2.14"),
        Want(symbol="own"),
    )
    assert (found.libc, found.machine, found.is_global) == ("gnu", "EM_X86_64", True)


def test_windows_binds_to_dlls_in_any_case_but_to_whichever_python_there_is() -> None:
    image = dll_image(
        imports={"python312.dll": ("PyList_New", "Own_Thing"), "Own": ("b", "a", 7)}, delayed={"late.dll": ("c",)}
    )

    found = only("Demo.PYD", image)

    assert found.names == {"demo.pyd"}
    assert found.needed == ("python312.dll", "own.dll")
    assert found.wanted == (
        Want(symbol="Own_Thing", library="python312.dll"),
        Want(symbol="PyList_New"),
        Want(symbol="a", library="own.dll"),
        Want(symbol="b", library="own.dll"),
    )
    assert (found.libc, found.machine, found.is_global) == ("", "windows", False)


def test_macos_binds_to_the_library_at_the_place_of_its_ordinal() -> None:
    image = macho_image(
        loads=((SYSTEM, LOAD), ("@loader_path/.dylibs/libown.dylib", LOAD), ("@rpath/libmay.dylib", WEAK),
               ("/usr/lib/libmore.dylib", REEXPORT)),
        undefined=(("_malloc", 1), ("_own", 2), ("_may", 3), ("_far", 99), ("_PyList_New", DYNAMIC),
                   ("_strange", DYNAMIC), ("_PyType_Type", PROGRAM)),
        weak=(("_maybe", 2),),
    )  # fmt: skip

    found = only("demo.so", image)

    assert found.names == {"demo.so"}
    assert found.needed == (SYSTEM, "libown.dylib", "libmay.dylib", "/usr/lib/libmore.dylib")
    assert found.wanted == (
        Want(symbol="PyList_New"),
        Want(symbol="PyType_Type"),
        Want(symbol="malloc", library=SYSTEM),
        Want(symbol="own", library="libown.dylib"),
    )
    assert found.reexported == ("/usr/lib/libmore.dylib",)
    assert (found.machine, found.is_global) == ("arm64", False)


def test_a_fat_file_is_one_library_for_each_architecture() -> None:
    intel, arm = macho_image(cpu=X86_64, signed=None), macho_image(cpu=ARM64)

    image = fat_image((X86_64, intel), (ARM64, arm))

    assert [one.machine for one in linked("demo.so", image)] == ["x86_64", "arm64"]


@pytest.mark.parametrize("image", [b"", b"hello", b"\0asm\1\0\0\0"])
def test_what_is_no_library_is_none(image: bytes) -> None:
    assert linked("demo.so", image) == ()


def test_a_program_of_windows_is_no_library() -> None:
    assert linked("t64.exe", b"MZ...") == ()


@pytest.mark.parametrize("image", [b"\x7fELF", b"MZ", macho_image()[:64]])
def test_a_damaged_library_is_an_error_of_ours(image: bytes) -> None:
    with pytest.raises(AuditError):
        linked("demo.pyd", image)
