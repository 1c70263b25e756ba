"""Takes in the form of an upload as it arrives, at the pace and as far as its turn says."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.index.multipart import FormEnds, Malformed, Multipart, PartBegins, PartBytes, PartEnds
from tests.index.script import Turn
from tests.index.shelf import Incoming
from tests.index.wire import CHUNK_BYTES, Connection, Reply, Request

_READS_PER_S = 20


class Reset(Exception):
    """The connection is to be broken."""


@dataclass(slots=True, kw_only=True)
class Received:
    """A form, as far as it is there."""

    begins: Callable[[str], Turn]
    """Is told the name of the file when its part begins."""
    keeps_bytes: bool
    hashes: bool
    turn: Turn = field(default_factory=Turn)
    fields: list[tuple[str, str]] = field(default_factory=list)
    file: Incoming | None = None
    is_complete: bool = False


async def receive(connection: Connection, request: Request, into: Received) -> Reply | None:
    """Read a body; return an answer that is given before, or in spite of, what is in it. Raises Reset."""
    boundary = re.search(r'multipart/form-data;.*boundary="?([^";]+)', request.headers.get("content-type", ""))
    if request.length is None:
        return Reply(status=411)
    if boundary is None:
        await connection.body()
        return Reply(status=400, message="Unknown protocol version.")
    form, taken = Multipart(boundary[1]), _Parts(into)
    try:
        async for chunk in connection.chunks():
            for part in form.feed(chunk):
                if taken.take(part):
                    turn = into.turn
                    if turn.early:
                        return Reply(status=turn.status, message=turn.message, headers=turn.headers)
                    if turn.cut == "before-body":
                        raise Reset
                    connection.chunk_bytes = int(turn.bytes_per_s / _READS_PER_S) or CHUNK_BYTES
            if into.turn.cut == "mid-body" and connection.unread <= request.length / 2:
                raise Reset
            if into.turn.bytes_per_s:
                await asyncio.sleep(len(chunk) / into.turn.bytes_per_s)
    except Malformed as error:
        await connection.body()
        return Reply(status=400, message=f"The form is malformed: {error}")
    connection.chunk_bytes = CHUNK_BYTES
    into.is_complete = taken.is_closed and not connection.unread
    if not into.is_complete and not connection.unread:
        return Reply(status=400, message="The form has no end.")
    return None


class _Parts:
    """Sorts parts into plain values and the file."""

    def __init__(self, into: Received) -> None:
        self._into = into
        self._name, self._value = "", bytearray()
        self._file: Incoming | None = None
        self.is_closed = False

    def take(self, part: object) -> bool:
        """Take a part; return whether it is the beginning of the file."""
        match part:
            case PartBegins(name="content", filename=str(filename), content_type=content_type):
                into = self._into
                into.file = self._file = Incoming(filename, keeps_bytes=into.keeps_bytes, hashes=into.hashes)
                self._file.content_type = content_type
                into.turn = into.begins(filename)
                return True
            case PartBegins(name=name):
                self._name, self._value = name, bytearray()
            case PartBytes(content=content) if self._file is not None:
                self._file.take(content)
            case PartBytes(content=content):
                self._value += content
            case PartEnds() if self._file is not None:
                self._file = None
            case PartEnds():
                self._into.fields.append((self._name, self._value.decode("utf-8", "replace")))
            case FormEnds():
                self.is_closed = True
        return False
