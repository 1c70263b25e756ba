"""Which libraries of a wheel are extension modules, and whether the Pythons of its tag look for such a name."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from wheelmatrix.audit import elf, macho, pe, python_abi
from wheelmatrix.audit.formats import Format
from wheelmatrix.audit.pe_rules import python_linkage
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Abi, Target, Version
from wheelmatrix.platforms import extension_suffix, why_absent

_NAME = re.compile(r"([^.]+)((?:\.[^.]+)*)\.(so|pyd)")
"""Module name, the parts between it and the last, and the last."""
_STABLE_SUFFIX = re.compile(r"\.(abi3t?)(-[\w-]+)?")
_LONG_SUFFIX_SINCE: Version = (3, 15)
"""First Python that finds `.abi3-x86_64-linux-gnu.so`. Source: python/cpython#122931."""


def module_name(name: str, image: bytes, found: Format, abi: Abi | None) -> str:
    """Return the module's name if the library is an extension module of a wheel for `abi`; else empty.

    By place and name: not in `.libs`, and named as Python's finder would look for it. A bare `libx.so` is a module
    only if it has an entry symbol, and no program is one: ctypes and cffi load theirs under such names.
    """
    path = PurePosixPath(name)
    parts = _NAME.fullmatch(path.name)
    if abi is None or parts is None or path.parts[0].endswith(".libs") or (parts[3] == "pyd") != (found == "PE"):
        return ""
    if found == "PE" or parts[2]:
        return parts[1]
    return parts[1] if _looks_like_a_module(path.name, image, found) else ""


def is_foreign_to_python(image: bytes, found: Format) -> bool:
    """Return whether a library neither offers an entry symbol nor uses a symbol of Python: it cannot be a module."""
    try:
        if found == "ELF":
            linkages: tuple[python_abi.Linkage, ...] = (elf.read(image),)
        elif found == "Mach-O":
            linkages = macho.read(image).slices
        else:
            linkages = (python_linkage(pe.read(image)),)
    except AuditError:
        return False
    used = (name for one in linkages for name in one.undefined)
    return not any(one.entry_symbols for one in linkages) and not any(map(python_abi.is_python_name, used))


def suffix_problems(name: str, abi: Abi, target: Target) -> Iterator[str]:
    """Return why the Pythons of the tag would not look for a module of this name."""
    parts = _NAME.fullmatch(PurePosixPath(name).name)
    if parts is None or not parts[2]:
        return
    suffix, row = parts[2], abi.interpreter
    stable = _STABLE_SUFFIX.fullmatch(suffix)
    if parts[3] == "pyd":
        yield from _pyd_problems(suffix, abi, target)
    elif stable is not None:
        if row.implementation != "cpython" or (row.free_threaded and stable[1] == "abi3"):
            yield f"a file named {suffix}.so is never imported by the Python of tag {row.abi_tag}"
        elif stable[1] == "abi3t" and row.version < _LONG_SUFFIX_SINCE:
            yield f"Python {row.version[0]}.{row.version[1]} does not look for {suffix}.so, only 3.15 and later do"
        elif stable[2] and row.version < _LONG_SUFFIX_SINCE:
            yield f"Python {row.version[0]}.{row.version[1]} does not look for {suffix}.so: name it .{stable[1]}.so"
    elif abi.kind != "version":
        yield f"the tag promises the stable ABI, but a file named {suffix}.so is imported by one Python only"
    elif row.soabi and not suffix.startswith((f".{row.soabi}-", f".{row.soabi}.")) and suffix != f".{row.soabi}":
        yield f"a file named {suffix}.so is never imported by the Python of tag {row.abi_tag} ({row.soabi})"
    elif _is_elsewhere(suffix, abi, target):
        yield f"a file named {suffix}.so is not looked for on {target.arch}"


def _is_elsewhere(suffix: str, abi: Abi, target: Target) -> bool:
    """Return whether the part behind the Python's own is that of another system or machine."""
    if abi.interpreter.implementation != "cpython":
        return False
    if target.os == "macos":
        return not suffix.endswith("-darwin")
    return bool(target.suffix_arch) and f"-{target.suffix_arch}-" not in suffix


def _pyd_problems(suffix: str, abi: Abi, target: Target) -> Iterator[str]:
    row = abi.interpreter
    if abi.kind != "version":
        yield f"the tag promises the stable ABI, but a file named {suffix}.pyd is imported by one Python only"
    elif not why_absent(row, target) and f"{suffix}.pyd" != (own := extension_suffix(row, target)):
        yield f"a file named {suffix}.pyd is never imported by the Python of tag {row.abi_tag}, which looks for {own}"


def _looks_like_a_module(filename: str, image: bytes, found: Format) -> bool:
    """Return whether a library with a bare name has what a module has; one that cannot be read is taken for none."""
    try:
        if found == "ELF":
            facts = elf.read(image)
            is_program, entries = bool(facts.interpreter), facts.entry_symbols
        else:
            (first, *_) = macho.read(image).slices
            is_program, entries = first.kind == "MH_EXECUTE", first.entry_symbols
    except AuditError:
        return False
    return not is_program and (bool(entries) or not filename.startswith("lib"))
