"""Names in a string table that may lie."""

import pytest

from wheelmatrix.audit.strings import Damaged, Strings


def test_a_name_is_read_up_to_its_end() -> None:
    names = Strings(b"\0libc.so.6\0\xff\0")

    assert (names.at(0), names.at(1), names.at(4), names.at(11)) == ("", "libc.so.6", "c.so.6", "\\xff")


@pytest.mark.parametrize("offset", [-1, 3, 4, 99])
def test_a_name_that_does_not_end_in_its_table_is_refused(offset: int) -> None:
    with pytest.raises(Damaged, match="does not end in it"):
        Strings(b"a\0bc").at(offset)


def test_names_that_overlap_without_measure_are_refused() -> None:
    names = Strings(b"a" * 60_000 + b"\0")

    with pytest.raises(Damaged, match="overlap"):
        [names.at(offset % 7) for offset in range(200)]
