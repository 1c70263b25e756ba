"""What an index's answer says, from wherever it stands, and nothing that a terminal would obey."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.publish.answer import MOST_TEXT, Answer, answer_of, cleaned, retry_after_s

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def said(body: bytes, reason: str = "Bad Request", status: int = 400) -> str:
    return answer_of(status, reason, {}, body, NOW).text


@pytest.mark.parametrize(
    ("body", "reason", "text"),
    [
        (b'{"code": "400 File already exists", "title": "Bad Request"}', "Bad Request", "File already exists"),
        (b'{"message": "no", "errors": [{"description": "a"}, {"code": "b"}]}', "Bad Request", "a; b"),
        (b"", "File already exists ('demo.whl')", "File already exists ('demo.whl')"),
        (b"<html><head><title>400 Bad Request</title></head><body><h1>Error</h1><p>Missing &lt;b&gt;</p></body></html>",
         "Bad Request", "400 Bad Request Error Missing <b>"),
        (b"<title>It is <b>full</b></title>", "Bad Request", "It is <b>full</b>"),
        (b"<title>Error: 400 Bad Request</title><h1>Error: 400 Bad Request</h1><pre>Missing &#039;content&#039;!</pre>",
         "Bad Request", "Missing 'content'!"),
        (b"just text\n", "Bad Request", "just text"),
        (b"", "Bad Request", "Bad Request"),
        (b"", "", ""),
        (b"[1, 2]", "Bad Request", "[1, 2]"),
        (b'{"code": 7}', "Conflict", '{"code": 7}'),
        (b"\xff\xfe", "", "\ufffd\ufffd"),
        (b"<script>alert(1)</script><style>p{}</style>shown", "Bad Request", "shown"),
    ],
)  # fmt: skip
def test_the_text_is_taken_from_where_it_stands(body: bytes, reason: str, text: str) -> None:
    assert said(body, reason) == text


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("999999", 120.0),
        (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        (format_datetime(NOW + timedelta(days=1), usegmt=True), 120.0),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("1.5", None),
        ("\u0661", None),
        ("9" * 40, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_two_minutes_at_most(value: str, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds


@given(st.text())
def test_any_retry_after_is_a_time_or_nothing(value: str) -> None:
    found = retry_after_s(value, NOW)

    assert found is None or 0 <= found <= 120


@given(st.binary(), st.text(), st.integers(100, 599))
def test_any_answer_is_one_clean_short_line(body: bytes, reason: str, status: int) -> None:
    text = answer_of(status, reason, {"location": reason}, body, NOW).text

    assert len(text) <= MOST_TEXT + 1
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text)


def test_escape_sequences_and_turned_text_are_taken_out() -> None:
    assert cleaned("a\x1b[31mb\r\n\u202ec\x9b") == "a [31mb c"


@pytest.mark.parametrize(
    ("status", "text", "facts"),
    [
        (403, "Invalid API Token: token is expired", {"is_expired"}),
        (401, "token is expired", set()),
        (403, "Read-only mode: try later", {"is_closed"}),
        (403, "New uploads are temporarily disabled.", {"is_closed"}),
        (400, "File already exists", {"says_exists"}),
        (409, "", {"says_exists"}),
        (403, "Invalid or non-existent authentication information.", set()),
        (400, "License-File LICENSE does not exist in distribution file", set()),
        (400, "The digest supplied does not match a digest calculated", {"is_torn"}),
        (400, "bad metadata", set()),
    ],
)
def test_words_name_what_may_be_tried_again(status: int, text: str, facts: set[str]) -> None:
    answer = Answer(status=status, text=text)

    assert {name for name in ("is_expired", "is_closed", "says_exists", "is_torn") if getattr(answer, name)} == facts
