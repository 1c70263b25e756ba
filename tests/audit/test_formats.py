"""The format of a native file by its first bytes, and the one that a target loads."""

from dataclasses import replace

import pytest
from elf_image import elf_image
from macho_image import ARM64, X86_64, fat_image, macho_image
from small_tables import GNU, MAC_ARM, WIN_AMD64

from wheelmatrix.audit.formats import format_loaded_by, format_of, format_of_member
from wheelmatrix.model import Target

PE = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0"


@pytest.mark.parametrize(
    ("image", "found"),
    [
        (elf_image(), "ELF"),
        (macho_image(), "Mach-O"),
        (macho_image(word_bits=32, big_endian=True, signed=None), "Mach-O"),
        (fat_image((X86_64, macho_image(cpu=X86_64)), (ARM64, macho_image())), "Mach-O"),
        (b"MZ\x90\0", "PE"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40), None),
        (b"#!/bin/sh", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_format(image: bytes, found: str | None) -> None:
    assert format_of(image) == found


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a/demo.pyd", b"MZ\x90\0", "PE"),
        ("a/demo.DLL", b"MZ\x90\0", "PE"),
        ("a/launcher", PE, "PE"),
        ("a/notes.txt", b"MZ was a signature of somebody", None),
        ("a/notes.txt", b"MZ", None),
        ("a/demo.txt", elf_image(), "ELF"),
        ("a/demo", macho_image(), "Mach-O"),
    ],
)
def test_a_text_that_begins_with_two_letters_is_no_program(name: str, content: bytes, found: str | None) -> None:
    assert format_of_member(name, content) == found


@pytest.mark.parametrize(
    ("target", "loaded"),
    [
        (GNU, "ELF"),
        (replace(GNU, os="freebsd"), "ELF"),
        (MAC_ARM, "Mach-O"),
        (replace(MAC_ARM, os="ios"), "Mach-O"),
        (WIN_AMD64, "PE"),
        (replace(WIN_AMD64, os="wasi"), None),
    ],
)
def test_a_target_loads_one_format(target: Target, loaded: str | None) -> None:
    assert format_loaded_by(target) == loaded
