"""The verdict on one Windows library: is it what the target, the Python and the platform tag promise."""

from collections.abc import Iterator, Mapping

from wheelmatrix.audit import python_abi
from wheelmatrix.audit.dlls import DllKind, is_python, kind_of, normal, python_dll, python_doubt, python_fault
from wheelmatrix.audit.pe import Imported, PeFacts, read
from wheelmatrix.errors import AuditError
from wheelmatrix.model import Expectation, Report, Tables, Target
from wheelmatrix.platforms import platform_tags
from wheelmatrix.values import dataclass

_WORD_BITS = {"amd64": 64, "x86": 32, "arm64": 64}
_CURES: Mapping[DllKind, str] = {
    "runtime": "the C++ runtime of Microsoft's compiler, which neither Windows nor Python has: link it statically "
    "(-C target-feature=+crt-static), or put it into the wheel",
    "mingw": "a runtime of the MinGW compiler, which no Windows has: link it statically, or put it into the wheel",
    "unknown": "which no Windows is sure to have: link it statically, or put it into the wheel",
}
"""What is missing on the user's machine, by its kind, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonLinkage:
    """What a PE image takes from Python's DLL alone, for the rules that judge names; also see `python_abi.Linkage`."""

    needed: tuple[str, ...]
    defined: frozenset[str]
    undefined: frozenset[str]
    """Names imported from a Python DLL; those of other DLLs are not Python's, whatever they are called."""
    entry_symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanting:
    """A DLL that is missing where the library will run."""

    library: str
    kind: DllKind
    is_delayed: bool
    """It is loaded when it is first called, and so may be optional."""

    def __str__(self) -> str:
        how = f"loads {self.library} when it first calls it" if self.is_delayed else f"needs {self.library}"
        return f"it {how}, {_CURES[self.kind]}"


def audit_pe(
    image: bytes,
    expected: Expectation,
    tables: Tables,
    *,
    name: str,
    is_extension: bool = True,
    bundled: frozenset[str] = frozenset(),
) -> Report:
    """Return what the DLL in `image` is, which platform tag it earned, and everything that forbids shipping it.

    `name` is what the report calls it. `is_extension` False leaves out the rules of Python modules: for a library
    that a wheel brings along, or a program. `bundled` are the file names of the libraries (`.dll`, `.pyd`) in the
    same wheel, in any case.
    Never raises for what is in `image`: a file that cannot be read is a problem of the report.
    """
    try:
        facts = read(image)
    except AuditError as error:
        return _report(name, None, problems=tuple(issue.message for issue in error.issues))
    own = [*_machine_problems(facts, expected.target, is_extension), *_debug_runtimes(facts, expected, tables)]
    doubts = [*_old_runtime(facts), *_traces(facts)]
    if is_extension:
        linkage = python_linkage(facts)
        own += _python_problems(facts, expected)
        own += python_abi.entry_problems(linkage, expected.abi, expected.module)
        own += python_abi.symbol_problems(linkage, expected.abi, on_windows=True)
        doubts += filter(None, (python_doubt(normal(each.library), expected.abi) for each in _from_python(facts)))
        doubts += python_abi.symbol_warnings(linkage, expected.abi)
    wanting = _wanting(facts, expected, tables, frozenset(map(normal, bundled)))
    if not expected.plain and expected.mode != "skip":
        is_lenient = expected.mode == "warn"
        own += [str(one) for one in wanting if not one.is_delayed and not is_lenient]
        doubts += [str(one) for one in wanting if one.is_delayed or is_lenient]
    tags = platform_tags(expected.target, None, ()) if not own else ()
    return _report(name, facts, tags=tags, problems=tuple(own), warnings=tuple(doubts))


def python_linkage(facts: PeFacts) -> PythonLinkage:
    """Return the names that the rules about Python judge."""
    return PythonLinkage(
        needed=facts.needed,
        defined=facts.defined,
        undefined=frozenset().union(*(each.names for each in _from_python(facts))),
        entry_symbols=facts.entry_symbols,
    )


