"""The one place that speaks HTTP: GET with a limit, and POST of a body whose length is known.

httpx2 (the same code base, kept up by others) is taken where it is installed: it lacks httpx 0.28's fault that
cancelled requests keep their place in the pool for ever. With httpx a client is thrown away after a cancellation.
"""

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from wheelmatrix.errors import ConfigError
from wheelmatrix.publish.address import origin
from wheelmatrix.publish.answer import Lost
from wheelmatrix.values import dataclass

if TYPE_CHECKING:
    import httpx
else:
    httpx = import_module("httpx2" if find_spec("httpx2") else "httpx")

MOST_PAGE_BYTES = 64 << 20
"""A page of a project with tens of thousands of files has some megabytes."""
_MOST_ANSWER_BYTES = 64 << 10
_MOST_HOPS = 5
_CONNECT_S, _WRITE_S, _PAGE_S = 15.0, 60.0, 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back."""

    url: str
    """Where it is from; the target of a redirect to another host, which was not followed."""
    status: int
    reason: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    """May be cut at the limit."""


class NoResponse(Exception):
    """There was none."""

    def __init__(self, lost: Lost) -> None:
        super().__init__(lost.text)
        self.lost = lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """How servers are spoken to."""

    user_agent: str
    read_timeout_s: float
    """How long to wait for the answer to a file."""
    trust: ssl.SSLContext


def wire(*, user_agent: str, read_timeout_s: float, ca_bundle: str, client_cert: str) -> Wire:
    """Return how servers are spoken to; raises ConfigError for certificates that cannot be read."""
    try:
        trust = ssl.create_default_context(cafile=ca_bundle or None)
        if client_cert:
            trust.load_cert_chain(client_cert)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError.of(
            f"the certificate cannot be read: {error.strerror or error}", where=ca_bundle or client_cert
        ) from error
    httpx.AsyncHTTPTransport(verify=trust)  # loads what the first request would, when a whole event loop waits for it
    return Wire(user_agent=user_agent, read_timeout_s=read_timeout_s, trust=trust)


class Client:
    """One connection at a time to one server; not to be used again after a cancellation."""

    def __init__(self, own: Wire) -> None:
        self._own = own
        self._http = httpx.AsyncClient(
            verify=own.trust,
            headers={"User-Agent": own.user_agent},
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0),
            follow_redirects=False,
        )

    async def get(self, url: str, headers: Mapping[str, str], *, most_bytes: int = MOST_PAGE_BYTES) -> Response:
        """Return a page; redirects are followed on the same host, and only there. Raises NoResponse."""
        timeout = httpx.Timeout(connect=_CONNECT_S, read=_PAGE_S, write=_WRITE_S, pool=None)
        for _ in range(_MOST_HOPS):
            with _told():
                async with self._http.stream("GET", url, headers=dict(headers), timeout=timeout) as found:
                    response = await _response(found, most_bytes)
            target = response.headers.get("location", "")
            if not (300 <= response.status < 400 and target):
                return response
            with _told():  # it may be no URL at all
                following = str(httpx.URL(url).join(target))
            if origin(following) != origin(url):
                return Response(url=following, status=response.status, reason="", headers={}, body=b"")
            url = following
        raise NoResponse(Lost(when="read", text=f"{url} redirects in a circle"))

    async def post(
        self, url: str, headers: Mapping[str, str], content: AsyncIterator[bytes] | bytes, length: int
    ) -> Response:
        """Send a body of `length` bytes and return the answer; no redirect is followed. Raises NoResponse."""
        timeout = httpx.Timeout(connect=_CONNECT_S, read=self._own.read_timeout_s, write=_WRITE_S, pool=None)
        sent = {**headers, "Content-Length": str(length)}
        with _told():
            async with self._http.stream("POST", url, headers=sent, content=content, timeout=timeout) as found:
                return await _response(found, _MOST_ANSWER_BYTES)

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()


class Small:
    """Small requests, for credentials. A status of 0: there was no answer, and the body says why.

    Each has a connection of its own: tokens are made anew in the middle of a release, minutes after the first.
    """

    def __init__(self, own: Wire) -> None:
        self._own = replace(own, read_timeout_s=min(own.read_timeout_s, _PAGE_S))

    async def get(self, url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Return status and body of a page."""
        try:
            async with client(self._own) as web:
                found = await web.get(url, headers, most_bytes=_MOST_ANSWER_BYTES)
        except NoResponse as failure:
            return 0, failure.lost.text.encode()
        return found.status, found.body

    async def post_json(self, url: str, value: object) -> tuple[int, bytes]:
        """Send JSON, and return status and body of the answer."""
        content = json.dumps(value).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            async with client(self._own) as web:
                found = await web.post(url, headers, content, len(content))
        except NoResponse as failure:
            return 0, failure.lost.text.encode()
        return found.status, found.body


@asynccontextmanager
async def client(own: Wire) -> AsyncIterator[Client]:
    """Hold a client, and close it at the end."""
    found = Client(own)
    try:
        yield found
    finally:
        await found.close()


async def _response(found: "httpx.Response", most_bytes: int) -> Response:
    body = bytearray()
    async for chunk in found.aiter_bytes():
        body += chunk
        if len(body) > most_bytes:
            del body[most_bytes:]
            break
    return Response(
        url=str(found.url),
        status=found.status_code,
        reason=found.reason_phrase,
        headers={name.lower(): value for name, value in found.headers.items()},
        body=bytes(body),
    )


class _told:  # noqa: N801  # reads as a word of the `with` line
    """Turns the client's errors into NoResponse."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx.HTTPError | httpx.InvalidURL | httpx.StreamError):
            raise NoResponse(_lost(error)) from error


def _lost(error: Exception) -> Lost:
    said = " ".join(str(error).split()) or type(error).__name__
    match error:
        case httpx.ConnectTimeout():
            return Lost(when="connect", text="the connection could not be made in time")
        case (
            httpx.ConnectError()
            | httpx.PoolTimeout()
            | httpx.UnsupportedProtocol()
            | httpx.InvalidURL()
            | httpx.ProxyError()
        ):
            return Lost(when="connect", text=f"no connection: {said}")
        case httpx.ReadTimeout():
            return Lost(when="read", text="the answer did not come in time")
        case httpx.WriteTimeout():
            return Lost(when="send", text="the index stopped taking bytes")
        case _:
            return Lost(when="send", text=f"the connection broke: {said}")
