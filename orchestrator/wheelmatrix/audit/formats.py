"""Which format a native file has, by its first bytes, and which one a target loads."""

from typing import Literal

from wheelmatrix.audit.macho import is_macho
from wheelmatrix.model import Target

Format = Literal["ELF", "Mach-O", "PE"]
ELF_MAGIC = b"\x7fELF"
"""Source: ELF gABI, "ELF Identification"."""
_DOS_MAGIC, _PE_MAGIC = b"MZ", b"PE\0\0"
_PE_OFFSET = 0x3C
"""Where a program for DOS says that it is one for Windows too. Source: PE format, "MS-DOS Stub"."""
_NATIVE_SUFFIXES = (".pyd", ".dll", ".exe", ".so", ".dylib")


def format_of(image: bytes | memoryview) -> Format | None:
    """Return the format that `image` begins as; None if it is none that is known."""
    if image[: len(ELF_MAGIC)] == ELF_MAGIC:
        return "ELF"
    if is_macho(image):
        return "Mach-O"
    return "PE" if image[: len(_DOS_MAGIC)] == _DOS_MAGIC else None


def format_of_member(name: str, content: bytes | memoryview) -> Format | None:
    """Return the format of a wheel's member; None if it is no native file.

    Any text may begin with `MZ`: where the name does not tell, the header of a PE file has to be there too.
    """
    found = format_of(content)
    if found == "PE" and not name.lower().endswith(_NATIVE_SUFFIXES):
        start = int.from_bytes(content[_PE_OFFSET : _PE_OFFSET + 4], "little")
        return "PE" if content[start : start + len(_PE_MAGIC)] == _PE_MAGIC else None
    return found


def format_loaded_by(target: Target) -> Format | None:
    """Return the format of the libraries that `target` loads; None where no reader is known for it."""
    if target.elf_machine:
        return "ELF"
    formats: dict[str, Format] = {"macos": "Mach-O", "ios": "Mach-O", "windows": "PE"}
    return formats.get(target.os)
