"""The index itself: a server in a thread, which does with each file what its script says."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tests.index.oidc import Exchange, Oidc
from tests.index.pages import Pages, Reader
from tests.index.receive import Received, Reset, receive
from tests.index.script import Script, Turn, basic, turn_of
from tests.index.shelf import Dialect, Mode, Shelf, Stored, normalised
from tests.index.wire import CHUNK_BYTES, Connection, Reply, Request, json_reply

UPLOAD, SIMPLE, FILES, OIDC = "/legacy/", "/simple/", "/files/", "/_/oidc/"
USER, PASSWORD = "u", "p"


@dataclass(slots=True, kw_only=True)
class Post:
    """One attempt to upload, as far as it came."""

    headers: Mapping[str, str]
    """By lower-case name."""
    filename: str = ""
    """Empty: no file has begun; a probe has none."""
    attempt: int = 0
    """Of this file, from 1."""
    fields: tuple[tuple[str, str], ...] = ()
    """The plain values of the form, in its order."""
    received_bytes: int = 0
    """Of the body."""
    file_bytes: int = 0
    is_complete: bool = False
    """Whether all of the announced body came, and the closing boundary with it."""
    status: int = 0
    """What was answered; 0: nothing."""
    connection: int = 0
    """Number of the connection, from 1."""

    def values(self, name: str) -> list[str]:
        """Return the values of a field, in order."""
        return [value for key, value in self.fields if key == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One GET."""

    path: str
    headers: Mapping[str, str]


