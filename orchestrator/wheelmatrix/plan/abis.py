"""Which Python ABI each cell is compiled for: its own version, or a stable one that serves many."""

from collections.abc import Iterable
from dataclasses import replace

from wheelmatrix.bindings.pyo3 import stable_abis
from wheelmatrix.model import Abi, AbiKind, Cell, Gathered, Interpreter, Left, Project, Tables, Version
from wheelmatrix.options import BuildOptions, for_cell
from wheelmatrix.plan.any_python import runs_python
from wheelmatrix.plan.tags import short_id
from wheelmatrix.project.features import conditional, pyo3_features
from wheelmatrix.values import dataclass

_ABI3T_SINCE: Version = (3, 15)
"""The first Python that loads abi3t. Source: PEP 803."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A cell with the ABI it is compiled for, and the options and features that hold for it."""

    cell: Cell
    abi: Abi
    options: BuildOptions
    features: tuple[str, ...]
    """Features of the configuration that hold for this cell, in their order."""


def bind(
    cell: Cell,
    options: BuildOptions,
    tables: Tables,
    gathered: Gathered,
    project: Project,
    admitted: Iterable[Interpreter],
) -> Bound | Left:
    """Return the cell's ABI; Left where the crate's stable ABI excludes the cell's Python."""
    own = for_cell(options, cell.id, short_id(cell.interpreter, cell.target))
    features = conditional(own, cell.interpreter)
    if project.crate.pyo3 is None or runs_python(project):
        kind: AbiKind = "none" if project.crate.pyo3 is None else "version"
        return Bound(cell=cell, abi=Abi(kind=kind, interpreter=cell.interpreter), options=own, features=features)
    stable = _stable(features, own, gathered, project)
    row = cell.interpreter
    kind = _kind(row, stable)
    if kind == "version":
        if reason := _below(row, stable):
            return Left(cell=cell.id, reason=reason, hint="turn the abi3 feature off for it (python-version)")
        return Bound(cell=cell, abi=Abi(kind=kind, interpreter=row), options=own, features=features)
    lowest = stable[kind]
    if lowest is None:
        wanted = ((each, conditional(own, each)) for each in admitted)
        alike = [each for each, on in wanted if on == features or kind in _stable(on, own, gathered, project)]
        lowest = _lowest(kind, alike, row)
    if kind == "abi3t":
        lowest = max(lowest, _ABI3T_SINCE)
    abi = Abi(kind=kind, interpreter=cpython_row(tables, lowest))
    return Bound(cell=cell, abi=abi, options=own, features=features)


def cpython_row(tables: Tables, version: Version) -> Interpreter:
    """Return the row of a CPython with GIL; of one older than the tables know, only name and tags count."""
    rows = [row for row in tables.interpreters if row.implementation == "cpython" and not row.free_threaded]
    for row in rows:
        if row.version == version:
            return row
    digits = f"{version[0]}{version[1]}"
    tag = f"cp{digits}"
    return replace(rows[0], id=tag, version=version, python_tag=tag, abi_tag=tag, soabi=f"cpython-{digits}")


def _stable(
    features: Iterable[str], options: BuildOptions, gathered: Gathered, project: Project
) -> dict[AbiKind, Version | None]:
    """Return the stable ABIs that the crate has with `features`, each with its lowest Python, if it names one."""
    found = pyo3_features(gathered.cargo_metadata, project.crate, options, features)
    return dict(stable_abis(found, project.crate.pyo3.version)) if project.crate.pyo3 else {}


def _kind(row: Interpreter, stable: dict[AbiKind, Version | None]) -> AbiKind:
    if row.implementation != "cpython":
        return "version"
    if "abi3t" in stable and row.version >= max(stable["abi3t"] or _ABI3T_SINCE, _ABI3T_SINCE):
        return "abi3t"
    if "abi3" in stable and not row.free_threaded and row.version >= (stable["abi3"] or row.version):
        return "abi3"
    return "version"


def _below(row: Interpreter, stable: dict[AbiKind, Version | None]) -> str:
    """Return why a Python with GIL cannot be built for: pyo3 refuses one below the abi3 minimum."""
    minimum = stable.get("abi3")
    if minimum is None or row.implementation != "cpython" or row.free_threaded or row.version >= minimum:
        return ""
    return f"the crate's abi3 feature begins at Python {minimum[0]}.{minimum[1]}"


def _lowest(kind: AbiKind, admitted: Iterable[Interpreter], row: Interpreter) -> Version:
    """Return the lowest Python that the project admits: a stable ABI must not depend on what was selected."""
    versions = [each.version for each in admitted if each.implementation == "cpython" and not each.free_threaded]
    if kind == "abi3t":
        versions = [version for version in versions if version >= _ABI3T_SINCE]
    return min((*versions, row.version))
