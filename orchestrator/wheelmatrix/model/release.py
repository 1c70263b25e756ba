"""What is sent to an index, and what an index says of itself."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import PurePath
from typing import Literal

from wheelmatrix.values import dataclass

FileType = Literal["bdist_wheel", "sdist"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A file that is to be sent, with all that the index is told of it."""

    path: PurePath
    filename: str
    filetype: FileType
    name: str
    """Of the project, as the metadata spells it."""
    version: str
    """As the metadata spells it."""
    pyversion: str
    """Python tag of a wheel, several joined with `.`; `source` of an sdist."""
    size_bytes: int
    mtime_ns: int
    """When the file was last changed, as it was hashed."""
    sha256: str
    """Hexadecimal."""
    blake2b: str
    """Hexadecimal, of 32 bytes."""
    fields: tuple[tuple[str, str], ...]
    """Metadata as the form's keys and values, in its order; keys of lists repeat. Empty values are left out."""
    attestations: str = ""
    """JSON array for the form; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One file as the index lists it."""

    filename: str
    sha256: str = ""
    """Hexadecimal; empty: the index does not say."""
    size_bytes: int | None = None
    uploaded: datetime | None = None
    has_provenance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the index says of a project."""

    state: Literal["known", "absent", "unknown"]
    """`absent`: the index has no such project; `unknown`: it could not be asked, or it answered for another one."""
    because: str = ""
    """Why it is unknown."""
    status: str = "active"
    """`active`, `archived`, `quarantined`, `deprecated`. Source: PEP 792."""
    files: Mapping[str, Listed] = field(default_factory=dict)
    """By filename."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """Where files are sent to, and where is looked whether they are there."""

    name: str
    """As it was asked for; the host for a plain URL."""
    upload_url: str
    """Without user and password."""
    simple_url: str
    """Ends in a slash; the project's name and another slash go behind it."""
    index: str = ""
    """Name of its row in `matrix/indexes.toml`; empty: it is none of them."""


FileState = Literal["stored", "confirmed", "same", "conflict", "rejected", "gave-up", "changed"]
"""How a file's way to the index ended: `stored`: the index said so; `confirmed`: it did not, but it lists these bytes;
`same`: it had them before; `conflict`: it has other bytes of this name; `rejected`: it does not want it; `gave-up`: it
could not be reached often enough; `changed`: the file is no longer the one that was looked at."""

ARRIVED: frozenset[FileState] = frozenset({"stored", "confirmed", "same"})
