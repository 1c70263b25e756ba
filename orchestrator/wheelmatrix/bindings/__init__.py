"""What differs by kind of bindings, as facts; what is done with them stays in `plan`, `audit` and `pack`."""

from collections.abc import Collection, Mapping

from wheelmatrix.bindings.facts import Bindings
from wheelmatrix.model import BindingsKind

BINDINGS: Mapping[BindingsKind, Bindings] = {
    "pyo3": Bindings(crate="pyo3", is_module=True),
    "pyo3-ffi": Bindings(crate="pyo3-ffi", is_module=True),
    "uniffi": Bindings(crate="uniffi", is_generated=True),
    "cffi": Bindings(is_generated=True),
    "bin": Bindings(is_library=False),
}
"""By name, as `--bindings` and `tool.maturin.bindings` spell it; the first one that a crate shows is its own."""


def detect(dependencies: Collection[str], *, has_cdylib: bool, has_program: bool) -> BindingsKind | None:
    """Return which bindings a crate has, if nobody says so; None: it makes nothing for Python.

    `dependencies`: names of the packages that the crate itself needs to be built. A program that is bound to Python
    runs one, and is no module, so without a cdylib it is what is shipped. Source: the order that maturin 1.16 has.
    """
    for kind, facts in BINDINGS.items():
        if facts.is_module and facts.crate in dependencies:
            return "bin" if has_program and not has_cdylib else kind
    if "uniffi" in dependencies:
        return "uniffi"
    if has_cdylib:
        return "cffi"
    return "bin" if has_program else None
