"""One Mach-O file of several, as lipo makes it: a header, and each slice untouched at a page of its own."""

import struct
from collections.abc import Iterator, Sequence

from wheelmatrix.errors import PackError
from wheelmatrix.values import dataclass

_THIN = {b"\xce\xfa\xed\xfe": "<", b"\xcf\xfa\xed\xfe": "<", b"\xfe\xed\xfa\xce": ">", b"\xfe\xed\xfa\xcf": ">"}
"""Magic of an image to its byte order. Source: mach-o/loader.h."""
_MAGIC, _MAGIC_64 = 0xCAFEBABE, 0xCAFEBABF
_RECORD, _RECORD_64 = struct.Struct(">5I"), struct.Struct(">IIQQII")
_LARGEST_32 = (1 << 32) - 1
"""Source: mach-o/fat.h; every number is big-endian."""
_ARM_FAMILY = 12
_X86_ALIGN_BITS, _ARM_ALIGN_BITS = 12, 14
"""Pages of 4 KiB and of 16 KiB. Source: lipo(1) and llvm-lipo, whose files have the same."""
_CPU_TYPE = 0xFFFFFF
"""Without the bit for 64-bit code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    cpu: int
    subtype: int
    align_bits: int
    offset: int
    image: bytes | memoryview


def fat(slices: Sequence[bytes | memoryview]) -> bytes:
    """Return the universal file of thin Mach-O images, one for each CPU, in any order.

    Nothing within a slice is changed, so signatures stay valid. x86_64 comes before arm64, which is aligned to its
    larger page; the bytes are those of `lipo -create`. Records of 64 bits are written only where an offset needs them.
    Raises PackError if there is no image, one is no thin Mach-O, or two are for the same CPU.
    """
    return b"".join(fat_pieces(slices))


def fat_pieces(slices: Sequence[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """Return the same file piece by piece: the header, then padding and image of each slice; errors as for `fat`."""
    ordered = sorted(((*_cpu(image), image) for image in slices), key=lambda one: one[:3])
    if not ordered:
        raise PackError.of("a universal library needs at least one image")
    seen = {(cpu, subtype & _CPU_TYPE) for _, cpu, subtype, _ in ordered}
    if len(seen) < len(ordered):
        raise PackError.of(
            "two images of a universal library are for the same CPU", hint="give it one for x86_64 and one for arm64"
        )
    placed = _placed(ordered, _RECORD.size)
    last = placed[-1]
    is_wide = max(last.offset, *(len(one.image) for one in placed)) > _LARGEST_32
    return _written(_placed(ordered, _RECORD_64.size) if is_wide else placed, is_wide)


def _written(placed: list[_Placed], is_wide: bool) -> Iterator[bytes | memoryview]:
    record, more = (_RECORD_64, (0,)) if is_wide else (_RECORD, ())
    header = struct.pack(">II", _MAGIC_64 if is_wide else _MAGIC, len(placed))
    for one in placed:
        header += record.pack(one.cpu, one.subtype, one.offset, len(one.image), one.align_bits, *more)
    yield header
    at = len(header)
    for one in placed:
        yield bytes(one.offset - at)
        yield one.image
        at = one.offset + len(one.image)


def _placed(ordered: list[tuple[int, int, int, bytes | memoryview]], record_bytes: int) -> list[_Placed]:
    at = 8 + record_bytes * len(ordered)
    found = []
    for align_bits, cpu, subtype, image in ordered:
        at += -at % (1 << align_bits)
        found.append(_Placed(cpu=cpu, subtype=subtype, align_bits=align_bits, offset=at, image=image))
        at += len(image)
    return found


def _cpu(image: bytes | memoryview) -> tuple[int, int, int]:
    """Return alignment in bits, CPU type and subtype of an image: also the order in which lipo writes them."""
    order = _THIN.get(bytes(image[:4]))
    if order is None or len(image) < 12:
        raise PackError.of(
            f"no thin Mach-O image: it begins with {bytes(image[:4]).hex(' ') or 'nothing'}",
            hint="a universal library is made of one library for each CPU",
        )
    cpu, subtype = struct.unpack_from(f"{order}II", image, 4)
    return _ARM_ALIGN_BITS if cpu & _CPU_TYPE == _ARM_FAMILY else _X86_ALIGN_BITS, cpu, subtype
