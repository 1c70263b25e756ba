"""The rules of a library are those of its format, and only the format that the target loads may be shipped."""

from dataclasses import replace

import pytest
from elf_image import elf_image
from macho_image import macho_image
from small_tables import GNU, MAC_ARM, TABLES, WIN_AMD64, expectation

from wheelmatrix.audit import audit_library
from wheelmatrix.model import Target

PE = b"MZ\x90\0"


@pytest.mark.parametrize(
    ("image", "target", "tags"),
    [
        (elf_image(), GNU, ("manylinux1_x86_64", "manylinux_2_5_x86_64")),
        (macho_image(), MAC_ARM, ("macosx_11_0_arm64",)),
    ],
)
def test_each_format_is_judged_by_its_own_rules(image: bytes, target: Target, tags: tuple[str, ...]) -> None:
    report = audit_library(image, expectation(target=target), TABLES, name="demo.so")

    assert report, report.problems
    assert report.platform_tags == tags


@pytest.mark.parametrize(
    ("image", "target", "said"),
    [
        (PE, GNU, "not an ELF file but a PE file, which x86_64-unknown-linux-gnu does not load"),
        (macho_image(), GNU, "not an ELF file but a Mach-O file"),
        (elf_image(), MAC_ARM, "not a Mach-O file but an ELF file"),
        (PE, MAC_ARM, "not a Mach-O file but a PE file"),
        (elf_image(), WIN_AMD64, "not a PE file but an ELF file"),
        (macho_image(), WIN_AMD64, "not a PE file but a Mach-O file"),
        (elf_image(), replace(WIN_AMD64, os="wasi", triple="wasm32-wasip1"), "an ELF file, which wasm32-wasip1 does"),
        (b"text", MAC_ARM, "not a Mach-O file: it begins with none"),
        (b"text", GNU, "not an ELF file: the magic bytes"),
    ],
)
def test_another_format_must_not_be_shipped(image: bytes, target: Target, said: str) -> None:
    report = audit_library(image, expectation(target=target), TABLES, name="demo.so")

    assert not report
    assert report.platform_tags == ()
    assert said in report.problems[0]


@pytest.mark.parametrize(
    ("image", "target"),
    [(b"\0asm", replace(WIN_AMD64, os="wasi", triple="wasm32-wasip1")), (macho_image(), replace(MAC_ARM, os="ios"))],
)
def test_a_system_without_rules_is_not_proved_but_not_refused(image: bytes, target: Target) -> None:
    report = audit_library(image, expectation(target=target), TABLES, name="demo.so")

    assert report
    assert report.platform_tags
    assert report.warnings == (f"not proved: no rules are known for the libraries of {target.triple}",)
