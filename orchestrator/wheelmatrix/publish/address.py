"""URLs of indexes: the user taken out at once, and only such as credentials may be sent to."""

from dataclasses import field
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from wheelmatrix.errors import ConfigError
from wheelmatrix.publish.secret import Secret
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInfo:
    """A user, and perhaps a password; the user may be the token of an index that has it so, and is not shown."""

    user: str = field(repr=False)
    """May be empty."""
    password: Secret | None
    """None: there is none; an empty one is one."""

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What no text may show; a user beside a password is no secret."""
        return (self.password,) if self.password else (Secret(self.user),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an index is."""

    url: str
    """Without user and password."""
    user_info: UserInfo | None
    """What stood before the host, decoded."""


def address(text: str, *, where: str, allow_http: bool) -> Address:
    """Return the address of a URL; `where` is the option or file it is from.

    Raises ConfigError if it is not a complete http or https URL, has a query or a fragment, or is not encrypted
    although it leads away from this machine. No message shows what stands before the host.
    """
    parts, hostname = _split(text, where)
    info, _, host = parts.netloc.rpartition("@")
    url = parts._replace(netloc=host, query="", fragment="").geturl()
    if parts.query or parts.fragment:
        raise ConfigError.of(f"{url} is followed by a query or a fragment, which no index's URL has", where=where)
    if parts.scheme == "http" and not allow_http and not is_loopback(hostname):
        raise ConfigError.of(
            f"{url} is not encrypted: everybody on the way could read the password",
            where=where,
            hint="write https://, or give --allow-http if the way there is safe",
        )
    if "@" not in parts.netloc:
        return Address(url=url, user_info=None)
    user, colon, password = info.partition(":")
    return Address(
        url=url, user_info=UserInfo(user=unquote(user), password=Secret(unquote(password)) if colon else None)
    )


def is_loopback(hostname: str) -> bool:
    """Return whether a host is this machine by its name alone: localhost, 127.0.0.0/8, ::1."""
    if hostname.casefold() == "localhost":
        return True
    try:
        return ip_address(hostname).is_loopback
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of a URL, the port also where it is the usual one.

    What is no URL, such as one with a port that there is not, is its own host, and no other's.
    """
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return "", url, None


def is_same(one: str, other: str) -> bool:
    """Return whether two addresses are one, but for a slash at the end."""
    same_path = urlsplit(one).path.rstrip("/") == urlsplit(other).path.rstrip("/")
    return same_path and origin(one) == origin(other)


def _split(text: str, where: str) -> tuple[SplitResult, str]:
    """Return the parts of a URL and its host."""
    unread = ConfigError.of(
        "the URL cannot be read",
        where=where,
        hint="give it whole, https://HOST/PATH/; in a user or password write @ : / ? # % as %40 %3A %2F %3F %23 %25",
    )
    try:
        parts = urlsplit(text.strip())
        hostname, _ = parts.hostname, parts.port
    except ValueError:
        parts, hostname = None, None
    # An @ behind the host ends a password with a slash in it: a name server would be asked for the user as a host.
    if parts is None or not hostname or "@" in parts.path + parts.query + parts.fragment:
        raise unread
    if parts.scheme not in ("https", "http"):
        raise ConfigError.of(f"an index is reached by https, not by {parts.scheme or 'nothing'}", where=where)
    return parts, hostname
