"""Asks for credentials where nothing was given outright: the keyring, the CI's identity, the user."""

import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import field
from functools import partial
from importlib.util import find_spec
from typing import TypeVar, assert_never

import anyio
from anyio import from_thread, lowlevel

from wheelmatrix.errors import UploadError
from wheelmatrix.publish.answer import cleaned
from wheelmatrix.publish.credentials import Chosen, Known, Next, Way, choose, warnings_of
from wheelmatrix.publish.oidc import (
    Ci,
    NoAnswer,
    audience_of,
    audience_url,
    ci_of,
    github_identity,
    github_request,
    gitlab_variable,
)
from wheelmatrix.publish.secret import Redaction, Secret
from wheelmatrix.run.authority import Fixed, Trusted, Web, insist
from wheelmatrix.values import dataclass

KEYRING_S = 30.0
"""A wallet that is locked waits for its owner; longer than this there is none."""
_IDENTITY_S = 60.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What is asked, and told."""

    web: Web
    environment: Mapping[str, str] = field(repr=False)
    """Of this process, with the variables that prove who it is."""
    redaction: Redaction
    prompt: Callable[[str | None], tuple[str, Secret] | None]
    """Asks the user for a password, also for the user's name if it is None; None: there was no answer."""
    mask: Callable[[str], None]
    """Prints workflow commands of GitHub, before anything else."""
    warn: Callable[[str], None]
    keyring_s: float = KEYRING_S
    pause_s: float = 1.0
    """Before the second try of a request."""


async def authority(known: Known, means: Means) -> Fixed | Trusted:
    """Return in whose name files are sent: what is given, else what the keyring, the CI or the user says.

    Under trusted publishing no token is made yet: it lives 15 minutes, and is made when a header is first asked for.
    Raises ConfigError and UploadError as `choose` does.
    """
    means.redaction.learn(*(each.value for each in known.given if each.kind != "user"))
    found = await _found(known, means)
    for warning in warnings_of(known, found if isinstance(found, Chosen) else None):
        means.warn(warning)
    if isinstance(found, Trusted):
        return found
    means.redaction.learn(*found.secrets)
    return Fixed(found)


async def from_keyring(upload_url: str, user: str | None, limit_s: float = KEYRING_S) -> Chosen | str:
    """Return what the keyring has for an index, by its whole URL, as the plug-ins of the cloud's indexes want it.

    Else why it has nothing. Without `user` it is asked for the user, too.
    """
    try:
        found = await _in_thread(partial(_look_up, upload_url, user), limit_s, "keyring")
    except TimeoutError:
        return f"it did not answer within {limit_s:g} s; is it locked?"
    return found


async def trusted(known: Known, means: Means) -> Trusted | str:
    """Return who gets tokens for this job's identity, or why nobody does."""
    ci = ci_of(means.environment)
    if ci is None and known.trusted_publishing == "always":  # a machine in a cloud does not show in the variables
        ci = Ci(name="Google Cloud", can_mint_again=True)
    if ci is None:
        return "no CI system that could prove what runs in it is seen"
    audience = await _audience(known.repository.upload_url, means)
    if isinstance(audience, NoAnswer):
        return audience.because
    if not audience:
        return "the index does not have it"
    if ci.lacks:
        return ci.lacks
    if ci.name not in ("GitHub", "GitLab") and find_spec("id") is None:
        return f"on {ci.name} it needs wheelmatrix[oidc]"
    variable = gitlab_variable(audience)
    if ci.name == "GitLab" and not means.environment.get(variable):
        return f"the job has no {variable}: give it `id_tokens: {variable}: aud: {audience}`"
    return Trusted(
        ci=ci,
        index=known.repository.name,
        upload_url=known.repository.upload_url,
        identity=_identities(ci, audience, means),
        web=means.web,
        redaction=means.redaction,
        mask=means.mask,
        warn=means.warn,
        pause_s=means.pause_s,
    )


async def _found(known: Known, means: Means) -> Chosen | Trusted:
    tried: dict[Way, str] = {}
    while isinstance(found := choose(known, tried), Next):
        asked = await _asked(found, known, means)
        if not isinstance(asked, str):
            return asked
        tried[found.way] = asked
    return found


