"""`python -m tests.bench.installing [--quick]`: installing from source, and `develop`, nothing changed, beside maturin.

Measured is what build isolation does, without its downloads, which are no backend's: the same pip builds and installs
a project from environments of their own, in turn, each with both backends in reach (`--no-build-isolation` for both).
Both peers see a Python at another path than the time before; nothing else has changed. Half a second of each is pip's
own, which no backend can lower.

The projects: the benchmark's crate (pyo3 and thirteen more dependencies), the same with LTO, which 17 of 65 published
sdists have, and one that was published, rpds-py; all with a wheel for each Python. A crate with abi3 and pyo3 0.29 is
no measure: maturin does not compile those again.
"""

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from functools import partial
from itertools import cycle
from pathlib import Path

from tests.bench.measure import Sample, in_turn, run, verdict
from tests.bench.projects import CRATE, PUBLISHED, published

CHECKOUT = Path(__file__).parents[2]
JOBS = "2"
_BACKENDS = ("wheelmatrix", "maturin")


class Bench:
    """A copy of a project for each backend, and two environments that they are installed into in turn."""

    def __init__(self, project: Path, scratch: Path, variables: Mapping[str, str]) -> None:
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "CONDA_PREFIX")},
            "WHEELMATRIX_CACHE_DIR": str(scratch / "cache"),
            "CARGO_BUILD_JOBS": JOBS,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONPATH": os.pathsep.join([str(CHECKOUT / "orchestrator"), sysconfig.get_path("purelib")]),
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
            # What pip installs is compiled to bytecode; a checkout may be in a place, or a process, that keeps none.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
            **variables,
        }
        scratch.mkdir(exist_ok=True)
        self._places = {name: scratch / name for name in _BACKENDS}
        for name, place in self._places.items():
            shutil.copytree(project, place, ignore=shutil.ignore_patterns("target", "dist"))
            manifest = place / "pyproject.toml"
            manifest.write_text(manifest.read_text().replace('build-backend = "maturin"', f'build-backend = "{name}"'))
        prefixes = [scratch / "one", scratch / "other"]
        for prefix in prefixes:
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", prefix], check=True)
        pythons = [next(path for path in each.glob("*/python*") if path.stem == "python") for each in prefixes]
        # Of two that install into one environment each would find what the other one has put there.
        self._prefixes = dict(zip(_BACKENDS, prefixes, strict=True))
        self._turns = {name: cycle(pythons) for name in _BACKENDS}

    def install(self, backend: str) -> Sample:
        """Install the project from source into the environment whose turn it is."""
        python = str(next(self._turns[backend]))
        argv = [python, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "--force-reinstall",
                "--target", str(Path(python).parents[1] / "installed"), "--upgrade", "."]  # fmt: skip
        return run(argv, self._places[backend], self._environment)

    def develop(self, program: str) -> Sample:
        """Install the project as editable with a program of its own."""
        pip = Path(sysconfig.get_path("scripts"), "pip")
        argv = [sys.executable, "-m", program, "develop", "--release", "--pip-path", str(pip)]
        return run(argv, self._places[program], {**self._environment, "VIRTUAL_ENV": str(self._prefixes[program])})


def measure(title: str, project: Path, scratch: Path, rounds: int, **variables: str) -> Bench:
    """Print what installing a project again takes; `variables` are set for both peers."""
    bench = Bench(project, scratch, variables)
    install = [partial(bench.install, name) for name in _BACKENDS]
    in_turn(1, *install)
    ours, theirs = in_turn(rounds, *install)
    print(verdict(f"pip install {title}, wall s", ours.wall_s, theirs.wall_s, 0.10), flush=True)
    print(verdict(f"pip install {title}, CPU s", ours.cpu_s, theirs.cpu_s, 0.10), flush=True)
    return bench


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of the median of three")
    rounds = 1 if parser.parse_args().quick else 3
    subprocess.run(["cargo", "fetch", "--quiet"], cwd=CRATE, check=True)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        print(f"{'nothing changed':44} {'ours':>9} {'maturin':>9}", flush=True)
        bench = measure("bench-crate", CRATE, scratch / "crate", rounds)
        develop = [partial(bench.develop, name) for name in _BACKENDS]
        in_turn(1, *develop)
        ours, theirs = in_turn(rounds, *develop)
        print(verdict("develop bench-crate, wall s", ours.wall_s, theirs.wall_s, 1.0), flush=True)
        sign = "ok" if ours.wall_s <= 1 else "MISSED"
        print(
            f"{'develop bench-crate again, wall s':44} {ours.wall_s:9.2f} {'':9}   {'':12}   limit  1.00   {sign}",
            flush=True,
        )
        lto = {"CARGO_PROFILE_RELEASE_LTO": "fat", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "1"}
        measure("bench-crate, LTO", CRATE, scratch / "lto", rounds, **lto)
        (scratch / "published").mkdir()
        measure(PUBLISHED[0], published(scratch / "published"), scratch / "other", rounds)


if __name__ == "__main__":
    main()
