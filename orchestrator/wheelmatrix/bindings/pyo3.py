"""pyo3 and pyo3-ffi: which Pythons a version supports, how it is configured, what its libraries export."""

import re
from collections.abc import Iterable, Mapping

from wheelmatrix.model import Abi, AbiKind, Installed, PyO3, Target, Version

_Range = tuple[Version, Version]
_BUILT_IN: tuple[tuple[tuple[int, int], _Range, _Range | None], ...] = (
    ((0, 23), ((3, 7), (3, 13)), ((3, 9), (3, 11))),
    ((0, 22), ((3, 7), (3, 13)), ((3, 7), (3, 10))),
    ((0, 20), ((3, 7), (3, 12)), ((3, 7), (3, 10))),
    ((0, 19), ((3, 7), (3, 12)), ((3, 7), (3, 10))),
    ((0, 17), ((3, 7), (3, 11)), ((3, 7), (3, 9))),
    ((0, 0), ((3, 7), (3, 10)), ((3, 7), (3, 9))),
)
"""First pyo3-ffi, then its CPython and PyPy, for versions whose metadata does not say (before 0.24): the constants in
the build scripts of pyo3-ffi 0.20 to 0.23; those before name no highest, so the changelog counts (0.19.2: 3.12.0b4)."""
_GRAALPY: tuple[tuple[tuple[int, int], Version, Version | None], ...] = (
    ((0, 28), (3, 12), None),
    ((0, 26), (3, 11), None),
    ((0, 25), (3, 11), (3, 11)),
    ((0, 21), (3, 10), (3, 11)),
)
"""First pyo3-ffi, then its lowest and highest GraalPy (None: CPython's), where its metadata is silent (before 0.29.3).
Source: SUPPORTED_VERSIONS_GRAALPY of its build script; changelog (0.25: GraalPy 24.2, 0.28: 25.0)."""
_FREE_THREADED = (((0, 29), (3, 14)), ((0, 23), (3, 13)))
"""First pyo3-ffi to the lowest free-threaded Python. Source: pyo3's changelog, 0.23.0 and 0.29.0."""
_REFUSES_NEWER_SINCE = (0, 20)
"""From here on the build script ends for a Python above the highest. Source: build scripts of 0.16.6, 0.17.3, 0.19.2
(a lowest version only) and 0.20.3."""
_TARGET_ABI_SINCE = (0, 29)
"""The configuration's key `target_abi` replaces `abi3`, and 3.15 is entered through PyModExport. Source: changelog."""
ASKS_PYTHON = frozenset({"pyo3-build-config", "pyo3-ffi", "pyo3"})
"""Packages whose build scripts read the Python that is built for: what depends on such a run differs by Python ABI."""
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}
_STABLE_FEATURE = re.compile(r"(abi3t?)(?:-py(\d)(\d+))?")
_VERSION_CFG = re.compile(r"Py_3_(\d+)")


def limits(package: Mapping[str, object]) -> tuple[_Range, _Range | None, _Range | None]:
    """Return lowest and highest CPython, PyPy and GraalPy of a pyo3-ffi, given its package in `cargo metadata`.

    It says so itself from 0.24 on (`[package.metadata.cpython]`, …); before, its build script's constants count.
    """
    version = parse_version(str(package["version"]))
    table = package.get("metadata")
    declared: Mapping[str, object] = table if isinstance(table, Mapping) else {}
    built_in = next(row for row in _BUILT_IN if version[:2] >= row[0])
    cpython = _declared(declared, "cpython") or built_in[1]
    pypy = _declared(declared, "pypy") or (None if "cpython" in declared else built_in[2])
    known = ((low, high or cpython[1]) for since, low, high in _GRAALPY if version[:2] >= since)
    return cpython, pypy, _declared(declared, "graalpy") or next(known, None)


def free_threaded_since(version: tuple[int, int, int]) -> Version | None:
    """Return the lowest Python whose free-threaded build a pyo3 supports; None: none."""
    return next((python for since, python in _FREE_THREADED if version[:2] >= since), None)


def refuses_newer(version: tuple[int, int, int]) -> bool:
    """Return whether a pyo3 ends for a Python above its highest; older ones are compiled, and may work or not."""
    return version[:2] >= _REFUSES_NEWER_SINCE


