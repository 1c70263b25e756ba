"""Open what `matrix/` knows: in the installed package, else in the checkout that this file lies in."""

from pathlib import Path

from wheelmatrix.errors import WheelmatrixError


def table_texts() -> dict[str, str]:
    """Return every table's text by its name relative to `matrix/`: `targets.toml`, `policies/manylinux.json`; sorted.

    Raises WheelmatrixError if the installation lost its tables.
    """
    room = _matrix()
    found = sorted((*room.glob("*.toml"), *room.glob("policies/*.json"), *room.glob("symbols/*.json")))
    return {path.relative_to(room).as_posix(): path.read_text(encoding="utf-8") for path in found}


def _matrix() -> Path:
    # A package in an archive that Python imports from has no room for tables; `importlib.resources`, which would find
    # them there, takes 4 ms of every hook to load.
    for room in (Path(__file__).parent / "matrix", Path(__file__).resolve().parents[2] / "matrix"):
        if room.is_dir():
            return room
    raise WheelmatrixError.of(
        "the tables of targets and interpreters are missing from this installation",
        where="wheelmatrix/matrix",
        hint="install wheelmatrix again",
    )
