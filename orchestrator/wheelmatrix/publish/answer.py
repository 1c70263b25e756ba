"""What came back from an attempt to send a file: an answer, or none; and what an index's words mean.

Texts decide only what is worth another try, never that a file has arrived: that the index's digest says.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Literal

from wheelmatrix.values import dataclass

MOST_TEXT = 2000
"""Characters of a server's text that are kept."""
_FIRST_CHARS = 300
_MOST_WAIT_S = 120.0
"""What a Retry-After is worth at most; a server that wants more is asked again meanwhile."""
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_PRE = re.compile(r"<pre[^>]*>(.*?)</pre>", re.IGNORECASE | re.DOTALL)
_STATUS = re.compile(r"^(?:error:? )?\d{3} ")
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_EXPIRED = re.compile(r"expired", re.IGNORECASE)
_CLOSED = re.compile(r"read-only mode|new uploads are temporarily disabled|registration .*disabled", re.IGNORECASE)
_EXISTS = re.compile(r"already|\bexists\b|taken|overwrite|cannot be updated|updating asset", re.IGNORECASE)
_TORN = re.compile(r"digest supplied does not match", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The server answered."""

    status: int
    text: str
    """What it said, in one line, cleaned; may be empty."""
    retry_after_s: float | None = None
    """How long it wants to be left alone; None: it did not say."""
    location: str = ""
    """Where a redirect points to."""

    @property
    def says(self) -> str:
        """Status and text, for people."""
        return f"{self.status} {self.text}".strip()

    @property
    def is_expired(self) -> bool:
        """Whether it refuses a token only because that is too old."""
        return self.status == 403 and _EXPIRED.search(self.text) is not None

    @property
    def is_closed(self) -> bool:
        """Whether the index takes nothing from anybody at the moment."""
        return self.status == 403 and _CLOSED.search(self.text) is not None

    @property
    def says_exists(self) -> bool:
        """Whether it claims to have the file; no proof, only a reason to look more than once."""
        return self.status == 409 or _EXISTS.search(self.text) is not None

    @property
    def is_torn(self) -> bool:
        """Whether other bytes arrived than were announced."""
        return self.status == 400 and _TORN.search(self.text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """There was no answer."""

    when: Literal["connect", "send", "read"]
    """`connect`: nothing was sent; `send`: the connection broke before an answer came; `read`: the answer is late."""
    text: str
    """What the client says, in one line."""

    @property
    def says(self) -> str:
        """For people."""
        return self.text


Result = Answer | Lost


def answer_of(status: int, reason: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
    """Return the answer of a response; `headers` by lower-case name, `body` may be cut, `now` has a time zone.

    The text is JSON's `code`, `message`, `error` or `detail`, else the reason phrase where it says more than the status
    does, else the page's title where that does, else the text that is set apart, else the beginning of the body.
    Sources: warehouse's, devpi's and pypiserver's answers.
    """
    return Answer(
        status=status,
        text=cleaned(_text(status, reason, body)),
        retry_after_s=retry_after_s(headers.get("retry-after", ""), now),
        location=cleaned(headers.get("location", "")),
    )


def retry_after_s(value: str, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, at most two minutes; None: none, or it cannot be read.

    Source: RFC 9110, section 10.2.3: seconds or an HTTP date.
    """
    text = value.strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return min(float(text), _MOST_WAIT_S)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max((until - now).total_seconds(), 0.0), _MOST_WAIT_S)


def cleaned(text: str) -> str:
    """Return a server's text as one line without control characters, at most 2,000 characters."""
    line = " ".join(_UNSEEN.sub(" ", text).split())
    return line if len(line) <= MOST_TEXT else f"{line[:MOST_TEXT]}…"


def _text(status: int, reason: str, body: bytes) -> str:
    page = body.decode("utf-8", "replace")
    if said := _json_text(status, page):
        return said
    if reason and reason.casefold() not in _PLAIN:
        return reason
    title = _TITLE.search(page)
    readable = _TAG.sub(" ", page)
    shown = " ".join(unescape(readable).split())
    heading = " ".join(unescape(title[1]).split()) if title else ""
    if heading and _STATUS.sub("", heading.casefold()) not in (*_PLAIN, reason.casefold()):
        return heading
    if message := _PRE.search(page):  # bottle, and so pypiserver, has it there
        shown = " ".join(unescape(_TAG.sub(" ", message[1])).split())
    return shown[:_FIRST_CHARS] or heading or reason


_PLAIN = frozenset({
    "", "ok", "bad request", "unauthorized", "forbidden", "not found", "method not allowed", "conflict", "gone",
    "internal server error", "error", "file exists",
})  # fmt: skip
"""Reason phrases that say no more than the status."""


def _json_text(status: int, page: str) -> str:
    try:
        found = json.loads(page)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    if isinstance(errors := found.get("errors"), list) and errors:
        found = {**found, "message": "; ".join(map(_one_error, errors))}
    for key in ("code", "message", "error", "detail"):
        if isinstance(said := found.get(key), str) and said.strip():
            return said.strip().removeprefix(str(status)).strip()
    return ""


def _one_error(found: object) -> str:
    if isinstance(found, dict):
        return str(found.get("message") or found.get("description") or found.get("code") or found)
    return str(found)
