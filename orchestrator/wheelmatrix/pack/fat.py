"""The universal file of macOS: whole libraries for several machines behind one header.

Source: Apple's `mach-o/fat.h` and `mach-o/loader.h`. Offsets are multiples of 2^14, the page of arm64.
"""

import struct
from collections.abc import Sequence

from wheelmatrix.errors import PackError

_FAT_MAGIC, _THIN_MAGIC = 0xCAFEBABE, 0xFEEDFACF
_ALIGN_BITS = 14
_MOST_BYTES = (1 << 32) - 1
_CPUS = {0x0100_0007: "x86_64", 0x0100_000C: "arm64"}


def fat(slices: Sequence[bytes]) -> bytes:
    """Return the slices, 64-bit Mach-O images each, as one file, in the order of their machines' numbers.

    Raises PackError for what is no such image, for two of one machine, and for more than the header's 4 GiB.
    """
    images = dict(sorted(_by_machine(slices).items()))
    page = 1 << _ALIGN_BITS
    records, body = b"", b""
    for (cpu, subtype), image in images.items():
        offset = page + len(body)
        if offset + len(image) > _MOST_BYTES:
            raise PackError.of("the libraries of all machines together are larger than 4 GiB")
        records += struct.pack(">IIIII", cpu, subtype, offset, len(image), _ALIGN_BITS)
        body += image + bytes(-len(image) % page)
    # What follows the last slice would be no part of its signature, and loaders have no use for it.
    length = len(body) - (-len(image) % page)
    head = struct.pack(">II", _FAT_MAGIC, len(images)) + records
    return head + bytes(page - len(head)) + body[:length]


def _by_machine(slices: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    found: dict[tuple[int, int], bytes] = {}
    for image in slices:
        if len(image) < 12 or struct.unpack_from("<I", image)[0] != _THIN_MAGIC:
            raise PackError.of("a slice is no 64-bit Mach-O library, so that it cannot be merged")
        machine = struct.unpack_from("<II", image, 4)
        if machine in found:
            raise PackError.of(f"two slices are for {_CPUS.get(machine[0], hex(machine[0]))}: one file has one each")
        found[machine] = image
    if not found:
        raise PackError.of("there is nothing to merge")
    return found
