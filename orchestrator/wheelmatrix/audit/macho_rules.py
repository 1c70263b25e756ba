"""The verdict on one Mach-O library: is it what the target, the Python and the platform tag promise."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from wheelmatrix.audit import python_abi
from wheelmatrix.audit.macho import MachFacts, Slice, read
from wheelmatrix.audit.macho_floor import UNIVERSAL2, archs_of, asked_floors, earned_tags, exceeded, minima, untold
from wheelmatrix.audit.macho_loads import judge_loads, path_problems, path_warnings
from wheelmatrix.audit.refusal import refused
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Expectation, Report, Tables, Target, Version
from wheelmatrix.tables import policies_for
from wheelmatrix.values import dataclass

_LIBRARIES = ("MH_DYLIB", "MH_BUNDLE")
_LOADED = (*_LIBRARIES, "MH_EXECUTE")
_FRAMEWORKS = "/System/Library/"
_OFFERED_BY_HOST = re.compile(r"_*k?CF[A-Z]\w*|_?(?:objc|OBJC)_.*")
"""Python on macOS is linked to CoreFoundation, which brings libobjc. Source: `python3-config --libs` there."""
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policing:
    """What the platform's promise makes of a library."""

    platform_tags: tuple[str, ...]
    graft: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def audit_macho(
    image: bytes,
    expected: Expectation,
    tables: Tables,
    *,
    name: str,
    is_extension: bool = True,
    bundled: frozenset[str] = frozenset(),
    promised: Mapping[str, Version] | None = None,
) -> Report:
    """Return what the library in `image` is, which platform tags it earned, and everything that forbids shipping it.

    `name` is what the report calls it. `is_extension` False leaves out the rules of Python modules: for a library
    that a wheel brings along, or a program. `bundled` are the file names in the same wheel. `promised` are the macOS
    versions of a filename's tags, by architecture, in place of `expected.ceiling`, which has only one.
    Never raises for what is in `image`: a file that cannot be read is a problem of the report.
    """
    try:
        facts = read(image)
    except AuditError as error:
        return refused(name, error)
    target = expected.target
    allowed = _allowed(tables)
    asked = asked_floors(expected, tables) if promised is None else promised
    policing = _policing(facts if not is_extension else _without_python(facts), expected, tables, bundled, asked)
    own = [*_slice_problems(facts, target, is_extension), *_told(facts, _signature_problems)]
    doubts = [*_slice_warnings(facts, target, is_extension), *_told(facts, _hygiene)]
    doubts += [*_told(facts, lambda one: path_warnings(one, allowed)), *_told(facts, _flat_warnings)]
    (own if is_extension else doubts).extend(_told(facts, lambda one: path_problems(one, allowed)))
    (own if is_extension else doubts).extend(_told(facts, _flat_problems))
    if is_extension:
        own += _told(facts, lambda one: _python_problems(one, expected))
        doubts += _told(facts, lambda one: python_abi.symbol_warnings(one, expected.abi))
    problems = (*own, *policing.problems)
    found = minima(facts, target)
    return Report(
        name=name,
        machine=_machine(facts),
        word_bits=facts.slices[0].word_bits,
        needed=tuple(dict.fromkeys(path for one in facts.slices for path in one.needed)),
        rpaths=tuple(dict.fromkeys(path for one in facts.slices for path in one.rpaths)),
        versions=_versions(found),
        entry_symbols=tuple(
            sorted(frozenset[str].intersection(*(frozenset(one.entry_symbols) for one in facts.slices)))
        ),
        floor=min(found.values(), default=None),
        platform_tags=policing.platform_tags if not problems else (),
        graft=policing.graft,
        problems=problems,
        warnings=(*doubts, *policing.warnings),
        blockers=(),
    )


def _versions(found: Mapping[str, Version]) -> dict[str, str]:
    """Return the lowest macOS, and that of each architecture where there are several."""
    each = {arch: f"{floor[0]}.{floor[1]}" for arch, floor in sorted(found.items())}
    lowest = {"macOS": each[min(found, key=lambda arch: found[arch])]} if found else {}
    return {**lowest, **(each if len(each) > 1 else {})}


