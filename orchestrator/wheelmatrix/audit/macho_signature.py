"""The code signature of a Mach-O image: what it covers, and whether the pages are still those that were signed."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial

from wheelmatrix.audit.macho_commands import View
from wheelmatrix.audit.strings import Damaged
from wheelmatrix.values import dataclass

_SUPER_BLOB, _CODE_DIRECTORY, _CMS = 0xFADE0CC0, 0xFADE0C02, 0xFADE0B01
_DIRECTORY_SLOTS = frozenset({0, *range(0x1000, 0x1006)})
"""The code directory, and its alternates with other hashes."""
_CS_ADHOC, _CS_LINKER_SIGNED = 0x2, 0x20000
_HASHES: Mapping[int, tuple[str, int, Callable[..., "hashlib._Hash"]]] = {
    1: ("sha1", 20, partial(hashlib.sha1, usedforsecurity=False)),
    2: ("sha256", 32, hashlib.sha256),
    3: ("sha256 cut to 160 bits", 20, hashlib.sha256),
    4: ("sha384", 48, hashlib.sha384),
}
"""Hash type to name, bytes kept, and maker. Source of all numbers here: xnu osfmk/kern/cs_blobs.h."""
_PAGE_BITS = range(12, 17)
"""xnu takes pages of 4 KiB and of its own page size."""
_SPLIT_64 = 0x20300
"""Version of a code directory from which a limit of 64 bits may stand in it."""
_BLOBS_MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDirectory:
    """Hashes of an image's pages."""

    identifier: str
    hash_name: str
    """`sha256`, `sha1`, …; `type 9` if it is not known, and then no page was compared."""
    page_bytes: int
    is_ad_hoc: bool
    """True: nobody vouches for it, which is all that macOS asks for."""
    is_linker_signed: bool
    code_limit: int
    """Bytes from the start of the image that are covered."""
    pages: int
    bad_pages: tuple[int, ...]
    """Numbers of the pages whose content is not what was signed; ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A code signature that could be read."""

    offset: int
    """Bytes from the start of the image."""
    ends_image: bool
    """Nothing follows it."""
    directories: tuple[CodeDirectory, ...]
    """At least one; all are checked, the kernel takes the one with the best hash."""
    has_certificate: bool
    """It was signed by somebody, with a certificate."""

    @property
    def bad_pages(self) -> tuple[int, ...]:
        """Pages that differ from what was signed by any of the directories; ascending."""
        return tuple(sorted({page for one in self.directories for page in one.bad_pages}))


def signature(one: View, offset: int, size_bytes: int) -> Signature:
    """Return the signature at `offset` of the image, its pages compared.

    Raises Damaged if it is none, lies outside of the image, or contradicts itself.
    """
    blob = View(image=one.slice(offset, size_bytes), word_bits=one.word_bits, order=">")
    magic, length, count = blob.unpack("III", 0)
    if magic != _SUPER_BLOB or length > size_bytes or count > _BLOBS_MOST:
        raise Damaged(f"a code signature that begins with {magic:08x}, says {length} bytes and {count} parts")
    index = [blob.unpack("II", 12 + 8 * number) for number in range(count)]
    held = [slot for slot, _ in index if slot in _DIRECTORY_SLOTS]
    if not held or len(held) != len(set(held)):
        raise Damaged(f"a code signature with {len(held)} code directories, {len(set(held))} of them different")
    directories = tuple(_directory(one, blob, at) for slot, at in index if slot in _DIRECTORY_SLOTS)
    return Signature(
        offset=offset,
        ends_image=offset + size_bytes == len(one.image),
        directories=directories,
        has_certificate=any(
            blob.unpack("I", at)[0] == _CMS and blob.unpack("I", at + 4)[0] > 8
            for slot, at in index
            if slot not in _DIRECTORY_SLOTS
        ),
    )


def _directory(one: View, blob: View, at: int) -> CodeDirectory:
    magic, length, version, flags, hashes, identifier, _, pages, limit = blob.unpack("9I", at)
    hash_bytes, hash_type, _, page_bits = blob.unpack("4B", at + 36)
    if magic != _CODE_DIRECTORY:
        raise Damaged(f"a code directory that begins with {magic:08x}")
    if version >= _SPLIT_64:
        limit = blob.unpack("Q", at + 56)[0] or limit
    if page_bits not in _PAGE_BITS:
        raise Damaged(f"a code directory with pages of 2^{page_bits} bytes")
    page_bytes = 1 << page_bits
    if pages != -(-limit // page_bytes):
        raise Damaged(f"a code directory of {pages} pages, where {limit} bytes have {-(-limit // page_bytes)}")
    text = bytes(blob.slice(at, length))
    name, kept, make = _HASHES.get(hash_type, (f"type {hash_type}", hash_bytes, None))
    if kept != hash_bytes or hashes + pages * hash_bytes > length or identifier >= length:
        raise Damaged(f"a code directory of {length} bytes for {pages} hashes of {hash_bytes} bytes at {hashes:#x}")
    signed = text[hashes : hashes + pages * hash_bytes]
    return CodeDirectory(
        identifier=text[identifier:].partition(b"\0")[0][:1024].decode("utf-8", "backslashreplace"),
        hash_name=name,
        page_bytes=page_bytes,
        is_ad_hoc=bool(flags & _CS_ADHOC),
        is_linker_signed=bool(flags & _CS_LINKER_SIGNED),
        code_limit=limit,
        pages=pages,
        bad_pages=_bad_pages(one.slice(0, limit), signed, page_bytes, kept, make) if make else (),
    )


def _bad_pages(
    code: memoryview, signed: bytes, page_bytes: int, kept: int, make: Callable[..., "hashlib._Hash"]
) -> tuple[int, ...]:
    """Return the numbers of the pages of `code` whose hash is not the one in `signed`."""
    found = [make(code[at : at + page_bytes]).digest()[:kept] for at in range(0, len(code), page_bytes)]
    if b"".join(found) == signed:
        return ()
    return tuple(page for page, digest in enumerate(found) if digest != signed[page * kept : (page + 1) * kept])
