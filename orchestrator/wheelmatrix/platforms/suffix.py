"""How the file of an extension module ends, for each Python on each target."""

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import AbiKind, Interpreter, Target
from wheelmatrix.platforms.registry import PLATFORMS

_TITLES = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
_MUSL_IN_SUFFIX_SINCE = (3, 11)
"""CPython before this says gnu on musl too. Source: CPython Misc/platform_triplet.c."""


def extension_suffix(interpreter: Interpreter, target: Target) -> str:
    """Return the suffix that `interpreter` itself would give a module of its own ABI on `target`, with the leading dot.

    Raises ConfigError if no such Python is known.
    """
    if reason := why_absent(interpreter, target):
        raise ConfigError.of(
            f"no extension suffix is known for {interpreter.id} on {target.triple}: {reason}",
            hint="leave this interpreter or this target out",
        )
    return (
        PLATFORMS[target.os]
        .suffixes[interpreter.implementation]
        .format(
            soabi=interpreter.soabi,
            abi=interpreter.abi_tag,
            arch=target.suffix_arch,
            env=_environment(interpreter, target),
            pypy_arch=target.pypy_arch,
        )
    )


def stable_suffix(kind: AbiKind, target: Target) -> str:
    """Return the suffix of a module of the stable ABI `kind`: `.abi3.so`, `.abi3t.so`, `.pyd`.

    The plain spelling, also from 3.15 on, where CPython looks for one with the platform too: every Python that
    serves the ABI loads it, and it does not depend on how that Python calls its platform.
    """
    if kind == "version":
        raise AssertionError("a version-specific ABI has no stable suffix")
    return PLATFORMS[target.os].stable_suffix.format(kind=kind)


def why_absent(interpreter: Interpreter, target: Target) -> str:
    """Return why there is no such Python on `target`, or none whose names are known; empty if there is one."""
    platform = PLATFORMS[target.os]
    title = _TITLES[interpreter.implementation]
    if interpreter.implementation not in platform.suffixes:
        return f"{title} for {platform.title} is not known"
    match interpreter.implementation:
        case "cpython":
            since = platform.cpython_since
            return f"CPython is there from {since[0]}.{since[1]} on" if interpreter.version < since else ""
        case "pypy":
            return "" if target.pypy_arch else f"PyPy was never built for {target.triple}"
        case "graalpy":
            built = target.arch in platform.graalpy_archs and target.libc != "musl"
            return "" if built else f"GraalPy was never built for {target.triple}"


def _environment(interpreter: Interpreter, target: Target) -> str:
    if target.libc != "musl" or interpreter.version >= _MUSL_IN_SUFFIX_SINCE:
        return target.suffix_env
    # From the triple, because the row's own column says muslabi64 as musl: muslabi64 → gnuabi64.
    return f"linux-{target.triple.rpartition('-')[2].replace('musl', 'gnu')}"
