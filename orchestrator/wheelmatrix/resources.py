"""Open what `matrix/` knows: in the installed package, else in the checkout that this file lies in."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from wheelmatrix.errors import WheelmatrixError


def table_texts() -> dict[str, str]:
    """Return every table's text by its name relative to `matrix/`: `targets.toml`, `policies/manylinux.json`; sorted.

    Raises WheelmatrixError if the installation lost its tables.
    """
    room = _matrix()
    found = {entry.name: entry for entry in room.iterdir() if entry.name.endswith(".toml")}
    for folder in ("policies", "symbols"):
        entries = (room / folder).iterdir()
        found |= {f"{folder}/{entry.name}": entry for entry in entries if entry.name.endswith(".json")}
    return {name: found[name].read_text(encoding="utf-8") for name in sorted(found)}


def _matrix() -> Traversable:
    for room in (files("wheelmatrix") / "matrix", Path(__file__).resolve().parents[2] / "matrix"):
        if room.is_dir():
            return room
    raise WheelmatrixError.of(
        "the tables of targets and interpreters are missing from this installation",
        where="wheelmatrix/matrix",
        hint="install wheelmatrix again",
    )
