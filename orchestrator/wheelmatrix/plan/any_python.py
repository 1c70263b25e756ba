"""The one row of wheels that fit every Python 3: programs alone, and libraries that generated files load."""

from datetime import date

from wheelmatrix.bindings import BINDINGS
from wheelmatrix.model import Interpreter, Project

ANY_PYTHON = Interpreter(
    id="py3",
    implementation="cpython",
    version=(3, 0),
    free_threaded=False,
    python_tag="py3",
    abi_tag="none",
    soabi="",
    status="final",
    end_of_life=date.max,
    group="",
    offered=True,
)
"""Which Pythons were asked for has no say: there is one wheel for a target."""


def fits_any(project: Project) -> bool:
    """Return whether a project's wheels are of no Python ABI."""
    return project.crate.pyo3 is None


def runs_python(project: Project) -> bool:
    """Return whether nothing but programs that run a Python of their own are shipped: they are linked to it."""
    return project.crate.pyo3 is not None and not BINDINGS[project.crate.bindings].is_library
