"""The verdict on one library: its format, by its first bytes, has the rules."""

from collections.abc import Mapping
from typing import Protocol

from wheelmatrix.audit.elf_rules import audit_elf
from wheelmatrix.audit.formats import Format, format_loaded_by, format_of
from wheelmatrix.audit.macho_rules import audit_macho
from wheelmatrix.audit.pe_rules import audit_pe
from wheelmatrix.audit.refusal import unread
from wheelmatrix.model import Expectation, Report, Tables
from wheelmatrix.platforms import platform_tags


class _Rules(Protocol):
    def __call__(
        self,
        image: bytes,
        expected: Expectation,
        tables: Tables,
        *,
        name: str,
        is_extension: bool = True,
        bundled: frozenset[str] = frozenset(),
    ) -> Report: ...


_SPOKEN: Mapping[Format, str] = {"ELF": "an ELF", "Mach-O": "a Mach-O", "PE": "a PE"}
_UNPROVED = frozenset({"ios"})
"""Systems whose rules are others: on iOS a module has to be linked to Python.framework (PEP 730)."""
_RULES: Mapping[Format, _Rules] = {"ELF": audit_elf, "Mach-O": audit_macho, "PE": audit_pe}


def audit_library(
    image: bytes,
    expected: Expectation,
    tables: Tables,
    *,
    name: str,
    is_extension: bool = True,
    bundled: frozenset[str] = frozenset(),
) -> Report:
    """Return what the library in `image` is, which platform tag it earned, and everything that forbids shipping it.

    `name` is what the report calls it. `is_extension` False leaves out the rules of Python modules: for a library
    that a wheel brings along, or a program. `bundled` are the file names (sonames) in the same wheel, which need not
    be grafted. Never raises for what is in `image`: a file that cannot be read is a problem of the report.
    """
    target = expected.target
    loaded, found = format_loaded_by(target), format_of(image)
    rules = None if loaded is None or target.os in _UNPROVED else _RULES[loaded]
    if found is not None and found != loaded:
        wanted = f"not {_SPOKEN[loaded]} file but " if loaded else ""
        return unread(name, problems=(f"{wanted}{_SPOKEN[found]} file, which {target.triple} does not load",))
    if rules is None:
        warning = f"not proved: no rules are known for the libraries of {target.triple}"
        return unread(name, warnings=(warning,), platform_tags=platform_tags(target, None, ()))
    return rules(image, expected, tables, name=name, is_extension=is_extension, bundled=bundled)