def _told(facts: MachFacts, rule: Callable[[Slice], Iterable[str]]) -> list[str]:
    """Return what `rule` says of the slices, each fault once, with the slices that have it where not all do."""
    said: dict[str, list[str]] = {}
    for one in facts.slices:
        for fault in rule(one):
            said.setdefault(fault, []).append(one.arch)
    return [
        fault if len(archs) == len(facts.slices) else f"{' and '.join(archs)} slice: {fault}"
        for fault, archs in said.items()
    ]


def _slice_problems(facts: MachFacts, target: Target, is_extension: bool) -> Iterator[str]:
    if target.os != "macos":
        yield f"a Mach-O library, which {target.triple} does not load"
        return
    found, wanted = [one.arch for one in facts.slices], archs_of(target)
    if missing := [arch for arch in wanted if arch not in found]:
        yield f"built for {' and '.join(found)}, but {target.triple} is {' and '.join(wanted)}: no {missing[0]} code"
    elif is_extension and (surplus := _surplus(facts, target)):
        yield surplus
    kinds = _LIBRARIES if is_extension else _LOADED
    for one in facts.slices:
        if is_extension and one.kind not in kinds:
            yield f"not a shared library but {one.kind}: the crate type has to be cdylib"
        if one.platforms and one.minimum is None:
            yield f"built for {' and '.join(one.platforms)}, not for macOS"
        page_bytes = 1 << (14 if one.arch.startswith("arm64") else 12)
        if facts.is_fat and one.offset % page_bytes:
            yield f"its {one.arch} slice begins at {one.offset:#x}, which is no page of {page_bytes} bytes"


def _slice_warnings(facts: MachFacts, target: Target, is_extension: bool) -> Iterator[str]:
    if not is_extension and (surplus := _surplus(facts, target)):
        yield surplus
    if not is_extension and any(one.kind not in _LOADED for one in facts.slices):
        yield f"neither a library nor a program but {facts.slices[0].kind}: nothing loads it"


def _surplus(facts: MachFacts, target: Target) -> str:
    """Return what is said of slices that the tag does not promise; empty if there are none."""
    wanted = archs_of(target)
    more = [one.arch for one in facts.slices if one.arch not in wanted]
    if target.os != "macos" or not more or not all(arch in [one.arch for one in facts.slices] for arch in wanted):
        return ""
    return (
        f"it has code for {' and '.join(more)} beside {' and '.join(wanted)}, which no Python of {target.triple} "
        f"loads: give the wheel the tag for all of it, or leave that slice out"
    )


def _hygiene(one: Slice) -> Iterator[str]:
    if not one.platforms:
        yield "it does not say which macOS it needs (no LC_BUILD_VERSION): the tag trusts what was asked for"
    if not one.two_level and one.kind in _LOADED:
        yield "it looks every symbol up in all libraries (flat namespace): another library's may come first"
    if one.signature is not None and not one.signature.ends_image:
        yield "something follows its code signature, which has to be the last of the file"
    for directory in one.signature.directories if one.signature is not None else ():
        if directory.hash_name.startswith("type"):
            yield f"its code signature has hashes of an unknown kind ({directory.hash_name}): no page was compared"


def _signature_problems(one: Slice) -> Iterator[str]:
    """Return why macOS kills the process that loads the library: arm64 needs a signature, and a false one fails all."""
    signed = one.signature
    if signed is None:
        if one.arch.startswith("arm64") and one.kind in _LOADED:
            yield "it has no code signature, and macOS kills the process that loads arm64 code without: sign it ad hoc"
        return
    if signed.bad_pages:
        whole = max(directory.pages for directory in signed.directories)
        yield (
            f"{len(signed.bad_pages)} of {whole} pages are not what was signed (page {signed.bad_pages[0]} first): it "
            f"was changed afterwards, and macOS kills the process that loads it: sign it again, as the last step"
        )
    covered = max(directory.code_limit for directory in signed.directories)
    if covered < signed.offset:
        yield f"its code signature covers {covered} of the {signed.offset} bytes before it: sign it again"


