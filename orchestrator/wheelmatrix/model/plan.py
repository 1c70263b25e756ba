"""What will be done: cells, builds, wheels and the steps that lead to them."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import PurePath
from typing import Literal

from wheelmatrix.model.gathered import Installed
from wheelmatrix.model.matrix import Interpreter, Target, Version
from wheelmatrix.model.project import Project
from wheelmatrix.values import dataclass

AbiKind = Literal["version", "abi3", "abi3t", "none"]
"""`none`: any Python 3 of any make, as there is no extension module in the wheel."""

LinkerKind = Literal["auto", "native", "zig", "gcc", "xwin"]
"""Who links: the system's or the user's own linker, zig, a GNU cross compiler, cargo-xwin; `auto` is asked for only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Abi:
    """The Python ABI that one compile serves."""

    kind: AbiKind
    interpreter: Interpreter
    """The row it is compiled for; of a stable ABI the lowest Python that it serves."""

    @property
    def id(self) -> str:
        """`cp312`, `abi3-cp39`, `abi3t-cp315`, `py3`."""
        return self.interpreter.id if self.kind in ("version", "none") else f"{self.kind}-{self.interpreter.id}"

    @property
    def abi_tag(self) -> str:
        """ABI part of the wheel tag; abi3t is written as the pair that PEP 803 asks for."""
        return {"abi3": "abi3", "abi3t": "abi3.abi3t", "none": "none"}.get(self.kind, self.interpreter.abi_tag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One Interpreter on one Target that was asked for."""

    id: str
    """`cp312-manylinux_2_17_aarch64`, or `cp312-linux_x86_64` where the audit decides the floor."""
    interpreter: Interpreter
    target: Target
    installed: Installed | None
    """The Python of this machine that the cell is for; None: none is here, and none is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A cell that was left out."""

    cell: str
    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program to run; only `run.process` executes it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    """Added to the inherited environment."""
    directory: PurePath
    without: frozenset[str] = frozenset()
    """Variables taken out of the inherited environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A program of a few lines that is written before cargo is called."""

    path: PurePath
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLink:
    """The first library that zig links for a target: it compiles what zig has of the target's libc meanwhile."""

    id: str
    """What zig is told: the triple, with the glibc behind it, if any."""
    manifest: PurePath
    """Where the crate of that library will be written."""
    done: PurePath
    """The file that says that it was linked before."""
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One run of cargo, for one or more cells."""

    id: str
    """First 8 hexadecimal digits of the digest of what goes into it."""
    name: str
    """What screens show: the cell's id, or the stable ABI's with its target."""
    target: Target
    abi: Abi
    cells: tuple[str, ...]
    """Ids, in matrix order; empty: it makes a tool of the run."""
    directory: PurePath
    """cargo's target directory for this build, its own for ever."""
    clone_from: tuple[PurePath, ...]
    """Directories to start as a clone of when `directory` does not exist: the first that does."""
    config_path: PurePath | None
    """Where pyo3's configuration goes; None: the user's own PYO3_CONFIG_FILE is used."""
    config_text: str
    command: Command
    unit_graph: Command
    """Prints cargo's unit graph; builds nothing."""
    linker: LinkerKind = "native"
    linked_by: str = ""
    """The same for people: `zig 0.15.2 for glibc 2.17`."""
    first_link: FirstLink | None = None
    """What zig must have linked before; None: not zig, or it has."""
    script: Script | None = None
    """What is called in place of cargo and of the linker; None: nothing is."""
    before: tuple[Command, ...] = ()
    """The user's commands, to run before cargo."""
    package_id: str = ""
    """The cargo package whose targets count; empty: the project's crate."""
    more: tuple[Command, ...] = ()
    """Further calls of cargo in the same directory, one by one: it takes arguments for rustc for one target alone."""
    stand_in: PurePath | None = None
    """The Python that build scripts are told of, where the one that is built for is not on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel: planned first, then written; what is known only then is empty before."""

    id: str
    """`cp312-linux_x86_64`, `abi3-cp39-linux_x86_64`; step names use it."""
    stem: str
    """`name-version[-build]-python-abi`: the filename without platform and `.whl`."""
    builds: tuple[str, ...]
    """Ids of the builds it needs."""
    cells: tuple[str, ...]
    """Ids of the cells it serves."""
    extension: str
    """Name of the library in the archive: `pkg/_native.cpython-312-x86_64-linux-gnu.so`; empty: it has none."""
    beside: PurePath | None = None
    """Where the library goes, beside the project's Python files, in place of the archive; None: into the archive."""
    programs: Mapping[str, str] = field(default_factory=dict)
    """Binary target to its name in the archive: `rg` to `ripgrep-15.1.0.data/scripts/rg`."""
    filename: str = ""
    path: PurePath | None = None
    size_bytes: int = 0
    sha256: str = ""


Part = Literal["host", "shared"]
"""What a clone can take over while its source is still compiled: what runs on the host, and what is for any Python."""

StepKind = Literal[
    "prepare", "link", "compile", "audit", "generate", "merge", "pack", "verify", "reproduce", "upload"
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do."""

    id: str
    """`compile:1a2b3c4d`, `pack:cp312-linux_x86_64`."""
    kind: StepKind
    subject: str
    """Id of the build, wheel or first link that it is about; empty for prepare; a name that is no id for reproduce."""
    needs: frozenset[str] = frozenset()
    """Steps that must have succeeded."""
    after: frozenset[str] = frozenset()
    """Steps that must have ended, well or badly."""
    once: frozenset[str] = frozenset()
    """Parts of compiles that must be made (`compile:1a2b3c4d/shared`), or whose compile must have ended."""
    holds: frozenset[str] = frozenset()
    """Pools of which it takes one place while it runs."""


AuditMode = Literal["repair", "check", "warn", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What an artifact has to be so that it may be shipped."""

    target: Target
    abi: Abi
    module: str
    """Last part of the module name: the entry symbol ends in it; empty: Python does not import the library."""
    mode: AuditMode
    """How strictly the platform policy is taken; the other rules are always errors."""
    ceiling: tuple[str, Version] | None
    """Policy family and version that was asked for (`("manylinux", (2, 28))`): needing more is an error."""
    plain: bool
    """True: the tag is to promise nothing (`linux_x86_64`)."""
    outside: tuple[str, ...] = ()
    """Globs of libraries that stay outside of the wheel, whatever the policy says."""
    inside: tuple[str, ...] = ()
    """Globs of libraries that may be copied into the wheel; empty: all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a run will do; made without touching the machine."""

    project: Project
    steps: tuple[Step, ...]
    """In topological order."""
    pools: Mapping[str, int]
    """Places in each pool."""
    first_links: tuple[FirstLink, ...]
    builds: tuple[Build, ...]
    wheels: tuple[Wheel, ...]
    cells: tuple[Cell, ...]
    """In matrix order: by target, then by interpreter."""
    left: tuple[Left, ...]
    """Cells that were left out, with the reason."""
    expectations: Mapping[str, Expectation]
    """By build id."""
    before: tuple[Command, ...] = ()
    """The user's commands, to run once before the first compile."""
    tools: tuple[Build, ...] = ()
    """Programs of the project's own that write Python files, compiled for the machine that builds; of no wheel."""
    warnings: tuple[str, ...] = ()
