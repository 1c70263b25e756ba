"""The records of a ZIP file, field by field; sizes are arguments, so that 4 GiB can be tested without 4 GiB.

Source: PKWARE APPNOTE 6.3: 4.3.7 (local header), 4.3.12 (central header), 4.3.14 to 4.3.16 (ends), 4.5.3 (ZIP64).
What PyPI refuses is never written: no data descriptor, no comment, no extra field but ZIP64's where it is needed.
"""

import struct
from datetime import UTC, datetime
from typing import Final, Literal

from wheelmatrix.pack.epoch import epoch_of
from wheelmatrix.values import dataclass

STORED: Final = 0
DEFLATED: Final = 8
Method = Literal[0, 8]

EARLIEST_EPOCH_S: Final = 315_532_800
"""1980-01-01 00:00:00 UTC: the first moment that a ZIP can name, and the time of every member unless told otherwise."""
_LATEST_EPOCH_S = 4_354_819_198
"""2107-12-31 23:59:58 UTC: the last one."""

_MAX16, _MAX32 = 0xFFFF, 0xFFFFFFFF
_UTF8_NAME = 1 << 11
_UNIX = 3 << 8
_REGULAR_FILE = 0o100000
_PLAIN_VERSION, _ZIP64_VERSION = 20, 45
_ZIP64_EXTRA = 0x0001


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What both headers of a member say."""

    name: str
    method: Method
    crc32: int
    packed_bytes: int
    """Size in the archive."""
    size_bytes: int
    """Size of the file."""
    executable: bool
    epoch_s: int


def source_date_epoch(text: str | None) -> int:
    """Return the time of every member, in seconds since 1970: SOURCE_DATE_EPOCH's `text`, or 1980-01-01 for None or "".

    Times that no ZIP can name become the nearest that it can (Nix and Debian set 0 and 1).
    Raises ConfigError if the text is no whole number. Source: reproducible-builds.org, SOURCE_DATE_EPOCH 1.1.
    """
    return epoch_of(text, usual_s=EARLIEST_EPOCH_S, earliest_s=EARLIEST_EPOCH_S, latest_s=_LATEST_EPOCH_S)


def dos_time(epoch_s: int) -> tuple[int, int]:
    """Return MS-DOS time and date of a moment in UTC, exact to 2 s; moments out of range become the nearest in it."""
    moment = datetime.fromtimestamp(min(max(epoch_s, EARLIEST_EPOCH_S), _LATEST_EPOCH_S), tz=UTC)
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    date = moment.year - 1980 << 9 | moment.month << 5 | moment.day
    return time, date


def local_header(facts: Facts) -> bytes:
    """Return what stands before a member's bytes; with ZIP64 both sizes are in the extra field, as 4.5.3 demands."""
    large = max(facts.packed_bytes, facts.size_bytes) >= _MAX32
    extra = struct.pack("<2H2Q", _ZIP64_EXTRA, 16, facts.size_bytes, facts.packed_bytes) if large else b""
    sizes = (_MAX32, _MAX32) if large else (facts.packed_bytes, facts.size_bytes)
    encoded = facts.name.encode()
    fields = (*_shared(facts, large=large), *sizes, len(encoded), len(extra))
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields) + encoded + extra


def central_header(facts: Facts, offset: int) -> bytes:
    """Return a member's line in the directory; `offset`: where its local header begins."""
    numbers = (facts.size_bytes, facts.packed_bytes, offset)
    large = [number for number in numbers if number >= _MAX32]
    extra = struct.pack(f"<2H{len(large)}Q", _ZIP64_EXTRA, 8 * len(large), *large) if large else b""
    size_bytes, packed_bytes, place = (min(number, _MAX32) for number in numbers)
    encoded = facts.name.encode()
    needed, *shared = _shared(facts, large=bool(large))
    mode = _REGULAR_FILE | (0o755 if facts.executable else 0o644)
    lengths = (len(encoded), len(extra), 0, 0, 0)  # no comment, disk 0, no "text" attribute
    fields = (_UNIX | needed, needed, *shared, packed_bytes, size_bytes, *lengths, mode << 16, place)
    return struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *fields) + encoded + extra


def end_of_archive(members: int, directory_bytes: int, offset: int) -> bytes:
    """Return what ends an archive, without a comment; `offset`: where the directory begins."""
    zip64 = b""
    if members >= _MAX16 or directory_bytes >= _MAX32 or offset >= _MAX32:
        record = (44, _UNIX | _ZIP64_VERSION, _ZIP64_VERSION, 0, 0, members, members, directory_bytes, offset)
        locator = (0, offset + directory_bytes, 1)
        zip64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", *record) + struct.pack("<4sLQL", b"PK\x06\x07", *locator)
    count = min(members, _MAX16)
    end = (0, 0, count, count, min(directory_bytes, _MAX32), min(offset, _MAX32), 0)
    return zip64 + struct.pack("<4s4H2LH", b"PK\x05\x06", *end)


def _shared(facts: Facts, *, large: bool) -> tuple[int, ...]:
    """Version needed, flags, method, time, date, CRC."""
    time, date = dos_time(facts.epoch_s)
    flags = 0 if facts.name.isascii() else _UTF8_NAME
    return (_ZIP64_VERSION if large else _PLAIN_VERSION, flags, facts.method, time, date, facts.crc32)
