"""The verdict on a library that lies in no wheel."""

import pytest
from dll_image import ARM as PE_ARM
from dll_image import dll_image
from elf_image import ARM, elf_image
from macho_image import ARM64, I386, MACOS, X86_64, fat_image, macho_image
from small_tables import GOLDEN, TABLES

from wheelmatrix.audit import audit_bare
from wheelmatrix.errors import AuditError

INTEL = macho_image(cpu=X86_64, platforms=((MACOS, (10, 9)),), signed=None)


def test_the_name_tells_the_python_and_the_header_the_target() -> None:
    report = audit_bare("demo.cpython-312-x86_64-linux-gnu.so", (GOLDEN / "glibc_2_34.so").read_bytes(), TABLES)

    assert report
    assert report.platform_tags == ("manylinux_2_34_x86_64",)


@pytest.mark.parametrize(
    ("name", "image", "said"),
    [
        ("demo.cpython-312-x86_64-linux-gnu.so", elf_image(undefined=("PyDict_GetItemRef",)), "new in 3.13"),
        ("demo.cpython-312-x86_64-linux-gnu.so", elf_image(defined=()), "neither PyInit_demo"),
        ("demo.abi3.so", elf_image(undefined=("PyUnicode_New",)), "PyUnicode_New"),
        ("demo.abi3t.so", elf_image(), "PEP 803"),
        ("demo.cpython-314t-x86_64-linux-gnu.so", elf_image(undefined=("_Py_Dealloc",)), "with a GIL"),
    ],
)
def test_the_rules_of_the_python_in_the_name_apply(name: str, image: bytes, said: str) -> None:
    report = audit_bare(name, image, TABLES)

    assert not report
    assert any(said in problem for problem in report.problems)


def test_a_name_without_abi_proves_nothing_about_python_and_says_so() -> None:
    report = audit_bare("demo.so", elf_image(undefined=("PyDict_GetItemRef",)), TABLES)

    assert report
    assert "does not say for which Python" in report.warnings[0]


def test_a_library_for_musl_is_held_against_musllinux() -> None:
    assert audit_bare("demo.abi3.so", elf_image(needed=("libc.so",)), TABLES).platform_tags == ("musllinux_1_2_x86_64",)


def test_what_is_to_be_grafted_is_a_warning() -> None:
    report = audit_bare("demo.abi3.so", (GOLDEN / "graft_foo.so").read_bytes(), TABLES)

    assert report
    assert any("libfoo.so.1" in warning for warning in report.warnings)


@pytest.mark.parametrize(
    ("name", "image", "tags"),
    [
        ("demo.cpython-312-darwin.so", macho_image(), ("macosx_11_0_arm64",)),
        ("demo.abi3.so", INTEL, ("macosx_10_9_x86_64",)),
        (
            "demo.cpython-312-darwin.so",
            fat_image((X86_64, INTEL), (ARM64, macho_image())),
            ("macosx_10_9_universal2", "macosx_10_9_x86_64", "macosx_11_0_arm64"),
        ),
        ("demo.cp312-win_amd64.pyd", (GOLDEN / "pe" / "cp312.dll").read_bytes(), ("win_amd64",)),
        ("demo.pyd", (GOLDEN / "pe" / "abi3_x86.dll").read_bytes(), ("win32",)),
        ("demo.pyd", (GOLDEN / "pe" / "abi3_arm64.dll").read_bytes(), ("win_arm64",)),
    ],
)
def test_the_header_tells_the_system_too(name: str, image: bytes, tags: tuple[str, ...]) -> None:
    report = audit_bare(name, image, TABLES)

    assert report, report.problems
    assert report.platform_tags == tags


def test_the_python_in_the_name_of_a_pyd_is_held_against_its_dll() -> None:
    image = (GOLDEN / "pe" / "cp312.dll").read_bytes()

    assert audit_bare("demo.cp312-win_amd64.pyd", image, TABLES).problems == ()
    assert "python312.dll" in audit_bare("demo.cp311-win_amd64.pyd", image, TABLES).problems[0]
    assert "does not say for which Python" in audit_bare("demo.pyd", image, TABLES).warnings[-1]


@pytest.mark.parametrize(
    "image",
    [
        b"", b"MZ\x90\0", elf_image()[:100], elf_image(machine=ARM), macho_image()[:99], macho_image(cpu=I386),
        dll_image(machine=PE_ARM, word_bits=32),
    ],
)  # fmt: skip
def test_what_no_target_loads_is_an_error(image: bytes) -> None:
    with pytest.raises(AuditError):
        audit_bare("demo.so", image, TABLES)
