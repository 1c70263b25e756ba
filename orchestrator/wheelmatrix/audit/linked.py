"""Libraries as their loaders see them: one function for each format, and one form for all."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from wheelmatrix.audit import dlls, elf, macho, pe
from wheelmatrix.audit.formats import ELF_MAGIC
from wheelmatrix.audit.policy import flavour
from wheelmatrix.audit.python_abi import is_python_name
from wheelmatrix.values import dataclass

_OF_MACOS = ("/usr/lib/", "/System/Library/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A symbol that a library asks for."""

    symbol: str
    library: str = ""
    """Library that it is bound to; empty: whoever offers it."""
    version: str = ""
    """Version that it is bound to; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A library as its loader sees it, whatever its format."""

    name: str
    """In the wheel."""
    names: frozenset[str]
    """What other libraries may call it: its file name, its soname or install name."""
    needed: tuple[str, ...]
    """Libraries that are loaded with it."""
    offered: frozenset[str]
    wanted: tuple[Want, ...]
    """Those that may stay missing (weak ones) are not among them."""
    libc: str
    """`gnu`, `musl`; empty where names are bound to libraries, or nothing tells."""
    machine: str
    """`e_machine` by name, `windows`, or the architecture of a Mach-O slice: it finds libraries of the same only."""
    is_global: bool = False
    """True: a symbol is looked for in all that are loaded with it, whatever it is bound to."""
    reexported: tuple[str, ...] = ()
    """Libraries whose symbols it offers as its own."""


def linked(name: str, image: bytes) -> tuple[Linked, ...]:
    """Return a library as its loader sees it, one for each architecture in it; empty if it is of no known format.

    Raises AuditError if it is damaged.
    """
    if image.startswith(ELF_MAGIC):
        return (of_elf(name, elf.read(image)),)
    if pe.is_pe(image) and name.lower().endswith((".pyd", ".dll")):
        return (of_pe(name, pe.read(image)),)
    if macho.is_macho(image):
        return tuple(of_slice(name, one) for one in macho.read(image).slices)
    return ()


def of_elf(name: str, facts: elf.ElfFacts) -> Linked:
    """Return an ELF library: a symbol with a version is bound to the library that offers that version.

    Source: Linux Standard Base, "Symbol Versioning".
    """
    bound = {symbol: need for need in facts.needs for symbol in need.symbols}
    return Linked(
        name=name,
        names=frozenset({PurePosixPath(name).name, facts.soname} - {""}),
        needed=tuple(soname.rpartition("/")[2] for soname in facts.needed),
        offered=facts.defined,
        wanted=tuple(
            Want(symbol=symbol, library=need.library, version=need.version)
            if (need := bound.get(symbol))
            else Want(symbol=symbol)
            for symbol in sorted(facts.undefined - facts.defined)
        ),
        libc=flavour(facts),
        machine=facts.machine,
        is_global=True,
    )


def of_pe(name: str, facts: pe.PeFacts) -> Linked:
    """Return a DLL: each symbol is bound to another DLL, those of Python's to whichever Python loads it.

    What is loaded when it is first called may stay missing.
    """
    return Linked(
        name=name,
        names=frozenset({dlls.normal(PurePosixPath(name).name)}),
        needed=tuple(dlls.normal(library) for library in facts.needed),
        offered=facts.defined,
        wanted=tuple(
            Want(symbol=symbol, library="" if _is_pythons(symbol, each) else dlls.normal(each.library))
            for each in facts.imports
            for symbol in sorted(each.names)
        ),
        libc="",
        machine="windows",
    )


def of_slice(name: str, one: macho.Slice) -> Linked:
    """Return one architecture of a Mach-O library: each symbol is bound to a library, or looked for everywhere.

    Of the latter only Python's are told here: what else nobody was found for at the link, the audit judges.
    """
    return Linked(
        name=name,
        names=frozenset({PurePosixPath(name).name, _called(one.install_name)} - {""}),
        needed=tuple(_called(path) for path in one.needed),
        offered=one.defined,
        wanted=tuple(_wants(one)),
        libc="",
        machine=one.arch,
        reexported=tuple(_called(load.path) for load in one.loads if load.kind == "reexport"),
    )


def _wants(one: macho.Slice) -> Iterator[Want]:
    for symbol in sorted(one.undefined - one.defined):
        place = one.bound.get(symbol)
        if place is not None and 0 <= place < len(one.loads):
            if one.loads[place].kind != "weak":
                yield Want(symbol=symbol, library=_called(one.loads[place].path))
        elif is_python_name(symbol):
            yield Want(symbol=symbol)


def _called(path: str) -> str:
    """Return what a library is called in a wheel; those of macOS keep their whole path, and so are not in it."""
    return path if path.startswith(_OF_MACOS) else path.rpartition("/")[2]


def _is_pythons(symbol: str, each: pe.Imported) -> bool:
    return dlls.is_python(dlls.normal(each.library)) and is_python_name(symbol)
