"""A gzip file of one member, unpacked as it is read, so that a bomb costs no memory. Source: RFC 1952."""

import zlib

from wheelmatrix.audit.zip_reader import BOMB_BYTES, BOMB_RATIO

_GZIP = 16 + zlib.MAX_WBITS
"""zlib reads header and trailer of gzip itself, and compares checksum and length."""
_FED_BYTES = 1 << 16


class GzipReader:
    """The content of the first member of a gzip file, from its start to its end."""

    def __init__(self, packed: bytes) -> None:
        self.size_bytes = 0
        """Unpacked so far."""
        self._packed = memoryview(packed)
        self._fed = 0
        self._stream = zlib.decompressobj(_GZIP)

    def read(self, most_bytes: int) -> bytes:
        """Return the next bytes: as many as asked for, fewer only at the end.

        Raises ValueError if the file is no gzip file, is cut off, or is a bomb.
        """
        parts: list[bytes] = []
        while most_bytes and not self._stream.eof:
            part = self._step(most_bytes)
            parts.append(part)
            most_bytes -= len(part)
            self.size_bytes += len(part)
            if self.size_bytes > max(BOMB_BYTES, BOMB_RATIO * len(self._packed)):
                raise ValueError(f"a bomb: it unpacks to more than {BOMB_RATIO} times its {len(self._packed)} bytes")
        return b"".join(parts)

    @property
    def behind_bytes(self) -> int:
        """How much follows the member, once all of it is read."""
        return len(self._packed) - self._fed + len(self._stream.unused_data)

    def _step(self, most_bytes: int) -> bytes:
        fed: bytes | memoryview = self._stream.unconsumed_tail
        if not fed:
            fed = self._packed[self._fed : self._fed + _FED_BYTES]
            self._fed += len(fed)
        try:
            part = self._stream.decompress(fed, most_bytes)
        except zlib.error as error:
            raise ValueError(f"no gzip file, or a damaged one: {error}") from error
        if not fed and not part and not self._stream.eof:
            raise ValueError("the gzip file is cut off")
        return part
