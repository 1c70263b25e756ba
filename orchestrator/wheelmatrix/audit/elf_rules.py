"""The verdict on one ELF library: is it what the target, the Python and the platform tag promise."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from wheelmatrix.audit import python_abi
from wheelmatrix.audit.elf import ElfFacts, read
from wheelmatrix.audit.policy import Standing, family, flavour, judge, number, obstacles, policies_of
from wheelmatrix.audit.refusal import refused
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Blocker, Expectation, Policy, Report, Tables, Target, Version
from wheelmatrix.platforms import earned_floor, platform_tags
from wheelmatrix.values import dataclass

_EM_ARM_ABI, _EM_ARM_ABI5, _EM_ARM_HARD, _EM_ARM_SOFT = 0xFF000000, 0x05000000, 0x400, 0x200
"""Bits of `e_flags`. Source: ELF for the Arm Architecture, "ELF header"."""
_TAG_ARCH = {
    ("EM_X86_64", False): "x86_64", ("EM_386", False): "i686", ("EM_AARCH64", False): "aarch64",
    ("EM_ARM", False): "armv7l", ("EM_PPC64", False): "ppc64le", ("EM_PPC64", True): "ppc64",
    ("EM_S390", True): "s390x", ("EM_RISCV", False): "riscv64", ("EM_LOONGARCH", False): "loongarch64",
}  # fmt: skip
_LOADED = ("ET_DYN", "ET_EXEC")
"""What is loaded; the second is a program, and no module."""
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policing:
    """What the platform policy makes of a library."""

    platform_tags: tuple[str, ...] = ()
    floor: Version | None = None
    graft: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    blockers: tuple[Blocker, ...] = ()


def audit_elf(
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
    that a wheel brings along, or a program. `bundled` are the sonames in the same wheel, which need not be grafted.
    Never raises for what is in `image`: a file that cannot be read is a problem of the report.
    """
    try:
        facts = read(image)
    except AuditError as error:
        return refused(name, error)
    target = expected.target
    policing = _policing(facts, expected, policies_of(target, tables.policies), bundled)
    own = [*_machine_problems(facts, target, is_extension)]
    doubts = [*_hygiene(facts)]
    if is_extension:
        own += python_abi.entry_problems(facts, expected.abi, expected.module)
        own += python_abi.libpython_problems(facts)
        own += python_abi.symbol_problems(facts, expected.abi)
        doubts += python_abi.symbol_warnings(facts, expected.abi)
    problems = (*own, *policing.problems)
    return Report(
        name=name,
        machine=_arch(facts, target),
        word_bits=facts.word_bits,
        needed=facts.needed,
        rpaths=facts.rpaths,
        versions=_highest(facts),
        entry_symbols=facts.entry_symbols,
        floor=policing.floor,
        platform_tags=policing.platform_tags if not problems else (),
        graft=policing.graft,
        problems=problems,
        warnings=(*doubts, *policing.warnings),
        blockers=policing.blockers,
    )


def _machine_problems(facts: ElfFacts, target: Target, is_extension: bool) -> Iterator[str]:
    if facts.kind not in (_LOADED[:1] if is_extension else _LOADED):
        yield f"not a shared library but {facts.kind}: the crate type has to be cdylib"
    if not target.elf_machine:
        yield f"an ELF library, which {target.triple} does not load"
        return
    expected = (target.elf_machine, target.word_bits, target.big_endian)
    found = (facts.machine, facts.word_bits, facts.big_endian)
    if found != expected:
        yield f"built for {_machine(*found)}, but {target.triple} is {_machine(*expected)}"
    elif target.elf_machine == "EM_ARM" and target.suffix_env.endswith("hf"):
        if facts.flags & _EM_ARM_ABI != _EM_ARM_ABI5:
            yield f"not of the ARM EABI version 5, as {target.triple} has to be (e_flags {facts.flags:#010x})"
        if facts.flags & _EM_ARM_SOFT or not facts.flags & _EM_ARM_HARD:
            yield f"not hard-float, as {target.triple} has to be (e_flags {facts.flags:#010x})"


def _arch(facts: ElfFacts, target: Target) -> str:
    """Return the machine as platform tags spell it; ELF alone does not tell armv6l from armv7l, the target does."""
    if (facts.machine, facts.word_bits, facts.big_endian) == (target.elf_machine, target.word_bits, target.big_endian):
        return target.arch
    return _TAG_ARCH.get((facts.machine, facts.big_endian), "")


def _machine(machine: str, word_bits: int, big_endian: bool) -> str:
    return f"{machine.removeprefix('EM_')} {word_bits}-bit {'big' if big_endian else 'little'}-endian"


