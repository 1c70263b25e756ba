"""Each column takes values of its own form and nothing that merely looks like them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.model import Target
from wheelmatrix.tables import columns
from wheelmatrix.tables.columns import TABLES, Read


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (columns.text, "", ""),
        (columns.filled, "x", "x"),
        (columns.number, 1, 1),
        (columns.flag, False, False),
        (columns.day, date(2026, 10, 31), date(2026, 10, 31)),
        (columns.version, "2.17", (2, 17)),
        (columns.template, "manylinux_{major}_{minor}_x86_64", "manylinux_{major}_{minor}_x86_64"),
        (columns.patterns, ["a", "b+"], ("a", "b+")),
        (columns.one_of(32, 64), 64, 64),
    ],
)
def test_a_value_of_the_right_form_is_read(read: Read, value: object, found: object) -> None:
    assert read(value) == found


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (columns.text, 1),
        (columns.filled, ""),
        (columns.number, 0),
        (columns.number, True),
        (columns.number, "1"),
        (columns.flag, 1),
        (columns.day, datetime(2026, 10, 31)),  # noqa: DTZ001  # as TOML writes one without a zone
        (columns.day, "2026-10-31"),
        (columns.version, 2.17),
        (columns.version, "2"),
        (columns.version, "2.17.1"),
        (columns.version, "٢.١"),
        (columns.template, "x_{}"),
        (columns.template, ""),
        (columns.patterns, "any"),
        (columns.patterns, [1]),
        (columns.patterns, ["("]),
        (columns.one_of(32, 64), "64"),
        (columns.one_of(1), True),
        (columns.one_of("a"), ["a"]),
    ],
)
def test_a_value_that_looks_alike_is_refused(read: Read, value: object) -> None:
    with pytest.raises(ValueError, match=r"^(a |one of|true or)"):
        read(value)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_version_is_two_numbers(major: int, minor: int) -> None:
    assert columns.version(f"{major}.{minor}") == (major, minor)


def test_the_columns_of_a_target_are_the_fields_of_the_noun() -> None:
    assert set(TABLES["targets.toml"].columns) == set(Target.__dataclass_fields__) - {"floor"}
