"""What a platform is: the facts of one system that the rows of `matrix/targets.toml` need beside their own."""

from collections.abc import Mapping
from dataclasses import field

from wheelmatrix.model import Implementation, Version
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Facts of one system; the key in the registry is `Target.os`."""

    title: str
    """What messages call it."""
    suffixes: Mapping[Implementation, str]
    """Extension suffix of each implementation that exists there, with the fields `{soabi}`, `{abi}` (the ABI tag),
    `{arch}` and `{env}` (the row's suffix columns) and `{pypy_arch}`."""
    stable_suffix: str = ".{kind}.so"
    """Suffix of a stable ABI module, with the field `{kind}` (`abi3`, `abi3t`)."""
    library: str = "lib{name}.so"
    """File name of a cdylib, with the field `{name}`."""
    cpython_since: Version = (3, 8)
    """Lowest CPython there."""
    graalpy_archs: frozenset[str] = frozenset()
    """`Target.arch` of the systems that GraalPy is built for."""
    floor_name: str = ""
    """What the floor is a version of, where the libc does not say: `macOS`; empty: tags have no version."""
    whole_from: int | None = None
    """Major version from which tags have the minor 0; None: never."""
    rustflags: tuple[str, ...] = ()
    """What every unit of an extension module's build needs."""
    rustflags_of_libc: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What is needed beside that, by `Target.libc`."""
    rustc_args: tuple[str, ...] = ()
    """What the extension module's own unit needs, with the field `{file}` (the module's file name)."""
    rustc_args_of_libc: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What it needs beside that, by `Target.libc`, with the field `{libc}` (the C library's name, where it has one)."""
    zig_rustc_args: tuple[str, ...] = ()
    """What it needs where zig links."""
    musl_archs: Mapping[str, str] = field(default_factory=dict)
    """`Target.arch` to the architecture in the name of musl's C library."""
