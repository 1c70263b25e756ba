import base64
import csv
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.errors import PackError
from wheelmatrix.pack.record import Row, parse_record, record_name, record_text, sha256_digest

_NAMES = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), min_size=1)
_ROWS = st.lists(
    st.builds(
        Row, name=_NAMES, digest=st.binary(min_size=32, max_size=32).map(sha256_digest), size_bytes=st.integers(0)
    ),
    unique_by=lambda row: row.name,
)


def test_a_row_is_name_digest_and_size() -> None:
    digest = hashlib.sha256(b"x").digest()

    text = record_text([Row(name="a.py", digest=sha256_digest(digest), size_bytes=1)], "p-1.dist-info/RECORD")

    expected = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert text == f"a.py,sha256={expected},1\np-1.dist-info/RECORD,,\n"


def test_a_comma_or_a_quote_in_a_name_stays_in_its_field() -> None:
    rows = [Row(name=name, digest="sha256=x", size_bytes=0) for name in ("a,b.txt", 'say "hi".txt')]

    text = record_text(rows, "RECORD")

    assert text.splitlines()[:2] == ['"a,b.txt",sha256=x,0', '"say ""hi"".txt",sha256=x,0']
    assert [fields[0] for fields in csv.reader(text.splitlines())] == ["a,b.txt", 'say "hi".txt', "RECORD"]


@given(_ROWS)
def test_what_was_written_is_read_back(rows: list[Row]) -> None:
    own = Row(name="p-1.dist-info/RECORD/own", digest="", size_bytes=None)
    others = [row for row in rows if row.name != own.name]

    assert parse_record(record_text(others, own.name)) == (*others, own)


def test_every_bad_line_is_reported_at_once() -> None:
    text = "a,b.txt,sha256=x,1\nc,sha256=x,many\nd,sha256=x,1\nd,sha256=x,1\n"

    with pytest.raises(PackError) as caught:
        parse_record(text)

    assert [issue.where for issue in caught.value.issues] == ["RECORD:1", "RECORD:2", "RECORD:4"]
    assert "quoted" in caught.value.issues[0].message


def test_text_that_is_no_csv_is_refused() -> None:
    with pytest.raises(PackError, match="not CSV"):
        parse_record('"' + "x" * 200_000 + '",a,1\n')


@pytest.mark.parametrize("text", ["a,sha256=x,-1\n", "a,sha256=x,²\n"])
def test_a_size_that_is_no_number_of_bytes_is_refused(text: str) -> None:
    with pytest.raises(PackError, match="expected a number of bytes"):
        parse_record(text)


def test_record_lies_beside_wheel_and_metadata() -> None:
    names = ["p/x.py", "p/y.dist-info/WHEEL", "p-1.dist-info/WHEEL", "p-1.dist-info/METADATA"]

    assert record_name(names) == "p-1.dist-info/RECORD"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a.py"], "no .dist-info/WHEEL"),
        (["p-1.dist-info/WHEEL"], "no p-1.dist-info/METADATA"),
        (["p-1.dist-info/WHEEL", "p-2.dist-info/WHEEL"], "several"),
    ],
)
def test_a_wheel_without_one_whole_dist_info_is_refused(names: list[str], message: str) -> None:
    with pytest.raises(PackError, match=message):
        record_name(names)
