"""What the Windows loader would read of a PE image: DLLs, imported and exported names; and what a build left in it.

Our own reader, not pefile: that one is quick enough, but gives up in silence, and an audit that does not see an import
says yes to what does not load. Behind 8,192 symbols it drops the rest (an entry symbol, all later DLLs), and one odd
name among the exports costs it all of them. Measured with pefile 2024.8.26.
"""

import struct
from collections.abc import Iterator
from itertools import islice

from wheelmatrix.audit.pe_image import PeImage
from wheelmatrix.audit.strings import Damaged, decoded
from wheelmatrix.errors import AuditError
from wheelmatrix.values import dataclass

MAGIC = b"MZ"
_MACHINES = {0x8664: "amd64", 0x014C: "x86", 0xAA64: "arm64"}
_IS_DLL = 0x2000
_EXPORT, _IMPORT, _DEBUG, _DELAY_IMPORT = 0, 1, 6, 13
"""Indexes of data directories. Source: PE Format, "Optional Header Data Directories"."""
_LIBRARIES_MOST = 1024
_SYMBOLS_MOST = 1 << 16
"""Imported ones in all, and exported ones: an ordinal has 16 bits."""
_LIBRARY_NAME_LONGEST = 260
"""MAX_PATH: the loader finds no longer one."""
_DEBUG_ENTRIES_MOST, _PATH_LONGEST = 64, 1 << 12
_CODE_VIEW, _REPRO = 2, 16
_RICH_WITHIN_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an image takes from one DLL."""

    library: str
    """As it is spelt: `KERNEL32.dll`. The loader ignores case."""
    names: frozenset[str]
    ordinals: frozenset[int]
    """Functions that are asked for by number alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeFacts:
    """What a PE image says of itself."""

    machine: str
    """`amd64`, `x86`, `arm64`, as `Target.arch` has it; `0x1c4` where no target has that machine."""
    word_bits: int
    is_dll: bool
    time_stamp: int
    """Seconds since 1970, a hash of the content, or 0."""
    is_reproducible: bool
    """The linker says that it wrote no time (`/Brepro`): the time stamp is a hash."""
    by_msvc: bool
    """Microsoft's own linker made it, which leaves a `Rich` header."""
    pdb_path: str
    """Where a debugger looks for the symbols; empty if it says nothing."""
    dll_characteristics: int
    """Bits of `DllCharacteristics`."""
    sections: tuple[str, ...]
    """Names, in the order of the file; `/4` stands for a long one."""
    imports: tuple[Imported, ...]
    """By DLL, as listed: without all of them it does not load."""
    delayed: tuple[Imported, ...]
    """DLLs that are loaded when they are first called."""
    defined: frozenset[str]
    """Exported names."""

    @property
    def needed(self) -> tuple[str, ...]:
        """DLLs that the loader asks for, as listed and spelt."""
        return tuple(each.library for each in self.imports)

    @property
    def entry_symbols(self) -> tuple[str, ...]:
        """Every exported module entry, `PyInit_x` or `PyModExport_x`, sorted (PEP 489, PEP 793)."""
        return tuple(sorted(name for name in self.defined if name.startswith(("PyInit", "PyModExport"))))


def is_pe(image: bytes) -> bool:
    """Return whether `image` begins as a PE file does; a program for DOS does so too."""
    return image.startswith(MAGIC)


def read(image: bytes) -> PeFacts:
    """Return what the loader would learn from `image`, and what its debug directory says.

    Time and memory are bounded by the size of `image`. Raises AuditError if it is not PE, is cut off, or its tables
    point outside of it. Source: Microsoft's "PE Format".
    """
    if not is_pe(image):
        raise AuditError.of("not a PE file: the magic bytes 4d 5a are missing")
    try:
        return _facts(PeImage(image))
    except Damaged as error:
        hint = "build it again; the file may be cut off"
        raise AuditError.of(f"a damaged PE file: {error}", hint=hint) from error


def _facts(view: PeImage) -> PeFacts:
    header = view.header
    pdb_path, is_reproducible = _debug(view)
    budget = _Budget()
    return PeFacts(
        machine=_MACHINES.get(header.machine, f"{header.machine:#x}"),
        word_bits=header.word_bits,
        is_dll=bool(header.characteristics & _IS_DLL),
        time_stamp=header.time_stamp,
        is_reproducible=is_reproducible,
        by_msvc=b"Rich" in view.image[64 : min(view.unpack("I", 60)[0], _RICH_WITHIN_BYTES)],
        pdb_path=pdb_path,
        dll_characteristics=header.dll_characteristics,
        sections=tuple(section.name for section in view.sections),
        imports=tuple(_imports(view, budget)),
        delayed=tuple(_delayed(view, budget)),
        defined=_exports(view),
    )


