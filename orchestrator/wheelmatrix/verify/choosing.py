"""Which Pythons a wheel is imported and tested in, and what is missing where there is none."""

from collections.abc import Iterable, Mapping, Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wheelmatrix.audit.dist_info import headers
from wheelmatrix.model import Tables
from wheelmatrix.model.verified import Lacking, Runner
from wheelmatrix.values import dataclass
from wheelmatrix.verify.tags import accepts, arch_of, ids, names, tags_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pythons:
    """All Pythons that can be started here, and those that were asked for and cannot."""

    runners: tuple[Runner, ...]
    """Those of this machine first."""
    patterns: dict[str, str]
    """Label of a runner to the pattern over cell ids that it was configured for; only those that have one."""
    absent: tuple[tuple[str, Lacking], ...] = ()
    """Pattern (may be empty) and what is missing of each Python that was configured and does not start."""


def chosen(filename: str, pythons: Pythons, tables: Tables, requires_python: str = "") -> tuple[Runner, ...]:
    """Return the Pythons that take a wheel and are for its cells; may be empty.

    `requires_python`: what its METADATA asks for, PEP 440; what excludes a Python keeps installers from it, too.
    """
    spellings = ids(filename, tables)
    asked = _specifiers(requires_python)
    return tuple(
        runner
        for runner in pythons.runners
        if _is_for(pythons.patterns.get(runner.label, ""), spellings)
        and accepts(runner.installed, filename)
        and asked.contains(runner.installed.patch.rstrip("+"), prereleases=True)
    )


def requires_python_of(members: Mapping[str, bytes]) -> str:
    """Return what the METADATA among a wheel's members asks of Pythons; empty: nothing, or it has none."""
    text = next((content for name, content in members.items() if name.endswith(".dist-info/METADATA")), b"")
    return next(iter(headers(text).get("requires-python", ())), "")


def _specifiers(requires_python: str) -> SpecifierSet:
    try:
        return SpecifierSet(requires_python)
    except InvalidSpecifier:  # installers take no notice of it either
        return SpecifierSet()


def why_none(filename: str, pythons: Pythons, tables: Tables) -> Lacking:
    """Return why no Python takes a wheel, and how to get one that does."""
    spellings = ids(filename, tables)
    reasons = [lacking for pattern, lacking in pythons.absent if _is_for(pattern, spellings)]
    configured = [
        f"{runner.label} is {_described(runner)}"
        for runner in pythons.runners
        if not runner.is_native and _is_meant(runner, pythons, spellings, filename)
    ]
    wanted = _wanted(filename)
    message = "; ".join(
        [f"no Python here takes a wheel for {wanted}", *(each.message for each in reasons), *configured]
    )
    hints = dict.fromkeys(each.hint for each in reasons if each.hint)
    return Lacking(message=message, hint="; ".join(hints) or _hint(filename, pythons.runners))


def _is_for(pattern: str, spellings: Iterable[str]) -> bool:
    return not pattern or names((pattern,), spellings)


def _is_meant(runner: Runner, pythons: Pythons, spellings: Iterable[str], filename: str) -> bool:
    """Return whether a Python was configured for the cells of a wheel, or is of a machine that the wheel is for."""
    pattern = pythons.patterns.get(runner.label, "")
    if pattern:
        return names((pattern,), spellings)
    return any(tag.platform.endswith(f"_{arch_of(runner.installed)}") for tag in tags_of(filename))


def _described(runner: Runner) -> str:
    one = runner.installed
    implementation = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}[one.implementation]
    system = f"{one.platform.partition('-')[0]} {arch_of(one)}" + (f" with {one.libc}" if one.libc else "")
    return f"{implementation} {one.patch}{'t' * one.free_threaded} on {system}"


def _wanted(filename: str) -> str:
    """Return what a wheel's name asks for: `cp312-cp312 on manylinux_2_17_aarch64`."""
    tags = tags_of(filename)
    pythons = dict.fromkeys(f"{tag.interpreter}-{tag.abi}" for tag in sorted(tags, key=str))
    platforms = sorted({tag.platform for tag in tags}, key=lambda name: (-len(name), name))
    return f"{', '.join(pythons)} on {platforms[0]}" if tags else "a name without tags"


def _hint(filename: str, runners: Sequence[Runner]) -> str:
    platforms = sorted(tag.platform for tag in tags_of(filename))
    first = platforms[0] if platforms else ""
    if first.startswith("macosx"):
        return "wheels for macOS are imported on macOS alone"
    if first.startswith("win"):
        return "name the directory of a Windows Python with --python-root; it is started with wine"
    own = {arch_of(runner.installed) for runner in runners if runner.is_native}
    if first.startswith("musllinux"):
        return "name the directory of an unpacked musl distribution (Alpine's, for instance) with --python-root"
    if any(first.endswith(f"_{arch}") for arch in own):
        return (
            "install such a Python, name one with -i, or with --python-root the directory of an unpacked distribution"
        )
    return "name the directory of an unpacked distribution for it with --python-root; it is started with qemu-user"