def links_libpython(pyo3: PyO3) -> bool:
    """Return whether an extension module with this pyo3 would link libpython, on systems where none should.

    From 0.26 on PYO3_BUILD_EXTENSION_MODULE says that it is one; before, only the feature does.
    """
    return pyo3.version[:2] < (0, 26) and "extension-module" not in pyo3.features


def needs_import_library(pyo3: PyO3) -> bool:
    """Return whether linking for Windows needs a file that describes the Python DLL, and nobody makes one.

    From 0.29 on rustc makes it (raw-dylib), before only the feature does. Source: changelog, 0.16.4 and 0.29.0.
    """
    return pyo3.version[:2] < _TARGET_ABI_SINCE and "generate-import-lib" not in pyo3.features


def stable_abis(features: Iterable[str], version: tuple[int, int, int]) -> tuple[tuple[AbiKind, Version | None], ...]:
    """Return the stable ABIs that features of pyo3 and pyo3-ffi turn on, each with its lowest Python.

    None: the feature names no version. Features chain upwards (abi3-py38 turns on abi3-py39 …), so the lowest is the
    one that was asked for.
    """
    found: dict[AbiKind, list[Version]] = {}
    for feature in features:
        if parts := _STABLE_FEATURE.fullmatch(feature):
            kind: AbiKind = "abi3t" if parts[1] == "abi3t" else "abi3"
            lows = found.setdefault(kind, [])
            if parts[2]:
                lows.append((int(parts[2]), int(parts[3])))
    return tuple((kind, min(lows) if lows else None) for kind, lows in sorted(found.items()))


def config_text(pyo3: PyO3, abi: Abi, target: Target, libraries: str = "") -> str:
    """Return the content of PYO3_CONFIG_FILE, in the dialect of this pyo3; ends with a newline.

    With it pyo3 asks no Python, so none needs to be installed. `libraries`: the directory with the import library of a
    Python for Windows, where there is one. Source: pyo3-build-config, InterpreterConfig.
    """
    row = abi.interpreter
    implementation = _IMPLEMENTATIONS[row.implementation]
    dotted = f"{row.version[0]}.{row.version[1]}"
    lines = [f"implementation={implementation}", f"version={dotted}", "shared=true"]
    if pyo3.version[:2] >= _TARGET_ABI_SINCE:
        kind = abi.kind if abi.kind != "version" else "free_threaded" if row.free_threaded else "gil_enabled"
        lines.append(f"target_abi={implementation}-{kind}-{dotted}")
    else:
        lines.append(f"abi3={'true' if abi.kind != 'version' else 'false'}")
    lines.append(f"pointer_width={target.word_bits}")
    lines.append(f"build_flags={'Py_GIL_DISABLED' if row.free_threaded else ''}")
    if library := _library_name(abi, target):
        lines.append(f"lib_name={library}")
        lines += [f"lib_dir={libraries}"] if libraries else []
    lines.append("suppress_build_script_link_lines=false")
    return "".join(f"{line}\n" for line in lines)


def configured_python(text: str) -> str:
    """Return which Python a PYO3_CONFIG_FILE describes, as `-i` spells it (`3.12`, `3.14t`, `pypy3.11_pp73`); else "".

    The implementation is CPython unless it says otherwise. Free threading shows in `build_flags`, in `target_abi`, or
    in `abiflags`, and the ABI of a PyPy in `ext_suffix`: maturin knows these two, pyo3 passes over them.
    """
    lines = (line.partition("=") for line in text.splitlines() if not line.lstrip().startswith("#"))
    values = {key.strip(): value.strip() for key, _, value in lines}
    names = {dialect: name for name, dialect in _IMPLEMENTATIONS.items()}
    name = names.get(values.get("implementation", "CPython"))
    version = values.get("version", "")
    if name is None or not re.fullmatch(r"3\.\d+", version):
        return ""
    told = f"{values.get('build_flags', '')} {values.get('target_abi', '')}"
    is_free = "Py_GIL_DISABLED" in told or "free_threaded" in told or "t" in values.get("abiflags", "")
    abi = re.match(r"\.pypy\d+-(pp\d+)", values.get("ext_suffix", "")) if name == "pypy" else None
    return f"{'' if name == 'cpython' else name}{version}{'t' * is_free}{f'_{abi[1]}' if abi else ''}"


