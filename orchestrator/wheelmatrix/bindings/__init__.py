"""What differs by kind of bindings, as facts; what is done with them stays in `plan`, `audit` and `pack`."""

from wheelmatrix.bindings.facts import Bindings
from wheelmatrix.bindings.pyo3 import config_text, entry_symbols, stable_abis

BINDINGS: dict[str, Bindings] = {
    "pyo3": Bindings(crate="pyo3", config_text=config_text, entry_symbols=entry_symbols, stable_abis=stable_abis),
    "pyo3-ffi": Bindings(
        crate="pyo3-ffi", config_text=config_text, entry_symbols=entry_symbols, stable_abis=stable_abis
    ),
}
"""By name, as `--bindings` and `tool.maturin.bindings` spell it; the first one that a crate depends on is its own."""
