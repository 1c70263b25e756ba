"""In whose name files are sent: what was given outright, in the URL, in .pypirc, and what to ask next.

Its one law: messages name sources, never values.
"""

import base64
from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from wheelmatrix.errors import ConfigError, Issue, UploadError
from wheelmatrix.model.release import Repository
from wheelmatrix.publish.address import UserInfo
from wheelmatrix.publish.pypirc import Section
from wheelmatrix.publish.secret import Secret
from wheelmatrix.values import dataclass

TOKEN_USER = "__token__"  # noqa: S105  # what the user is called whose password is a token; no secret
TOKEN_PREFIX = "pypi-"  # noqa: S105  # how tokens of warehouse begin

TOKENS = ("WHEELMATRIX_TOKEN", "MATURIN_PYPI_TOKEN", "UV_PUBLISH_TOKEN")
USERS_AND_PASSWORDS = (
    ("WHEELMATRIX_USERNAME", "WHEELMATRIX_PASSWORD"),
    ("MATURIN_USERNAME", "MATURIN_PASSWORD"),
    ("TWINE_USERNAME", "TWINE_PASSWORD"),
    ("UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD"),
)
VARIABLES = (*TOKENS, *(name for pair in USERS_AND_PASSWORDS for name in pair))
"""Every variable that is read for a user, a password or a token. Sources: documentation of maturin, twine and uv."""

Way = Literal["keyring", "oidc", "prompt"]
"""Whom to ask: the user's keyring, the CI system that this runs in, the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A user, password or token that somebody gave outright."""

    kind: Literal["user", "password", "token"]
    source: str
    """`--password`, `TWINE_PASSWORD`."""
    value: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """In whose name files are sent."""

    user: str = field(repr=False)
    """May be empty; may be the token of an index that has it so."""
    secret: Secret
    source: str
    """Where the secret is from: `TWINE_PASSWORD`, `the URL`, `section [pypi] of ~/.pypirc`."""

    @property
    def header(self) -> Secret:
        """Value of the Authorization header. Source: RFC 7617, in UTF-8."""
        pair = f"{self.user}:{self.secret.reveal()}".encode()
        return Secret(f"Basic {base64.b64encode(pair).decode()}")

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What no text may show: without a password the user is the secret."""
        return (self.secret or Secret(self.user), self.header)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What to ask, since nothing was given so far."""

    way: Way
    user: str | None = field(repr=False)
    """Whose password is looked for; None: the user, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that says in whose name files are sent, before anything is asked."""

    repository: Repository
    given: tuple[Given, ...]
    user_info: UserInfo | None
    """Of the URL."""
    section: Section | None
    pypirc: str = "~/.pypirc"
    """Path of the file with the section."""
    trusted_publishing: str = "auto"
    """`auto`, `always`, `never`."""
    ci: str = ""
    """Name of the CI system that can prove what runs in it; empty: none is seen."""
    can_prompt: bool = False
    """Whether somebody sits before a terminal and wants to be asked."""


def given(
    environment: Mapping[str, str], *, user: str | None, password: Secret | None, token: Secret | None
) -> tuple[Given, ...]:
    """Return what was given outright: by the command line (`token`: the content of `--token-file`), by variables.

    White space around a token, and line ends behind a password, are taken for accidents of files and CI settings.
    An empty user is one on the command line, and in a variable that stands beside a password of its kind.
    """
    found = []
    if user is not None:
        found.append(Given(kind="user", source="--username", value=Secret(user)))
    if password is not None:
        found.append(Given(kind="password", source="--password", value=_without_line_end(password)))
    if token is not None:
        found.append(Given(kind="token", source="--token-file", value=Secret(token.reveal().strip())))
    found += [
        Given(kind="token", source=name, value=Secret(environment[name].strip()))
        for name in TOKENS
        if name in environment
    ]
    for user_name, password_name in USERS_AND_PASSWORDS:
        has_password = bool(environment.get(password_name))
        if environment.get(user_name) or (user_name in environment and has_password):
            found.append(Given(kind="user", source=user_name, value=Secret(environment[user_name])))
        if password_name in environment:
            value = _without_line_end(Secret(environment[password_name]))
            found.append(Given(kind="password", source=password_name, value=value))
    return tuple(found)


def choose(known: Known, tried: Mapping[Way, str]) -> Chosen | Next:
    """Return in whose name files are sent, or what to ask next; `tried`: what was asked, and why it gave nothing.

    The order: command line and variables, URL, .pypirc, keyring, trusted publishing, the user.
    Raises ConfigError for two that differ where one must be meant; UploadError if nothing is left.
    """
    user, secret, source = _outright(known.given)
    if known.trusted_publishing == "always":
        return _proof_only(known, secret, source, tried)
    if secret:
        return _chosen(known, _first(user, _url_user(known), _section_user(known)), secret, source)
    if (info := known.user_info) is not None and user in (None, info.user):
        user = info.user
        if info.password is not None:
            return _chosen(known, info.user, info.password, "the URL")
    if (section := known.section) is not None and (user is None or section.user in (None, user)):
        user = _first(user, section.user)
        if section.password:
            return _chosen(known, user, section.password, f"section [{section.name}] of {known.pypirc}")
    user = TOKEN_USER if known.repository.index and not user else user
    for way in _ways(known, user):
        if way not in tried:
            return Next(way=way, user=user)
    raise UploadError(*_missing(known, tried))


