"""What a loader would find missing: every symbol that a wheel's libraries ask for has to be offered by somebody.

Two things are not told again, since the audit tells them: Python symbols that came after the tag's Python, went before
it or are not of its stable ABI, and symbol versions that the platform tag does not promise. All else is looked for: in
the library that it is bound to, in the other libraries of the wheel, in the tables of CPython, glibc and musl. A format
is one function that turns an image into `Linked`; the search knows no format.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from wheelmatrix.audit.elf import MAGIC, read
from wheelmatrix.audit.policy import flavour
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Exports, Version

_PYTHON_NAME = re.compile(r"_?Py[A-Z_]|_?PyPy")
_ENTRY_NAME = re.compile(r"Py(?:Init|ModExport)U?_")
_LIBRARY = re.compile(r".+\.(so(\.[\w.]+)?|pyd|dll|dylib)")
_FOREIGN = {
    b"MZ": "PE", b"\xcf\xfa\xed\xfe": "Mach-O", b"\xce\xfa\xed\xfe": "Mach-O", b"\xca\xfe\xba\xbe": "Mach-O",
}  # fmt: skip
_VERSIONED = re.compile(
    r"lib(c|m|pthread|dl|rt|util|resolv|nsl|anl|crypt|gcc_s|stdc\+\+|atomic)\.so\.[\d.]+"
    r"|ld-linux[\w.-]*|ld64\.so\.[12]|ld\.so\.1|ld-musl-[\w.-]*|libc\.so|libc\.musl-[\w-]+\.so\.1"
)
"""Libraries that give each of their symbols a version, loaders, and musl's: no unversioned name can be from them."""
_MOST_NAMED = 8


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
    """`e_machine` by name; empty where no table needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What came of it; true if nothing is missing."""

    problems: tuple[str, ...]
    unread: tuple[str, ...]
    """`name (format)` of each library whose loader is not simulated."""
    symbols: int
    """How many were looked for."""

    def __bool__(self) -> bool:
        return not self.problems


def simulate(
    members: Mapping[str, bytes],
    exports: Mapping[str, Exports],
    *,
    promise: tuple[str, Version] | None = None,
    cpython: Version | None = None,
) -> Simulation:
    """Return what the libraries among a wheel's `members` ask for and nobody offers.

    `promise`: libc (`gnu`, `musl`) and version that the platform tag promises to run on: newer symbols are not there.
    `cpython`: the wheel is for this CPython with GIL alone, so that Python symbols have to be ones that it ever had.
    Nothing is raised for what is in `members`: a library that cannot be read is a problem.
    """
    linked: list[Linked] = []
    problems: list[str] = []
    unread: list[str] = []
    for name, content in sorted(members.items()):
        reader = next((reader for magic, reader in READERS.items() if content.startswith(magic)), None)
        foreign = next((kind for magic, kind in _FOREIGN.items() if content.startswith(magic)), "")
        if reader is None:
            unread += [f"{name} ({foreign})"] if foreign and _LIBRARY.fullmatch(name) else []
            continue
        try:
            linked.append(reader(name, content))
        except AuditError as error:
            problems += [f"{name}: {issue.message}" for issue in error.issues]
    search = _Search(linked=tuple(linked), exports=exports, promise=promise, cpython=cpython)
    problems += [problem for one in linked for problem in search.problems(one)]
    return Simulation(
        problems=tuple(problems), unread=tuple(unread), symbols=sum(len(one.wanted) for one in linked)
    )  # fmt: skip


def of_elf(name: str, image: bytes) -> Linked:
    """Return an ELF image as its loader sees it; raises AuditError if it is damaged.

    A symbol with a version is bound to the library that offers that version (LSB, "Symbol Versioning").
    """
    facts = read(image)
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
    )


READERS: Mapping[bytes, Callable[[str, bytes], Linked]] = {MAGIC: of_elf}
"""By the first bytes of a file: who reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """All libraries of a wheel, and what systems offer."""

    linked: tuple[Linked, ...]
    exports: Mapping[str, Exports]
    promise: tuple[str, Version] | None
    cpython: Version | None

    def problems(self, one: Linked) -> Iterator[str]:
        """Yield what nobody offers to `one`, one line for each reason."""
        near = self._near(one)
        reasons: dict[str, list[str]] = {}
        for want in one.wanted:
            if reason := self._missing(want, one, near):
                reasons.setdefault(reason, []).append(want.symbol)
        for reason, symbols in reasons.items():
            yield f"{one.name}: {reason}: {_listed(symbols)}"

    def _missing(self, want: Want, one: Linked, near: Sequence[Linked]) -> str:
        """Return why nobody offers a symbol; empty if somebody does, or the audit has judged it."""
        holder = self._bundled(want.library) if want.library else None
        if holder is not None:
            return "" if want.symbol in holder.offered else f"{holder.name} in the wheel does not define"
        if want.library or want.version or any(want.symbol in other.offered for other in near):
            return ""
        if _PYTHON_NAME.match(want.symbol):
            return self._no_python(want.symbol)
        libc = one.libc or (self.promise[0] if self.promise else "")
        since = self._since(libc, one.machine, want.symbol)
        if since is not None:
            return self._too_new(libc, since)
        outside = (soname for other in near for soname in other.needed if self._bundled(soname) is None)
        if not all(map(_VERSIONED.fullmatch, outside)):
            return ""  # one of them may have it: libX11 and libz give few of their symbols a version
        return "undefined symbols that no library of the wheel, no Python and no C library offers"

    def _no_python(self, symbol: str) -> str:
        """Return that no CPython ever had a symbol; empty if one did, or the tables end before the wheel's Python."""
        table = self.exports.get("cpython")
        if table is None or self.cpython is None or symbol in table.since or _ENTRY_NAME.match(symbol):
            return ""
        is_known = self.cpython <= max(map(_version, set(table.since.values())))
        return "Python symbols that no CPython offers" if is_known else ""

    def _since(self, libc: str, machine: str, symbol: str) -> str | None:
        """Return the version of a C library that a symbol is known from; None: it does not have it, or is not known.

        Of glibc that is a symbol which the linker bound to no version: its loader takes the oldest one then.
        """
        table = self.exports.get(libc)
        if table is None:
            return None
        return table.since.get(symbol) or (_oldest(table) if symbol in table.machines.get(machine, ()) else None)

    def _too_new(self, libc: str, since: str) -> str:
        if self.promise is None or self.promise[0] != libc:
            return ""
        lowest = max(self.promise[1], _version(_oldest(self.exports[libc])))
        name = {"gnu": "glibc"}.get(libc, libc)
        text = f"{name} has them from {since} on only, and the tag promises to run on older ones"
        return text if _version(since) > lowest else ""

    def _bundled(self, soname: str) -> Linked | None:
        return next((one for one in self.linked if soname in one.names), None)

    def _near(self, one: Linked) -> tuple[Linked, ...]:
        """Return the library and every one of the wheel that is loaded with it, in the loader's order."""
        found = [one]
        for each in found:
            found += _new(found, (self._bundled(soname) for soname in each.needed))
        return tuple(found)


def _new(found: Iterable[Linked], candidates: Iterable[Linked | None]) -> list[Linked]:
    names = {one.name for one in found}
    fresh: dict[str, Linked] = {one.name: one for one in candidates if one is not None and one.name not in names}
    return list(fresh.values())


def _oldest(table: Exports) -> str:
    return min(set(table.since.values()), key=_version)


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
