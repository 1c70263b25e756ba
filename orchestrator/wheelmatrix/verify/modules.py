"""What a wheel puts on the path, and which modules of it can be imported."""

import re
from collections.abc import Iterator, Mapping

from wheelmatrix.audit.python_abi import entry_names
from wheelmatrix.values import dataclass

_DATA = re.compile(r"[^/]+\.data/(purelib|platlib)/(.+)")
_NOT_ON_PATH = re.compile(r"[^/]+\.data/")
_EXTENSION = re.compile(r"([^./]+)(\.[^/]+)?\.(so|pyd)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module of a wheel."""

    name: str
    """Dotted import path."""
    library: str = ""
    """Path of the extension module, relative to the unpacked wheel; empty: it is written in Python."""


def on_path(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what an installer would put into site-packages, by its path there."""
    moved = {match[2]: content for name, content in members.items() if (match := _DATA.fullmatch(name))}
    return {**{name: content for name, content in members.items() if not _NOT_ON_PATH.match(name)}, **moved}


def modules_of(files: Mapping[str, bytes]) -> tuple[Module, ...]:
    """Return the top-level packages and modules, then the extension modules, each sorted; may be empty.

    A library is an extension module if it has the entry symbol of its name: ctypes loads others from the same places.
    """
    plain = sorted({top for name in files if (top := _top(name))})
    extensions = sorted(_extensions(files), key=lambda module: module.name)
    known = {module.name for module in extensions}
    return (*(Module(name=name) for name in plain if name not in known), *extensions)


def _top(name: str) -> str:
    """Return the module that a file makes on the top level; empty if it makes none."""
    folder, slash, rest = name.partition("/")
    if not slash:
        found = name.removesuffix(".py")
        return found if name.endswith(".py") and found.isidentifier() else ""
    return folder if rest == "__init__.py" and folder.isidentifier() else ""


def _extensions(files: Mapping[str, bytes]) -> Iterator[Module]:
    for name, content in files.items():
        folder, _, file = name.rpartition("/")
        found = _EXTENSION.fullmatch(file)
        packages = folder.split("/") if folder else []
        if found is None or not all(part.isidentifier() for part in (*packages, found[1])):
            continue
        if any(entry.encode() in content for entry in entry_names(found[1])):
            parts = packages if found[1] == "__init__" and packages else [*packages, found[1]]
            yield Module(name=".".join(parts), library=name)
