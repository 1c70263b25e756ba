"""Does a library fit the Python that its tag names: entry symbol, libpython, stable ABI, symbols by version."""

import re
from collections.abc import Iterator
from typing import Protocol

from wheelmatrix.audit import python_symbols
from wheelmatrix.model import Abi, Version

_LIBPYTHON = re.compile(r"lib(?:python|pypy)(?:\d[\w.]*?(?:-c)?|-native)\.(?:so[\d.]*|dylib)")
"""libpython3.11.so.1.0, libpython3.13t.so.1.0, libpython3.so, libpypy3.11-c.so, libpython-native.so and .dylib."""
_FRAMEWORK = re.compile(r"(?:.*/)?Python3?T?\.framework/.*", re.DOTALL)
"""python.org's Python.framework, PythonT.framework without a GIL, Python3.framework of the command line tools."""
_PYTHON_NAME = re.compile(r"_?Py[A-Za-z_]")
_OFFERED_NAME = re.compile(r"_?(?:Graal)?Py[A-Za-z_]")
_PYPY_NAME = re.compile(r"_?PyPy[A-Z_]")
_ENTRY_NAME = re.compile(r"Py(?:Init|ModExport)U?_")
_FREE_THREADED_ONLY = frozenset({"_Py_MergeZeroLocalRefcount", "_Py_DecRefShared", "_Py_DecRefSharedDebug"})
"""What reference counting without a GIL calls. Source: CPython Include/refcount.h, Py_GIL_DISABLED."""
_BY_FUNCTION = frozenset({"_Py_DecRef", "Py_DecRef"})
"""Counting left to the interpreter: what pyo3 does under the limited API and without a GIL, and only there."""
_INLINED = "_Py_Dealloc"
"""What inlined counting calls where there is a GIL. Source: CPython Include/refcount.h; pyo3-ffi, Py_DECREF."""
_MOST_NAMED = 8
"""Symbols that one message names."""
_MOD_EXPORT_SINCE: Version = (3, 15)
"""PEP 793; an older Python looks for PyInit alone."""


class Linkage(Protocol):
    """What a library of any format offers and asks for; C names without the `_` that Mach-O puts before them."""

    @property
    def needed(self) -> tuple[str, ...]:
        """Libraries that it is linked to, as listed: sonames, paths, names of DLLs."""

    @property
    def defined(self) -> frozenset[str]:
        """Symbols that other libraries, and the interpreter, may look up in it."""

    @property
    def undefined(self) -> frozenset[str]:
        """Symbols that another library or the interpreter has to offer; no weak ones."""

    @property
    def entry_symbols(self) -> tuple[str, ...]:
        """Every exported module entry, `PyInit_x` or `PyModExport_x`, sorted (PEP 489, PEP 793)."""


def entry_names(module: str) -> tuple[str, str]:
    """Return the two entry symbols of a module, PyInit first; names beyond ASCII are punycode (PEP 489, PEP 793)."""
    if module.isascii():
        return f"PyInit_{module}", f"PyModExport_{module}"
    encoded = module.encode("punycode").replace(b"-", b"_").decode("ascii")
    return f"PyInitU_{encoded}", f"PyModExportU_{encoded}"


def entry_problems(facts: Linkage, abi: Abi, module: str) -> Iterator[str]:
    """Return why Python would not find the module's entry in the library; empty if it does."""
    init, export = entry_names(module)
    has_init, has_export = init in facts.defined, export in facts.defined
    if not has_init and not has_export:
        found = ", ".join(facts.entry_symbols) or "no entry symbol at all"
        yield (
            f"neither {init} nor {export} is exported; found {found}: "
            f"let the name of the `#[pymodule]` function and the last part of module-name agree"
        )
    elif abi.kind == "abi3t" and not has_export:
        yield f"{export} is not exported: free-threaded Pythons load a stable-ABI module by it alone (PEP 803)"
    elif not has_init and abi.interpreter.version < _MOD_EXPORT_SINCE:
        yield f"only {export} is exported, which {_named(abi)} does not know: it looks for {init} (PEP 793 is of 3.15)"


def is_python_name(name: str) -> bool:
    """Return whether a symbol is named as the interpreters' own are, so that one of them may offer it."""
    return _OFFERED_NAME.match(name) is not None


def is_libpython(soname: str) -> bool:
    """Return whether `soname` (or the path of a library) is a Python's own library, in any spelling."""
    return bool(_LIBPYTHON.fullmatch(soname.rpartition("/")[2]) or _FRAMEWORK.fullmatch(soname))


