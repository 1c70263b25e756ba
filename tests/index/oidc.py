"""Trusted publishing: identity tokens of a CI, and the index's exchange of them for tokens of its own."""

import base64
import json
import time
from dataclasses import dataclass
from itertools import count

from tests.index.script import basic
from tests.index.wire import Reply, Request, json_reply

REQUEST_TOKEN = "request-token"
"""What ACTIONS_ID_TOKEN_REQUEST_TOKEN must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """How the exchange behaves."""

    audience: str = "pypi"
    lifetime_s: int = 900
    """What is said of a token's end; source: warehouse, 2026."""
    uploads_per_token: int | None = None
    """Behind so many uploads a token is refused as expired: a clock that a test can set. None: it lasts."""
    token: str = ""
    """What every exchange gives; empty: a new token each time."""
    refuses: tuple[tuple[str, str], ...] = ()
    """Codes and descriptions that every exchange is refused with, as `invalid-publisher`; empty: it is done."""
    mint_statuses: tuple[int, ...] = ()
    """What the first exchanges answer, with no body worth reading; 200: what they would."""
    identity_statuses: tuple[int, ...] = ()
    """What the CI answers to the first requests for an identity; 200: the identity."""


class Exchange:
    """What was given out, and what it is still good for."""

    def __init__(self, own: Oidc) -> None:
        self._own = own
        self._numbers = count(1)
        self._identities = self._mints = 0
        self._exchanged: set[str] = set()
        self._uploads: dict[str, int] = {}
        self.tokens: list[str] = []
        """All that were minted."""

    def jwt(self, audience: str | None = None) -> str:
        """Return a new identity token; it can be exchanged once."""
        claims: dict[str, object] = {
            "aud": audience or self._own.audience,
            "jti": f"id-{next(self._numbers)}",
            "iss": "https://ci.example",
            "sub": "repo:demo/demo:environment:release",
            "repository": "demo/demo",
            "workflow_ref": "demo/demo/.github/workflows/release.yml@refs/tags/v1",
            "environment": "release",
            "exp": int(time.time()) + 300,
        }
        parts: tuple[dict[str, object], ...] = ({"alg": "RS256"}, claims, {"signature": "none"})
        return ".".join(map(_encoded, parts))

    def identity(self, request: Request) -> Reply:
        """Answer a job of GitHub Actions that asks who it is."""
        at, self._identities = self._identities, self._identities + 1
        if at < len(self._own.identity_statuses) and (status := self._own.identity_statuses[at]) != 200:
            return Reply(status=status)
        if request.headers.get("authorization", "").lower() != f"bearer {REQUEST_TOKEN}":
            return Reply(status=401)
        return json_reply({"value": self.jwt(request.query.get("audience"))})

    def said_audience(self) -> Reply:
        """Answer who identities must be for."""
        return json_reply({"audience": self._own.audience})

    def mint(self, body: bytes) -> Reply:
        """Answer an exchange; source: warehouse's `oidc/views.py`."""
        at, self._mints = self._mints, self._mints + 1
        if at < len(self._own.mint_statuses) and (status := self._own.mint_statuses[at]) != 200:
            return Reply(status=status)
        try:
            jwt = json.loads(body)["token"]
            claims = _decoded(jwt.split(".")[1])
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return _refusal(("invalid-payload", "payload is not a JSON dictionary with a token"))
        if self._own.refuses:
            return _refusal(*self._own.refuses)
        if claims.get("aud") != self._own.audience:
            return _refusal(("invalid-token", "malformed or invalid token"))
        if jwt in self._exchanged:
            return _refusal(("invalid-reuse-token", "invalid token: already used"))
        self._exchanged.add(jwt)
        token = self._own.token or f"pypi-minted-{next(self._numbers)}"
        self.tokens.append(token)
        self._uploads[basic("__token__", token)] = 0
        return json_reply({"success": True, "token": token, "expires": int(time.time()) + self._own.lifetime_s})

    def is_known(self, authorization: str) -> bool:
        """Return whether a header carries a token that was minted here."""
        return authorization in self._uploads

    def refusal(self, authorization: str) -> Reply | None:
        """Count an upload; return what an expired token is told behind the body, where permission is looked at."""
        if authorization not in self._uploads:
            return None
        self._uploads[authorization] += 1
        most = self._own.uploads_per_token
        if most is None or self._uploads[authorization] <= most:
            return None
        return Reply(status=403, message="Invalid API Token: token is expired")


def _refusal(*errors: tuple[str, str]) -> Reply:
    told = [{"code": code, "description": description} for code, description in errors]
    return json_reply({"message": "Token request failed", "errors": told}, status=422)


def _encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _decoded(part: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