def warnings_of(known: Known, chosen: Chosen | None) -> tuple[str, ...]:
    """Return what the user should know of how credentials were given; `chosen` is None under trusted publishing."""
    warnings = []
    for each in known.given:
        if each.source == "--password" and each.value:
            warnings.append("--password is seen by everybody on this machine; use a variable or --token-file")
        elif each.kind != "user" and not each.value:
            warnings.append(f"{each.source} is there, but empty: is that secret given to this job?")
    if chosen and chosen.user != TOKEN_USER and chosen.secret.reveal().startswith(TOKEN_PREFIX):
        warnings.append(f"the password of {chosen.source} looks like a token, whose user must be {TOKEN_USER}")
    return tuple(warnings)


def _outright(given: tuple[Given, ...]) -> tuple[str | None, Secret | None, str]:
    """Return user, secret and the secret's source, as far as they are given; raises ConfigError if some differ."""
    secrets = [each for each in given if each.kind != "user" and each.value]
    users = [(each.source, each.value.reveal()) for each in given if each.kind == "user"]
    users += [(each.source, TOKEN_USER) for each in secrets if each.kind == "token"]
    _refuse_two("secrets", [(each.source, each.value.reveal()) for each in secrets])
    _refuse_two("users", users)
    user = users[0][1] if users else None
    return (user, secrets[0].value, secrets[0].source) if secrets else (user, None, "")


def _refuse_two(what: str, pairs: list[tuple[str, str]]) -> None:
    if len({value for _, value in pairs}) > 1:
        sources = [source for source, _ in pairs]
        note = f"; the user of a token is {TOKEN_USER}" if what == "users" else ""
        raise ConfigError.of(
            f"{', '.join(sources[:-1])} and {sources[-1]} give different {what}",
            where="credentials",
            hint=f"give only one of them{note}",
        )


def _proof_only(known: Known, secret: Secret | None, source: str, tried: Mapping[Way, str]) -> Next:
    """Return that trusted publishing is to be tried, and nothing else."""
    if secret or (known.user_info is not None and known.user_info.password):
        raise ConfigError.of(
            f"{source or 'the URL'} gives a password, but --trusted-publishing always wants none",
            where="credentials",
            hint="leave one of them out",
        )
    if "oidc" in tried:
        raise UploadError.of(
            f"trusted publishing does not work: {tried['oidc']}",
            where=known.repository.name,
            hint="--trusted-publishing auto takes other credentials, too",
        )
    return Next(way="oidc", user=TOKEN_USER)


def _chosen(known: Known, user: str | None, secret: Secret, source: str) -> Chosen:
    """Return the choice; raises ConfigError where a password has no user, or one that no header can hold."""
    if not user and known.repository.index:  # known indexes take tokens alone
        user = TOKEN_USER
    if user is None and secret.reveal().startswith(TOKEN_PREFIX):
        user = TOKEN_USER
    if user is None:
        raise ConfigError.of(
            f"{source} gives a password, but nothing says whose it is",
            where="credentials",
            hint=f"give --username or WHEELMATRIX_USERNAME: `{TOKEN_USER}` for a token, '' for an index without users",
        )
    if ":" in user:
        raise ConfigError.of("a user's name has no colon", where="credentials")  # RFC 7617, section 2
    return Chosen(user=user, secret=secret, source=source)


def _ways(known: Known, user: str | None) -> tuple[Way, ...]:
    """Return what may be asked, in order; who names a user does not mean this CI."""
    ways: list[Way] = ["keyring"]
    if known.ci and known.trusted_publishing != "never" and user in (None, TOKEN_USER):
        ways.append("oidc")
    if known.can_prompt:
        ways.append("prompt")
    return tuple(ways)


def _missing(known: Known, tried: Mapping[Way, str]) -> tuple[Issue, ...]:
    """Return that nothing is left, every way to give credentials, and what became of those that were tried."""
    hint = (
        "give a token in WHEELMATRIX_TOKEN or --token-file; or a user and a password in WHEELMATRIX_USERNAME and"
        " WHEELMATRIX_PASSWORD or --username and --password (maturin's, twine's and uv's variables are read, too);"
        f" or a section of {known.pypirc}, or the keyring (wheelmatrix[keyring]); or in CI a trusted publisher;"
        " or start it at a terminal, to be asked"
    )
    empty = [each.source for each in known.given if each.kind != "user" and not each.value]
    message = "nothing says in whose name to upload" + (f" ({', '.join(empty)} is empty)" if empty else "")
    words = {"keyring": "keyring", "oidc": "trusted publishing", "prompt": "terminal"}
    return (
        Issue(message=message, where=known.repository.name, hint=hint),
        *(Issue(message=because, where=words[way]) for way, because in tried.items()),
    )


def _url_user(known: Known) -> str | None:
    return known.user_info.user if known.user_info else None


def _section_user(known: Known) -> str | None:
    return known.section.user if known.section else None


def _first(*users: str | None) -> str | None:
    return next((user for user in users if user is not None), None)


def _without_line_end(password: Secret) -> Secret:
    return Secret(password.reveal().rstrip("\r\n"))
