"""The digests of a file that an index is told."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Those of one file, hexadecimal."""

    sha256: str
    blake2b: str
    """Of 32 bytes."""


def digests_of(image: bytes | memoryview) -> Digests:
    """Return the digests of a file's bytes. Source: warehouse, upload form."""
    return Digests(sha256=hashlib.sha256(image).hexdigest(), blake2b=hashlib.blake2b(image, digest_size=32).hexdigest())
