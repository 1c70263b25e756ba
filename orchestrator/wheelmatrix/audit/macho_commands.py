"""The header and the load commands of one Mach-O image: where everything else of it lies."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import field

from wheelmatrix.audit.strings import NAME_LONGEST, Damaged, decoded
from wheelmatrix.model import Version
from wheelmatrix.values import dataclass

_MAGICS: Mapping[bytes, tuple[int, str]] = {
    b"\xce\xfa\xed\xfe": (32, "<"), b"\xcf\xfa\xed\xfe": (64, "<"),
    b"\xfe\xed\xfa\xce": (32, ">"), b"\xfe\xed\xfa\xcf": (64, ">"),
}  # fmt: skip
"""Magic to word width in bits and byte order. Source of all numbers here: mach-o/loader.h."""
_KINDS = {
    1: "MH_OBJECT", 2: "MH_EXECUTE", 3: "MH_FVMLIB", 4: "MH_CORE", 5: "MH_PRELOAD", 6: "MH_DYLIB", 7: "MH_DYLINKER",
    8: "MH_BUNDLE", 9: "MH_DYLIB_STUB", 10: "MH_DSYM", 11: "MH_KEXT_BUNDLE", 12: "MH_FILESET",
}  # fmt: skip
_MH_TWOLEVEL = 0x80
_PLATFORMS = {
    1: "macOS", 2: "iOS", 3: "tvOS", 4: "watchOS", 5: "bridgeOS", 6: "Mac Catalyst", 7: "the iOS simulator",
    8: "the tvOS simulator", 9: "the watchOS simulator", 10: "DriverKit", 11: "visionOS", 12: "the visionOS simulator",
}  # fmt: skip
_VERSION_MIN = {0x24: "macOS", 0x25: "iOS", 0x2F: "tvOS", 0x30: "watchOS"}
"""LC_VERSION_MIN_MACOSX and its kin, which LC_BUILD_VERSION took the place of."""
_REQ_DYLD = 0x80000000
_LC_SEGMENT, _LC_SYMTAB, _LC_DYSYMTAB, _LC_ID_DYLIB, _LC_SEGMENT_64 = 0x1, 0x2, 0xB, 0xD, 0x19
_LC_CODE_SIGNATURE, _LC_DYLD_INFO, _LC_BUILD_VERSION = 0x1D, 0x22, 0x32
_LC_RPATH, _LC_DYLD_EXPORTS_TRIE = 0x1C | _REQ_DYLD, 0x33 | _REQ_DYLD
_LOADS = {
    0xC: "load", 0x18 | _REQ_DYLD: "weak", 0x1F | _REQ_DYLD: "reexport", 0x20: "lazy", 0x23 | _REQ_DYLD: "upward",
}  # fmt: skip
_DYLIB_USE_MARKER, _DYLIB_USE_BYTES, _DYLIB_USE_WEAK = 0x1A741800, 28, 1
"""In place of the timestamp of a longer command: flags follow. Source: mach-o/loader.h of macOS 15, and dyld."""
_COMMANDS_MOST = 4096
"""A library has about twenty, and as many more as it has dependencies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One image, be it the whole file or a slice of a fat one; every access is checked against its end."""

    image: memoryview
    word_bits: int
    order: str
    """Byte order as `struct` spells it."""

    def slice(self, offset: int, size_bytes: int) -> memoryview:
        """Return `size_bytes` from `offset`; raises Damaged if the image ends before."""
        if offset < 0 or size_bytes < 0 or offset + size_bytes > len(self.image):
            raise Damaged(f"{size_bytes} bytes at {offset:#x} lie outside of the image ({len(self.image)} bytes)")
        return self.image[offset : offset + size_bytes]

    def unpack(self, form: str, offset: int) -> tuple[int, ...]:
        """Return the fields of `struct` format `form` (without byte order) at `offset`."""
        return struct.unpack(self.order + form, self.slice(offset, struct.calcsize(self.order + form)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A library that the image is linked to."""

    path: str
    """As dyld is told: `/usr/lib/libSystem.B.dylib`, `@rpath/libx.dylib`."""
    kind: str
    """`load`, `weak` (dyld goes on without it), `reexport`, `lazy`, `upward`."""


@dataclass(slots=True, kw_only=True)
class Commands:
    """What the load commands say; offsets are from the start of the image."""

    kind: str
    """`MH_DYLIB`, `MH_BUNDLE`, `MH_EXECUTE`, …; a number as text if it has no name."""
    cpu: tuple[int, int]
    """CPU type and subtype, the latter without its capability bits."""
    two_level: bool
    platforms: dict[str, tuple[Version, Version]] = field(default_factory=dict)
    """Platform → (minimum version, version of the SDK)."""
    install_name: str = ""
    loads: list[Load] = field(default_factory=list)
    rpaths: list[str] = field(default_factory=list)
    symbols: tuple[int, ...] = ()
    """Offset and number of the symbols, offset and size of their names; empty: none."""
    ranges: tuple[int, ...] = ()
    """Index and number of the defined external symbols, then of the undefined ones; empty: not said."""
    exports: tuple[int, int] = (0, 0)
    """Offset and size of the trie that dyld looks symbols up in."""
    signature: tuple[int, int] | None = None
    """Offset and size of the code signature."""


