"""The way of one file to the index: a state machine that is told what happened and says what to do next.

    Send ─┬─ 2xx ───────────────────────────────▶ stored
          ├─ 401 405 410 411 413 415 422 3xx ───▶ rejected
          ├─ 400 403 404 409 … ──▶ Ask ─┬─ same ▶ same, or confirmed if an earlier attempt was left without an answer
          │                             ├─ other▶ conflict
          │                             └─ none ▶ rejected
          ├─ 5xx 408 425, no answer ─▶ Ask ─┬─ same ▶ confirmed
          │                                 ├─ other▶ conflict
          │                                 └─ none ▶ Wait ─▶ Send
          ├─ 429, nothing sent ─▶ Wait ─▶ Send
          └─ 403 for an old token ─▶ Renew ─▶ Send

Its one law: a file has arrived when the index said so in answer to its bytes, or lists their digest; words never count.
"""

from collections.abc import Callable
from typing import Literal

from wheelmatrix.model.release import FileState
from wheelmatrix.publish.answer import Answer, Lost, Result
from wheelmatrix.publish.pace import backoff_s
from wheelmatrix.publish.refusals import hint_of
from wheelmatrix.values import dataclass

Standing = Literal["absent", "same", "conflict", "named", "unknown"]
"""How the index has a file: not at all, these bytes, other bytes, its name without a digest, or nobody knows."""

MOST_ATTEMPTS = 6
_MOST_CLOSED = 3
_CLOSED_S = 30.0
_FINAL = frozenset({401, 405, 410, 411, 413, 415, 422})
_AMBIGUOUS = frozenset({408, 425})
_ONCE, _LATE, _DOUBTFUL, _RESUMED = (0.0,), (0.0, 2.0, 5.0), (0.0, 1.0, 2.0, 4.0, 8.0), (0.5, 1.5)
"""Seconds before each look at the index: of an answer that is late (the server may still be at work), where a refusal
and an index that lists nothing contradict each other (its pages may be cached), and of a file that an earlier run
began to send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send the bytes."""

    attempt: int
    """From 1; the one before it again if it did not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Look at the index, after a pause."""

    pause_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Do nothing for a while."""

    seconds: float
    because: str
    """`503 Service Unavailable; attempt 2 of 6`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew:
    """Get a new token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Hash the file once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Its way is over."""

    state: FileState
    message: str = ""
    hint: str = ""
    status: int = 0
    """Of the last answer; 0: there was none."""


Action = Send | Ask | Wait | Renew | Look | End


