"""The facts of one kind of bindings."""

from wheelmatrix.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """One kind of bindings."""

    crate: str = ""
    """The dependency that shows it; empty: the kinds of the crate's targets do."""
    is_library: bool = True
    """True: the crate's cdylib is shipped; False: nothing but programs."""
    is_module: bool = False
    """True: Python imports the library itself, so it has an entry symbol and is of one Python ABI."""
    is_generated: bool = False
    """True: a tool writes the Python files that load the library, and they serve every Python 3."""