class FakeIndex:
    """An index on a port of this machine, from `with` to the end of its block; safe to look at from outside.

    `files` are there before. `accepts`: Authorization headers that may upload (default: user `u`, password `p`); None:
    every one, and none. `latency_s` comes before every answer to an upload. Behind `most_requests` or `most_bytes` it
    answers 500 to all, and `overrun` is set, so that a client that goes mad comes to an end. `keeps_bytes`, `hashes`:
    switched off, the index holds sizes and believes the digests that it is told, and so takes as little of the machine
    as it can.
    """

    def __init__(
        self,
        script: Script | None = None,
        *,
        files: Mapping[str, bytes] | None = None,
        mode: Mode = "idempotent",
        dialect: Dialect = "warehouse",
        accepts: frozenset[str] | None = frozenset({basic(USER, PASSWORD)}),
        pages: Pages | None = None,
        oidc: Oidc | None = None,
        latency_s: float = 0.0,
        has_reasons: bool = True,
        most_requests: int = 500,
        most_bytes: int = 1 << 30,
        keeps_bytes: bool = True,
        hashes: bool = True,
    ) -> None:
        self.script: Script = script or {}
        self.posts: list[Post] = []
        self.reads: list[Read] = []
        self.requests = self.body_bytes = 0
        """All of them, whatever for."""
        self.connections = self.most_in_flight = 0
        """Most uploads that were under way at once."""
        self.overrun = False
        self.errors: list[BaseException] = []
        """Faults of the index; the block ends with the first."""
        self.exchange = Exchange(oidc) if oidc else None
        self._shelf = Shelf(files or {}, mode=mode, dialect=dialect)
        self._reader = Reader(pages or Pages())
        self._accepts, self._dialect, self._latency_s, self._has_reasons = accepts, dialect, latency_s, has_reasons
        self._most_requests, self._most_bytes = most_requests, most_bytes
        self._keeps_bytes, self._hashes = keeps_bytes, hashes
        self._in_flight, self._attempts, self._port = 0, dict[str, int](), 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()

    @property
    def files(self) -> dict[str, bytes]:
        """What is stored, by name."""
        return self._shelf.files

    @property
    def stored(self) -> dict[str, Stored]:
        """What is known of what is stored, by name."""
        return self._shelf.stored

    @property
    def url(self) -> str:
        """Where the index is, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def upload_url(self) -> str:
        """Where files are sent to."""
        return self.url + UPLOAD

    @property
    def simple_url(self) -> str:
        """Where the pages of projects are."""
        return self.url + SIMPLE

    @property
    def identity_url(self) -> str:
        """What ACTIONS_ID_TOKEN_REQUEST_URL would be in a job of GitHub."""
        return f"{self.url}/actions/token?job=1"

    @property
    def is_idle(self) -> bool:
        """Whether no upload is under way."""
        return self._in_flight == 0

    def posts_of(self, filename: str) -> list[Post]:
        """Return the attempts to send a file, in order; of no name: probes."""
        return [post for post in self.posts if post.filename == filename]

    def put(self, filename: str, content: bytes) -> None:
        """Store a file, as if another client had sent it."""
        self._shelf.put(filename, content)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="fake index", daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        if self.errors and error is None:
            raise self.errors[0]

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=CHUNK_BYTES, backlog=256)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed is told so in the next round of the loop

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.create_task(self._talk(Connection(reader, writer), self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _talk(self, connection: Connection, number: int) -> None:
        try:
            while (request := await connection.request()) is not None:
                reply = await self._reply(connection, request, number)
                if reply is None:
                    break
                await connection.answer(request, reply, has_reasons=self._has_reasons)
                if connection.unread or request.headers.get("connection", "").lower() == "close":
                    break
        except Reset:
            connection.reset()
        except ConnectionError:
            return  # the client went away
        except Exception as error:  # boundary: a fault of the index is told where its block ends
            self.errors.append(error)
            connection.reset()
        finally:
            connection.close()

    async def _reply(self, connection: Connection, request: Request, number: int) -> Reply | None:
        self.requests += 1
        if self.requests > self._most_requests or self.body_bytes + (request.length or 0) > self._most_bytes:
            self.overrun = True
            return Reply(status=500, message="the client went mad")
        match request.method, request.path:
            case "POST", path if path == UPLOAD:
                return await self._upload(connection, request, number)
            case "POST", path if path == UPLOAD.rstrip("/"):
                return Reply(status=308, headers={"Location": self.upload_url})
            case "POST", path if path == OIDC + "mint-token" and self.exchange:
                return self.exchange.mint(await connection.body())
            case "GET" | "HEAD", _:
                self.reads.append(Read(path=request.path, headers=request.headers))
                return self._read(request)
        await connection.body()
        return Reply(status=405)

    def _read(self, request: Request) -> Reply:
        if request.path.startswith(SIMPLE) and request.path != SIMPLE:
            project = request.path.removeprefix(SIMPLE).rstrip("/")
            if request.path != f"{SIMPLE}{normalised(project)}/":
                return Reply(status=301, headers={"Location": f"{SIMPLE}{normalised(project)}/"})
            return self._reader.reply(request, project, self.stored, self.url + FILES)
        if self.exchange and request.path == OIDC + "audience":
            return self.exchange.said_audience()
        if self.exchange and request.path == "/actions/token":
            return self.exchange.identity(request)
        if (content := self.files.get(request.path.removeprefix(FILES))) is not None:
            return Reply(status=200, body=content, content_type="application/octet-stream")
        return json_reply({"message": "not found"}, status=404)

    async def _upload(self, connection: Connection, request: Request, number: int) -> Reply | None:
        post = Post(headers=request.headers, connection=number)
        self.posts.append(post)
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            return await self._taken(connection, request, post)
        finally:
            # Before the answer is out: with it, the client may send the next file at once.
            self._in_flight -= 1

    async def _taken(self, connection: Connection, request: Request, post: Post) -> Reply | None:
        def begins(filename: str) -> Turn:
            self._attempts[filename] = post.attempt = self._attempts.get(filename, 0) + 1
            post.filename = filename
            return turn_of(self.script, filename, post.attempt)

        received = Received(begins=begins, keeps_bytes=self._keeps_bytes, hashes=self._hashes)
        try:
            early = await receive(connection, request, received)
        finally:
            post.received_bytes = (request.length or 0) - connection.unread
            self.body_bytes += post.received_bytes
            post.fields, post.is_complete = tuple(received.fields), received.is_complete
            post.file_bytes = received.file.size_bytes if received.file else 0
        if early is not None:
            post.status = early.status
            if received.turn.early:
                await self._part_early(connection, request, early, resets=received.turn.resets)
                return None
            return early
        if not received.is_complete:
            return None
        if received.file is None:
            received.turn = begins("")
        return await self._answered(connection, request, post, received)

    async def _answered(self, connection: Connection, request: Request, post: Post, received: Received) -> Reply | None:
        turn, fields = received.turn, dict(received.fields)
        await asyncio.sleep(self._latency_s + turn.delay_s)
        thought = self._unwelcome(request) or self._shelf.judge(fields, received.file)
        is_plain = not (turn.status or turn.cut or turn.hangs)
        if received.file is not None and thought.status == 200 and (is_plain or turn.stores):
            if post.filename not in self.stored:
                self._reader.hide(post.filename)
            self._shelf.store(fields, received.file)
        if turn.hangs:
            await connection.gone()
            return None
        if turn.cut == "before-answer":
            raise Reset
        reply = Reply(status=turn.status, message=turn.message, headers=turn.headers) if turn.status else thought
        if turn.cut == "mid-answer":
            await connection.answer(request, reply, only_part=True)
            return None
        post.status = reply.status
        return reply

    def _unwelcome(self, request: Request) -> Reply | None:
        header = request.headers.get("authorization", "")
        if self.exchange and self.exchange.is_known(header):
            return self.exchange.refusal(header)
        if self._accepts is None or header in self._accepts:
            return None
        if self._dialect == "devpi" or (self._dialect == "pypiserver" and not header):
            return Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="index"'})
        return Reply(status=403, message="Invalid or non-existent authentication information.")

    async def _part_early(self, connection: Connection, request: Request, reply: Reply, *, resets: bool) -> None:
        await connection.answer(request, reply, has_reasons=self._has_reasons)
        if resets:
            raise Reset
        async for _ in connection.chunks():
            continue
