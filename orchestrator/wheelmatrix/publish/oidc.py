"""Trusted publishing: what runs here proves who it is, and gets a token for it. Sources: warehouse's `oidc/views.py`,
2026; the documentation of the CI systems.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlsplit

from wheelmatrix.errors import Issue
from wheelmatrix.publish.answer import cleaned
from wheelmatrix.publish.secret import Redaction, Secret
from wheelmatrix.values import dataclass

LIFETIME_S = 900.0
"""How long a token lives that does not say so. Source: warehouse."""
_RESERVE_S = 120.0
"""An index looks at the token after the whole file has arrived, and takes its time to store it."""
_SLOW_BYTES_PER_S = float(1 << 20)
"""How fast files go where that was not measured yet."""
_LATER = frozenset({0, 408, 425, 429})
"""Statuses that may be another at the next try, beside all from 500 on; 0: there was no answer."""
_CLAIMS = (
    "iss", "sub", "repository", "workflow_ref", "job_workflow_ref", "project_path", "ci_config_ref_uri",
    "environment", "ref", "email", "organization_slug", "pipeline_slug",
)  # fmt: skip
"""Claims that publishers are told apart by; none of them is a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ci:
    """A CI system that can prove what runs in it."""

    name: Literal["GitHub", "GitLab", "Buildkite", "CircleCI", "Google Cloud"]
    can_mint_again: bool
    """Whether a job gets a new identity token each time it asks; each can be exchanged once."""
    lacks: str = ""
    """What keeps this job from proving it, and what to do; empty: nothing that shows beforehand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """A token of the index."""

    token: Secret
    expires_s: float | None
    """Seconds since 1970; None: the index does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The index does not take the identity."""

    codes: tuple[str, ...]
    """`invalid-publisher`, `not-enabled`, …; may be empty."""
    text: str
    """What it says, in one line."""
    claims: Mapping[str, str]
    """Who the identity says that this job is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """There was no answer that says anything; the next may."""

    because: str


def ci_of(environment: Mapping[str, str]) -> Ci | None:
    """Return the CI system that runs this; None: none that can prove anything shows in the variables."""
    if environment.get("GITHUB_ACTIONS"):
        has_both = all(environment.get(f"ACTIONS_ID_TOKEN_REQUEST_{name}") for name in ("URL", "TOKEN"))
        lacks = "" if has_both else "the job may not prove who it is: give it `permissions: id-token: write`"
        return Ci(name="GitHub", can_mint_again=True, lacks=lacks)
    if environment.get("GITLAB_CI"):
        return Ci(name="GitLab", can_mint_again=False)
    if environment.get("BUILDKITE"):
        return Ci(name="Buildkite", can_mint_again=True)
    if environment.get("CIRCLECI"):
        return Ci(name="CircleCI", can_mint_again=True)
    if any(environment.get(name) for name in ("GOOGLE_SERVICE_ACCOUNT_NAME", "K_SERVICE", "CLOUD_RUN_JOB")):
        return Ci(name="Google Cloud", can_mint_again=True)
    return None


def audience_url(upload_url: str) -> str:
    """Return where the index says for whom identities must be."""
    return urlsplit(upload_url)._replace(path="/_/oidc/audience", query="").geturl()


def mint_url(upload_url: str) -> str:
    """Return where the index exchanges an identity for a token."""
    return urlsplit(upload_url)._replace(path="/_/oidc/mint-token", query="").geturl()


def audience_of(status: int, body: bytes) -> str | NoAnswer:
    """Return for whom identities must be; empty: the index has no trusted publishing.

    Only a JSON object says that it has: servers answer paths that they do not know with 404, 403, or a page for people.
    """
    if status in _LATER or status >= 500:
        return NoAnswer(because=_says(status, body))
    found = _object(body) if status == 200 else {}
    audience = found.get("audience")
    return audience if isinstance(audience, str) else ""


def github_request(environment: Mapping[str, str], audience: str) -> tuple[str, Secret]:
    """Return where a job of GitHub asks for its identity, and the Authorization header for that."""
    url = environment.get("ACTIONS_ID_TOKEN_REQUEST_URL", "")
    joint = "&" if "?" in url else "?"
    header = Secret(f"Bearer {environment.get('ACTIONS_ID_TOKEN_REQUEST_TOKEN', '')}")
    return f"{url}{joint}audience={quote(audience, safe='')}", header


