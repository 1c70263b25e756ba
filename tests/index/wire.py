"""HTTP/1.1 as a server speaks it, on asyncio streams: a head, a body of known length, an answer, again."""

import asyncio
import json
import re
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The head of a request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case name."""

    @property
    def length(self) -> int | None:
        """Bytes of the body; None: it does not say, or badly."""
        value = self.headers.get("content-length", "0" if self.method in ("GET", "HEAD") else "")
        return int(value) if re.fullmatch(r"\d+", value, re.ASCII) else None

    @property
    def wants_json(self) -> bool:
        """Whether JSON is among what it accepts by name."""
        return "application/json" in self.headers.get("accept", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer."""

    status: int
    message: str = ""
    """Becomes the reason phrase; empty: the usual one."""
    body: bytes | None = None
    """None: a page made of status and message, JSON if that was asked for."""
    content_type: str = "text/html; charset=UTF-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_reply(content: object, *, status: int = 200, content_type: str = "application/json") -> Reply:
    """Return an answer in JSON."""
    return Reply(status=status, body=json.dumps(content).encode(), content_type=content_type)


class Connection:
    """One connection of a client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.unread = 0
        """Bytes of the current body that are still to come."""
        self.chunk_bytes = CHUNK_BYTES
        """How much is read at once."""

    async def request(self) -> Request | None:
        """Return the next request; None: there is none."""
        try:
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return None
        first, *lines = head[:-4].split("\r\n")
        method, target, _ = first.split(" ")
        url = urlsplit(target)
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        found = Request(method=method, path=url.path, query=query, headers=headers)
        self.unread = found.length or 0
        if "100-continue" in headers.get("expect", "").lower():
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return found

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes; ends early where the client does."""
        while self.unread:
            try:
                chunk = await self._reader.read(min(self.chunk_bytes, self.unread))
            except ConnectionError:
                return
            if not chunk:
                return
            self.unread -= len(chunk)
            yield chunk

    async def body(self) -> bytes:
        """Return the whole body, for small ones."""
        return b"".join([chunk async for chunk in self.chunks()])

    async def answer(
        self, request: Request, reply: Reply, *, has_reasons: bool = True, only_part: bool = False
    ) -> None:
        """Send an answer; `only_part`: a head that announces more than comes."""
        usual = HTTPStatus(reply.status).phrase
        reason = (re.sub(r"[\r\n]+", " ", reply.message) or usual) if has_reasons else ""
        body, content_type = (
            (reply.body, reply.content_type) if reply.body is not None else _page(request, reply, usual)
        )
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(len(body) + (1000 if only_part else 0)),
            "Connection": "close" if self.unread else "keep-alive",
            **reply.headers,
        }
        head = [f"HTTP/1.1 {reply.status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self._writer.write("\r\n".join(head).encode("latin-1", "replace") + (b"" if request.method == "HEAD" else body))
        try:
            await self._writer.drain()
        except ConnectionError:
            self.unread = max(self.unread, 1)  # whoever went away says nothing more

    async def gone(self) -> None:
        """Wait until the client goes."""
        try:
            while await self._reader.read(CHUNK_BYTES):
                continue
        except ConnectionError:
            return

    def reset(self) -> None:
        """Break the connection, so that the client's next read or write fails."""
        linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()

    def close(self) -> None:
        """End the connection in peace."""
        self._writer.close()


def _page(request: Request, reply: Reply, usual: str) -> tuple[bytes, str]:
    """Return body and type as warehouse makes them: text and JSON carry the message where no reason phrase can."""
    status = f"{reply.status} {reply.message or usual}"
    if request.wants_json:
        told = {"message": f"The server says:\n\n\n{reply.message}\n\n", "code": status, "title": usual}
        return json.dumps(told).encode(), "application/json"
    if reply.status < 300:
        return b"", "text/plain; charset=UTF-8"
    page = f"<html>\n <head>\n  <title>{status}</title>\n </head>\n <body>\n  <h1>{status}</h1>\n </body>\n</html>"
    return page.encode(), "text/html; charset=UTF-8"
