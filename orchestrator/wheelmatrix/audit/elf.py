"""What the loader would read of an ELF image: dependencies, versions, symbols; nothing that only a debugger needs."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from elftools.common.utils import struct_parse
from elftools.elf.elffile import ELFFile

from wheelmatrix.audit.dynamic import Dynamic, Image, Segment
from wheelmatrix.audit.formats import ELF_MAGIC
from wheelmatrix.audit.strings import Damaged
from wheelmatrix.audit.symbols import SymbolTable, needed_versions, symbol_table
from wheelmatrix.errors import AuditError
from wheelmatrix.values import dataclass

_PROGRAM_HEADERS_MOST = 256
"""A shared library has about ten; pyelftools takes 50 µs for each, and a lying header may claim 65,535."""
_PF_X = 1
_DT_NEEDED, _DT_SONAME, _DT_RPATH, _DT_TEXTREL, _DT_RUNPATH, _DT_FLAGS = 1, 14, 15, 22, 29, 30
_DF_TEXTREL = 4
_X86 = frozenset({"EM_X86_64", "EM_386"})
_ISA_LEVELS = {2: 2, 4: 3, 8: 4}
"""Bit of GNU_PROPERTY_X86_ISA_1_NEEDED to the level x86-64-vN. Source: x86-64 psABI, "Program Property"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionNeed:
    """A symbol version that a library asks another one for."""

    library: str
    """Soname that has to offer it."""
    version: str
    """`GLIBC_2.34`."""
    symbols: tuple[str, ...]
    """Sorted symbols that are bound to it; may be empty."""
    is_weak: bool
    """True: the loader goes on without it (VER_FLG_WEAK)."""

    @property
    def namespace(self) -> str:
        """`GLIBC` of `GLIBC_2.34`."""
        return self.version.partition("_")[0]

    @property
    def number(self) -> str:
        """`2.34` of `GLIBC_2.34`; `PRIVATE` of `GLIBC_PRIVATE`."""
        return self.version.partition("_")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElfFacts:
    """What an ELF image says of itself."""

    kind: str
    """`ET_DYN` for a shared library, `ET_EXEC`, `ET_REL`, …"""
    machine: str
    """`EM_X86_64`; a number as text if pyelftools has no name for it."""
    word_bits: int
    big_endian: bool
    flags: int
    """`e_flags`: what it means depends on the machine."""
    soname: str
    interpreter: str
    """Loader that a program asks for; empty in a library."""
    needed: tuple[str, ...]
    """DT_NEEDED, as listed."""
    rpaths: tuple[str, ...]
    """Directories of DT_RPATH and DT_RUNPATH, as listed."""
    needs: tuple[VersionNeed, ...]
    """By library and version, as listed."""
    defined: frozenset[str]
    """Symbols that other libraries may use."""
    undefined: frozenset[str]
    """Symbols that another library has to offer."""
    weak: frozenset[str]
    """Undefined symbols that may stay missing; none of them is in `undefined`."""
    executable_stack: bool
    text_relocations: bool
    isa_level: int
    """N of x86-64-vN that it declares to need; 1 is the baseline, and what an image without a note gives."""

    @property
    def entry_symbols(self) -> tuple[str, ...]:
        """Every exported module entry, `PyInit_x` or `PyModExport_x`, sorted (PEP 489, PEP 793)."""
        return tuple(sorted(name for name in self.defined if name.startswith(("PyInit", "PyModExport"))))


def read(image: bytes) -> ElfFacts:
    """Return what the loader would learn from `image`, from program headers and the dynamic section alone.

    Section headers are used only to count symbols, so a stripped or rewritten file is read as the loader reads it.
    Raises AuditError if it is not ELF, is cut off, or its tables point outside of it.
    Source: ELF gABI, chapters 4 and 5.
    """
    if not image.startswith(ELF_MAGIC):
        raise AuditError.of("not an ELF file: the magic bytes 7f 45 4c 46 are missing")
    try:
        return _facts(image)
    except Exception as error:  # the one boundary to pyelftools and struct: any of their exceptions means a bad file
        said = str(error) if isinstance(error, Damaged) else f"{type(error).__name__} {error}".strip()
        raise AuditError.of(f"a damaged ELF file: {said}", hint="build it again; the file may be cut off") from error


