"""What dyld would read of a Mach-O file, thin or fat: libraries, symbols, versions and signature of each slice."""

import struct
from collections.abc import Iterator, Mapping
from itertools import pairwise

from wheelmatrix.audit.macho_commands import Load, commands, is_thin, view
from wheelmatrix.audit.macho_signature import Signature, signature
from wheelmatrix.audit.macho_symbols import symbol_table
from wheelmatrix.audit.strings import Damaged
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Version
from wheelmatrix.values import dataclass

_FAT: Mapping[bytes, str] = {b"\xca\xfe\xba\xbe": ">5I", b"\xca\xfe\xba\xbf": ">IIQQII"}
"""Magic to the form of a record: CPU type and subtype, offset, size, alignment in bits. Source: mach-o/fat.h."""
_SLICES_MOST = 20
"""A Java class begins like a fat file, and gives 45 and more slices: its version."""
_ARCHIVE = b"!<arch>\n"
_CPUS: Mapping[tuple[int, int], str] = {
    (0x01000007, 3): "x86_64", (0x01000007, 8): "x86_64h", (0x0100000C, 0): "arm64", (0x0100000C, 1): "arm64",
    (0x0100000C, 2): "arm64e", (7, 3): "i386",
}  # fmt: skip
_CPU_FAMILIES = {7: "i386", 12: "arm", 18: "ppc", 0x01000012: "ppc64", 0x0200000C: "arm64_32"}
"""CPU types and subtypes as tags and lipo spell them. Source: mach/machine.h."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What the image for one architecture says of itself."""

    arch: str
    """`x86_64`, `arm64`, also `arm64e`, `x86_64h`, …; `cpu 7.3` if it has no name."""
    word_bits: int
    big_endian: bool
    offset: int
    """Bytes from the start of the file."""
    size_bytes: int
    kind: str
    """`MH_DYLIB`, `MH_BUNDLE`, `MH_EXECUTE`, …"""
    platforms: Mapping[str, Version]
    """What it is built for (`macOS`) to the lowest version that it runs on; may be empty."""
    sdk: Version | None
    """Of the SDK that it was built with, for the first platform."""
    install_name: str
    """LC_ID_DYLIB; empty in a bundle."""
    loads: tuple[Load, ...]
    """As listed."""
    rpaths: tuple[str, ...]
    two_level: bool
    """Symbols are looked for in the library that they were linked to; False: in every one, by name alone."""
    defined: frozenset[str]
    """Symbols that other libraries may use, as C spells them: without the first `_`."""
    undefined: frozenset[str]
    weak: frozenset[str]
    """Undefined symbols that may stay missing; none of them is in `undefined`."""
    flat: frozenset[str]
    """Undefined or weak symbols that are looked for in every image, not in one library."""
    in_program: frozenset[str]
    """Undefined or weak symbols that are looked for in the program alone."""
    bound: Mapping[str, int]
    """The other undefined or weak symbols: each to the library that it is looked for in, by its place in `loads`."""
    signature: Signature | None

    @property
    def needed(self) -> tuple[str, ...]:
        """Paths of the libraries that it is linked to, as listed."""
        return tuple(load.path for load in self.loads)

    @property
    def minimum(self) -> Version | None:
        """Lowest macOS that it says to run on; None if it does not say."""
        return self.platforms.get("macOS")

    @property
    def entry_symbols(self) -> tuple[str, ...]:
        """Every exported module entry, `PyInit_x` or `PyModExport_x`, sorted (PEP 489, PEP 793)."""
        return tuple(sorted(name for name in self.defined if name.startswith(("PyInit", "PyModExport"))))


@dataclass(frozen=True, slots=True, kw_only=True)
class MachFacts:
    """What a Mach-O file says of itself."""

    is_fat: bool
    slices: tuple[Slice, ...]
    """As listed; at least one, none twice."""


def is_macho(image: bytes | memoryview) -> bool:
    """Return whether `image` begins as a Mach-O file does, thin or fat; a Java class does not, nor a fat archive."""
    form = _FAT.get(bytes(image[:4]), "")
    if not form:
        return is_thin(image)
    if not 0 < int.from_bytes(image[4:8], "big") <= _SLICES_MOST or len(image) < 8 + struct.calcsize(form):
        return False
    offset = struct.unpack_from(form, image, 8)[2]
    return image[offset : offset + len(_ARCHIVE)] != _ARCHIVE


def read(image: bytes) -> MachFacts:
    """Return what dyld would learn from `image`, and whether the signed pages are intact.

    Raises AuditError if it is not Mach-O, is cut off, or its tables point outside of it.
    Source: mach-o/loader.h, mach-o/fat.h, mach-o/nlist.h.
    """
    if not is_macho(image):
        raise AuditError.of("not a Mach-O file: it begins with none of the format's magic bytes")
    try:
        return _facts(image)
    except (Damaged, struct.error, ValueError, OverflowError) as error:
        said = str(error) if isinstance(error, Damaged) else f"{type(error).__name__} {error}".strip()
        raise AuditError.of(f"a damaged Mach-O file: {said}", hint="build it again; the file may be cut off") from error


def _facts(image: bytes) -> MachFacts:
    whole = memoryview(image)
    if image[:4] not in _FAT:
        return MachFacts(is_fat=False, slices=(_slice(whole, 0),))
    return MachFacts(is_fat=True, slices=tuple(_fat_slices(whole, _FAT[image[:4]])))


def _fat_slices(whole: memoryview, form: str) -> Iterator[Slice]:
    count = int.from_bytes(whole[4:8], "big")
    size = struct.calcsize(form)
    records = list(struct.iter_unpack(form, whole[8 : 8 + count * size]))
    extents = sorted((offset, offset + length) for _, _, offset, length, *_ in records)
    if len(records) != count or extents[-1][1] > len(whole) or extents[0][0] < 8 + count * size:
        raise Damaged(f"{count} slices up to {extents[-1][1]:#x} in a file of {len(whole)} bytes")
    if any(low[1] > high[0] for low, high in pairwise(extents)):
        raise Damaged("two slices overlap")
    seen: set[tuple[int, int]] = set()
    for cpu, subtype, offset, length, *_ in records:
        found = _slice(whole[offset : offset + length], offset)
        key = (cpu, subtype & 0xFFFFFF)
        if _arch(key) != found.arch:
            raise Damaged(f"a slice for {_arch(key)} by the header of the file, for {found.arch} by its own")
        if key in seen:
            raise Damaged(f"two slices for {found.arch}")
        seen.add(key)
        yield found


def _slice(image: memoryview, offset: int) -> Slice:
    one = view(image)
    found = commands(one)
    table = symbol_table(one, found)
    return Slice(
        arch=_arch(found.cpu),
        word_bits=one.word_bits,
        big_endian=one.order == ">",
        offset=offset,
        size_bytes=len(image),
        kind=found.kind,
        platforms={name: minimum for name, (minimum, _) in found.platforms.items()},
        sdk=next((sdk for _, sdk in found.platforms.values() if sdk > (0, 0)), None),
        install_name=found.install_name,
        loads=tuple(found.loads),
        rpaths=tuple(found.rpaths),
        two_level=found.two_level,
        defined=table.defined,
        undefined=table.undefined,
        weak=table.weak,
        flat=table.flat,
        in_program=table.in_program,
        bound=table.bound,
        signature=None if found.signature is None else signature(one, *found.signature),
    )


def _arch(cpu: tuple[int, int]) -> str:
    return _CPUS.get(cpu) or _CPU_FAMILIES.get(cpu[0]) or f"cpu {cpu[0]:#x}.{cpu[1]}"
