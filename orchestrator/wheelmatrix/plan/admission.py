"""Which Pythons a project and its pyo3 admit."""

from collections.abc import Iterable
from dataclasses import replace

from packaging.specifiers import SpecifierSet

from wheelmatrix.bindings.pyo3 import refuses_newer, stable_abis
from wheelmatrix.model import Gathered, Installed, Interpreter, Project, PyO3, Version
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.any_python import runs_python
from wheelmatrix.project.features import conditional, pyo3_features

_PATCHES = (0, *range(1, 31), 99)
"""A version X.Y is admitted if one of its patch releases is: `>=3.8.1` admits 3.8."""


def obstacle(row: Interpreter, project: Project, gathered: Gathered, options: BuildOptions) -> str:
    """Return why `--all-interpreters` leaves a row out; empty if it does not."""
    reason = exclusion(row, project, gathered, options)
    is_old = gathered.today > row.end_of_life and not row.group.endswith("-eol")
    if not reason and not project.metadata.requires_python and is_old:
        reason = f"its end of life was {row.end_of_life}, and there is no requires-python; it is built when it is named"
    return reason


def exclusion(row: Interpreter, project: Project, gathered: Gathered, options: BuildOptions) -> str:
    """Return why the project cannot be built for a row; empty if it can."""
    pyo3 = project.crate.pyo3
    if pyo3 is None:
        return ""
    if reason := requirement(row, project):
        return reason
    limits = _limits(row, pyo3)
    name = f"{pyo3.crate} {dotted(pyo3.version)}"
    if limits is None:
        return f"{name} does not support {row.implementation}"
    if row.version > limits[1] and _is_served(row, limits[1], project, gathered, options):
        return ""
    if not limits[0] <= row.version <= limits[1]:
        return f"{name} supports {row.implementation} {dotted(limits[0])} to {dotted(limits[1])}"
    return _free_threading(row, pyo3, name) if row.free_threaded else ""


def refusal(row: Interpreter, project: Project, gathered: Gathered, options: BuildOptions) -> str:
    """Return why the project cannot be built for a row that was asked for by name; empty if it can.

    A pyo3 that is older than the Python, and does not refuse it, is compiled for it: who asks knows of `untried`.
    """
    reason = exclusion(row, project, gathered, options)
    pyo3 = project.crate.pyo3
    is_untried = pyo3 is not None and not row.free_threaded and not refuses_newer(pyo3.version) and _is_newer(row, pyo3)
    return "" if is_untried and not requirement(row, project) else reason


def untried(rows: Iterable[Interpreter], project: Project, gathered: Gathered, options: BuildOptions) -> list[str]:
    """Return a warning for each row that will be built although its pyo3 is older; the list may be empty."""
    return [
        f"{row.id}: {reason}; it does not refuse others, and whether they work is not known"
        for row in rows
        if (reason := exclusion(row, project, gathered, options))
    ]


def requirement(row: Interpreter, project: Project) -> str:
    """Return why requires-python excludes a row; empty if it does not."""
    requires = project.metadata.requires_python
    return f"the project requires Python {requires}" if requires and not _admits(requires, row.version) else ""


def without_requirement(project: Project, pythons: Iterable[Installed]) -> Project:
    """Return a project as it is planned for a frontend, which itself has compared its Python with requires-python.

    It goes on with one that is excluded if it was told to: `pip install --ignore-requires-python`.
    """
    requires = project.metadata.requires_python
    if not requires or all(_admits(requires, each.version) for each in pythons):
        return project
    return replace(project, metadata=replace(project.metadata, requires_python=""))


def exclusion_hint(project: Project) -> str:
    """Return what a project admits, in words."""
    low, high = project.crate.pyo3.cpython if project.crate.pyo3 else ((3, 0), (3, 99))
    needs = f", requires-python {project.metadata.requires_python}" if project.metadata.requires_python else ""
    return f"the project admits CPython {dotted(low)} to {dotted(high)}{needs}"


def dotted(version: Iterable[int]) -> str:
    """Return the numbers of a version, with dots."""
    return ".".join(map(str, version))


def _limits(row: Interpreter, pyo3: PyO3) -> tuple[Version, Version] | None:
    return {"cpython": pyo3.cpython, "pypy": pyo3.pypy, "graalpy": pyo3.graalpy}[row.implementation]


def _is_newer(row: Interpreter, pyo3: PyO3) -> bool:
    limits = _limits(row, pyo3)
    return limits is not None and row.version > limits[1]


def _is_served(row: Interpreter, highest: Version, project: Project, gathered: Gathered, options: BuildOptions) -> bool:
    """Return whether the stable ABI of a Python that pyo3 knows serves a row that is newer than all of these.

    pyo3's build script looks at the Python of the configuration, which is the lowest that abi3 serves.
    """
    if row.implementation != "cpython" or row.free_threaded or project.crate.pyo3 is None or runs_python(project):
        return False
    found = pyo3_features(gathered.cargo_metadata, project.crate, options, conditional(options, row))
    stable = dict(stable_abis(found, project.crate.pyo3.version))
    if "abi3" not in stable:
        return False
    requires = project.metadata.requires_python
    lowest = stable["abi3"]
    return lowest <= highest if lowest else not requires or _admits(requires, highest)


def _free_threading(row: Interpreter, pyo3: PyO3, name: str) -> str:
    since = pyo3.free_threaded_since
    if since is None:
        return f"{name} does not support free-threaded Python"
    return f"{name} supports free-threaded Python from {dotted(since)} on" if row.version < since else ""


def _admits(requires_python: str, version: Version) -> bool:
    specifiers = SpecifierSet(requires_python, prereleases=True)
    return any(specifiers.contains(f"{version[0]}.{version[1]}.{patch}") for patch in _PATCHES)
