"""The universal file of macOS: whole libraries for several machines behind one header."""

import struct
from collections.abc import Sequence

_ALIGN_BITS = 14


def fat(slices: Sequence[bytes]) -> bytes:
    """Return the slices as one file."""
    offset, records, body = 1 << _ALIGN_BITS, b"", b""
    for image in slices:
        cpu, subtype = struct.unpack_from("<II", image, 4)
        records += struct.pack(">IIIII", cpu, subtype, offset, len(image), _ALIGN_BITS)
        padding = -len(image) % (1 << _ALIGN_BITS)
        body += image + bytes(padding)
        offset += len(image) + padding
    head = struct.pack(">II", 0xCAFEBABE, len(slices)) + records
    return head + bytes((1 << _ALIGN_BITS) - len(head)) + body