def environment(
    abi: Abi, python: Installed | None, *, is_program: bool = False, wants_base: bool = False
) -> dict[str, str]:
    """Return the variables for cargo, apart from PYO3_CONFIG_FILE.

    `python`: one of this machine for build scripts that run it, named with its environment, whose packages they may
    import. A pyo3 that is given a configuration file neither asks it nor watches its path, so that an environment which
    is gone afterwards makes only those scripts run again. Where pyo3 does ask, or the user `wants_base`, the Python
    below the environment is named, whose path stays. `is_program`: nothing but programs that run Python is built; they
    are linked to it, and pyo3 is given no configuration.
    Source: pyo3-build-config 0.17 to 0.30, `resolve_build_config` or the build script, and `find_interpreter`.
    """
    added = {} if is_program else {"PYO3_BUILD_EXTENSION_MODULE": "1"}
    if python is not None:
        named = str(python.base_executable if is_program or wants_base else python.executable)
        row = abi.interpreter
        flags = "t" if row.free_threaded else ""
        signature = f"{row.implementation}-{row.version[0]}.{row.version[1]}{flags}-{python.word_bits}bit"
        added |= {"PYO3_PYTHON": named, "PYTHON_SYS_EXECUTABLE": named, "PYO3_ENVIRONMENT_SIGNATURE": signature}
    return added


def entry_symbols(module: str, version: tuple[int, int, int], abi: Abi) -> tuple[str, ...]:
    """Return the symbols one of which a library must export so that Python can import it as `module`."""
    if version[:2] >= _TARGET_ABI_SINCE and abi.interpreter.version >= (3, 15):
        return (f"PyModExport_{module}", f"PyInit_{module}")
    return (f"PyInit_{module}",)


def abi_fault(cfgs: frozenset[str], abi: Abi) -> str:
    """Return how what pyo3's build script switched on differs from an ABI; empty if it does not.

    `cfgs` are those of cargo's `build-script-executed` message: `Py_3_8` … `Py_3_12`, `Py_LIMITED_API`,
    `Py_GIL_DISABLED`, `PyPy`. A script that names no version proves nothing.
    """
    versions = [int(found[1]) for cfg in cfgs if (found := _VERSION_CFG.fullmatch(cfg))]
    if not versions:
        return ""
    row = abi.interpreter
    if max(versions) != row.version[1] and row.version[1] >= min(versions):
        return f"Python 3.{max(versions)}, expected 3.{row.version[1]}"
    limited = any(cfg.startswith("Py_LIMITED_API") for cfg in cfgs)
    # Other implementations know no stable ABI: with the abi3 feature pyo3 limits its API there, and no more.
    if row.implementation == "cpython" and limited != (abi.kind != "version"):
        return "the limited API" if limited else "a full API, expected the limited one"
    if ("Py_GIL_DISABLED" in cfgs) != (row.free_threaded or abi.kind == "abi3t") and abi.kind != "abi3t":
        return "a free-threaded Python" if "Py_GIL_DISABLED" in cfgs else "a Python with GIL"
    return ""


def parse_version(text: str) -> tuple[int, int, int]:
    """Return the three numbers of a SemVer text; suffixes are dropped."""
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", text)
    if numbers is None:
        raise AssertionError(f"cargo names no version {text!r}")
    return int(numbers[1]), int(numbers[2]), int(numbers[3])


def _declared(metadata: Mapping[str, object], implementation: str) -> _Range | None:
    table = metadata.get(implementation)
    if not isinstance(table, Mapping):
        return None
    low, high = (str(table.get(key, "")).split(".") for key in ("min-version", "max-version"))
    if len(low) < 2 or len(high) < 2:
        return None
    return (int(low[0]), int(low[1])), (int(high[0]), int(high[1]))


def _library_name(abi: Abi, target: Target) -> str:
    """Return the name that Windows links the Python DLL by; elsewhere extension modules link none."""
    if target.os != "windows" or abi.interpreter.implementation != "cpython":
        return ""
    row = abi.interpreter
    stable = {"abi3": "python3", "abi3t": "python3t"}
    return stable.get(abi.kind) or f"python{row.version[0]}{row.version[1]}{'t' * row.free_threaded}"