def libpython_problems(facts: Linkage) -> Iterator[str]:
    """Return each libpython that the library is linked to: an extension module must not be, whatever its name."""
    for soname in facts.needed:
        if is_libpython(soname):
            yield (
                f"it is linked to {soname}, so it fails on every Python that is built without a shared library: "
                "turn on pyo3's `extension-module` feature, and link no program of the same crate with it"
            )


def symbol_problems(facts: Linkage, abi: Abi, *, on_windows: bool = False) -> Iterator[str]:
    """Return which Python symbols the library uses that the Python of its tag does not offer; sorted, may be empty.

    Weak references are the library's own risk and are not judged. `on_windows` says that Python is one for Windows,
    whose stable ABI has some functions more. Sources: `stable_abi`; `python_symbols`.
    """
    names = sorted(
        name
        for name in facts.undefined
        if _PYTHON_NAME.match(name) and not _ENTRY_NAME.match(name) and name not in facts.defined
    )
    mangled = [name for name in names if _PYPY_NAME.match(name)]
    implementation = abi.interpreter.implementation
    if implementation == "pypy":
        if names and not mangled:
            yield f"it is built for CPython, not for PyPy: it uses {_listed(names)}, and no symbol of PyPy"
    elif mangled:
        yield f"it is built for PyPy, not for {_named(abi)}: it uses {_listed(mangled)}"
    elif abi.kind != "version":
        yield from _stable_problems(names, abi, on_windows)
    elif implementation == "cpython":
        yield from _version_problems(names, abi)


def symbol_warnings(facts: Linkage, abi: Abi) -> Iterator[str]:
    """Return what makes it doubtful that the library was built for the Python of its tag."""
    row = abi.interpreter
    with_gil = abi.kind == "version" and row.implementation == "cpython" and not row.free_threaded
    if with_gil and _BY_FUNCTION & facts.undefined and _INLINED not in facts.undefined:
        yield (
            f"it counts references as libraries for the limited API or a free-threaded Python do, "
            f"and may not be built for {_named(abi)}"
        )


def _stable_problems(names: list[str], abi: Abi, on_windows: bool) -> Iterator[str]:
    from wheelmatrix.audit.stable_abi import stable_since  # a table of a thousand names

    lowest = abi.interpreter.version
    outside: list[str] = []
    late: dict[Version, list[str]] = {}
    for name in names:
        since = stable_since(name, on_windows=on_windows)
        if since is None:
            outside.append(name)
        elif since > lowest:
            late.setdefault(since, []).append(name)
    if outside:
        yield (
            f"the tag promises the stable ABI of Python {_dotted(lowest)}, but these symbols are not part of it: "
            f"{_listed(outside)}"
        )
    for added, found in sorted(late.items()):
        yield (
            f"the tag promises the stable ABI of Python {_dotted(lowest)}, but it uses what came into it "
            f"with {_dotted(added)}: {_listed(found)}"
        )


def _version_problems(names: list[str], abi: Abi) -> Iterator[str]:
    version = abi.interpreter.version
    missing = [
        name
        for name in names
        if python_symbols.FIRST.get(name, (0, 0)) > version or python_symbols.GONE.get(name, (99, 0)) <= version
    ]
    if version > python_symbols.NEWEST:
        missing = []
    if missing:
        ages = ", ".join(f"{name} ({_age(name, version)})" for name in missing[:_MOST_NAMED])
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        yield f"it is not built for {_named(abi)}, which does not have {ages}{more}"
    without_gil = sorted(_FREE_THREADED_ONLY.intersection(names))
    if without_gil and not abi.interpreter.free_threaded:
        yield f"it is built for a free-threaded Python, not for {_named(abi)}: it uses {_listed(without_gil)}"
    if abi.interpreter.free_threaded and _INLINED in names and not without_gil and not _BY_FUNCTION.intersection(names):
        yield f"it is built for a Python with a GIL, not for {_named(abi)}: it counts references as only those do"


def _age(name: str, version: Version) -> str:
    first = python_symbols.FIRST.get(name, (0, 0))
    return f"new in {_dotted(first)}" if first > version else f"gone since {_dotted(python_symbols.GONE[name])}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _dotted(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def _named(abi: Abi) -> str:
    """Return how messages call the Python: `CPython 3.13t`, `PyPy 3.11`, `the stable ABI of Python 3.9`."""
    row = abi.interpreter
    if abi.kind != "version":
        return f"the stable ABI of Python {_dotted(row.version)}"
    implementation = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}[row.implementation]
    return f"{implementation} {_dotted(row.version)}{'t' * row.free_threaded}"
