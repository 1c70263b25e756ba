"""Wheels from the sdist: it is made, unpacked below the target directory, and planned there.

The place stays the same from run to run and what did not change is not written again, so cargo finds its builds fresh;
the builds are those of the checkout's own target directory, so dependencies are compiled once for both.
"""

import os
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from wheelmatrix.errors import PackError
from wheelmatrix.run.files import issue_of, write_if_changed
from wheelmatrix.run.prepare import Prepared, prepare
from wheelmatrix.run.sdist import MadeSdist, make_sdist

_FOLDER = "sdist"


def prepare_from_sdist(
    command_line: Mapping[str, object], *, directory: Path, environment: Mapping[str, str]
) -> tuple[MadeSdist, Prepared]:
    """Make the sdist in the wheel directory, and return it with the plan of its wheels, which will lie beside it.

    Raises what `make_sdist` and `prepare` raise.
    """
    made = make_sdist(command_line, directory=directory, environment=environment)
    top = unpack(made.path, made.target_directory / "wheelmatrix" / _FOLDER)
    asked = {name: value for name, value in command_line.items() if name != "manifest_path"}
    asked |= {"out": str(made.path.parent), "target_dir": str(made.target_directory)}
    if isinstance(pythons := asked.get("interpreters"), tuple):
        asked["interpreters"] = tuple(_absolute(str(each), directory) for each in pythons)
    inherited = {name: value for name, value in environment.items() if name != "WHEELMATRIX_MANIFEST_PATH"}
    prepared = prepare(asked, directory=top, environment=inherited)
    # What is told, and where a run is resumed, is where the program was started.
    return made, replace(prepared, gathered=replace(prepared.gathered, directory=directory))


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist of ours, and return its top directory; files that are there unchanged keep their time.

    What another sdist left in the folder is removed. Raises PackError.
    """
    wanted: set[Path] = set()
    try:
        with tarfile.open(sdist) as archive:
            for member in archive:
                path = folder / member.name
                content = archive.extractfile(member)
                if content is None:
                    raise AssertionError(f"{member.name} of an sdist that was audited is no file")
                path.parent.mkdir(parents=True, exist_ok=True)
                write_if_changed(path, content.read())
                path.chmod(0o755 if member.mode & 0o111 else 0o644)
                wanted.add(path)
        _remove_others(folder, wanted)
    except OSError as error:
        raise PackError(issue_of(error, Path(error.filename or folder))) from error
    return folder / next(iter(wanted)).relative_to(folder).parts[0]


def _remove_others(folder: Path, wanted: set[Path]) -> None:
    """Remove the files of older sdists; what a build wrote beside the sources, such as a lock file, goes too."""
    kept = {parent for path in wanted for parent in path.parents}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path in wanted or path in kept:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _absolute(python: str, directory: Path) -> str:
    """Return the absolute path of a Python that was named by a relative one."""
    is_path = os.sep in python or "/" in python
    return str((directory / python).absolute()) if is_path else python