def _flat_problems(one: Slice) -> Iterator[str]:
    """Return the symbols that no library was found for at the link, and that neither Python nor macOS can offer."""
    if not _has_frameworks(one) and (strange := _strange(one)):
        yield (
            f"no library was found for {strange} when it was linked, and Python does not offer it: it fails when it is "
            f"imported; link what defines it"
        )


def _flat_warnings(one: Slice) -> Iterator[str]:
    """Return the symbols that only frameworks of macOS may offer, where the SDK did not have them (any more)."""
    if _has_frameworks(one) and (strange := _strange(one)):
        yield (
            f"no library was found for {strange} when it was linked: it fails when it is imported where none of macOS' "
            f"frameworks has it"
        )


def _has_frameworks(one: Slice) -> bool:
    return any(path.startswith(_FRAMEWORKS) for path in one.needed)


def _strange(one: Slice) -> str:
    """Return the symbols of no known library, as messages name them; empty if there are none, or all are such."""
    if not one.two_level:
        return ""
    names = [
        name
        for name in sorted((one.flat & one.undefined) - one.defined)
        if not python_abi.is_python_name(name) and not _OFFERED_BY_HOST.fullmatch(name)
    ]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _python_problems(one: Slice, expected: Expectation) -> Iterator[str]:
    yield from python_abi.entry_problems(one, expected.abi, expected.module)
    yield from python_abi.libpython_problems(one)
    yield from python_abi.symbol_problems(one, expected.abi)
    bound = sorted(name for name in one.in_program & one.undefined if python_abi.is_python_name(name))
    if bound:
        yield (
            f"it looks for {bound[0]} in the program alone, where a Python with a shared library does not have it: "
            f"link with -undefined dynamic_lookup, not with -bundle_loader"
        )


def _without_python(facts: MachFacts) -> MachFacts:
    """Return the facts without libpython, which is no question of the platform but always wrong in a module."""
    slices = (
        replace(one, loads=tuple(load for load in one.loads if not python_abi.is_libpython(load.path)))
        for one in facts.slices
    )
    return replace(facts, slices=tuple(slices))


def _policing(
    facts: MachFacts, expected: Expectation, tables: Tables, bundled: frozenset[str], asked: Mapping[str, Version]
) -> _Policing:
    target, allowed = expected.target, _allowed(tables)
    if target.os != "macos":
        return _Policing(platform_tags=())
    found = minima(facts, target)
    tags = earned_tags(found, target, tables)
    if expected.mode == "skip" or expected.plain:
        return _Policing(platform_tags=earned_tags(asked, target, tables) if asked and not expected.plain else tags)
    by_tag = target.floor is None
    faults = [*exceeded(found, asked, by_tag=by_tag)]
    doubts = [*untold(found, asked)] if by_tag else []
    if not allowed:
        doubts.append("no macOS policy is known: the libraries that it is linked to are not judged")
    graft: dict[str, None] = {}
    for one in facts.slices if allowed else ():
        loads = judge_loads(one, allowed, bundled)
        graft.update(dict.fromkeys(loads.graft))
        faults += [fault for fault in loads.problems if fault not in faults]
        doubts += [doubt for doubt in loads.warnings if doubt not in doubts]
    if graft and expected.mode != "repair":
        faults.append(
            f"it needs {', '.join(graft)}, which no other macOS is sure to have: "
            f"link it statically, or have it copied into the wheel (--auditwheel repair)"
        )
    is_lenient = expected.mode == "warn"
    return _Policing(
        platform_tags=tags,
        graft=tuple(sorted(graft)) if expected.mode == "repair" else (),
        problems=() if is_lenient else tuple(faults),
        warnings=(*doubts, *(faults if is_lenient else ())),
    )


def _allowed(tables: Tables) -> frozenset[str]:
    """Return the libraries that every macOS has, of any architecture; empty if no policy is known."""
    return frozenset(
        path for arch in UNIVERSAL2 for policy in policies_for(tables, "macosx", arch) for path in policy.libraries
    )


def _machine(facts: MachFacts) -> str:
    """Return the architecture as platform tags spell it; several, if no tag has them, with a blank between."""
    found = [one.arch for one in facts.slices]
    return "universal2" if sorted(found) == sorted(UNIVERSAL2) else " ".join(found)
