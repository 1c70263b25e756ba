"""Tar archives made by hand, so that every rule can be broken alone; and sdists made of them."""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SDIST = "demo-1.0.tar.gz"
PKG_INFO = "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A header with its content; what is not said is as it should be."""

    name: str | bytes
    content: bytes = b""
    flag: bytes = b"0"
    target: str = ""
    magic: bytes = b"ustar\x0000"
    prefix: bytes = b""
    size: int | bytes | None = None
    """What the header says: octal for a number."""
    checksum: int | None = None


def tar_image(blocks: Iterable[Block], *, end: bytes = bytes(1024)) -> bytes:
    """Return an archive of `blocks`, in their order."""
    return b"".join(map(_block, blocks)) + end


def _block(block: Block) -> bytes:
    name = block.name.encode() if isinstance(block.name, str) else block.name
    size = len(block.content) if block.size is None else block.size
    header = bytearray(512)
    header[0 : len(name)] = name
    header[100:108] = b"0000644\0"
    header[124:136] = size if isinstance(size, bytes) else b"%011o\0" % size
    header[136:148] = b"00000000000\0"
    header[148:156] = b" " * 8
    header[156:157] = block.flag
    header[157 : 157 + len(block.target)] = block.target.encode()
    header[257:265] = block.magic
    header[345 : 345 + len(block.prefix)] = block.prefix
    total = sum(header) if block.checksum is None else block.checksum
    header[148:156] = b"%06o\0 " % total
    return bytes(header) + block.content + bytes(-len(block.content) % 512)


def pax(records: Mapping[str, str], *, flag: bytes = b"x") -> Block:
    """Return the header that describes the member behind it, or with `g` all of them."""
    content = b"".join(_record(f" {key}={value}\n".encode()) for key, value in records.items())
    return Block(name="pax", flag=flag, content=content)


def _record(text: bytes) -> bytes:
    length = len(text) + 1
    while length != len(text) + len(str(length)):
        length = len(text) + len(str(length))
    return str(length).encode() + text


def sdist_blocks(*more: Block, metadata: str = PKG_INFO, top: str = "demo-1.0") -> list[Block]:
    """Return the members of a small sdist, and `more`."""
    return [
        Block(name=f"{top}/", flag=b"5"),
        Block(name=f"{top}/PKG-INFO", content=metadata.encode()),
        Block(name=f"{top}/pyproject.toml", content=b"[build-system]\n"),
        Block(name=f"{top}/src/lib.rs", content=b"// empty\n"),
        *more,
    ]


def sdist_image(*more: Block, metadata: str = PKG_INFO, top: str = "demo-1.0") -> bytes:
    """Return a small sdist with `more` members."""
    return packed(tar_image(sdist_blocks(*more, metadata=metadata, top=top)))


def packed(archive: bytes) -> bytes:
    """Return it as gzip, the same bytes every time."""
    return gzip.compress(archive, mtime=0)
