"""What a loader would find missing: every symbol that a wheel's libraries ask for has to be offered by somebody.

Two things are not told again, since the audit tells them: Python symbols that came after the tag's Python, went before
it or are not of its stable ABI, and symbol versions that the platform tag does not promise. All else is looked for: in
the library that it is bound to, in the other libraries of the wheel, in the tables of CPython, glibc and musl. The
search knows no format: `linked` has a function for each.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wheelmatrix.audit.linked import Linked, Want, linked
from wheelmatrix.audit.python_abi import is_python_name
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Exports, Version
from wheelmatrix.values import dataclass

_ENTRY_NAME = re.compile(r"Py(?:Init|ModExport)U?_")
_LIBRARY = re.compile(r".+\.(so(\.[\w.]+)?|pyd|dll|dylib)")
_VERSIONED = re.compile(
    r"lib(c|m|pthread|dl|rt|util|resolv|nsl|anl|crypt|gcc_s|stdc\+\+|atomic)\.so\.[\d.]+"
    r"|ld-linux[\w.-]*|ld64\.so\.[12]|ld\.so\.1|ld-musl-[\w.-]*|libc\.so|libc\.musl-[\w-]+\.so\.1"
)
"""Libraries that give each of their symbols a version, loaders, and musl's: no unversioned name can be from them."""
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What came of it; true if nothing is missing."""

    problems: tuple[str, ...]
    unread: tuple[str, ...]
    """Names of the libraries of other formats, whose loaders are not simulated."""
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
    found: list[Linked] = []
    problems: list[str] = []
    unread: list[str] = []
    for name, content in sorted(members.items()):
        try:
            read = linked(name, content)
        except AuditError as error:
            problems += [f"{name}: {issue.message}" for issue in error.issues]
            continue
        found += read
        unread += [name] if not read and content and _LIBRARY.fullmatch(name) else []
    named = {(one.machine, name): one for one in reversed(found) for name in one.names}
    search = _Search(named=named, exports=exports, promise=promise, cpython=cpython)
    problems += dict.fromkeys(problem for one in found for problem in search.problems(one))
    return Simulation(
        problems=tuple(problems), unread=tuple(unread), symbols=sum(len(one.wanted) for one in found)
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """All libraries of a wheel, and what systems offer."""

    named: Mapping[tuple[str, str], Linked]
    """By machine and name."""
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
        if any(want.symbol in other.offered for other in (near if one.is_global else ())):
            return ""
        holder = self._bundled(want.library, one) if want.library else None
        if holder is not None:
            return "" if self._offers(holder, want.symbol) else f"{holder.name} in the wheel does not define"
        if want.library or want.version:
            return ""
        if is_python_name(want.symbol):
            return self._no_python(want.symbol, one)
        libc = one.libc or (self.promise[0] if self.promise else "")
        since = self._since(libc, one.machine, want.symbol)
        if since is not None:
            return self._too_new(libc, since)
        outside = (soname for other in near for soname in other.needed if self._bundled(soname, one) is None)
        if not all(map(_VERSIONED.fullmatch, outside)):
            return ""  # one of them may have it: libX11 and libz give few of their symbols a version
        return "undefined symbols that no library of the wheel, no Python and no C library offers"

    def _offers(self, holder: Linked, symbol: str) -> bool:
        """Return whether a library of the wheel has a symbol; also if that cannot be told: it hands others' on."""
        passed = (self._bundled(name, holder) for name in holder.reexported)
        return symbol in holder.offered or not holder.offered or any(each is None or each.offered for each in passed)

    def _no_python(self, symbol: str, one: Linked) -> str:
        """Return that no CPython ever had a symbol; empty if one did, or the tables end before the wheel's Python."""
        table = self.exports.get("cpython")
        if table is None or self.cpython is None or symbol in table.since or _ENTRY_NAME.match(symbol):
            return ""
        if symbol in table.machines.get(one.machine, ()):
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

    def _bundled(self, name: str, user: Linked) -> Linked | None:
        return self.named.get((user.machine, name))

    def _near(self, one: Linked) -> tuple[Linked, ...]:
        """Return the library and every one of the wheel that is loaded with it, in the loader's order."""
        found = [one]
        for each in found:
            found += _new(found, (self._bundled(name, one) for name in each.needed))
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
