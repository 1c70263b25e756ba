"""In whose name files are sent, at the moment that one is: a password, or a token that is made anew before it ends."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

import anyio

from wheelmatrix.errors import UploadError
from wheelmatrix.model.release import Repository
from wheelmatrix.publish.address import origin
from wheelmatrix.publish.credentials import TOKEN_USER, Chosen
from wheelmatrix.publish.oidc import (
    LIFETIME_S,
    Ci,
    Minted,
    NoAnswer,
    Refused,
    mint_url,
    minted,
    must_refresh,
    refusal,
)
from wheelmatrix.publish.secret import Redaction, Secret
from wheelmatrix.values import dataclass

_TRIES = 3
T = TypeVar("T")
_LONGEST_S = 86_400.0
"""What lives longer by the clocks of here and there is a sign that these differ."""


class Web(Protocol):
    """Small requests; a status of 0 means that there was no answer, and the bytes say why."""

    async def get(self, url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Return status and body of a page."""

    async def post_json(self, url: str, value: object) -> tuple[int, bytes]:
        """Send JSON, and return status and body of the answer."""


async def insist(ask: Callable[[], Awaitable[T | NoAnswer]], pause_s: float) -> T | NoAnswer:
    """Return what three tries give; `pause_s` before the second, twice as long before the third."""
    found = await ask()
    for again in range(_TRIES - 1):
        if not isinstance(found, NoAnswer):
            break
        await anyio.sleep(pause_s * 2**again)
        found = await ask()
    return found


class Fixed:
    """A user and a password, or a token that lasts."""

    def __init__(self, chosen: Chosen) -> None:
        self.source = chosen.source
        """Where the secret is from; never the secret."""
        self._header = chosen.header

    async def header(self, size_bytes: int, rate: float | None) -> Secret:
        """Return the Authorization header."""
        return self._header

    async def renew(self) -> bool:
        """Return that there is no other."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A token, and until when it is good on the clock that never goes back."""

    number: int
    header: Secret
    until_s: float
    lifetime_s: float


class Trusted:
    """Tokens that the index gives for the identity of this job: one for all files, made when it is first needed."""

    def __init__(
        self,
        *,
        ci: Ci,
        index: str,
        upload_url: str,
        identity: Callable[[], Awaitable[Secret]],
        web: Web,
        redaction: Redaction,
        mask: Callable[[str], None],
        warn: Callable[[str], None],
        now_s: Callable[[], float] = time.time,
        clock_s: Callable[[], float] = time.monotonic,
        pause_s: float = 1.0,
    ) -> None:
        """`identity` returns a JWT, and raises UploadError if it cannot; `mask` is told workflow commands of GitHub."""
        self.source = f"trusted publishing ({ci.name})"
        """What the token is given for."""
        self._ci, self._index, self._url = ci, index, mint_url(upload_url)
        self._identity, self._web = identity, web
        self._redaction, self._mask, self._warn = redaction, mask, warn
        self._now_s, self._clock_s, self._pause_s = now_s, clock_s, pause_s
        self._lock = anyio.Lock()
        self._held: _Held | None = None
        self._numbers: dict[int, int] = {}
        """Number of the token that a task was given last, by the task's id."""

    async def header(self, size_bytes: int, rate: float | None) -> Secret:
        """Return the Authorization header for a file of this size, at `rate` bytes per second; None: not known.

        Raises UploadError if there is no token, and none to be had.
        """
        async with self._lock:
            held = self._held
            if held is None:
                held = await self._mint()
            elif self._ci.can_mint_again and self._is_old(held, size_bytes, rate):
                held = await self._mint_or_keep(held)
            self._numbers[anyio.get_current_task().id] = held.number
        return held.header

    async def renew(self) -> bool:
        """Get another token after the one that this task was given was refused as expired.

        Those who come later with the same one find the new one there. False: there is none; `warn` is told why.
        """
        async with self._lock:
            held = self._held
            if held is not None and held.number != self._numbers.get(anyio.get_current_task().id, held.number):
                return True
            if held is not None and not self._ci.can_mint_again:
                self._warn(f"the token has expired, and a job of {self._ci.name} gets only one: run the job again")
                return False
            try:
                await self._mint()
            except UploadError as error:
                self._warn(f"the token has expired, and there is no other: {error}")
                return False
        return True

    def _is_old(self, held: _Held, size_bytes: int, rate: float | None) -> bool:
        return must_refresh(held.until_s - self._clock_s(), size_bytes, rate, held.lifetime_s)

    async def _mint_or_keep(self, held: _Held) -> _Held:
        """Mint; a token that is good for a while is better than none."""
        try:
            return await self._mint()
        except UploadError as error:
            if held.until_s <= self._clock_s():
                raise
            self._warn(f"no new token, so the old one is used while it lasts: {error}")
            return held

    async def _mint(self) -> _Held:
        found: Minted | Refused | NoAnswer = await insist(self._exchanged, self._pause_s)
        if isinstance(found, Minted):
            return self._hold(found.token, found.expires_s)
        if isinstance(found, Refused):
            raise UploadError(refusal(found, self._ci.name, self._index))
        raise UploadError.of(
            f"the index gives no token: {found.because}",
            where=f"trusted publishing on {self._index}",
            hint="run the same command again; what arrived is not sent twice",
        )

    async def _exchanged(self) -> Minted | Refused | NoAnswer:
        """Exchange an identity, a new one each time: if an answer got lost, the one before may be spent."""
        identity = await self._identity()
        self._hide(identity)
        status, body = await self._web.post_json(self._url, {"token": identity.reveal()})
        return minted(status, body, identity)

    def _hold(self, token: Secret, expires_s: float | None) -> _Held:
        self._hide(token)
        lifetime_s = LIFETIME_S if expires_s is None else expires_s - self._now_s()
        if not 0 < lifetime_s < _LONGEST_S:  # the clocks of here and there differ
            lifetime_s = LIFETIME_S
        chosen = Chosen(user=TOKEN_USER, secret=token, source=self.source)
        self._redaction.learn(*chosen.secrets)
        self._held = _Held(
            number=self._held.number + 1 if self._held else 1,
            header=chosen.header,
            until_s=self._clock_s() + lifetime_s,
            lifetime_s=lifetime_s,
        )
        return self._held

    def _hide(self, secret: Secret) -> None:
        if self._ci.name == "GitHub":
            self._mask(f"::add-mask::{secret.reveal()}")
        self._redaction.learn(secret)


async def reading(who: Fixed | Trusted, repository: Repository) -> Mapping[str, str]:
    """Return the header that pages of an index are read with where they want one; empty: none.

    A password is for the host that it was given for; a token of a trusted publisher is for uploads alone.
    """
    if isinstance(who, Trusted) or origin(repository.simple_url) != origin(repository.upload_url):
        return {}
    return {"Authorization": (await who.header(0, None)).reveal()}
