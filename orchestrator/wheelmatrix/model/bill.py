"""What a wheel is made of, for its bill of materials."""

from collections.abc import Mapping
from dataclasses import field

from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A crate that was compiled for a wheel."""

    id: str
    """cargo's id of it."""
    name: str
    version: str
    purl: str
    """Package URL; no path of the machine is in it."""
    description: str = ""
    license: str = ""
    """As Cargo.toml has it: an SPDX expression as a rule."""
    authors: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    """Kind of CycloneDX's external references (`vcs`, `website`, `documentation`) to URL."""
    sha256: str = ""
    """Of the published archive, from Cargo.lock; empty: it comes from no registry."""
    is_shipped: bool = True
    """False: it ran on the builder alone: a build script's dependency, a proc macro."""
    needs: tuple[str, ...] = ()
    """Ids of the packages that it needs, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grafted:
    """A library that was copied into the wheel."""

    soname: str
    """As the module asked for it before."""
    member: str
    """Its name in the wheel."""
    sha256: str
    """Of the member."""
    purl: str = ""
    """Of the system's package that it came from; empty: none is known."""
    version: str = ""
    """Of that package."""