def _report(
    name: str,
    facts: PeFacts | None,
    *,
    tags: tuple[str, ...] = (),
    problems: tuple[str, ...] = (),
    warnings: tuple[str, ...] = (),
) -> Report:
    return Report(
        name=name,
        machine=facts.machine if facts and facts.machine in _WORD_BITS else "",
        word_bits=facts.word_bits if facts else 0,
        needed=facts.needed if facts else (),
        rpaths=(),
        versions={},
        entry_symbols=facts.entry_symbols if facts else (),
        floor=None,
        platform_tags=tags,
        graft=(),
        problems=problems,
        warnings=warnings,
        blockers=(),
    )


def _machine_problems(facts: PeFacts, target: Target, is_extension: bool) -> Iterator[str]:
    if is_extension and not facts.is_dll:
        yield "not a DLL but a program: the crate type has to be cdylib"
    if target.os != "windows":
        yield f"a Windows library, which {target.triple} does not load"
    elif (facts.machine, facts.word_bits) != (target.arch, target.word_bits):
        yield (
            f"built for {facts.machine} {facts.word_bits}-bit, "
            f"but {target.triple} is {target.arch} {target.word_bits}-bit"
        )


def _python_problems(facts: PeFacts, expected: Expectation) -> Iterator[str]:
    """Return why the symbols of Python would not be found: the right DLL has to be there, and no other one."""
    found = _from_python(facts)
    if not found:
        yield (
            f"it is linked to no Python DLL; the Python of its tag has {python_dll(expected.abi)}, "
            f"and a module takes its symbols from there"
        )
    for each in found:
        fault = python_fault(normal(each.library), expected.abi)
        if fault:
            yield fault
        if each.ordinals:
            yield (
                f"it takes {len(each.ordinals)} symbols from {each.library} by number, "
                f"and each release of Python numbers them anew: import them by name"
            )


def _debug_runtimes(facts: PeFacts, expected: Expectation, tables: Tables) -> Iterator[str]:
    for each in (*facts.imports, *facts.delayed):
        if kind_of(normal(each.library), expected.abi, expected.target, tables.windows) == "debug runtime":
            yield (
                f"it needs {each.library}, a debug runtime that exists beside Visual Studio alone and may not be "
                f"shipped: build it without /MDd and _DEBUG"
            )


def _wanting(facts: PeFacts, expected: Expectation, tables: Tables, bundled: frozenset[str]) -> tuple[_Wanting, ...]:
    """Return the DLLs that neither Windows, nor the Python of the tag, nor the wheel has; as listed, each once."""
    found: dict[str, _Wanting] = {}
    for is_delayed, listed in ((False, facts.imports), (True, facts.delayed)):
        for library in (each.library for each in listed):
            dll = normal(library)
            kind = kind_of(dll, expected.abi, expected.target, tables.windows)
            if kind in _CURES and dll not in bundled:
                found.setdefault(dll, _Wanting(library=library, kind=kind, is_delayed=is_delayed))
    return tuple(found.values())


def _old_runtime(facts: PeFacts) -> Iterator[str]:
    if "msvcrt.dll" in map(normal, facts.needed):
        yield (
            "it uses msvcrt.dll, the C runtime of old Windows, and Python another (the UCRT): "
            "files, memory and locales must not pass between the two"
        )


def _traces(facts: PeFacts) -> Iterator[str]:
    """Return what tells of the machine or the minute of the build."""
    if "/" in facts.pdb_path or "\\" in facts.pdb_path:
        yield (
            f"it names the file of its debug symbols by path, {facts.pdb_path!r}, which is of the machine that built "
            f"it: link with /PDBALTPATH:%_PDB%"
        )
    # Only of Microsoft's linker is it sure that it writes the time: lld and GNU ld may take SOURCE_DATE_EPOCH.
    if facts.by_msvc and facts.time_stamp and not facts.is_reproducible:
        yield "its time stamp is that of the link, so no second build gives the same file: link with /Brepro"


def _from_python(facts: PeFacts) -> list[Imported]:
    return [each for each in (*facts.imports, *facts.delayed) if is_python(normal(each.library))]
