"""Where the project is configured."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from wheelmatrix.errors import ConfigError


def find_pyproject(directory: Path, manifest: str) -> tuple[Path | None, str]:
    """Return pyproject.toml and its text; None and an empty text if there is none.

    Without `manifest` it is the one in `directory`; with it, the nearest from the manifest upwards, inside of the
    checkout it lies in. Raises ConfigError if it cannot be read.
    """
    places: Iterable[Path] = [directory]
    if manifest:
        named = (directory / manifest).absolute()
        places = _upwards(named if named.is_dir() else named.parent)  # `-m crates/native` is its Cargo.toml
    for place in places:
        path = place / "pyproject.toml"
        if path.is_file():
            return path, text_of(path)
    return None, ""


def text_of(path: Path, encoding: str = "utf-8-sig") -> str:
    """Return a text with the ends of its lines as they are."""
    try:
        return path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        raise ConfigError.of(f"is not UTF-8: byte {error.start}", where=str(path), hint="save it as UTF-8") from error
    except OSError as error:
        raise ConfigError.of(f"cannot be read: {error.strerror}", where=str(path)) from error


def _upwards(directory: Path) -> Iterator[Path]:
    for place in (directory, *directory.parents):
        yield place
        if (place / ".git").exists():
            return
