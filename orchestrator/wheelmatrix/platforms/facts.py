"""The facts of one system."""

from collections.abc import Callable
from dataclasses import dataclass

from wheelmatrix.model import Interpreter, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One system, as functions of a target on it."""

    extension_suffix: Callable[[Interpreter, Target], str]
    """Suffix of an extension module for one Python ABI."""
    rustflags: Callable[[Target], tuple[str, ...]]
    """Flags for every crate of the target."""
    rustc_args: Callable[[Target, str], tuple[str, ...]]
    """Arguments for the extension module alone, given its file name."""
