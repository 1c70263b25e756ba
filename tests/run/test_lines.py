"""Chunks become lines however they are cut."""

from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.run.lines import Kept, Lines

CHUNKS = st.lists(st.binary(min_size=1, max_size=12).map(lambda chunk: chunk.replace(b"\x00", b"\n")))


@given(CHUNKS)
def test_lines_do_not_depend_on_how_they_were_cut(chunks):
    lines = []
    sink = Lines(lines.append)

    for chunk in chunks:
        sink.feed(chunk)
    sink.close()

    whole = b"".join(chunks)
    expected = whole.split(b"\n")
    assert lines == (expected if expected[-1] else expected[:-1])


@given(CHUNKS, st.integers(1, 8))
def test_a_line_over_the_limit_comes_in_pieces_and_nothing_is_lost(chunks, limit_bytes):
    lines = []
    sink = Lines(lines.append, limit_bytes=limit_bytes)

    for chunk in chunks:
        sink.feed(chunk)
    sink.close()

    assert b"".join(lines) == b"".join(chunks).replace(b"\n", b"")


def test_a_callback_that_raised_is_not_called_again():
    calls = []

    def refuse(line):
        calls.append(line)
        raise ValueError

    sink = Lines(refuse)
    for chunk in (b"a\n", b"b\n"):
        try:
            sink.feed(chunk)
        except ValueError:
            continue
    sink.close()

    assert calls == [b"a"]


@given(CHUNKS)
def test_what_is_kept_is_what_came(chunks):
    sink = Kept()

    for chunk in chunks:
        sink.feed(chunk)
    sink.close()

    assert sink.content == b"".join(chunks)
