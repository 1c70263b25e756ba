"""An index with trusted publishing and the CI around it, without a network: answers by a script."""

import base64
import json
from itertools import count

import anyio

from wheelmatrix.publish.oidc import Ci
from wheelmatrix.publish.secret import Redaction
from wheelmatrix.run.authority import Trusted

UPLOAD = "https://index.example/legacy/"
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://ci.example/token?v=2",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "canary-request",
}
CLAIMS = {"repository": "demo/demo", "environment": "release"}


def jwt(number):
    parts = ({"alg": "RS256"}, {**CLAIMS, "jti": f"canary-{number}"}, {"signature": f"canary-{number}"})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


class SmallWeb:
    """Exchanges each identity once for a token that lives `lifetime_s`; refuses it again.

    `audiences`, `identities`, `mints`: answers that come first, as status and body; a status of 200 without a body:
    what it would have been.
    """

    def __init__(self, *, audiences=(), identities=(), mints=(), lifetime_s=900.0):
        self._first = {"audience": list(audiences), "identity": list(identities), "mint": list(mints)}
        self._numbers = count(1)
        self._spent = set()
        self.lifetime_s = lifetime_s
        self.now_s = 1_000_000.0
        self.clock_s = 50.0
        self.asked = []
        self.headers = []

    def pass_s(self, seconds):
        self.now_s += seconds
        self.clock_s += seconds

    async def get(self, url, headers):
        await anyio.lowlevel.checkpoint()
        self.headers.append(dict(headers))
        if url == "https://index.example/_/oidc/audience":
            return self._answer("audience", {"audience": "pypi"})
        assert url == "https://ci.example/token?v=2&audience=pypi"
        return self._answer("identity", {"value": jwt(next(self._numbers))})

    async def post_json(self, url, value):
        assert url == "https://index.example/_/oidc/mint-token"
        await anyio.lowlevel.checkpoint()
        identity = value["token"]
        if identity in self._spent:
            error = {"code": "invalid-reuse-token", "description": f"already used: {identity}"}
            return self._answer("mint", {"errors": [error]}, 422)
        found = self._answer(
            "mint", {"token": f"minted-canary-{next(self._numbers)}", "expires": self.now_s + self.lifetime_s}
        )
        if found[0] in (0, 200):  # a lost answer spends it, too
            self._spent.add(identity)
        return found

    def _answer(self, kind, usual, status=200):
        self.asked.append(kind)
        first = self._first[kind].pop(0) if self._first[kind] else (200, b"")
        return (status, json.dumps(usual).encode()) if first == (200, b"") else first


class Heard:
    """What was masked and warned of."""

    def __init__(self):
        self.masked, self.warned = [], []


def trusted(web, identity, *, name="GitHub", again=True, heard=None, redaction=None):
    heard = heard or Heard()
    return Trusted(
        ci=Ci(name=name, can_mint_again=again),
        index="pypi",
        upload_url=UPLOAD,
        identity=identity,
        web=web,
        redaction=redaction or Redaction(),
        mask=heard.masked.append,
        warn=heard.warned.append,
        now_s=lambda: web.now_s,
        clock_s=lambda: web.clock_s,
        pause_s=0.0,
    )