async def _asked(what: Next, known: Known, means: Means) -> Chosen | Trusted | str:
    match what.way:
        case "keyring":
            return await from_keyring(known.repository.upload_url, what.user, means.keyring_s)
        case "oidc":
            return await trusted(known, means)
        case "prompt":
            # In the foreground: nothing else runs yet, and Ctrl-C belongs to the main thread.
            answer = means.prompt(what.user)
            if answer is None:
                return "nothing was entered"
            return Chosen(user=answer[0], secret=answer[1], source="the terminal")
        case _:
            assert_never(what.way)


def _look_up(service: str, user: str | None) -> Chosen | str:
    try:
        import keyring
    except ImportError:
        return "it is not installed: wheelmatrix[keyring]"
    try:
        if user is not None:
            password = keyring.get_password(service, user)
        else:
            found = keyring.get_credential(service, None)
            user, password = (found.username, found.password) if found else (None, None)
    except Exception as error:  # boundary: back ends are anybody's, and their texts may hold anything
        kind = type(error).__name__
        return "this machine has none" if kind == "NoKeyringError" else f"it failed: {kind}"
    if not password:
        return f"it has nothing for {service}"
    return Chosen(user=user or "", secret=Secret(password), source="the keyring")


async def _audience(upload_url: str, means: Means) -> str | NoAnswer:
    async def ask() -> str | NoAnswer:
        return audience_of(*await means.web.get(audience_url(upload_url), {"Accept": "application/json"}))

    return await insist(ask, means.pause_s)


def _identities(ci: Ci, audience: str, means: Means) -> Callable[[], Awaitable[Secret]]:
    """Return who says who this job is."""
    if ci.name == "GitHub":
        return partial(_of_github, audience, means)
    if ci.name == "GitLab":
        return partial(_of_gitlab, audience, means.environment)
    return partial(_of_others, ci, audience)


async def _of_github(audience: str, means: Means) -> Secret:
    url, header = github_request(means.environment, audience)

    async def ask() -> Secret | NoAnswer:
        return github_identity(*await means.web.get(url, {"Authorization": header.reveal()}))

    found = await insist(ask, means.pause_s)
    if isinstance(found, NoAnswer):
        raise UploadError.of(f"this job cannot prove who it is: {found.because}", where="trusted publishing")
    return found


async def _of_gitlab(audience: str, environment: Mapping[str, str]) -> Secret:
    return Secret(environment[gitlab_variable(audience)].strip())


async def _of_others(ci: Ci, audience: str) -> Secret:
    try:
        found = await _in_thread(partial(_detect, audience), _IDENTITY_S, "identity")
    except TimeoutError:
        found = f"no answer within {_IDENTITY_S:g} s"
    if isinstance(found, str):
        raise UploadError.of(f"this job of {ci.name} cannot prove who it is: {found}", where="trusted publishing")
    return found


def _detect(audience: str) -> Secret | str:
    try:
        import id as identity
    except ImportError:
        return "it needs wheelmatrix[oidc]"
    try:
        found = identity.detect_credential(audience)
    except identity.IdentityError as error:  # written for users
        return Redaction().clean(cleaned(str(error)))
    except Exception as error:  # boundary: it runs programs and asks servers, and its texts may hold their answers
        return f"it failed: {type(error).__name__}"
    return Secret(found) if found else "no system that could prove it is seen"


async def _in_thread(work: Callable[[], T], limit_s: float, name: str) -> T:
    """Return what `work` does in a thread of its own; raises TimeoutError after the limit, and forgets it then.

    anyio's own workers are waited for when Python ends: with them a locked wallet would keep the program for ever.
    """
    done, left, loop = anyio.Event(), list[T](), lowlevel.current_token()

    def run() -> None:
        try:
            left.append(work())
        finally:
            with suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits
                from_thread.run_sync(done.set, token=loop)

    threading.Thread(target=run, name=f"wheelmatrix {name}", daemon=True).start()
    with anyio.fail_after(limit_s):
        await done.wait()
    return left[0]
