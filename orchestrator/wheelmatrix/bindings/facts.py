"""The facts of one kind of bindings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wheelmatrix.model import Abi, AbiKind, PyO3, Target, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """One kind of bindings."""

    crate: str
    """The dependency that shows it."""
    config_text: Callable[[PyO3, Abi, Target], str]
    """What the crate is told of the Python it is compiled for."""
    entry_symbols: Callable[[str, tuple[int, int, int], Abi], tuple[str, ...]]
    """What a library must export, given module, version and ABI."""
    stable_abis: Callable[[Iterable[str], tuple[int, int, int]], tuple[tuple[AbiKind, Version | None], ...]]
    """The stable ABIs that features turn on."""