def is_thin(image: bytes | memoryview) -> bool:
    """Return whether `image` begins as a Mach-O image does, of any word width and byte order."""
    return bytes(image[:4]) in _MAGICS


def view(image: memoryview) -> View:
    """Return `image` ready to be read; raises Damaged if it is no Mach-O image."""
    magic = bytes(image[:4])
    if magic not in _MAGICS:
        raise Damaged(f"an image that begins with {magic.hex(' ') or 'nothing'}, which is no Mach-O magic")
    word_bits, order = _MAGICS[magic]
    return View(image=image, word_bits=word_bits, order=order)


def commands(one: View) -> Commands:
    """Return what the header and the load commands say.

    Raises Damaged if a command, or what a segment maps, lies outside of the image: dyld refuses such a file too.
    """
    _, cpu, subtype, kind, count, size_bytes, flags = one.unpack("7I", 0)
    found = Commands(
        kind=_KINDS.get(kind, str(kind)), cpu=(cpu, subtype & 0xFFFFFF), two_level=bool(flags & _MH_TWOLEVEL)
    )
    for command, offset, length in _listed(one, count, size_bytes):
        _take(one, found, command, offset, length)
    return found


def _listed(one: View, count: int, size_bytes: int) -> Iterator[tuple[int, int, int]]:
    """Return (number, offset, size in bytes) of each load command."""
    if count > _COMMANDS_MOST:
        raise Damaged(f"{count} load commands, at most {_COMMANDS_MOST} are believed")
    at = 32 if one.word_bits == 64 else 28
    end = at + len(one.slice(at, size_bytes))
    for _ in range(count):
        command, length = one.unpack("II", at)
        if length < 8 or at + length > end:
            raise Damaged(f"a load command of {length} bytes at {at:#x}, where {end - at} are left")
        yield command, at, length
        at += length


def _take(one: View, found: Commands, command: int, at: int, length: int) -> None:
    if command in _LOADS:
        found.loads.append(Load(path=_text(one, at, length, 8), kind=_load_kind(one, command, at, length)))
        return
    match command:
        case 0x1 | 0x19:  # LC_SEGMENT, LC_SEGMENT_64
            offset, size_bytes = one.unpack("QQ", at + 40) if command == _LC_SEGMENT_64 else one.unpack("II", at + 32)
            one.slice(offset, size_bytes)
        case 0x2:  # LC_SYMTAB
            found.symbols = one.unpack("4I", at + 8)
        case 0xB:  # LC_DYSYMTAB
            found.ranges = one.unpack("4I", at + 16)
        case 0xD:  # LC_ID_DYLIB
            found.install_name = _text(one, at, length, 8)
        case 0x1D:  # LC_CODE_SIGNATURE
            found.signature = _pair(one, at + 8)
        case 0x22 | 0x80000022:  # LC_DYLD_INFO, LC_DYLD_INFO_ONLY
            found.exports = _pair(one, at + 40)
        case 0x80000033:  # LC_DYLD_EXPORTS_TRIE
            found.exports = _pair(one, at + 8)
        case 0x8000001C:  # LC_RPATH
            found.rpaths.append(_text(one, at, length, 8))
        case 0x24 | 0x25 | 0x2F | 0x30:
            minimum, sdk = one.unpack("II", at + 8)
            found.platforms[_VERSION_MIN[command]] = (_version(minimum), _version(sdk))
        case 0x32:  # LC_BUILD_VERSION
            platform, minimum, sdk = one.unpack("III", at + 8)
            found.platforms[_PLATFORMS.get(platform, f"platform {platform}")] = (_version(minimum), _version(sdk))


def _load_kind(one: View, command: int, at: int, length: int) -> str:
    if length > _DYLIB_USE_BYTES and one.unpack("II", at + 8) == (_DYLIB_USE_BYTES, _DYLIB_USE_MARKER):
        return "weak" if one.unpack("I", at + 24)[0] & _DYLIB_USE_WEAK else _LOADS[command]
    return _LOADS[command]


def _text(one: View, at: int, length: int, field_offset: int) -> str:
    """Return the text whose offset within the command stands at `field_offset`."""
    (start,) = one.unpack("I", at + field_offset)
    if not 0 < start < length:
        raise Damaged(f"a text at {start:#x} of a load command of {length} bytes")
    return decoded(bytes(one.slice(at + start, min(length - start, NAME_LONGEST))).partition(b"\0")[0])


def _pair(one: View, offset: int) -> tuple[int, int]:
    first, second = one.unpack("II", offset)
    return first, second


def _version(packed: int) -> Version:
    """Return major and minor of `xxxx.yy.zz` in a word's two, one and one bytes; no tag can say the third."""
    return packed >> 16, packed >> 8 & 0xFF
