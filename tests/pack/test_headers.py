import struct
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.pack.headers import (
    DEFLATED,
    EARLIEST_EPOCH_S,
    Facts,
    central_header,
    dos_time,
    end_of_archive,
    local_header,
    source_date_epoch,
)

_GIB = 1 << 30
_FACTS = Facts(
    name="a.so",
    method=DEFLATED,
    crc32=0x01020304,
    packed_bytes=10,
    size_bytes=20,
    executable=True,
    epoch_s=EARLIEST_EPOCH_S,
)


def test_the_local_header_has_the_sizes_and_no_extra_field() -> None:
    header = local_header(_FACTS)

    fields = struct.unpack("<4s5H3L2H", header[:30])
    assert fields == (b"PK\x03\x04", 20, 0, 8, 0, 0x21, 0x01020304, 10, 20, 4, 0)
    assert header[30:] == b"a.so"


def test_the_central_header_has_the_mode_and_no_comment() -> None:
    header = central_header(_FACTS, 7)

    fields = struct.unpack("<4s6H3L5H2L", header[:46])
    expected = (b"PK\x01\x02", 3 << 8 | 20, 20, 0, 8, 0, 0x21, 0x01020304, 10, 20, 4, 0, 0, 0, 0, 0o100755 << 16, 7)
    assert fields == expected
    assert header[46:] == b"a.so"


def test_a_name_that_is_not_ascii_is_marked_as_utf8_in_both_headers() -> None:
    facts = replace(_FACTS, name="ä.py")

    assert struct.unpack_from("<H", local_header(facts), 6) == (1 << 11,)
    assert struct.unpack_from("<H", central_header(facts, 0), 8) == (1 << 11,)
    assert local_header(facts)[30:] == "ä.py".encode()


def test_a_file_just_below_4_gib_needs_no_zip64() -> None:
    facts = replace(_FACTS, size_bytes=0xFFFFFFFE, packed_bytes=0xFFFFFFFE)

    assert len(local_header(facts)) == 34
    assert len(central_header(facts, 0xFFFFFFFE)) == 50


def test_a_file_of_5_gib_has_both_sizes_in_the_local_extra_field() -> None:
    header = local_header(replace(_FACTS, size_bytes=5 * _GIB, packed_bytes=_GIB))

    assert struct.unpack_from("<H", header, 4) == (45,)
    assert struct.unpack_from("<2L2H", header, 18) == (0xFFFFFFFF, 0xFFFFFFFF, 4, 20)
    assert struct.unpack("<2H2Q", header[34:]) == (1, 16, 5 * _GIB, _GIB)


def test_the_central_extra_field_has_only_what_does_not_fit() -> None:
    header = central_header(replace(_FACTS, size_bytes=5 * _GIB, packed_bytes=_GIB), 6 * _GIB)

    assert struct.unpack_from("<2H", header, 4) == (3 << 8 | 45, 45)
    assert struct.unpack_from("<2L", header, 20) == (_GIB, 0xFFFFFFFF)
    assert struct.unpack_from("<L", header, 42) == (0xFFFFFFFF,)
    assert struct.unpack("<2H2Q", header[50:]) == (1, 16, 5 * _GIB, 6 * _GIB)


def test_a_small_archive_ends_plainly() -> None:
    assert struct.unpack("<4s4H2LH", end_of_archive(3, 100, 200)) == (b"PK\x05\x06", 0, 0, 3, 3, 100, 200, 0)


@pytest.mark.parametrize(("members", "directory", "offset"), [(0xFFFF, 9, 9), (1, 0xFFFFFFFF, 9), (1, 9, 5 * _GIB)])
def test_an_end_that_does_not_fit_is_a_zip64_end(members: int, directory: int, offset: int) -> None:
    end = end_of_archive(members, directory, offset)

    record, locator, plain = end[:56], end[56:76], end[76:]
    assert struct.unpack("<4sQ2H2L4Q", record) == (
        b"PK\x06\x06", 44, 3 << 8 | 45, 45, 0, 0, members, members, directory, offset,
    )  # fmt: skip
    assert struct.unpack("<4sLQL", locator) == (b"PK\x06\x07", 0, offset + directory, 1)
    assert struct.unpack("<4s4H2LH", plain)[3] == min(members, 0xFFFF)


def test_times_are_utc_and_exact_to_two_seconds() -> None:
    time, date = dos_time(int(datetime(2024, 2, 29, 13, 37, 59, tzinfo=UTC).timestamp()))

    assert (date >> 9, date >> 5 & 15, date & 31) == (44, 2, 29)
    assert (time >> 11, time >> 5 & 63, time & 31) == (13, 37, 29)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, EARLIEST_EPOCH_S),
        ("", EARLIEST_EPOCH_S),
        ("0", EARLIEST_EPOCH_S),
        ("1700000000", 1_700_000_000),
        ("99999999999", 4_354_819_198),
    ],
)
def test_source_date_epoch_becomes_a_time_that_a_zip_can_name(text: str | None, expected: int) -> None:
    assert source_date_epoch(text) == expected
    assert dos_time(expected)


def test_a_source_date_epoch_that_is_no_number_is_an_error() -> None:
    with pytest.raises(ConfigError) as caught:
        source_date_epoch("yesterday")

    assert caught.value.issues[0].where == "SOURCE_DATE_EPOCH"
