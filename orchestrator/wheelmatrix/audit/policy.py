"""Which platform tag a library has earned: its versions, libraries and private symbols against the policies."""

import re
from collections.abc import Iterable, Iterator, Sequence

from wheelmatrix.audit.elf import ElfFacts, VersionNeed
from wheelmatrix.audit.python_abi import is_libpython
from wheelmatrix.model import Blocker, Policy, Target, Version
from wheelmatrix.values import dataclass

_LOADER = re.compile(r"ld-linux[\w.-]*|ld64\.so\.[12]|ld\.so\.1|ld-musl-[\w.-]*")
"""The dynamic loader is part of every system that the tag names."""
_MUSL_LIBC = re.compile(r"libc\.so|libc\.musl-[\w-]+\.so\.1|ld-musl-[\w.-]*")
"""Both names of musl's C library: Alpine's, and `libc.so`, which zig links; musl's loader takes either as itself."""
_GLIBC = re.compile(r"libc\.so\.6(\.1)?|ld-linux[\w.-]*|ld64\.so\.[12]")
_GLIBC_NUMBER = re.compile(r"(\d{1,6})\.(\d{1,6})(?:\.\d{1,6})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a library stands among the policies of its target."""

    floor: Version | None
    """Lowest libc that it runs on; None: it keeps no policy's promise, or the architecture has none."""
    graft: tuple[str, ...]
    """Sorted sonames that no policy allows: they would have to be copied into the wheel."""
    violations: tuple[str, ...]
    """Why no policy is kept; empty where `floor` is set, or where there is no policy to keep."""
    blockers: tuple[Blocker, ...]
    """Of each policy below `floor` what keeps it out of reach; highest policy first."""


def family(target: Target) -> str:
    """Return the policy family of `target`: `manylinux` or `musllinux`; empty where its tags promise no libc."""
    if target.os != "linux" or "{major}" not in target.tag:
        return ""
    return "musllinux" if target.libc.startswith("musl") else "manylinux"


def policies_of(target: Target, policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """Return the policies of the target's family and architecture, lowest floor first; may be empty."""
    start = family(target) + "_"
    return tuple(
        sorted(
            (policy for policy in policies if policy.arch == target.arch and policy.name.startswith(start)),
            key=lambda policy: policy.floor,
        )
    )


def flavour(facts: ElfFacts) -> str:
    """Return the libc that the image is linked to: `gnu`, `musl`, or empty if it tells of neither."""
    asked = [*facts.needed, facts.interpreter.rpartition("/")[2]]
    if any(_GLIBC.fullmatch(soname) for soname in asked):
        return "gnu"
    if any(_MUSL_LIBC.fullmatch(soname) for soname in asked):
        return "musl"  # also with a GLIBC version: libgcc_s has one of its own on AArch64, whatever the libc
    return "gnu" if any(need.namespace == "GLIBC" for need in facts.needs) else ""


def judge(facts: ElfFacts, known: Sequence[Policy], bundled: frozenset[str]) -> Standing:
    """Return where the library stands among the `known` policies of its target, lowest floor first.

    `bundled` are sonames that the wheel brings along. PEP 600 allows every glibc version as a floor, also one that no
    policy is listed for: libraries and private symbols are then those of the next lower policy.
    """
    graft = tuple(sorted(_asked(facts, bundled) - known[-1].libraries)) if known else ()
    if not known:
        return Standing(floor=None, graft=graft, violations=(), blockers=())
    bench = _Bench(facts=facts, known=tuple(known), graft=frozenset(graft), bundled=bundled)
    floor = next((candidate for candidate in bench.candidates() if bench.blocker(candidate) is None), None)
    lower = [policy.floor for policy in reversed(known) if floor is None or policy.floor < floor]
    blockers = tuple(blocker for version in lower if (blocker := bench.blocker(version)) is not None)
    violations = tuple(bench.violations()) if floor is None else ()
    return Standing(floor=floor, graft=graft, violations=violations, blockers=blockers)


def obstacles(facts: ElfFacts, known: Sequence[Policy], bundled: frozenset[str], version: Version) -> Blocker | None:
    """Return what keeps the library from a floor of `version`; None if nothing does. `known` must not be empty."""
    graft = _asked(facts, bundled) - known[-1].libraries
    return _Bench(facts=facts, known=tuple(known), graft=graft, bundled=bundled).blocker(version)


def number(text: str) -> tuple[int, ...]:
    """Return the numbers of a symbol version (`3.4.29`) for comparing; empty if it has other parts."""
    return tuple(map(int, text.split("."))) if re.fullmatch(r"\d{1,9}(\.\d{1,9})*", text) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A library before the policies of its target."""

    facts: ElfFacts
    known: tuple[Policy, ...]
    """Lowest floor first, never empty."""
    graft: frozenset[str]
    bundled: frozenset[str]

    def candidates(self) -> list[Version]:
        """Return the floors that are worth trying, lowest first: every policy's, and the newest glibc asked for."""
        lowest = self.known[0].floor
        own = max((glibc for need in self._needs() if (glibc := _glibc(need))), default=lowest)
        only_glibc = all(need.namespace == "GLIBC" for need in self._needs())
        floors = {policy.floor for policy in self.known}
        if own > lowest or only_glibc:
            floors.add(own)
        return sorted(floors)

    def blocker(self, version: Version) -> Blocker | None:
        policy = self._policy(version)
        needs = [need for need in self._needs() if not self._allows(policy, version, need)]
        symbols = [line for need in sorted(needs, key=_rank) for line in _lines(need)]
        private = [f"{soname} (private): {name}" for soname, name in self._private(policy)]
        libraries = _asked(self.facts, self.bundled) - policy.libraries - self.graft
        if not symbols and not private and not libraries:
            return None
        name = f"{policy.name.partition('_')[0]}_{version[0]}_{version[1]}"
        return Blocker(policy=name, symbols=(*symbols, *private), libraries=tuple(sorted(libraries)))

    def violations(self) -> Iterator[str]:
        """Return what not even the newest policy allows."""
        newest = self.known[-1]
        top = max(self.candidates())
        unknown = [need.version for need in self._needs() if not self._allows(newest, top, need)]
        if unknown:
            start = newest.name.partition("_")[0]
            yield f"it needs versions that no {start} policy has: {', '.join(sorted(set(unknown)))}"
        private: dict[str, list[str]] = {}
        for soname, name in self._private(newest):
            private.setdefault(soname, []).append(name)
        for soname, names in sorted(private.items()):
            yield (
                f"it uses private symbols of {soname}, which other versions of that library lack: {', '.join(names)}: "
                f"link that library statically, or use its public functions alone"
            )

    def _policy(self, version: Version) -> Policy:
        return next((policy for policy in reversed(self.known) if policy.floor <= version), self.known[0])

    def _needs(self) -> list[VersionNeed]:
        """Return the versions that count: of libraries that stay outside of the wheel, and not optional ones."""
        return [
            need
            for need in self.facts.needs
            if not need.is_weak
            and not _LOADER.fullmatch(need.library)
            and need.library not in self.graft
            and need.library not in self.bundled
        ]

    def _allows(self, policy: Policy, version: Version, need: VersionNeed) -> bool:
        if need.number in policy.symbol_versions.get(need.namespace, ()):
            return True
        if need.namespace == "GLIBC":
            glibc = _glibc(need)
            return glibc is not None and glibc <= version
        return not any(need.namespace in other.symbol_versions for other in self.known)

    def _private(self, policy: Policy) -> list[tuple[str, str]]:
        return [
            (soname, name)
            for soname, names in sorted(policy.forbidden.items())
            if soname in self.facts.needed and soname not in self.bundled
            for name in sorted(names & self.facts.undefined)
        ]


def _asked(facts: ElfFacts, bundled: frozenset[str]) -> frozenset[str]:
    """Return the needed libraries that a system has to offer: no loader, no libpython, no libc of musl."""
    is_musl = flavour(facts) == "musl"
    return frozenset(
        soname
        for soname in facts.needed
        if soname not in bundled
        and not _LOADER.fullmatch(soname)
        and not is_libpython(soname)
        and not (is_musl and _MUSL_LIBC.fullmatch(soname))
    )  # fmt: skip


def _glibc(need: VersionNeed) -> Version | None:
    """Return the glibc release of a need, `GLIBC_2.2.5` → (2, 2); None for PRIVATE, ABI_DT_RELR and others."""
    found = _GLIBC_NUMBER.fullmatch(need.number) if need.namespace == "GLIBC" else None
    return (int(found[1]), int(found[2])) if found else None


def _rank(need: VersionNeed) -> tuple[str, tuple[int, ...], str]:
    return need.namespace, number(need.number), need.version


def _lines(need: VersionNeed) -> list[str]:
    return [f"{need.version}: {name}" for name in need.symbols] or [need.version]