class _Budget:
    """Counts imported symbols, so that descriptors which share one table cannot make the reading long."""

    def __init__(self) -> None:
        self._left = _SYMBOLS_MOST

    def take(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Damaged(f"more than {_SYMBOLS_MOST} imported symbols")


def _imports(view: PeImage, budget: _Budget) -> Iterator[Imported]:
    """Return the import directory: rows of (lookup table, time stamp, forwarder chain, name, address table)."""
    address, _ = view.directory(_IMPORT)
    for lookup, _, _, name, table in _descriptors(view, "5I", address):
        if not name or not table:
            return
        yield _imported(view, budget, name, lookup or table)


def _delayed(view: PeImage, budget: _Budget) -> Iterator[Imported]:
    """Return the delay-load directory: rows of (attributes, name, module, address table, name table, …)."""
    address, _ = view.directory(_DELAY_IMPORT)
    for attributes, name, _, _, names, _, _, _ in _descriptors(view, "8I", address):
        if not name:
            return
        # Before Visual C++ 7 the fields were addresses in memory, not relative ones.
        base = 0 if attributes & 1 else view.header.image_base
        yield _imported(view, budget, name - base, names - base)


def _descriptors(view: PeImage, form: str, address: int) -> Iterator[tuple[int, ...]]:
    """Return the rows of a directory up to its end, which the caller sees; raises Damaged if there is none."""
    if not address:
        return
    yield from islice(view.rows(form, address), _LIBRARIES_MOST)
    raise Damaged(f"a list of imported DLLs that does not end, or has more than {_LIBRARIES_MOST}")


def _imported(view: PeImage, budget: _Budget, name: int, table: int) -> Imported:
    by_ordinal = 1 << (view.header.word_bits - 1)
    names: set[str] = set()
    ordinals: set[int] = set()
    library = view.text(name, _LIBRARY_NAME_LONGEST)
    for (thunk,) in view.rows("Q" if view.header.word_bits == 64 else "I", table):
        if not thunk:
            return Imported(library=library, names=frozenset(names), ordinals=frozenset(ordinals))
        budget.take()
        if thunk & by_ordinal:
            ordinals.add(thunk & 0xFFFF)
        else:
            names.add(view.text(thunk + 2))  # behind a hint of two bytes
    raise Damaged(f"the symbols imported from {library} do not end")


def _exports(view: PeImage) -> frozenset[str]:
    """Return the exported names; functions that have an ordinal alone are left out."""
    address, _ = view.directory(_EXPORT)
    if not address:
        return frozenset()
    count, _, names = struct.unpack("<24xIII4x", view.at(address, 40))
    if count > _SYMBOLS_MOST:
        raise Damaged(f"{count} exported names, at most {_SYMBOLS_MOST} can be")
    if not count:
        return frozenset()
    return frozenset(view.text(name) for (name,) in struct.iter_unpack("<I", view.at(names, 4 * count)))


def _debug(view: PeImage) -> tuple[str, bool]:
    """Return the path of the PDB file, and whether the time stamp is a hash.

    The loader reads nothing of this, and tools that strip leave it outdated: what cannot be read counts as not there.
    """
    address, size_bytes = view.directory(_DEBUG)
    pdb_path, is_reproducible = "", False
    try:
        rows = view.rows("IIHHIIII", address) if address else iter(())
        for _, _, _, _, kind, held_bytes, _, offset in islice(rows, min(size_bytes // 28, _DEBUG_ENTRIES_MOST)):
            is_reproducible = is_reproducible or kind == _REPRO
            if kind == _CODE_VIEW:
                pdb_path = pdb_path or _pdb_path(view.slice(offset, min(held_bytes, _PATH_LONGEST)))
    except Damaged:
        return pdb_path, is_reproducible
    return pdb_path, is_reproducible


def _pdb_path(record: bytes) -> str:
    """Return the path in a CodeView record: behind signature, GUID and age, or in the older form after four words."""
    start = {b"RSDS": 24, b"NB10": 16}.get(record[:4], len(record))
    return decoded(record[start:].partition(b"\0")[0])