def _facts(image: bytes) -> ElfFacts:
    elf = ELFFile(BytesIO(image))
    header = elf.header
    view = Image(
        image=image,
        word_bits=elf.elfclass,
        big_endian=not elf.little_endian,
        segments=_segments(elf),
    )
    dynamic = view.dynamic()
    table = symbol_table(view, dynamic, header.e_shoff, header.e_shentsize, header.e_shnum)
    machine = str(header.e_machine)
    return ElfFacts(
        kind=str(header.e_type),
        machine=machine,
        word_bits=elf.elfclass,
        big_endian=not elf.little_endian,
        flags=header.e_flags,
        soname=dynamic.first_text(_DT_SONAME),
        interpreter=view.text_of("PT_INTERP"),
        needed=dynamic.texts(_DT_NEEDED),
        rpaths=tuple(
            path for tag in (_DT_RPATH, _DT_RUNPATH) for text in dynamic.texts(tag) for path in text.split(":")
        ),
        needs=_needs(view, dynamic, table),
        defined=table.defined,
        undefined=table.undefined,
        weak=table.weak - table.undefined,
        executable_stack=_executable_stack(view.segments, machine),
        text_relocations=dynamic.has(_DT_TEXTREL) or bool(dynamic.first(_DT_FLAGS) & _DF_TEXTREL),
        isa_level=_isa_level(view, machine),
    )


def _segments(elf: ELFFile) -> tuple[Segment, ...]:
    header, structs = elf.header, elf.structs
    if header.e_phnum > _PROGRAM_HEADERS_MOST:
        raise Damaged(f"{header.e_phnum} program headers, at most {_PROGRAM_HEADERS_MOST} are believed")
    if header.e_phnum and header.e_phentsize != structs.Elf_Phdr.sizeof():
        raise Damaged(f"program headers of {header.e_phentsize} bytes, expected {structs.Elf_Phdr.sizeof()}")
    found: list[Mapping[str, Any]] = [
        struct_parse(structs.Elf_Phdr, elf.stream, header.e_phoff + index * header.e_phentsize)
        for index in range(header.e_phnum)
    ]
    return tuple(
        Segment(
            kind=str(one["p_type"]),
            flags=one["p_flags"],
            offset=one["p_offset"],
            address=one["p_vaddr"],
            size_bytes=one["p_filesz"],
        )
        for one in found
    )


def _needs(view: Image, dynamic: Dynamic, table: SymbolTable) -> tuple[VersionNeed, ...]:
    return tuple(
        VersionNeed(
            library=need.library,
            version=need.version,
            symbols=tuple(sorted(table.by_version.get(need.index, ()))),
            is_weak=need.is_weak,
        )
        for need in needed_versions(view, dynamic)
    )


def _executable_stack(segments: tuple[Segment, ...], machine: str) -> bool:
    """Return whether the loader has to make the stack executable.

    Without PT_GNU_STACK glibc assumes so on x86. Source: glibc sysdeps/x86_64/stackinfo.h, sysdeps/i386/stackinfo.h.
    """
    stacks = [segment for segment in segments if segment.kind == "PT_GNU_STACK"]
    if not stacks:
        return machine in _X86 and any(segment.kind == "PT_LOAD" for segment in segments)
    return any(segment.flags & _PF_X for segment in stacks)


def _isa_level(view: Image, machine: str) -> int:
    if machine not in _X86:
        return 1
    needed = view.gnu_property(0xC0008002)
    return max((level for bit, level in _ISA_LEVELS.items() if needed & bit), default=1)
