"""A project of which every hook was answered once, and changes that are taken back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wheelmatrix.backend.anew import metadata_anew, wheel_anew
from wheelmatrix.run.again import metadata_again, wheel_again

LONG_AGO_NS = 1_600_000_000_000_000_000
SETTINGS = {"build-args": "--profile dev"}


class Answered:
    """The project in `folder`, which is the current directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder.parent / "out"
        self.prepared = folder.parent / "prepared"
        for place in (self.out, self.prepared):
            place.mkdir(exist_ok=True)
        age(folder.parent)

    def answer(self) -> str:
        """Have both hooks answered as they are the first time, and return the wheel's name."""
        name = metadata_anew(str(self.prepared), SETTINGS)
        return wheel_anew(str(self.out), SETTINGS, str(self.prepared / name))

    def metadata(self, settings: dict[str, str] = SETTINGS) -> str | None:
        return metadata_again(str(self.prepared), settings)

    def wheel(self, settings: dict[str, str] = SETTINGS, *, given: Path | None = None) -> str | None:
        """Ask for the wheel again; `given`: the metadata directory that is handed over."""
        for old in self.out.glob("*.whl"):
            old.unlink()
        return wheel_again(str(self.out), settings, str(given) if given else None)

    @contextmanager
    def changed(self, name: str, text: str | None) -> Iterator[None]:
        """Have another text in a file, or no such file; then the very one is back that was there before, if any."""
        path, aside = self.folder / name, self.folder.parent / "aside"
        is_there = os.path.lexists(path)
        made = [folder for folder in path.parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_there:
            path.rename(aside)
        try:
            if text is not None:
                path.write_text(text)
            yield
        finally:
            path.unlink(missing_ok=True)
            if is_there:
                aside.rename(path)
            for folder in made:
                folder.rmdir()

    @property
    def record(self) -> Path:
        (found,) = (self.folder / "target/wheelmatrix/hooks").glob("*.json")
        return found


def age(place: Path) -> None:
    """Everything below was changed long ago."""
    for path in sorted(place.rglob("*"), reverse=True):
        if not path.is_symlink():
            os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
