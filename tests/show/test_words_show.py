import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.show.words import (
    ASCII,
    UNICODE,
    about,
    clean,
    clock,
    glyphs_for,
    listed,
    painted,
    plain,
    seconds,
    short_tag,
    size,
    width_of,
    wrapped,
)

ANY = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;2;1;2;3mred", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("cut off \x1b[", "cut off "),
        ("a\tb", "a    b"),
        ("a\r\nb\nc", "a b c"),
        ("\x00\x07\x08\x7f", ""),
        ("\u202egpj.exe", "gpj.exe"),
        ("\udcff.rs", "\ufffd.rs"),
        ("模块", "模块"),
    ],
)
def test_only_what_can_be_seen_is_left(found: str, shown: str) -> None:
    assert clean(found) == shown


@given(ANY)
def test_cleaned_text_is_printable_and_stays_as_it_is(text: str) -> None:
    assert clean(text).isprintable() or all(char.isprintable() or char.isspace() for char in clean(text))
    assert clean(clean(text)) == clean(text)


@given(ANY)
def test_cleaned_text_can_always_be_written(text: str) -> None:
    clean(text).encode("utf-8")
    assert ASCII.text(text).isascii()


@given(ANY, st.integers(0, 40))
def test_a_line_never_exceeds_its_width(text: str, width: int) -> None:
    for glyphs in (UNICODE, ASCII):
        line = glyphs.fit(((glyphs.text(text), ""), (glyphs.text(text), "dim")), width)

        assert width_of("".join(part for part, _ in line)) <= width


@given(ANY, st.integers(0, 40))
def test_a_column_has_its_width(text: str, width: int) -> None:
    for glyphs in (UNICODE, ASCII):
        assert width_of(glyphs.column(glyphs.text(text), width)) == width


@given(ANY, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    shown = clean(text)
    lines = wrapped(shown, width)

    assert all(width_of(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")


def test_what_was_cut_is_seen_to_be_cut() -> None:
    assert plain(UNICODE.fit((("0123456789", ""),), 5)) == "0123…"
    assert plain(ASCII.fit((("0123456789", ""),), 5)) == "01..."


def test_wide_and_combining_characters_take_two_cells_and_none() -> None:
    assert (width_of("模块"), width_of("é"), width_of("e\u0301")) == (4, 1, 1)


def test_styles_can_be_taken_away() -> None:
    line = (("a", "bad"), ("b", ""))

    assert painted(line) == "\x1b[31;1ma\x1b[0mb"  # type: ignore[arg-type]  # mypy widens the styles to str
    assert plain(line) == "ab"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "text"), [(-1.0, "0.0s"), (0.04, "0.0s"), (38.84, "38.8s"), (99.96, "1:39"), (3729.5, "1:02:09")]
)
def test_durations(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "<1s"), (0.7, "~1s"), (19.4, "~19s"), (125.0, "~2:05")])
def test_estimates(value: float, text: str) -> None:
    assert about(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.9, "0:00"), (41.0, "0:41"), (3600.0, "1:00:00")])
def test_clocks(value: float, text: str) -> None:
    assert clock(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (2_500_000_000, "2.5 GB"),
    ],
)
def test_sizes(value: int, text: str) -> None:
    assert size(value) == text


def test_a_long_list_says_how_many_more_there_are() -> None:
    assert listed(("a", "b", "c"), 2) == "a, b +1"
    assert listed(("a", "b"), 2) == "a, b"


def test_the_perennial_tag_stands_for_the_set() -> None:
    assert short_tag("manylinux2014_x86_64.manylinux_2_17_x86_64") == "manylinux_2_17_x86_64"


@pytest.mark.parametrize(("encoding", "is_ascii"), [("utf-8", False), ("UTF8", False), ("latin-1", True), (None, True)])
def test_signs_are_those_that_the_stream_can_carry(encoding: str | None, is_ascii: bool) -> None:
    assert glyphs_for(encoding).is_ascii is is_ascii
