"""What the machine was asked, once, before the plan is made."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from pathlib import PurePath
from typing import Protocol

from wheelmatrix.model.matrix import Implementation, Version
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A Python found on this machine, as a probe of it reported."""

    executable: PurePath
    base_executable: PurePath
    """The Python below a virtual environment: a path that stays when the environment goes."""
    implementation: Implementation
    version: Version
    patch: str
    """Full version text, `3.12.1` or `3.15.0rc1`."""
    free_threaded: bool
    debug: bool
    ext_suffix: str
    soabi: str
    platform: str
    """`sysconfig.get_platform()`: `linux-x86_64`."""
    word_bits: int
    source: str
    """Where it was found: `PATH`, `pyenv`, `uv`, `conda`, `mise`, `asdf`, `asked for`, `active environment`."""
    libc: str = ""
    """`glibc 2.36`, or `musl` without a version; empty where wheels do not depend on it, or it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Facts of the machine that builds."""

    triple: str
    """rustc's host triple."""
    os: str
    """`linux`, `macos`, `windows`."""
    rustc: str
    """First line of `rustc --version`."""
    cpus: int
    """Usable CPUs, by affinity and cgroup quota."""
    stds: frozenset[str] = frozenset()
    """Triples whose std lies in the compiler's sysroot; looked for only where a target is not the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file of the project as it lies on disk; nothing of it was read yet."""

    path: PurePath
    """Absolute, as the project names it: links are not resolved."""
    real_path: PurePath
    """Absolute, links resolved."""
    executable: bool
    size_bytes: int
    """-1: a link that leads nowhere."""
    sha256: str = ""
    """Of its content, where that is compared with another file's; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Gathered:
    """Everything that the plan needs from the machine, read once, before the plan is made.

    It has no text of its own: that would be megabytes, and asyncio makes one of every result as a run ends.
    """

    directory: PurePath
    """Where the program was started."""
    pyproject: PurePath | None
    """Absolute path of pyproject.toml, if there is one."""
    pyproject_text: str
    cargo_metadata: Mapping[str, object]
    """`cargo metadata --format-version 1`, parsed."""
    stamps: Mapping[str, str | None] = field(default_factory=dict)
    """What cargo's answer comes from, by path, as `run.stamps` has it; empty: it is not known to hold any longer."""
    texts: Mapping[PurePath, str] = field(default_factory=dict)
    """Text files that decisions need: readme, ignore files; by absolute path."""
    files: tuple[SourceFile, ...] = ()
    """Every file below the directories that `project.sources` asked for; sorted by path."""
    installed: tuple[Installed, ...] = ()
    """Pythons of this machine; empty if none was looked for."""
    asked: Mapping[str, Installed] = field(default_factory=dict)
    """Pythons that were asked for by path or program name, by what was asked."""
    active: Installed | None = None
    """Python of the active environment, if it was looked for."""
    current: PurePath | None = None
    """Executable of that Python, whatever was looked for; nobody has asked it what it is."""
    host: Host
    directories: frozenset[PurePath] = frozenset()
    """Build directories that exist already."""
    cache: PurePath = PurePath("cache")
    """Directory of what is remembered of this machine, whatever the project."""
    first_links: frozenset[PurePath] = frozenset()
    """Files in the cache that tell what zig has linked for before."""
    tools: Mapping[str, str] = field(default_factory=dict)
    """Packages for linking that are installed beside us, with their version: `ziglang` → `0.15.2`.

    Also `zig` and `cargo-zigbuild`, where they came without a package and say their version. Empty without targets."""
    programs: Mapping[str, PurePath] = field(default_factory=dict)
    """Programs that linking for other targets may need, and package managers, as far as they were found."""
    cargo_home: PurePath = PurePath("~/.cargo")
    """Where cargo keeps the sources of dependencies: CARGO_HOME, else `.cargo` in the user's home."""
    python: PurePath = PurePath("python3")
    """The Python that runs us: `ziglang` is a module of it."""
    cargo_config: tuple[Mapping[str, object], ...] = ()
    """cargo's configuration for the crate, each file or `--config` by itself; what counts more comes first."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The variables of the process, secrets taken out."""
    today: date


class FoundFiles(Protocol):
    """What metadata needs of what was read: a `Gathered`, or as much of one as an sdist takes."""

    @property
    def pyproject(self) -> PurePath | None:
        """Absolute path of pyproject.toml, if there is one."""

    @property
    def texts(self) -> Mapping[PurePath, str]:
        """Text files by absolute path."""

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """Files, sorted by path."""
