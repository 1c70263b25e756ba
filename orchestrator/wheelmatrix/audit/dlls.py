"""What the name of a DLL says: whose Python it is, which C runtime, and whether every Windows has it."""

import re
from collections.abc import Mapping
from typing import Literal

from wheelmatrix.model import Abi, CarriedLibrary, Target, Version, WindowsPolicy

DllKind = Literal["python", "system", "old runtime", "carried", "debug runtime", "runtime", "mingw", "unknown"]
"""`old runtime`: part of Windows, but not the one that Python uses; `carried`: the Python of the tag brings it along;
`runtime`, `mingw`: of Microsoft's compiler and of MinGW's, and in neither Windows nor Python."""

_PYTHON = re.compile(r"python3\d*t?(?:_d)?\.dll|libpypy3(?:\.\d+)?-c\.dll|python-native\.dll|libpython3[\d.]*t?\.dll")
"""CPython's, PyPy's, GraalPy's, and that of CPython as MinGW builds it. Source: PC/layout of CPython; delvewheel."""
_PYTHON_DEBUG = re.compile(r"python3\d*t?_d\.dll")
_PYTHON_WITH_GIL = re.compile(r"python3\d*\.dll")
_PYTHON_MINGW = re.compile(r"libpython3[\d.]*t?\.dll")
_OLD_RUNTIME = "msvcrt.dll"
_RUNTIME = re.compile(
    r"(?:vcruntime|msvcp|msvcr|concrt|vccorlib|vcamp|vcomp|mfcm?)\d+u?(?P<debug>d)?"
    r"(?:_(?:\d|threads|atomic_wait|codecvt_ids|clr\d+|app)(?P<late>d)?)?\.dll"
    r"|(?P<other>ucrtbased|msvcrtd|vcompd?)\.dll"
)
"""C, C++ and OpenMP runtimes of Visual C++; a `d` marks the debug ones, which no one may ship."""
_MINGW = re.compile(
    r"(?:libgcc_s_\w+|libstdc\+\+|libwinpthread|libunwind|libc\+\+(?:abi)?|libssp|libatomic|libgomp|libomp"
    r"|libquadmath|libgfortran)(?:-\d+)?\.dll"
)
_GRAALPY = "python-native.dll"
_BOTH_SINCE: Version = (3, 15)
_STABLE: Mapping[str, str] = {"abi3": "python3.dll", "abi3t": "python3t.dll"}
"""Both forward to the versioned DLL beside them; a Python with a GIL has the second from 3.15 on (PEP 803)."""


def normal(name: str) -> str:
    """Return a DLL's name as the loader compares it: in lower case, and with `.dll` where it has no extension."""
    lower = name.lower()
    return lower if "." in lower else f"{lower}.dll"


def is_python(dll: str) -> bool:
    """Return whether the DLL `dll` (normal) is a Python's own, whichever."""
    return _PYTHON.fullmatch(dll) is not None


def python_dll(abi: Abi) -> str:
    """Return the one Python DLL that a module of `abi` takes its symbols from, in lower case."""
    row = abi.interpreter
    if abi.kind != "version":
        return _STABLE[abi.kind]
    major, minor = row.version
    match row.implementation:
        case "cpython":
            return f"python{major}{minor}{'t' * row.free_threaded}.dll"
        case "pypy":
            return f"libpypy{major}.{minor}-c.dll"
        case "graalpy":
            return _GRAALPY


def python_fault(dll: str, abi: Abi) -> str:
    """Return why the Python DLL `dll` (normal) does not do for `abi`; empty if it does."""
    wanted = python_dll(abi)
    if dll == wanted or dll in _also_there(abi):
        return ""
    if _PYTHON_DEBUG.fullmatch(dll):
        return f"it is linked to {dll} of a debug build, which no installed Python has, not to {wanted}"
    if _PYTHON_MINGW.fullmatch(dll):
        return f"it is linked to {dll} of a MinGW Python, whose platform tag is another; the tag's Python has {wanted}"
    if abi.kind != "version" and dll not in _STABLE.values():
        return (
            f"it is linked to {dll}, which one Python alone has, and fails on every other one that its tag names: "
            f"link it to {wanted}, where the stable ABI is"
        )
    if wanted.endswith("t.dll") and _PYTHON_WITH_GIL.fullmatch(dll):
        return (
            f"it is linked to {dll}, of a Python with a GIL: loaded into a free-threaded one it crashes; link {wanted}"
        )
    return f"it is linked to {dll}, but the Python of its tag has {wanted}"


def python_doubt(dll: str, abi: Abi) -> str:
    """Return what makes it doubtful that the module was built for `abi`, though it finds its symbols in `dll`."""
    if dll not in _also_there(abi):
        return ""
    return f"it is linked to {dll}, where the stable ABI is, and not to {python_dll(abi)}: its tag could be a wider one"


def kind_of(dll: str, abi: Abi, target: Target, policy: WindowsPolicy) -> DllKind:
    """Return what the DLL `dll` (normal) is for a module of `abi` on `target`."""
    runtime = _RUNTIME.fullmatch(dll)
    if is_python(dll):
        return "python"
    if dll == _OLD_RUNTIME:
        return "old runtime"
    if runtime and (runtime["debug"] or runtime["late"] or (runtime["other"] or "").endswith("d")):
        return "debug runtime"
    if any(_is_there(one, abi, target) for one in policy.carried if one.library == dll):
        return "carried"
    if runtime:
        return "runtime"
    if dll in policy.libraries or dll.startswith(policy.prefixes):
        return "system"
    return "mingw" if _MINGW.fullmatch(dll) else "unknown"


def _also_there(abi: Abi) -> frozenset[str]:
    """Return the stable ABI's DLLs that a Python has beside the one that it is asked for; cffi links them by default.

    From 3.15 on a Python with a GIL has both; before, there was no second. A free-threaded one has its own alone.
    """
    row = abi.interpreter
    if row.implementation != "cpython":
        return frozenset()
    has_both = row.version >= _BOTH_SINCE
    with_gil = {_STABLE["abi3"]} if abi.kind != "abi3t" and not row.free_threaded else set()
    return frozenset({*with_gil, *([_STABLE["abi3t"]] if has_both else [])}) - {python_dll(abi)}


def _is_there(one: CarriedLibrary, abi: Abi, target: Target) -> bool:
    row = abi.interpreter
    fits = one.since <= row.version and target.word_bits in one.word_bits
    return fits and one.implementation == row.implementation
