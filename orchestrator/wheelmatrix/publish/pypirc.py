"""The user's .pypirc: indexes by name, with users and passwords. Sources: PyPUG's specification; twine 7."""

from collections.abc import Mapping
from configparser import (
    DuplicateOptionError,
    DuplicateSectionError,
    Error,
    MissingSectionHeaderError,
    ParsingError,
    RawConfigParser,
)
from dataclasses import field

from wheelmatrix.errors import ConfigError
from wheelmatrix.publish.secret import Secret
from wheelmatrix.values import dataclass

_UNLISTED_BUT_READ = "pypi testpypi"
"""What index-servers is where it is not given. Source: twine."""
_OTHERS = 0o077
"""Rights of everybody but the owner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One index."""

    name: str
    repository: Secret
    """Upload URL, which may have a user and password in it; empty: that of the known index of this name."""
    user: str | None = field(repr=False)
    password: Secret | None
    ca_cert: str = ""
    """Path of a PEM file, as it stands there."""
    client_cert: str = ""
    """Path of a PEM file, as it stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pypirc:
    """What the file says; without one it says nothing."""

    where: str = ""
    """Path of the file."""
    sections: Mapping[str, Section] = field(default_factory=dict)
    """By name; those in index-servers alone, as twine has it."""
    unlisted: tuple[str, ...] = ()
    """Sections that index-servers does not name, and so are not used."""
    warnings: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What no text may show."""
        return tuple(each.password for each in self.sections.values() if each.password)


def pypirc_of(text: str, *, where: str, mode: int | None) -> Pypirc:
    """Return what a .pypirc says; `mode` is the file's, None where files have none.

    Sections that index-servers does not list are not used; without index-servers `pypi` and `testpypi` are.
    Raises ConfigError with the numbers of the lines that cannot be read, and never with what stands in them.
    """
    parser = _parsed(text, where)
    listed = parser.get("distutils", "index-servers", fallback=_UNLISTED_BUT_READ).split()
    sections = {name: _section(parser, name) for name in listed if parser.has_section(name)}
    unlisted = tuple(name for name in parser.sections() if name not in (*sections, "distutils"))
    has_password = any(parser.has_option(name, "password") for name in parser.sections())
    is_open = has_password and mode is not None and mode & _OTHERS
    warnings = (f"{where} has a password in it, and others may read it: chmod 600 {where}",) if is_open else ()
    return Pypirc(where=where, sections=sections, unlisted=unlisted, warnings=warnings)


def _parsed(text: str, where: str) -> RawConfigParser:
    parser = RawConfigParser()
    lines: list[int] | None = None
    try:
        parser.read_string(text.removeprefix("\ufeff"))
    except (MissingSectionHeaderError, DuplicateOptionError, DuplicateSectionError) as error:
        lines = [error.lineno or 0]
    except ParsingError as error:
        lines = [number for number, _ in error.errors]
    except Error:
        lines = []
    if lines is None:
        return parser
    # Outside of the handler, and so without a context: the parser's errors have the line in them.
    places = ", ".join(str(number) for number in lines if number)
    raise ConfigError.of(
        f"line {places} cannot be read" if places else "it cannot be read",
        where=where,
        hint="[sections] with `key = value` below them, each name once; the line is not shown, it may hold a password",
    )


def _section(parser: RawConfigParser, name: str) -> Section:
    password = parser.get(name, "password", fallback="")
    return Section(
        name=name,
        repository=Secret(parser.get(name, "repository", fallback="").strip()),
        user=parser.get(name, "username", fallback=None),
        password=Secret(password) if password else None,
        ca_cert=parser.get(name, "ca_cert", fallback=""),
        client_cert=parser.get(name, "client_cert", fallback=""),
    )