def github_identity(status: int, body: bytes) -> Secret | NoAnswer:
    """Return the identity token of GitHub's answer."""
    value = _object(body).get("value") if status == 200 else None
    return Secret(str(value)) if _is_token(value) else NoAnswer(because=f"GitHub answers {status}")


def gitlab_variable(audience: str) -> str:
    """Return the variable in which a job of GitLab has its identity: `PYPI_ID_TOKEN`."""
    return re.sub(r"[^A-Z0-9_]|^[^A-Z_]", "_", audience.upper()) + "_ID_TOKEN"


def minted(status: int, body: bytes, identity: Secret) -> Minted | Refused | NoAnswer:
    """Return the token of the index's answer, or why it gives none."""
    if status in _LATER or status >= 500:
        return NoAnswer(because=_says(status, body))
    found = _object(body)
    token, expires = found.get("token"), found.get("expires")
    if 200 <= status < 300 and _is_token(token):
        is_number = isinstance(expires, int | float) and not isinstance(expires, bool)
        return Minted(token=Secret(str(token)), expires_s=float(str(expires)) if is_number else None)
    entries = found.get("errors")
    errors = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    texts = [str(each.get("description") or each.get("code") or "") for each in errors]
    text = "; ".join(filter(None, texts)) or str(found.get("message") or _says(status, body))
    return Refused(
        codes=tuple(str(each["code"]) for each in errors if "code" in each),
        text=cleaned(Redaction(identity).clean(text)),
        claims=claims_of(identity),
    )


def claims_of(identity: Secret) -> Mapping[str, str]:
    """Return the claims of a JWT that publishers are told apart by, without looking whether it is genuine.

    Empty if it cannot be read. Source: RFC 7519.
    """
    try:
        payload = identity.reveal().split(".")[1]
        found = _object(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        return {}
    return {name: cleaned(str(found[name])) for name in _CLAIMS if found.get(name)}


def refusal(refused: Refused, ci: str, index: str) -> Issue:
    """Return what an index's refusal means, with who this job says it is, and what to do."""
    said = "".join(f"\n  {name}: {value}" for name, value in refused.claims.items())
    hints = [hint for code, hint in _HINTS.items() if code in refused.codes]
    return Issue(
        message=f"the index refuses what {ci} says of this job: {refused.text}{said}",
        where=f"trusted publishing on {index}",
        hint="; ".join(hints) or "compare these claims with the project's publishers, or give a token",
    )


_HINTS = {
    "invalid-publisher": "add a publisher to the project's settings that fits these claims, or give a token",
    "invalid-pending-publisher": "the pending publisher is not valid any more: add it again",
    "not-enabled": "the index has switched trusted publishing off for now: try later, or give a token",
    "invalid-reuse-token": "this identity was exchanged before, and can be only once: run the job again",
    "invalid-token": "the index does not believe the token: is it of a CI system that it knows, and for this index?",
}
"""By the code of warehouse's answer."""


def must_refresh(left_s: float, size_bytes: int, rate: float | None, lifetime_s: float = LIFETIME_S) -> bool:
    """Return whether a token that is good for `left_s` more seconds may end before a file of this size is taken.

    `rate` in bytes per second, None: not known. A token that was just made always does: another one would be no better.
    """
    needed_s = _RESERVE_S + size_bytes / max(rate or _SLOW_BYTES_PER_S, 1.0)
    return left_s < min(needed_s, 0.9 * lifetime_s)


def _is_token(value: object) -> bool:
    """Return whether it is one word: a line break in it would end the command to GitHub that hides it."""
    return isinstance(value, str) and value.isascii() and value.isprintable() and value != "" and " " not in value


def _object(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _says(status: int, body: bytes) -> str:
    """Return a status in words; what stands in the body only where there was no answer, and it is ours."""
    return f"the index answers {status}" if status else cleaned(body.decode("utf-8", "replace")) or "no answer"
