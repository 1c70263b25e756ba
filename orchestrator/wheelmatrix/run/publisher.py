"""How an index is published to: the protocol that a release needs, and the one that every index speaks today.

PEP 694's sessions (a draft) fit it: a session opens with the first `put`, each file is its own upload, `finish` makes
all of them public at once, and `abort` takes them back. Of the legacy upload each file is public when it is taken.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import anyio

from wheelmatrix.model.release import Distribution, Listing, Repository
from wheelmatrix.publish.answer import Result
from wheelmatrix.publish.preflight import standing
from wheelmatrix.publish.secret import Secret
from wheelmatrix.run.http import Client, Wire
from wheelmatrix.run.index import list_project
from wheelmatrix.run.send import send_file

_LOOKS_S = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Pauses before each look at whether the index lists everything: a minute in all."""


class Publisher(Protocol):
    """One release at one index."""

    async def put(self, file: Distribution, header: Secret, told: Callable[[int], None]) -> Result:
        """Send a file and return the answer, or how it got lost; `told` hears how many bytes are out.

        Raises Changed if the file is no longer the one that was looked at.
        """

    async def look(self, *, tries: int = 3) -> Listing:
        """Return what the index has of the project; `unknown` if it does not say."""

    async def finish(self, files: Sequence[Distribution], pauses: float) -> Listing:
        """Make public what is not, and return what the index lists when it lists `files`, or does not for a minute."""

    async def abort(self) -> None:
        """Take back what is not public yet."""

    async def close(self) -> None:
        """Close the connections."""


class Legacy:
    """The upload of one form a file, with connections that are used again until one is cut short."""

    def __init__(self, own: Wire, repository: Repository, project: str, reading: Mapping[str, str]) -> None:
        """`reading`: the header that pages are read with where the index wants one."""
        self._own, self._repository, self._project, self._reading = own, repository, project, reading
        self._idle: list[Client] = []

    async def put(self, file: Distribution, header: Secret, told: Callable[[int], None]) -> Result:
        """Send a file; it is public as soon as it is taken."""
        authorization = {"Authorization": header.reveal()} if header else {}
        async with self._client() as client:
            return await send_file(client, self._repository.upload_url, authorization, file, told)

    async def look(self, *, tries: int = 3) -> Listing:
        """Return what the index lists now."""
        async with self._client() as client:
            return await list_project(
                client, self._repository.simple_url, self._project, authorization=self._reading, tries=tries
            )

    async def finish(self, files: Sequence[Distribution], pauses: float) -> Listing:
        """Look until all of `files` are listed; what is public already needs no more."""
        listing = Listing(state="unknown")
        for pause_s in _LOOKS_S:
            await anyio.sleep(pause_s * pauses)
            listing = await self.look()
            standings = {standing(each, listing) for each in files}
            if standings <= {"same"} or standings & {"conflict", "named"}:
                break
        return listing

    async def abort(self) -> None:
        """Do nothing: what was taken is public, and only the index's own pages can take it back."""

    async def close(self) -> None:
        """Close the connections."""
        with anyio.CancelScope(shield=True):
            for client in self._idle:
                await client.close()
        self._idle.clear()

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Client]:
        """Hold a client; one whose request was cut short is not used again."""
        client = self._idle.pop() if self._idle else Client(self._own)
        try:
            yield client
        except BaseException:
            with anyio.CancelScope(shield=True):
                await client.close()
            raise
        self._idle.append(client)
