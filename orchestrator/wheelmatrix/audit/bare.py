"""The verdict on a library that lies in no wheel: what it must be is read from its own name and header."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from wheelmatrix.audit import elf, macho, pe
from wheelmatrix.audit.formats import format_of
from wheelmatrix.audit.library import audit_library
from wheelmatrix.audit.macho_floor import UNIVERSAL2, universal2
from wheelmatrix.audit.policy import family, flavour
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Abi, Expectation, Interpreter, Report, Tables, Target

_NAME = re.compile(r"(?P<module>[^.]+)\.(?P<abi>[^.]+)\.(?:so|pyd)")
_STABLE = re.compile(r"(abi3t?)(-[\w-]+)?")
_HINT = "wheelmatrix audits libraries of the targets in matrix/targets.toml"


def audit_bare(filename: str, image: bytes, tables: Tables) -> Report:
    """Return the verdict on a library from its bytes and its file name alone.

    The target is the row of its machine and libc; the Python is the one that looks for such a name. A stable-ABI name
    does not say which Python it begins with, so it is held against the newest one. A name without ABI proves nothing
    about Python: then only the platform is judged, and a warning says so.
    Raises AuditError if no known target has such libraries, or `image` is no library of a known format.
    """
    target = _target(image, tables)
    abi = _abi(filename, tables)
    expected = Expectation(
        target=target,
        abi=abi or Abi(kind="version", interpreter=tables.interpreters[0]),
        module=PurePosixPath(filename).name.partition(".")[0],
        mode="warn",
        ceiling=None,
        plain=False,
    )
    report = audit_library(image, expected, tables, name=filename, is_extension=abi is not None)
    if abi is not None or not report.entry_symbols:
        return report
    unknown = "its name does not say for which Python it is: the Python symbols are not judged"
    return replace(report, warnings=(*report.warnings, unknown))


def _target(image: bytes, tables: Tables) -> Target:
    match format_of(image):
        case "Mach-O":
            return _macos_target([one.arch for one in macho.read(image).slices], tables)
        case "PE":
            return _windows_target(pe.read(image).machine, tables)
        case _:
            return _elf_target(elf.read(image), tables)


def _elf_target(facts: elf.ElfFacts, tables: Tables) -> Target:
    wanted = "musllinux" if flavour(facts) == "musl" else "manylinux"
    rows = [row for row in tables.targets.values() if _is_for(row, facts) and family(row)]
    if not rows:
        raise AuditError.of(f"no target is known for {facts.machine}, {facts.word_bits} bits", hint=_HINT)
    return min(rows, key=lambda row: (family(row) != wanted, "hf" not in row.suffix_env))


def _is_for(row: Target, facts: elf.ElfFacts) -> bool:
    return (row.elf_machine, row.word_bits, row.big_endian) == (facts.machine, facts.word_bits, facts.big_endian)


def _macos_target(archs: Sequence[str], tables: Tables) -> Target:
    """Return universal2 for a file with both of its halves, else the row of the first architecture that has one."""
    both = universal2(tables) if set(UNIVERSAL2) <= set(archs) else None
    rows = (row for arch in archs for row in tables.targets.values() if (row.os, row.arch) == ("macos", arch))
    found = both or next(rows, None)
    if found is None:
        raise AuditError.of(f"no target is known for Mach-O code for {', '.join(archs)}", hint=_HINT)
    return replace(found, rustc_floor=None)


def _windows_target(machine: str, tables: Tables) -> Target:
    rows = (row for row in tables.targets.values() if (row.os, row.arch) == ("windows", machine))
    found = next(rows, None)
    if found is None:
        raise AuditError.of(f"no target is known for PE code for {machine}", hint=_HINT)
    return found


def _abi(filename: str, tables: Tables) -> Abi | None:
    found = _NAME.fullmatch(PurePosixPath(filename).name)
    if found is None:
        return None
    if stable := _STABLE.fullmatch(found["abi"]):
        newest = max(_cpythons(tables), key=lambda row: row.version)
        return Abi(kind="abi3t" if stable[1] == "abi3t" else "abi3", interpreter=newest)
    known = [row for row in tables.interpreters if _is_of(found["abi"], row)]
    return Abi(kind="version", interpreter=known[0]) if known else None


def _is_of(abi: str, row: Interpreter) -> bool:
    """Return whether a file name's part `cpython-312-darwin` or `cp312-win_amd64` is that of a Python of `row`."""
    windows = row.abi_tag if row.implementation == "cpython" else row.soabi
    return f"{abi}-".startswith((f"{row.soabi}-", f"{windows}-"))


def _cpythons(tables: Tables) -> list[Interpreter]:
    return [row for row in tables.interpreters if row.implementation == "cpython" and not row.free_threaded]
