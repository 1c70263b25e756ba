"""The first difference of two files, in the place that says most, and in words."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.audit.difference import difference, wheel_differences

GOLDEN = Path(__file__).parents[1] / "pack" / "golden"
LIBRARY = (GOLDEN / "musl_x86_64.so").read_bytes()


def wheel(year: int = 1980, **members: bytes) -> bytes:
    """Return an archive of members; `__` in a name stands for `/`."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/"), (year, 1, 1, 0, 0, 0)), content)
    return file.getvalue()


def test_of_a_text_the_line_is_named_with_what_both_have_there() -> None:
    found = difference("a.py", b"one\ntwo\nthree\n", b"one\n2\nthree\n")

    assert found is not None
    assert (found.place, found.offset, found.one, found.other) == ("line 2", None, r"'two\n'", r"'2\n'")
    assert str(found) == r"a.py differs in line 2: 'two\n', and '2\n' the second time"


@pytest.mark.parametrize(
    ("one", "other", "place", "shown"),
    [
        (b"a\nb", b"a\n", "line 2", ("'b'", "no such line")),
        (b"", b"x", "line 1", ("no such line", "'x'")),
        (b"a\r\n", b"a\n", "line 1", (r"'a\r\n'", r"'a\n'")),
    ],
)
def test_lines_that_are_missing_or_end_otherwise_are_told(
    one: bytes, other: bytes, place: str, shown: tuple[str, str]
) -> None:
    found = difference("a", one, other)

    assert found is not None
    assert (found.place, (found.one, found.other)) == (place, shown)


def test_of_a_library_the_section_and_the_text_in_it_are_named() -> None:
    other = LIBRARY.replace(b"clang version 20", b"clang version 19")

    found = difference("a.so", LIBRARY, other)

    assert found is not None
    assert (found.place, found.offset) == (".comment", LIBRARY.index(b"version 20") + len("version "))
    assert found.one.startswith("'clang version 20.")
    assert found.other.startswith("'clang version 19.")


def test_a_section_with_texts_says_more_than_one_before_it_and_digests_say_least() -> None:
    changed = bytearray(LIBRARY.replace(b"clang version 20", b"clang version 19"))
    changed[0x80] ^= 1
    changed[LIBRARY.index(b"getpid")] ^= 1

    in_texts = difference("a.so", LIBRARY, bytes(changed))
    in_names = difference("a.so", LIBRARY, bytes(changed).replace(b"version 19", b"version 20"))

    assert in_texts is not None
    assert in_names is not None
    assert (in_texts.place, in_names.place) == (".comment", ".dynstr")


def test_bytes_between_sections_are_told_by_their_offset() -> None:
    changed = bytearray(LIBRARY)
    changed[0x1F8] ^= 0xFF

    found = difference("a.so", LIBRARY, bytes(changed))

    assert found is not None
    assert (found.place, found.offset) == ("", 0x1F8)
    assert found.one[:2] == f"{LIBRARY[0x1F8]:02x}"
    assert "a.so differs at offset 0x1f8" in str(found)


def test_a_file_that_is_a_part_of_the_other_ends_where_it_ends() -> None:
    found = difference("a.bin", b"\x00\xff", b"\x00\xff\xfe")

    assert found is not None
    assert (found.offset, found.one, found.other) == (2, "the end", "fe")


def test_wheels_are_compared_file_by_file_and_record_only_repeats() -> None:
    one = wheel(a=b"1", b=b"2", c=b"3", **{"x-1.dist-info__RECORD": b"r"})
    other = wheel(a=b"1", b=b"22", d=b"4", **{"x-1.dist-info__RECORD": b"s"})

    found = wheel_differences(one, other)

    assert [(each.member, each.one, each.other) for each in found] == [
        ("b", "'2'", "'22'"),
        ("c", "1 bytes", "no such file"),
        ("d", "no such file", "1 bytes"),
    ]


def test_record_is_named_where_nothing_else_differs() -> None:
    one, other = (wheel(a=b"1", **{"x-1.dist-info__RECORD": text}) for text in (b"r", b"s"))

    assert [each.member for each in wheel_differences(one, other)] == ["x-1.dist-info/RECORD"]


def test_wheels_of_the_same_files_differ_as_archives() -> None:
    one, other = wheel(1980, a=b"1"), wheel(1990, a=b"1")

    (found,) = wheel_differences(one, other)

    assert found.member == ""
    assert str(found).startswith("the archive differs at offset 0x")


def test_equal_wheels_have_no_difference() -> None:
    assert wheel_differences(wheel(a=b"1"), wheel(a=b"1")) == ()


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_there_is_a_difference_exactly_where_the_bytes_differ(one: bytes, other: bytes) -> None:
    for head in (b"", b"\x7fELF\x02\x01", b"MZ"):
        found = difference("a", head + one, head + other)

        assert (found is None) == (one == other)
        assert found is None or found.one != "" != found.other
    assert (wheel_differences(one, other) == ()) == (one == other)
