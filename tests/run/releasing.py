"""A whole release in this process, sent to the index of `tests.index`, with a screen that keeps what it is told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import stamina
from recorded import Recorder
from tests.index import FOREVER, PASSWORD, USER, FakeIndex, Turn, make_sdist, make_wheel
from tests.index.script import Script, turn_of
from tests.index.wire import Connection, Reply, Request

from wheelmatrix import resources, tables
from wheelmatrix.events import UploadEnded, UploadWaiting, Warned
from wheelmatrix.model.release import Distribution
from wheelmatrix.publish.secret import Secret
from wheelmatrix.run.look import look
from wheelmatrix.run.preflight import Asked, Giver
from wheelmatrix.run.release import Released, upload

TABLES = tables.load(resources.table_texts())
PAUSES = 0.002
"""A second of the program is two milliseconds here."""


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Look at pages as often as ever, without pauses."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a release, and what was told of it."""

    released: Released
    screen: Recorder

    @property
    def states(self) -> dict[str, str]:
        """How the way of each file ended, by filename."""
        return {name: end.state for name, end in self.released.ends.items()}

    @property
    def ended(self) -> dict[str, UploadEnded]:
        """The same as events, by filename."""
        return {each.step.removeprefix("upload:"): each for each in self.screen.of(UploadEnded)}

    @property
    def waits_s(self) -> list[float]:
        """Pauses between attempts, in seconds of the program."""
        return [each.seconds for each in self.screen.of(UploadWaiting) if "attempt" in each.what]

    @property
    def warnings(self) -> list[str]:
        """What was warned of, but for the password that was given as on a command line."""
        return [each.message for each in self.screen.of(Warned) if "--password is seen" not in each.message]


def send(
    to: FakeIndex | str,
    files: Sequence[Path | str],
    directory: Path,
    *,
    user: str | None = USER,
    password: str | None = PASSWORD,
    environment: Mapping[str, str] | None = None,
    resume: str | None = None,
    confirm: Callable[[str], bool] | None = None,
    mask: Callable[[str], None] = lambda _: None,
    **options: object,
) -> Sent:
    """Send files to an index or the upload URL of one; an option `repository` or `repository_url` says otherwise."""
    screen = Recorder()
    url = to if isinstance(to, str) else to.upload_url
    where = {} if {"repository", "repository_url"} & options.keys() or not url else {"repository_url": url}
    asked = Asked(
        files=tuple(map(str, files)),
        options={**where, **options},
        giver=Giver(user=user, password=None if password is None else Secret(password)),
        resume=resume,
        confirm=confirm,
        mask=mask,
        pauses=PAUSES,
    )
    own = {"HOME": str(directory), **(environment or {})}
    released = upload(asked, directory=directory, environment=own, arguments=("upload",), screen=screen)
    assert screen.closed == 1
    return Sent(released=released, screen=screen)


def release_files(directory: Path, wheels: int = 3, *, sdist: bool = False) -> list[Path]:
    """Write wheels for one Python after the other, each larger than the one before, and perhaps an sdist."""
    made = [
        make_wheel(directory, tag=f"cp3{10 + at}-cp3{10 + at}-manylinux_2_17_x86_64", payload_bytes=1000 * (at + 1))
        for at in range(wheels)
    ]
    return [*made, make_sdist(directory)] if sdist else made


def bytes_of(files: Sequence[Path]) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in files}


def stored_at(script: Script, filename: str) -> int:
    """Return at which attempt an index that follows `script` has a file that is all right, from 1."""
    attempt = 1
    while attempt < FOREVER:
        turn = turn_of(script, filename, attempt)
        if is_storing(turn):
            return attempt
        attempt += 1 if turn.times < FOREVER else FOREVER
    return attempt


def is_storing(turn: Turn) -> bool:
    return turn.stores or not (turn.status or turn.cut or turn.hangs)


class Watched(FakeIndex):
    """An index that notes how busy it is whenever an upload begins."""

    crowd: list[int]
    """Uploads under way, the new one among them."""
    over: list[list[int]]
    """Statuses of the uploads before it that have ended, in their order."""

    async def _upload(self, connection: Connection, request: Request, number: int) -> Reply | None:
        if not hasattr(self, "crowd"):
            self.crowd, self.over, self._ended = [], [], list[int]()
        self.crowd.append(self._in_flight + 1)
        self.over.append(list(self._ended))
        reply = await super()._upload(connection, request, number)
        self._ended.append(reply.status if reply else 0)
        return reply


def distribution(path: Path) -> Distribution:
    """Return what an index is told of a file."""
    return look(path, TABLES).distribution
