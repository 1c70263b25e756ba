"""The stable ABI by symbol: since which Python a name is part of it."""

from collections.abc import Mapping

from abi3info import DATAS, FUNCTIONS  # type: ignore[import-untyped]  # abi3info has annotations but no py.typed
from abi3info.models import Data, Function  # type: ignore[import-untyped]  # as above

from wheelmatrix.model import Version

_WINDOWS = "MS_WINDOWS"
_ELSEWHERE = frozenset({_WINDOWS, "USE_STACKCHECK", "Py_REF_DEBUG", "Py_TRACE_REFS"})
"""Conditions of stable symbols that no ordinary Python fulfils, but for the first. Source: abi3info, FEATURE_MACROS."""
_KNOWN: Mapping[str, Function | Data] = {
    symbol.name: entry for table in (FUNCTIONS, DATAS) for symbol, entry in table.items()
}


def stable_since(name: str, *, on_windows: bool) -> Version | None:
    """Return the Python with which a symbol came into the stable ABI; None: it is not part of it. Source: abi3info.

    `on_windows` says that Python is one for Windows, whose stable ABI has some functions more.
    """
    entry = _KNOWN.get(name)
    if entry is None:
        return None
    condition = entry.ifdef
    is_there = condition is None or (on_windows and condition.name == _WINDOWS) or condition.name not in _ELSEWHERE
    return (entry.added.major, entry.added.minor) if is_there else None
