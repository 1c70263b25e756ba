"""The columns of `matrix/*.toml`: what each is called and how its value is read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date
from typing import Any

from wheelmatrix.model import Version
from wheelmatrix.values import dataclass

Read = Callable[[object], Any]
"""Turns one value of a row into what the noun wants; raises ValueError saying what was expected."""

_VERSION = re.compile(r"\d+\.\d+", re.ASCII)
_FIELD = re.compile(r"\{(.*?)\}")


def text(value: object) -> str:
    """Return a text that may be empty."""
    if isinstance(value, str):
        return value
    raise ValueError("a text")


def filled(value: object) -> str:
    """Return a text that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise ValueError("a text that is not empty")


def number(value: object) -> int:
    """Return a whole number above 0."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError("a whole number above 0")


def flag(value: object) -> bool:
    """Return a boolean."""
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def day(value: object) -> date:
    """Return a date without a time."""
    # A TOML date and time is a subclass of date, and not meant.
    if type(value) is date:
        return value
    raise ValueError("a date such as 2026-10-31")


def version(value: object) -> Version:
    """Return the numbers of `2.17`; it is a text so that 2.10 does not become 2.1."""
    if isinstance(value, str) and _VERSION.fullmatch(value):
        major, minor = value.split(".")
        return int(major), int(minor)
    raise ValueError('a version in quotes such as "2.17"')


def template(value: object) -> str:
    """Return a platform tag, in which `{major}` and `{minor}` may stand for the floor."""
    text = filled(value)
    if set(_FIELD.findall(text)) <= {"major", "minor"}:
        return text
    raise ValueError("a platform tag with no other field than {major} and {minor}")


def texts(value: object) -> tuple[str, ...]:
    """Return texts, none of which is empty."""
    if isinstance(value, list) and all(isinstance(one, str) and one for one in value):
        return tuple(value)
    raise ValueError("a list of texts")


def objects(value: object) -> list[Mapping[str, object]]:
    """Return objects, of which there is one at least."""
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        return value
    raise ValueError("a list of objects")


def patterns(value: object) -> tuple[str, ...]:
    """Return regular expressions, each of which compiles."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("a list of regular expressions")
    for one in value:
        try:
            re.compile(one)
        except re.error as error:
            raise ValueError(f"a list of regular expressions ({one!r}: {error})") from error
    return tuple(value)


def one_of(*known: object) -> Read:
    """Return a reader of the values `known` and no other."""

    def read(value: object) -> object:
        if any(value == one and type(value) is type(one) for one in known):
            return value
        raise ValueError(f"one of {', '.join(map(str, known))}")

    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How a TOML table is laid out."""

    key: str
    """The table's key in its file: an array of rows, or a table of rows by their id."""
    id: str
    """Column that names the row; no two rows may share it."""
    columns: Mapping[str, Read]
    defaults: Mapping[str, object] = field(default_factory=dict)
    """Columns that may be left out, and what they are then."""


TABLES = {
    "targets.toml": Table(
        key="targets",
        id="triple",
        columns={
            "triple": filled,
            "os": filled,
            "arch": filled,
            "libc": text,
            "word_bits": one_of(32, 64),
            "big_endian": flag,
            "elf_machine": text,
            "suffix_arch": text,
            "suffix_env": text,
            "pypy_arch": text,
            "tag": template,
            "plain_tag": template,
            "installer_floor": version,
            "rustc_floor": version,
            "zig_floor": version,
            "zig": flag,
            "gcc": text,
            "slices": texts,
        },
        defaults={
            "installer_floor": None,
            "rustc_floor": None,
            "zig_floor": None,
            "zig": False,
            "gcc": "",
            "slices": (),
        },
    ),
    "interpreters.toml": Table(
        key="interpreters",
        id="id",
        columns={
            "id": filled,
            "implementation": one_of("cpython", "pypy", "graalpy"),
            "version": version,
            "free_threaded": flag,
            "python_tag": filled,
            "abi_tag": filled,
            "soabi": filled,
            "status": one_of("final", "prerelease"),
            "end_of_life": day,
            "group": text,
            "offered": flag,
        },
    ),
    "indexes.toml": Table(
        key="indexes",
        id="name",
        columns={
            "name": filled,
            "upload_url": filled,
            "simple_url": filled,
            "platform_tags": patterns,
            "file_limit_bytes": number,
        },
    ),
}

SOURCE: Mapping[str, Read] = {"date": day, "text": filled}
"""Columns of a file's `[sources.x]`, one of which each row names in `source`."""
