"""Which Python of this machine build scripts are told of: the one that is built for, or another in its place."""

from collections.abc import Sequence
from pathlib import PurePath

from wheelmatrix.bindings import pyo3
from wheelmatrix.model import Gathered, Installed, Project
from wheelmatrix.plan.abis import Bound
from wheelmatrix.plan.any_python import runs_python
from wheelmatrix.plan.select import installed_for

NAMES_PYTHON = frozenset({"PYO3_PYTHON", "PYTHON_SYS_EXECUTABLE"})
"""The variables that name it."""


def python_variables(group: Sequence[Bound], project: Project, gathered: Gathered) -> dict[str, str]:
    """Return the variables that tell pyo3 and build scripts of their Python; none where none has a say in the build.

    Of cffi, whose files a Python writes, it is one that was asked for, else the active one.
    """
    if project.crate.pyo3 is None:
        writes = next((each.executable for each in gathered.asked.values()), gathered.current)
        is_cffi = project.crate.bindings == "cffi"
        return {"PYTHON_SYS_EXECUTABLE": str(writes)} if is_cffi and writes else {}
    lead = group[0]
    python = _python(group, gathered)
    named = pyo3.environment(
        lead.abi, python, is_program=runs_python(project), wants_base=lead.options.use_base_python
    )  # fmt: skip
    other = stand_in(group, project, gathered)
    return {**named, **(dict.fromkeys(sorted(NAMES_PYTHON), str(other)) if other else {})}


def stand_in(group: Sequence[Bound], project: Project, gathered: Gathered) -> PurePath | None:
    """Return the Python that scripts are told of where none that is built for is here; None: one is, or none at all.

    A script that runs one writes code with it, as a rule, and asks no more of it than that it is a Python.
    """
    has_own = project.crate.pyo3 is None or _python(group, gathered) is not None
    return None if has_own else gathered.current


def _python(group: Sequence[Bound], gathered: Gathered) -> Installed | None:
    """Return the Python that the cells are for; of a stable ABI the lowest of theirs, else of those that it serves."""
    here = (installed_for(bound.cell.interpreter, gathered) for bound in group)
    if (own := next(filter(None, here), None)) is not None or group[0].abi.kind in ("version", "none"):
        return own
    served = [each for each in gathered.installed if _serves(group[0], each)]
    return min(served, key=lambda each: (each.version, str(each.executable)), default=None)


def _serves(lead: Bound, installed: Installed) -> bool:
    if installed.implementation != "cpython" or installed.debug:
        return False
    has_abi = lead.abi.kind == "abi3t" or not installed.free_threaded
    return has_abi and installed.version >= lead.abi.interpreter.version
