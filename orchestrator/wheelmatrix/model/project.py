"""What will be packaged."""

from pathlib import PurePath
from typing import Literal, Protocol

from wheelmatrix.model.matrix import Version
from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member of an archive to be written."""

    name: str
    """Name in the archive: relative, `/` as separator, UTF-8."""
    source: bytes | PurePath
    """The bytes themselves, or the absolute path of a file that `run` will read."""
    executable: bool = False


BindingsKind = Literal["pyo3", "pyo3-ffi", "cffi", "uniffi", "bin"]
"""How Python reaches what the crate makes: `bin` is no module but programs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PyO3:
    """What the locked pyo3 is and can do."""

    crate: Literal["pyo3", "pyo3-ffi"]
    """The crate that the project binds with."""
    version: tuple[int, int, int]
    """Version of that crate."""
    features: frozenset[str]
    """Features of pyo3 and pyo3-ffi together, before the conditional ones of `[tool.maturin]`."""
    asked: tuple[str, ...] | None = None
    """What these come of: features of the crate, and cargo's options that choose among them; None: it is not known."""
    cpython: tuple[Version, Version]
    """Lowest and highest CPython that this pyo3-ffi declares (or is known to support)."""
    pypy: tuple[Version, Version] | None
    graalpy: tuple[Version, Version] | None
    free_threaded_since: Version | None
    """Lowest version whose free-threaded build it supports; None: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindgen:
    """The uniffi-bindgen that a project has itself: a binary target of its crate, or of another of its workspace."""

    package: str
    """Name of the cargo package."""
    package_id: str
    manifest: PurePath
    features: tuple[str, ...]
    """Features of the package that the program requires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniffi:
    """How the Python files of a uniffi library come about."""

    version: str
    """Of the locked uniffi: SemVer text."""
    library: str
    """Name that the Python files load the library by, without what systems add: `lib<library>.so`."""
    external: frozenset[str]
    """Modules that other distributions bring, so that they stay out of the wheel."""
    config: PurePath | None
    """Absolute path of the crate's uniffi.toml; None: it has none."""
    bindgen: Bindgen | None
    """None: the project has none, so one has to be on the PATH."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crate:
    """The cargo package that becomes the extension module, the programs, or both."""

    name: str
    version: str
    """Cargo's SemVer text."""
    package_id: str
    manifest: PurePath
    workspace: PurePath
    """Directory of the workspace's root."""
    target_directory: PurePath
    """cargo's own; ours are below it."""
    library: str
    """Name of the library target, as artifact messages spell it; empty: it has none."""
    crate_types: tuple[str, ...]
    has_lock: bool
    pyo3: PyO3 | None
    """None: nothing that is shipped is bound to one Python."""
    bindings: BindingsKind = "pyo3"
    """Of the library; `bin`: no library is shipped."""
    programs: tuple[str, ...] = ()
    """Binary targets that are shipped, in the manifest's order."""

    @property
    def is_program(self) -> bool:
        """Whether programs are shipped, and no library."""
        return self.bindings == "bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What `.dist-info` says of the project, apart from WHEEL and RECORD."""

    name: str
    """As the project writes it."""
    version: str
    """PEP 440, normalised."""
    requires_python: str
    """PEP 440 specifier; empty: every Python."""
    text: bytes
    """METADATA, whole."""
    entry_points: bytes
    """entry_points.txt, whole; empty: none."""
    licenses: tuple[Entry, ...]
    """Licence files, named relative to `dist-info/licenses/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What will be packaged."""

    root: PurePath
    """Directory of pyproject.toml, or of Cargo.toml where there is none."""
    crate: Crate
    metadata: Metadata
    module_name: str
    """Import path of the extension module, dotted: `pkg._native`."""
    is_mixed: bool
    """True: the module lies in a Python package of the project; False: the wheel's package is generated."""
    sources: tuple[Entry, ...]
    """Python files, data and includes, by their names in the wheel; sorted, unique."""
    python_root: PurePath = PurePath()
    """Directory that holds the Python package; of a project without one that of pyproject.toml."""
    uniffi: Uniffi | None = None
    """None: the bindings are others."""
    sboms: tuple[Entry, ...] = ()
    """SBOM files of the user's, named relative to `dist-info/sboms/`."""
    warnings: tuple[str, ...] = ()


class CargoPackage(Protocol):
    """What metadata and layout need of a crate; a `Crate`, or one whose bindings nobody asked for."""

    @property
    def name(self) -> str:
        """As Cargo.toml has it."""

    @property
    def version(self) -> str:
        """Cargo's SemVer text."""

    @property
    def manifest(self) -> PurePath:
        """Absolute path of Cargo.toml."""

    @property
    def workspace(self) -> PurePath:
        """Directory of the workspace's root."""

    @property
    def library(self) -> str:
        """Name of the library target; empty: it has none."""

    @property
    def is_program(self) -> bool:
        """Whether programs are shipped, and no library."""
