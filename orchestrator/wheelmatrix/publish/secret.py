"""What must not be seen: a value that hides itself, and a filter for every text that leaves the program."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import NoReturn, Self
from urllib.parse import quote, quote_plus

MASK = "***"
_SHORT_CHARS = 4
"""Shorter secrets are looked for as whole words only: `a` stands everywhere."""
_BASE64_CHARS = 6
"""Shorter pieces of base64 stand for too many other texts."""


class Secret:
    """A text that nobody sees but who asks for it: no repr, format, JSON or pickle tells it."""

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value)

    def reveal(self) -> str:
        """Return the text itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a secret does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a secret does not change")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not written down")


class Redaction:
    """Replaces secrets in texts; it may learn further ones, so that all who hold it hide a token that came late."""

    def __init__(self, *secrets: Secret) -> None:
        self._known: set[Secret] = set()
        self._pattern: re.Pattern[str] | None = None
        self.learn(*secrets)

    def __repr__(self) -> str:
        return f"<Redaction of {len(self._known)} secrets>"

    def learn(self, *secrets: Secret) -> None:
        """Hide these, too; empty ones hide nothing."""
        self._known |= {secret for secret in secrets if secret}
        values = [secret.reveal() for secret in self._known]
        plain = {form for value in values for form in _forms(value)}
        encoded = {form for value in values if len(value) >= _SHORT_CHARS for form in _in_base64(value.encode())}
        longest_first = sorted(plain, key=lambda form: (-len(form), form))
        patterns = [
            *map(_searched, longest_first),
            *(rf"{re.escape(form)}[\w+/-]*={{0,2}}" for form in sorted(encoded)),
        ]
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def clean(self, text: str) -> str:
        """Return `text` with `***` for each secret as it is, percent-encoded, in base64 and escaped, and for all that
        has the shape of a credential: `pypi-…`, `Basic …`, `Bearer …`, an Authorization header, a JWT, a URL's user.
        """
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        for shape, replacement in _SHAPES:
            text = shape.sub(replacement, text)
        return _BASIC.sub(_basic, text)


_HEADER = r"(\bauthorization\b[\"']?\s*[:=]\s*(?:b?[\"'])?)(?:(?:basic|bearer|token)\s+)?[^\s\"',]+"
_SHAPES = (
    (re.compile(_HEADER, re.I), rf"\1{MASK}"),
    # A macaroon of version 2 begins with the byte 2, so a token with `Ag`; a package may be called pypi-something.
    (re.compile(r"\bpypi-(?:Ag[\w-]{14,}|[\w-]{40,})", re.ASCII), MASK),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?", re.ASCII), MASK),
    (re.compile(r"(\bbearer\s+)(?=\S*\d)[\w.~+/=-]{8,}", re.I | re.ASCII), rf"\1{MASK}"),
    (re.compile(r"(\bbasic\s+)[\w+/-]*\*{3}", re.I | re.ASCII), rf"\1{MASK}"),  # its end was known
    (re.compile(r"(?<=://)[^/\s@\"']*:[^/\s@\"']*@"), f"{MASK}@"),
)
_BASIC = re.compile(r"(\bbasic\s+)([\w+/-]{6,}={0,2})", re.I | re.ASCII)


def _basic(found: re.Match[str]) -> str:
    """Return the scheme and a mask, or what was found where no user and password hide in it: `Basic authentication`."""
    try:
        said = base64.b64decode(found[2].rstrip("=") + "=" * (-len(found[2].rstrip("=")) % 4))
    except binascii.Error:
        return found[0]
    return f"{found[1]}{MASK}" if b":" in said else found[0]


def _searched(form: str) -> str:
    exact = re.escape(form)
    return exact if len(form) >= _SHORT_CHARS else rf"(?<!\w){exact}(?!\w)"


def _forms(value: str) -> Iterator[str]:
    """Yield how a secret may stand in a text."""
    yield value
    if len(value) < _SHORT_CHARS:
        return
    for encoded in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield encoded
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), encoded)
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield repr(value)[1:-1]


def _in_base64(value: bytes) -> Iterator[str]:
    """Yield the part of the base64 of anything that ends in, or contains, `value` that depends on nothing else.

    user:secret       three letters of base64 are four bytes' worth only at multiples of three: what stands before
    ├──┤├──┤├──┤      the secret moves it by 0, 1 or 2 bytes, and the first and the last letter may be of both
    """
    for moved in range(3):
        encoded = base64.b64encode(b"\0" * moved + value).decode()
        first = (moved * 8 + 5) // 6
        last = (moved + len(value)) * 8 // 6
        inner = encoded[first:last]
        if len(inner) >= _BASE64_CHARS:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")
