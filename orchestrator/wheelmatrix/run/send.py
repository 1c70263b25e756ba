"""One attempt to send one file: the form around its bytes, read as they go out."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from anyio import to_thread

from wheelmatrix.model.release import Distribution
from wheelmatrix.publish.answer import Answer, Lost, Result, answer_of
from wheelmatrix.publish.form import Body, parts, probe
from wheelmatrix.run.http import Client, NoResponse, Response

ACCEPT = "application/json, text/plain;q=0.8, text/html;q=0.5"
"""JSON first: on HTTP/2 there is no reason phrase. Source: warehouse, 2026."""
_CHUNK_BYTES = 1 << 19


class Changed(Exception):
    """The file is no longer the one that was looked at; the server got no whole form."""


async def send_file(
    client: Client,
    url: str,
    authorization: Mapping[str, str],
    file: Distribution,
    told: Callable[[int], None],
) -> Result:
    """Send a file and return the answer, or how it got lost; `told` hears how many of its bytes are out.

    The closing part of the form goes out only after the file is seen not to have changed meanwhile, so that one that
    did is never taken; the index has its digests besides. Raises Changed then, also before the first byte.
    """
    await to_thread.run_sync(_check, file)
    body = parts(file, f"wheelmatrix-{token_hex(16)}")
    headers = {"Accept": ACCEPT, "Content-Type": body.content_type, **authorization}
    try:
        response = await client.post(url, headers, _bytes(file, body, told), body.length(file.size_bytes))
    except NoResponse as failure:
        return failure.lost
    return _answer(response)


async def send_probe(client: Client, url: str, authorization: Mapping[str, str], file: Distribution) -> Answer | Lost:
    """Send a file's form without the file, and return the answer: what is wrong with user or metadata shows."""
    content, content_type = probe(file, f"wheelmatrix-{token_hex(16)}")
    headers = {"Accept": ACCEPT, "Content-Type": content_type, **authorization}
    try:
        return _answer(await client.post(url, headers, content, len(content)))
    except NoResponse as failure:
        return failure.lost


def is_unchanged(file: Distribution) -> bool:
    """Read the file whole, and return whether its bytes are those that were looked at."""
    digest = hashlib.sha256()
    try:
        with Path(file.path).open("rb") as source:
            while chunk := source.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError:
        return False
    return digest.hexdigest() == file.sha256


def _answer(response: Response) -> Answer:
    return answer_of(response.status, response.reason, response.headers, response.body, datetime.now(UTC))


def _check(file: Distribution) -> None:
    try:
        found = Path(file.path).stat()
    except OSError as error:
        raise Changed from error
    if (found.st_size, found.st_mtime_ns) != (file.size_bytes, file.mtime_ns):
        raise Changed


async def _bytes(file: Distribution, body: Body, told: Callable[[int], None]) -> AsyncIterator[bytes]:
    yield body.head
    sent = 0
    try:
        source = await to_thread.run_sync(Path(file.path).open, "rb")
    except OSError as error:
        raise Changed from error
    with source:
        while chunk := await to_thread.run_sync(source.read, _CHUNK_BYTES):
            sent += len(chunk)
            if sent > file.size_bytes:
                raise Changed
            yield chunk
            told(sent)
    await to_thread.run_sync(_check, file)
    yield body.tail
