"""Takes a multipart form apart as its bytes arrive; nothing of a file is held back but the length of a boundary."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MOST_HEAD_BYTES = 16 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PartBegins:
    """The headers of a part are there."""

    name: str
    filename: str | None
    """None: a plain value."""
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartBytes:
    """Some of a part's content."""

    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEnds:
    """A boundary was seen behind the part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormEnds:
    """The closing boundary was seen."""


Part = PartBegins | PartBytes | PartEnds | FormEnds


class Malformed(Exception):
    """This is no multipart form."""


class Multipart:
    """A form, as far as it was fed. Source: RFC 7578, RFC 2046 section 5.1."""

    def __init__(self, boundary: str) -> None:
        self._delimiter = b"\r\n--" + boundary.encode("latin-1")
        self._buffer = bytearray(b"\r\n")  # the first delimiter needs no line before it
        self._where = "preamble"

    def feed(self, content: bytes) -> Iterator[Part]:
        """Yield what can be told after these bytes; raises Malformed."""
        self._buffer += content
        while True:
            match self._where:
                case "preamble" | "part":
                    found = self._to_delimiter()
                case "head":
                    found = self._head()
                case _:
                    return
            if found is None:
                return
            yield from found

    def _to_delimiter(self) -> list[Part] | None:
        inside = self._where == "part"
        at = self._buffer.find(self._delimiter)
        behind = at + len(self._delimiter)
        if at < 0 or len(self._buffer) < behind + 2:
            certain = len(self._buffer) - len(self._delimiter) - 1 if at < 0 else at
            if certain <= 0:
                return None
            content = bytes(self._buffer[:certain])
            del self._buffer[:certain]
            return [PartBytes(content=content)] if inside else []
        found: list[Part] = [PartBytes(content=bytes(self._buffer[:at]))] if inside and at else []
        found += [PartEnds()] if inside else []
        mark = bytes(self._buffer[behind : behind + 2])
        if mark not in (b"--", b"\r\n"):
            raise Malformed("a boundary goes on")
        del self._buffer[: behind + 2]
        self._where = "end" if mark == b"--" else "head"
        return [*found, FormEnds()] if mark == b"--" else found

    def _head(self) -> list[Part] | None:
        at = self._buffer.find(b"\r\n\r\n")
        if at < 0:
            if len(self._buffer) > _MOST_HEAD_BYTES:
                raise Malformed("a part's headers do not end")
            return None
        head = bytes(self._buffer[:at]).decode("utf-8", "replace")
        del self._buffer[: at + 4]
        self._where = "part"
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (h.partition(":") for h in head.split("\r\n"))
        }
        told = headers.get("content-disposition", "")
        name = re.search(r'[; ]name="([^"]*)"', told)
        if name is None:
            raise Malformed(f"a part without a name: {head[:80]}")
        filename = re.search(r'[; ]filename="([^"]*)"', told)
        return [
            PartBegins(
                name=name[1],
                filename=filename[1] if filename else None,
                content_type=headers.get("content-type", ""),
            )
        ]
