"""Load commands: every access is checked, and texts and versions are where the command says."""

import struct

import pytest
from macho_image import macho_image

from wheelmatrix.audit.macho_commands import commands, is_thin, view
from wheelmatrix.audit.strings import Damaged

MARKER = 0x1A741800


def use(flags: int, marker: int = MARKER, command: int = 0xC) -> bytes:
    """Return a command that loads a library in the form of macOS 15, with flags behind it."""
    return struct.pack("<7I", command, 40, 28, marker, 0, 0x10000, flags) + b"@rpath/x\0\0\0\0"


@pytest.mark.parametrize(("offset", "size"), [(-1, 4), (0, -1), (0, 1 << 40), (1 << 63, 1)])
def test_bytes_outside_of_the_image_are_refused(offset: int, size: int) -> None:
    with pytest.raises(Damaged, match="outside of the image"):
        view(memoryview(macho_image())).slice(offset, size)


def test_other_magic_is_refused() -> None:
    assert not is_thin(b"\x7fELF")
    with pytest.raises(Damaged, match="7f 45 4c 46"):
        view(memoryview(b"\x7fELF"))


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (use(0), "load"),
        (use(1), "weak"),
        (use(2), "load"),
        (use(1, marker=2), "load"),
        (use(0, 2, 0x80000023), "upward"),
    ],
)
def test_flags_of_a_load_are_those_of_macos_15_where_its_marker_stands(command: bytes, kind: str) -> None:
    found = commands(view(memoryview(macho_image(loads=(), extra=(command,)))))

    assert [(load.path, load.kind) for load in found.loads] == [("@rpath/x", kind)]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (struct.pack("<6I", 0xC, 24, 24, 0, 0, 0), "a text at 0x18 of a load command of 24 bytes"),
        (struct.pack("<6I", 0xC, 24, 0, 0, 0, 0), "a text at 0x0"),
        (struct.pack("<4I", 0x8000001C, 16, 99, 0), "a text at 0x63"),
    ],
)
def test_a_text_outside_of_its_command_is_refused(command: bytes, said: str) -> None:
    with pytest.raises(Damaged, match=said):
        commands(view(memoryview(macho_image(extra=(command,)))))


def test_a_text_that_fills_its_command_needs_no_end() -> None:
    found = commands(view(memoryview(macho_image(extra=(struct.pack("<3I", 0x8000001C, 16, 12) + b"/abc",)))))

    assert found.rpaths == ["/abc"]


def test_a_segment_beyond_the_end_is_refused_as_dyld_does() -> None:
    beyond = struct.pack("<II16s4Q4I", 0x19, 72, b"__TEXT", 0, 1, 0, 1 << 40, 5, 5, 0, 0)

    with pytest.raises(Damaged, match="outside of the image"):
        commands(view(memoryview(macho_image(extra=(beyond,)))))


def test_more_commands_than_any_library_has_are_refused() -> None:
    image = bytearray(macho_image())
    image[16:20] = (5000).to_bytes(4, "little")

    with pytest.raises(Damaged, match="5000 load commands"):
        commands(view(memoryview(image)))
