"""The verdict on a library that lies in no wheel."""

import pytest
from elf_image import ARM, elf_image
from small_tables import GOLDEN, TABLES

from wheelmatrix.audit import audit_bare
from wheelmatrix.errors import AuditError


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


@pytest.mark.parametrize("image", [b"", b"MZ\x90\0", elf_image()[:100], elf_image(machine=ARM)])
def test_what_no_target_loads_is_an_error(image: bytes) -> None:
    with pytest.raises(AuditError):
        audit_bare("demo.so", image, TABLES)