def _hygiene(facts: ElfFacts) -> Iterator[str]:
    """Return what does not forbid the library but should not be in it."""
    if facts.executable_stack:
        yield "it asks for an executable stack: glibc 2.41 and later, and hardened kernels, refuse to load it"
    if facts.text_relocations:
        yield "it has text relocations: hardened systems refuse to load it, and its pages are not shared"
    for path in facts.rpaths:
        if not path.startswith(("$ORIGIN", "${ORIGIN}")):
            yield f"its RPATH names {path or 'the current directory'!r}, which is of the machine that built it"
    for soname in facts.needed:
        if "/" in soname:
            yield f"it needs {soname} by path, which exists only where it was built"
    if facts.isa_level > 1:
        yield f"it declares to need x86-64-v{facts.isa_level}: older processors refuse it, and no platform tag says so"


def _policing(facts: ElfFacts, expected: Expectation, known: Sequence[Policy], bundled: frozenset[str]) -> _Policing:
    target = expected.target
    if not family(target):
        return _Policing(platform_tags=platform_tags(target, None, known))
    plain = _Policing(platform_tags=(target.plain_tag,))
    if expected.mode == "skip" and not expected.plain and expected.ceiling is not None:
        return _Policing(platform_tags=platform_tags(target, earned_floor(expected.ceiling[1], target), known))
    if expected.plain or expected.mode == "skip":
        return plain
    foreign = _foreign_libc(facts, target)
    if foreign:
        return _Policing(problems=(foreign,))
    if not known:
        warning = f"no {family(target)} policy is known for {target.arch}: the tag promises nothing"
        return replace(plain, warnings=(warning,))
    return _graded(facts, expected, known, bundled)


def _graded(facts: ElfFacts, expected: Expectation, known: Sequence[Policy], bundled: frozenset[str]) -> _Policing:
    target, asked = expected.target, expected.ceiling
    standing = judge(facts, known, bundled)
    faults = [*standing.violations]
    if asked is not None and not standing.violations:
        faults += _exceeded(facts, expected, known, bundled)
    if standing.graft and expected.mode != "repair":
        faults.append(
            f"it needs {', '.join(standing.graft)}, which no {family(target)} system is sure to have: "
            f"link it statically, or have it copied into the wheel (--auditwheel repair)"
        )
    tags: tuple[str, ...] = (target.plain_tag,)
    if standing.floor is not None and not (standing.graft and expected.mode == "warn"):
        tags = platform_tags(target, earned_floor(_promised(standing, expected), target), known)
    is_lenient = expected.mode == "warn"
    return _Policing(
        platform_tags=tags,
        floor=_promised(standing, expected) if standing.floor and family(target) == "musllinux" else standing.floor,
        graft=standing.graft if expected.mode == "repair" else (),
        problems=() if is_lenient else tuple(faults),
        warnings=tuple(faults) if is_lenient else (),
        blockers=standing.blockers,
    )


def _promised(standing: Standing, expected: Expectation) -> Version:
    """Return the version that the tag names: the highest of what was found, what was asked for and Rust's own floor.

    musl has no symbol versions, so there the floor of Rust's std is all that is known, unless a version was asked for.
    """
    found = standing.floor or (0, 0)
    target = expected.target
    if expected.ceiling is not None:
        return max(found, expected.ceiling[1])
    return max(found, target.rustc_floor or found) if family(target) == "musllinux" else found


def _exceeded(
    facts: ElfFacts, expected: Expectation, known: Sequence[Policy], bundled: frozenset[str]
) -> Iterator[str]:
    """Return why the library does not keep what was asked for, with the symbols and libraries that break it."""
    if expected.ceiling is None:
        return
    name, version = expected.ceiling
    tag = f"{name}_{version[0]}_{version[1]}"
    if name != family(expected.target):
        yield f"{tag} was asked for, but {expected.target.triple} can earn {family(expected.target)} tags only"
        return
    blocker = obstacles(facts, known, bundled, version)
    if blocker is not None:
        more = len(blocker.symbols) - _MOST_NAMED
        parts = [*reversed(blocker.symbols[-_MOST_NAMED:]), *([f"and {more} more symbols"] if more > 0 else [])]
        parts += [f"library {soname}" for soname in blocker.libraries]
        yield f"{tag} was asked for, but it needs more: {', '.join(parts)}"


def _foreign_libc(facts: ElfFacts, target: Target) -> str:
    found, wanted = flavour(facts), "musl" if family(target) == "musllinux" else "gnu"
    names = {"gnu": "glibc", "musl": "musl"}
    return f"linked to {names[found]}, but {target.triple} is of {names[wanted]}" if found not in ("", wanted) else ""


def _highest(facts: ElfFacts) -> dict[str, str]:
    """Return the highest version of each namespace that has numbered ones; sorted by namespace."""
    best: dict[str, str] = {}
    for need in facts.needs:
        if number(need.number) > number(best.get(need.namespace, "")):
            best[need.namespace] = need.number
    return dict(sorted(best.items()))