class Transfer:
    """One file; each method returns what to do next, until it is `End`."""

    def __init__(self, *, is_first_release: bool = False, random: Callable[[], float]) -> None:
        """`random` returns numbers from 0 to 1; `is_first_release`: the index does not have the project yet."""
        self.attempts = 0
        """How often its bytes were sent, or that was tried."""
        self._is_first_release = is_first_release
        self._random = random
        self._last: Result | None = None
        self._pauses: tuple[float, ...] = ()
        self._is_refused = False
        self._was_ambiguous = False
        self._was_closed = 0
        self._is_renewed = False
        self._is_looked_at = False

    def begin(self, standing: Standing, *, was_sent: bool = False, skips: bool = False) -> Action:
        """Start, knowing how the index has the file.

        `was_sent`: an earlier run tried and saw no end of it; `skips`: a name without a digest will do.
        """
        match standing:
            case "same":
                return End(state="confirmed" if was_sent else "same")
            case "conflict":
                return self._conflict()
            case "named" if skips:
                return End(state="same", message="the index has a file of this name, and tells no digest")
            case _ if was_sent:  # it may be on its way into the index's pages
                return self._doubt(_RESUMED)
            case _:
                return self._send()

    def sent(self, result: Result) -> Action:
        """Take what came of an attempt."""
        self._last = result
        if isinstance(result, Lost):
            return self._lost(result)
        status = result.status
        if 200 <= status < 300:
            return End(state="stored", status=status)
        if result.is_expired and not self._is_renewed:
            self._is_renewed = True
            return Renew()
        if result.is_closed:
            return self._closed(result)
        if result.is_torn and not self._is_looked_at:
            self._is_looked_at = True
            return Look()
        if status == 429:
            return self._slow_down(result)
        if status >= 500 or status in _AMBIGUOUS:
            return self._doubt(_ONCE)
        if status in _FINAL or 300 <= status < 400:
            return self._rejected()
        self._is_refused = True
        self._pauses = _DOUBTFUL if result.says_exists or self._was_ambiguous else _ONCE
        return self._ask()

    def asked(self, standing: Standing) -> Action:
        """Take how the index has the file now."""
        match standing:
            case "same":
                state: FileState = "same" if self._is_refused and not self._was_ambiguous else "confirmed"
                return End(state=state, status=self._status)
            case "conflict":
                return self._conflict()
            case _ if self._pauses:
                return self._ask()
            case _ if self._is_refused:
                return self._rejected("" if standing == "absent" else _UNKNOWN[standing])
            case _ if self._last is None:
                return self._send()
            case _:
                return self._wait(self._says, self._asks_to_wait_s)

    def waited(self) -> Action:
        """Go on after a wait."""
        return self._send()

    def renewed(self, *, is_new: bool) -> Action:
        """Go on with a new token, the attempt not counted; without one the refusal stands."""
        if not is_new:
            return self._rejected()
        self.attempts -= 1
        return self._send()

    def looked(self, *, is_unchanged: bool) -> Action:
        """Go on after the file was hashed once more."""
        if is_unchanged:
            return self._wait(self._says, 0.0)
        return changed()

    def _lost(self, lost: Lost) -> Action:
        match lost.when:
            case "connect":  # nothing was sent, so there is nothing to look for
                return self._wait(lost.says)
            case "read":
                return self._doubt(_LATE)
            case "send":
                return self._doubt(_ONCE)

    def _send(self) -> Action:
        self._is_refused = False
        self.attempts += 1
        return Send(attempt=self.attempts)

    def _ask(self) -> Ask:
        pause_s, *rest = self._pauses
        self._pauses = tuple(rest)
        return Ask(pause_s=pause_s)

    def _doubt(self, pauses: tuple[float, ...]) -> Ask:
        self._was_ambiguous = True
        self._pauses = pauses
        return self._ask()

    def _wait(self, because: str, seconds: float | None = None) -> Action:
        if self.attempts >= MOST_ATTEMPTS:
            return End(
                state="gave-up", message=f"{because}, after {self.attempts} attempts", hint=_LATER, status=self._status
            )
        told = f"{because}; attempt {self.attempts + 1} of {MOST_ATTEMPTS}"
        return Wait(seconds=backoff_s(self.attempts, self._random()) if seconds is None else seconds, because=told)

    def _slow_down(self, answer: Answer) -> Action:
        if answer.retry_after_s is None and self._is_first_release:
            return self._rejected()  # the quota of new projects: asking again would spend more of it
        return self._wait(answer.says, answer.retry_after_s)

    def _closed(self, answer: Answer) -> Action:
        self._was_closed += 1
        if self._was_closed > _MOST_CLOSED:
            return End(state="gave-up", message=answer.says, hint=hint_of(answer), status=answer.status)
        return self._wait(answer.says, answer.retry_after_s or _CLOSED_S * self._was_closed)

    def _rejected(self, remark: str = "") -> End:
        hint = hint_of(self._last) if isinstance(self._last, Answer) else ""
        message = f"{self._says} ({remark})" if remark else self._says
        return End(state="rejected", message=message, hint=hint, status=self._status)

    def _conflict(self) -> End:
        return End(
            state="conflict", message="the index has other bytes under this name", hint=_REBUILT, status=self._status
        )

    @property
    def _says(self) -> str:
        return self._last.says if self._last is not None else ""

    @property
    def _status(self) -> int:
        return self._last.status if isinstance(self._last, Answer) else 0

    @property
    def _asks_to_wait_s(self) -> float | None:
        return self._last.retry_after_s if isinstance(self._last, Answer) else None


def changed() -> End:
    """Return the end of a file whose bytes are no longer those that were looked at."""
    return End(
        state="changed",
        message="the file has changed since it was looked at",
        hint="let nothing write to it meanwhile, and start again",
    )


_LATER = "start again with --resume when the index answers: what has arrived is not sent again"
_REBUILT = "a name can be used once only: send the files that were built first, or release a new version"
_UNKNOWN: dict[Standing, str] = {
    "named": "the index has a file of this name, and tells no digest: look at it by hand",
    "unknown": "the index could not be asked whether it has the file",
}
