"""What `matrix/` knows: targets, interpreters, policies, indexes."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Literal

from wheelmatrix.values import dataclass

Version = tuple[int, int]
"""A major and a minor number: of Python, of glibc, of macOS."""

Implementation = Literal["cpython", "pypy", "graalpy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One row of `matrix/targets.toml`, with the floor that was asked for, if any."""

    triple: str
    """Rust target triple."""
    os: str
    """`linux`, `macos`, `windows`, `freebsd`, …"""
    arch: str
    """Architecture as platform tags spell it: `x86_64`, `armv7l`, `arm64`."""
    libc: str
    """`gnu`, `musl`, `msvc`, … ; empty where the system has only one."""
    word_bits: int
    """Pointer width: 32 or 64."""
    big_endian: bool
    elf_machine: str
    """`e_machine` by name (`EM_X86_64`); empty where libraries are not ELF."""
    suffix_arch: str
    """Architecture as CPython's extension suffix spells it: `x86_64`, `i386`, `arm`."""
    suffix_env: str
    """Environment as CPython's extension suffix spells it: `linux-gnu`, `linux-gnueabihf`; `win_amd64`; `darwin`."""
    pypy_arch: str
    """Architecture as PyPy's extension suffix spells it; empty where PyPy was never built."""
    tag: str
    """Platform tag with `{major}` and `{minor}` for the floor: `manylinux_{major}_{minor}_x86_64`, `win_amd64`."""
    plain_tag: str
    """Platform tag that promises nothing: `linux_x86_64`; equals `tag` where there is no floor."""
    installer_floor: Version | None
    """Lowest version of the tag that installers look for on this architecture; None where tags have no version."""
    rustc_floor: Version | None
    """Lowest version of libc or macOS that Rust's own std runs on."""
    zig_floor: Version | None
    """Lowest glibc that zig can link against."""
    zig: bool = False
    """True: zig can link for it."""
    gcc: str = ""
    """Prefix of the GNU cross tools: `aarch64-linux-gnu`; empty where no distribution has any."""
    slices: tuple[str, ...] = ()
    """Triples whose libraries are merged into one file; empty but for universal2."""
    floor: Version | None = None
    """Version of libc or macOS that was asked for; None: the audit decides."""

    def __str__(self) -> str:
        return self.triple if self.floor is None else f"{self.triple}.{self.floor[0]}.{self.floor[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """One row of `matrix/interpreters.toml`: a Python ABI, whether or not such a Python is installed."""

    id: str
    """`cp313t`, `pp311_pp80`, `gp312_250`."""
    implementation: Implementation
    version: Version
    """Python version."""
    free_threaded: bool
    python_tag: str
    """`cp313`, `pp311`, `graalpy312`."""
    abi_tag: str
    """`cp313t`, `pypy311_pp80`, `graalpy250_312_native`."""
    soabi: str
    """Middle of the extension suffix on Unix: `cpython-313t`, `pypy311-pp80`, `graalpy250-312-native`."""
    status: Literal["final", "prerelease"]
    end_of_life: date
    """The day after which this version gets no fixes."""
    group: str
    """`enable` group that turns it on (`pypy`, `graalpy`, …); empty: on by default."""
    offered: bool
    """False: built only when it is named, never by `--all-interpreters` (3.13t)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a platform tag promises: one policy of `matrix/policies/`, for one architecture."""

    name: str
    """`manylinux_2_17`, `musllinux_1_2`."""
    aliases: tuple[str, ...]
    """Legacy names of the same promise: `manylinux2014`."""
    arch: str
    floor: Version
    """Lowest libc that the promise includes."""
    symbol_versions: Mapping[str, frozenset[str]]
    """Namespace (`GLIBC`, `GLIBCXX`, …) to the versions allowed in it (`2.17`)."""
    libraries: frozenset[str]
    """Sonames that every such system has."""
    forbidden: Mapping[str, frozenset[str]]
    """Soname to private symbols that must not be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedLibrary:
    """A DLL that a Python for Windows brings along: one of `carried` in `matrix/policies/windows.json`."""

    library: str
    """Name of the DLL, in lower case."""
    implementation: Implementation
    since: Version
    """First Python version that has it."""
    word_bits: frozenset[int]
    """Pointer widths of the Pythons that have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsPolicy:
    """What a Windows platform tag promises: `matrix/policies/windows.json`, the same for every architecture."""

    libraries: frozenset[str]
    """DLLs that every such Windows has, in lower case."""
    prefixes: tuple[str, ...]
    """How names of API sets begin, in lower case: the loader maps these to DLLs that it has."""
    carried: tuple[CarriedLibrary, ...]
    """What Python has beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One row of `matrix/indexes.toml`: a package index."""

    name: str
    upload_url: str
    simple_url: str
    platform_tags: tuple[str, ...]
    """Regular expressions of the platform tags it accepts, each to match a whole tag."""
    file_limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """What a library offers to those that ask for no version of a symbol: one file of `matrix/symbols/`."""

    library: str
    """`musl`, `gnu`, `cpython`."""
    since: Mapping[str, str]
    """Symbol that every machine has to the version that it is known from: `statx` → `1.2.5`."""
    machines: Mapping[str, frozenset[str]]
    """`e_machine` by name (`EM_ARM`), or `windows`, to the symbols that only such machines have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """All that `matrix/` knows."""

    targets: Mapping[str, Target]
    """By triple."""
    interpreters: tuple[Interpreter, ...]
    """CPython ascending, then PyPy, then GraalPy."""
    policies: tuple[Policy, ...]
    """One per policy and architecture; of one family the most compatible (lowest floor) first."""
    windows: WindowsPolicy
    indexes: Mapping[str, Index]
    """By name."""
    exports: Mapping[str, Exports] = field(default_factory=dict)
    """By library."""
