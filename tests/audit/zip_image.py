"""Zip archives made by hand, so that every rule can be broken alone; and wheels made of them."""

import io
import struct
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

NAME = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"
INFO = "demo-1.0.dist-info"


class Pipe(io.BytesIO):
    """What the standard library streams to: it cannot go back to write a size."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A member; what is None is as it should be."""

    name: str | bytes
    content: bytes = b""
    flags: int | None = None
    method: int = 8
    mode: int = 0o100644
    extra: bytes = b""
    comment: bytes = b""
    descriptor: bool = False
    encoded: bytes | None = None
    size: int | None = None
    crc: int | None = None
    local_name: bytes | None = None
    local_size: int | None = None
    disk: int = 0
    is_listed: bool = True
    gap: bytes = b""
    """Bytes between this member and the next."""


def zip_image(
    parts: Iterable[Part],
    *,
    before: bytes = b"",
    behind: bytes = b"",
    comment: bytes = b"",
    members: int | None = None,
    disks: int = 0,
    zip64: bool = False,
    zip64_extra: bytes = b"",
) -> bytes:
    """Return an archive of `parts`, in their order; offsets count from the end of `before`."""
    body, directory, listed = b"", b"", 0
    for part in parts:
        offset = len(body)
        local, central = _member(part, offset)
        body += local
        if part.is_listed:
            directory += central
            listed += 1
    count = listed if members is None else members
    end64 = b""
    if zip64:
        place = len(body) + len(directory)
        numbers = (44 + len(zip64_extra), 45, 45, 0, 0, listed, listed, len(directory), len(body))
        end64 = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", *numbers) + zip64_extra
        end64 += struct.pack("<4sIQI", b"PK\x06\x07", 0, place, 1)
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", disks, 0, count, count, len(directory),
        0xFFFFFFFF if zip64 else len(body), len(comment),
    )  # fmt: skip
    return before + body + directory + end64 + end + comment + behind


def _member(part: Part, offset: int) -> tuple[bytes, bytes]:
    name = part.name.encode() if isinstance(part.name, str) else part.name
    flags = part.flags if part.flags is not None else (0 if name.isascii() else 0x800) | 8 * part.descriptor
    packed = part.encoded if part.encoded is not None else _packed(part)
    crc = zlib.crc32(part.content) if part.crc is None else part.crc
    size = len(part.content) if part.size is None else part.size
    sums = struct.pack("<3I", crc, len(packed), size)
    local_size = size if part.local_size is None else part.local_size
    local_sums = bytes(12) if part.descriptor else struct.pack("<3I", crc, len(packed), local_size)
    local_name = name if part.local_name is None else part.local_name
    head = struct.pack("<5H", 20, flags, part.method, 0, 33)
    local = b"PK\x03\x04" + head + local_sums + struct.pack("<2H", len(local_name), len(part.extra))
    local += local_name + part.extra + packed + (b"PK\x07\x08" + sums if part.descriptor else b"") + part.gap
    central = b"PK\x01\x02" + struct.pack("<H", 3 << 8 | 20) + head + sums
    lengths = (len(name), len(part.extra), len(part.comment), part.disk, 0)
    central += struct.pack("<5H2I", *lengths, part.mode << 16, offset) + name + part.extra + part.comment
    return local, central


def _packed(part: Part) -> bytes:
    if part.method != 8:
        return part.content
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(part.content) + deflate.flush()


def wheel_members(
    *,
    filename: str = NAME,
    extension: str = "demo.cpython-312-x86_64-linux-gnu.so",
    image: bytes = b"",
    add: Mapping[str, bytes] | None = None,
    leave_out: frozenset[str] = frozenset(),
    metadata: str = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n",
    purelib: str = "false",
    wheel: str | None = None,
) -> dict[str, bytes]:
    """Return the members of a wheel, RECORD last and right."""
    tags = [
        f"Tag: {python}-{abi}-{platform}\n"
        for pythons, abis, platforms in [filename.removesuffix(".whl").split("-")[-3:]]
        for python in pythons.split(".")
        for abi in abis.split(".")
        for platform in platforms.split(".")
    ]
    header = f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: {purelib}\n"
    members = {
        f"demo/{extension}": image,
        f"{INFO}/METADATA": metadata.encode(),
        f"{INFO}/WHEEL": (header + "".join(tags) if wheel is None else wheel).encode(),
        **(add or {}),
    }
    kept = {name: content for name, content in members.items() if name not in leave_out}
    return {**kept, f"{INFO}/RECORD": record(kept)}


def record(members: Mapping[str, bytes]) -> bytes:
    """Return a RECORD of `members` and itself."""
    rows = [
        f"{name},sha256={urlsafe_b64encode(sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n"
        for name, content in members.items()
    ]
    return ("".join(rows) + f"{INFO}/RECORD,,\n").encode()


def parts(members: Mapping[str, bytes]) -> list[Part]:
    """Return members as they should be written."""
    return [Part(name=name, content=content) for name, content in members.items()]
