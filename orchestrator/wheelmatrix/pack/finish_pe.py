"""The traces of one link in a PE image: when it was made, and where its debug information lies.

Source: Microsoft's "PE Format".
"""

import struct
from collections.abc import Iterator

from wheelmatrix.values import dataclass

_OPTIONAL_MAGIC = {0x10B: 96, 0x20B: 112}
"""PE32 and PE32+, with the bytes of the optional header before the data directories."""
_EXPORT, _SECURITY, _DEBUG, _LOAD_CONFIG = 0, 4, 6, 10
"""Indexes of data directories."""
_CODE_VIEW, _REPRO = 2, 16
"""Kinds of debug information: where the PDB file is; "the time stamps are hashes of the content"."""
_DEBUG_ENTRY_BYTES, _DEBUG_ENTRIES_MOST = 28, 64
_PATH_AT = {b"RSDS": 24, b"NB10": 16}
"""Signature of a CodeView record to where the path begins in it."""

_Edit = tuple[int, bytes]
"""Offset and what is to stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Headers:
    image: bytes
    coff: int
    """Offset of the COFF header."""
    directories: tuple[tuple[int, int], ...]
    """Address and size in bytes of each."""
    sections: tuple[tuple[int, int, int], ...]
    """Address, offset in the file, and bytes in the file of each."""

    def directory(self, index: int) -> tuple[int, int]:
        """Return offset in the file and size in bytes of a data directory; zeros if there is none in the file."""
        address, size_bytes = self.directories[index] if index < len(self.directories) else (0, 0)
        for start, offset, held in self.sections:
            if address and 0 <= address - start < held:
                return address - start + offset, size_bytes
        return 0, 0


def without_stamps(image: bytes, *, keeps_identity: bool = False) -> bytes:
    """Return the image with zeros for every time stamp, checksum and PDB identity, and PDB files without directory.

    `keeps_identity`: the PDB file is shipped, and debuggers know it by its identity, which therefore stays.
    Where the linker wrote hashes (`/Brepro`), these stay: they say nothing but what the content is. An image with an
    Authenticode signature comes back as it is, and so does what is no PE image or is cut off.
    """
    try:
        found = _headers(image)
        edits = () if found is None or _is_signed(found) else tuple(_edits(found, keeps_identity=keeps_identity))
    except (struct.error, OverflowError):
        return image
    if not edits:
        return image
    edited = bytearray(image)
    for offset, content in edits:
        if offset + len(content) <= len(edited):
            edited[offset : offset + len(content)] = content
    return bytes(edited)


def _headers(image: bytes) -> _Headers | None:
    if not image.startswith(b"MZ"):
        return None
    (start,) = struct.unpack_from("<I", image, 60)
    if image[start : start + 4] != b"PE\0\0":
        return None
    coff = start + 4
    _, section_count, _, _, _, optional_bytes, _ = struct.unpack_from("<HHIIIHH", image, coff)
    optional = coff + 20
    (magic,) = struct.unpack_from("<H", image, optional)
    before = _OPTIONAL_MAGIC.get(magic, 0)
    if not before:
        return None
    (count,) = struct.unpack_from("<I", image, optional + before - 4)
    directories = [struct.unpack_from("<II", image, optional + before + 8 * index) for index in range(min(count, 16))]
    sections = []
    for index in range(section_count):
        _, address, held, offset = struct.unpack_from("<IIII", image, optional + optional_bytes + 40 * index + 8)
        sections.append((address, offset, held))
    return _Headers(
        image=image,
        coff=coff,
        directories=tuple((address, size) for address, size in directories),
        sections=tuple(sections),
    )


def _is_signed(found: _Headers) -> bool:
    return len(found.directories) > _SECURITY and found.directories[_SECURITY] != (0, 0)


def _edits(found: _Headers, *, keeps_identity: bool) -> Iterator[_Edit]:
    debug = tuple(_debug_entries(found))
    keeps_hashes = any(kind == _REPRO for _, kind, _, _ in debug)
    for _, kind, offset, size_bytes in debug:
        if kind == _CODE_VIEW:
            yield from _code_view(found.image, offset, size_bytes, keeps_identity=keeps_identity or keeps_hashes)
    if keeps_hashes:
        return
    stamps = [found.coff + 4, *(at + 4 for at, *_ in debug)]
    stamps += [at + 4 for at, _ in map(found.directory, (_EXPORT, _LOAD_CONFIG)) if at]
    checksum = found.coff + 20 + 64
    # A checksum of 0 says that there is none: only drivers and what starts with the system need one.
    yield from ((at, bytes(4)) for at in (*stamps, checksum))


def _debug_entries(found: _Headers) -> Iterator[tuple[int, int, int, int]]:
    """Yield offset, kind, and offset and size in bytes of the content of each entry of the debug directory."""
    start, size_bytes = found.directory(_DEBUG)
    for index in range(min(size_bytes // _DEBUG_ENTRY_BYTES, _DEBUG_ENTRIES_MOST) if start else 0):
        at = start + index * _DEBUG_ENTRY_BYTES
        kind, held, _, offset = struct.unpack_from("<12xIIII", found.image, at)
        yield at, kind, offset, held


def _code_view(image: bytes, offset: int, size_bytes: int, *, keeps_identity: bool) -> Iterator[_Edit]:
    """Yield the PDB file's name without its directory, and zeros for its identity: it is not shipped."""
    record = image[offset : offset + size_bytes]
    path_at = _PATH_AT.get(record[:4])
    if path_at is None or len(record) <= path_at:
        return
    path = record[path_at:].partition(b"\0")[0]
    name = path.replace(b"\\", b"/").rpartition(b"/")[2]
    yield offset + path_at, name.ljust(len(path), b"\0")
    if not keeps_identity:
        yield offset + 4, bytes(path_at - 4)
