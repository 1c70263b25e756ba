"""Environments of other people's programs, made by pip from a package index and kept beside the toolchain.

They are none of the tests' own environment, so that what they depend on moves none of the versions there.
"""

import hashlib
import os
import subprocess
import sys
import venv
from functools import partial
from pathlib import Path

import tomli
from tests.toolchain.cache import Unavailable, default_directory, provide_piece, run

_PROJECT = tomli.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = {
    # pyramid, which devpi-server is made of, imports pkg_resources: newer setuptools have it no more. passlib reads the
    # users of pypiserver; waitress, which comes with devpi-server, lets it answer several clients at once.
    "servers": ("pypiserver[passlib]==2.4.2", "devpi-server==6.20.3", "setuptools>=70,<81"),
    "clients": ("twine==7.0.0", "uv==0.13.9", "maturin==1.16.0"),
    # What a user has beside us, and no more: where trio is, too, every HTTP client loads it, an eighth of a second.
    "own": (*_PROJECT["dependencies"], *_PROJECT["optional-dependencies"]["httpx2"]),
}
"""What is in each; versions are those that the reference measured, 2026-11."""


def python_with(name: str, directory: Path | None = None) -> Path:
    """Return the Python of an environment, which is made if it is not there; several processes may ask at once.

    Programs are to be started as `python -m …`: the scripts beside it name a folder that is gone. What is compiled
    (`uv`, `maturin`) can be started as it is. Raises Unavailable if pip cannot install it.
    """
    asked = REQUIREMENTS[name]
    # What it is made of is in the name: another Python, or other versions, are another piece.
    made_of = f"{asked} {sys.version} {sys.base_prefix}"
    piece = f"peers/{name}-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}"
    told = f"{' '.join(asked)}, from the package index"
    try:
        root = provide_piece(directory or default_directory(), piece, partial(_make, asked), told=told)
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"pip could not install {' '.join(asked)}") from error
    return root / "bin/python"


def environment_of(python: Path) -> dict[str, str]:
    """Return the variables for programs of an environment: those of this process, but for the user's own settings."""
    own = ("DEVPISERVER_", "MATURIN_", "PYTHON", "TWINE_", "UV_", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)])}


def _make(requirements: tuple[str, ...], root: Path) -> None:
    venv.create(root, with_pip=True, symlinks=True)
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(root / "bin/python", *install, *requirements)
