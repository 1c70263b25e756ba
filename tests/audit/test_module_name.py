"""Which libraries are extension modules, by place, name and content."""

import pytest
from elf_image import elf_image
from macho_image import DYNAMIC, EXECUTE, macho_image
from small_tables import GNU, MAC_ARM, WIN_AMD64, python

from wheelmatrix.audit.formats import Format
from wheelmatrix.audit.module_name import is_foreign_to_python, module_name, suffix_problems
from wheelmatrix.model import Abi, AbiKind, Target

CP312 = Abi(kind="version", interpreter=python((3, 12)))
PLAIN_ELF, PLAIN_MACHO = elf_image(defined=("f",)), macho_image(defined=("_f",))


@pytest.mark.parametrize(
    ("name", "image", "found", "module"),
    [
        ("a/demo.cpython-312-darwin.so", PLAIN_MACHO, "Mach-O", "demo"),
        ("a/demo.abi3.so", PLAIN_ELF, "ELF", "demo"),
        ("a/demo.so", PLAIN_MACHO, "Mach-O", "demo"),
        ("a/libdemo.so", macho_image(), "Mach-O", "libdemo"),
        ("a/libdemo.so", PLAIN_MACHO, "Mach-O", ""),
        ("a/libdemo.so", PLAIN_ELF, "ELF", ""),
        ("a/demo.so", macho_image(kind=EXECUTE), "Mach-O", ""),
        ("a/demo.so", b"damaged", "Mach-O", ""),
        ("a/.dylibs/libx.dylib", PLAIN_MACHO, "Mach-O", ""),
        ("demo.libs/libx.so", PLAIN_ELF, "ELF", ""),
        ("a/demo.pyd", b"", "PE", "demo"),
        ("a/demo.cp312-win_amd64.pyd", b"", "PE", "demo"),
        ("a/demo.dll", b"", "PE", ""),
        ("a/demo.so", b"", "PE", ""),
        ("a/demo.pyd", PLAIN_ELF, "ELF", ""),
    ],
)
def test_a_module_is_named_as_python_looks_for_it(name: str, image: bytes, found: Format, module: str) -> None:
    assert module_name(name, image, found, CP312) == module
    assert module_name(name, image, found, None) == ""


@pytest.mark.parametrize(
    ("image", "found", "is_foreign"),
    [
        (PLAIN_ELF, "ELF", True),
        (PLAIN_MACHO, "Mach-O", True),
        (elf_image(), "ELF", False),
        (macho_image(), "Mach-O", False),
        (elf_image(defined=(), undefined=("PyList_New",)), "ELF", False),
        (macho_image(defined=(), undefined=(("_PyList_New", DYNAMIC),)), "Mach-O", False),
        (b"damaged", "ELF", False),
        (b"MZ", "PE", False),
    ],
)
def test_a_library_without_anything_of_python_is_no_module(image: bytes, found: Format, is_foreign: bool) -> None:
    assert is_foreign_to_python(image, found) is is_foreign


@pytest.mark.parametrize(
    ("name", "kind", "target", "problems"),
    [
        ("demo.cpython-312-darwin.so", "version", MAC_ARM, 0),
        ("demo.cpython-312-x86_64-linux-gnu.so", "version", MAC_ARM, 1),
        ("demo.cpython-311-darwin.so", "version", MAC_ARM, 1),
        ("demo.abi3.so", "abi3", MAC_ARM, 0),
        ("demo.abi3-darwin.so", "abi3", MAC_ARM, 1),
        ("demo.cpython-312-darwin.so", "abi3", MAC_ARM, 1),
        ("demo.so", "version", MAC_ARM, 0),
        ("demo.cpython-312-x86_64-linux-gnu.so", "version", GNU, 0),
        ("demo.cpython-312-aarch64-linux-gnu.so", "version", GNU, 1),
        ("demo.cp312-win_amd64.pyd", "version", WIN_AMD64, 0),
        ("demo.cp311-win_amd64.pyd", "version", WIN_AMD64, 1),
        ("demo.pyd", "version", WIN_AMD64, 0),
        ("demo.pyd", "abi3", WIN_AMD64, 0),
        ("demo.cp312-win_amd64.pyd", "abi3", WIN_AMD64, 1),
    ],
)
def test_the_suffix_is_that_of_the_tags_python_and_system(
    name: str, kind: AbiKind, target: Target, problems: int
) -> None:
    abi = Abi(kind=kind, interpreter=python((3, 12)))

    assert len(list(suffix_problems(name, abi, target))) == problems
