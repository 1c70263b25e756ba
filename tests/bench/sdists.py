"""How long the sdist of a crate with ten path dependencies takes, by us and by maturin: `python -m tests.bench.sdists`.

Both are whole programs, started anew each time, in turn. Nothing is compiled.
"""

import os
import sys
import tempfile
from functools import partial
from pathlib import Path

from tests.bench.measure import Sample, in_turn, run, verdict

DEPENDENCIES = 10
_TARGET = 0.5
_PYPROJECT = """\
[build-system]
requires = ["maturin"]
build-backend = "maturin"
[project]
name = "app"
version = "0.1.0"
"""


def write(top: Path) -> Path:
    """Write a crate with path dependencies beside it, and return its directory."""
    names = [f"dep{number}" for number in range(DEPENDENCIES)]
    needed = "".join(f'{name} = {{ path = "../{name}" }}\n' for name in ["pyo3", *names])
    for name in ["app", "pyo3", *names]:
        folder = top / name
        (folder / "src").mkdir(parents=True)
        (folder / "src/lib.rs").write_text("pub fn f() {}\n")
        more = f'[lib]\ncrate-type = ["cdylib"]\n[dependencies]\n{needed}' if name == "app" else ""
        version = "0.29.0" if name == "pyo3" else "0.1.0"
        (folder / "Cargo.toml").write_text(
            f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n{more}'
        )
    (top / "app/pyproject.toml").write_text(_PYPROJECT)
    return top / "app"


def measure(scratch: Path, rounds: int) -> None:
    """Print both times and their ratio."""
    # What pip installs is compiled to bytecode; a checkout may be in a place, or a process, that keeps none.
    bytecode = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}
    environment = {**os.environ, **bytecode, "CARGO_NET_OFFLINE": "true"}
    project = write(scratch / "tree")

    def made(program: str) -> Sample:
        argv = [sys.executable, "-m", program, "sdist", "--out", str(scratch / program)]
        return run(argv, project, environment)

    for program in ("wheelmatrix", "maturin"):
        made(program)
    ours, theirs = in_turn(rounds, partial(made, "wheelmatrix"), partial(made, "maturin"))
    print(verdict(f"sdist, {DEPENDENCIES} path dependencies, wall s", ours.wall_s, theirs.wall_s, _TARGET), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), 5)
