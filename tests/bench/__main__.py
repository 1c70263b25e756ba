"""`python -m tests.bench [--quick]`: we and maturin side by side on one crate, five interpreters, two jobs.

Prints ratios; never fails because of them. Needs maturin (in the dev group), cargo and its registry.
"""

import argparse
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from io import StringIO
from pathlib import Path

from rich.console import Console
from tests.bench import installing, sdists
from tests.bench.measure import Sample, in_turn, run, verdict
from tests.bench.projects import CRATE

from wheelmatrix.events import RunPlanned, RunStarted, Stamped, StepStarted, UnitFinished, UnitStarted
from wheelmatrix.show.dashboard import Dashboard

PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
JOBS = "2"


class Bench:
    """A copy of the crate for each side, so that neither touches the other's target directory."""

    def __init__(self, scratch: Path) -> None:
        self._ours, self._theirs, self._plain = scratch / "ours", scratch / "theirs", scratch / "plain"
        for place in (self._ours, self._theirs, self._plain):
            shutil.copytree(CRATE, place, ignore=shutil.ignore_patterns("target", "dist"))
        self._environment = {
            **os.environ,
            "WHEELMATRIX_CACHE_DIR": str(scratch / "cache"),
            "CARGO_BUILD_JOBS": JOBS,
            # What pip installs is compiled to bytecode; a checkout may be in a place, or a process, that keeps none.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
        }
        argv = [sys.executable, "-m", "wheelmatrix", "plan", "-i", *PYTHONS]
        subprocess.run(argv, cwd=self._ours, env=self._environment, stdout=subprocess.DEVNULL, check=True)

    def ours(self, *, clean: bool = False, edit: bool = False) -> Sample:
        """Build five wheels with wheelmatrix."""
        self._prepare(self._ours, clean=clean, edit=edit)
        argv = [sys.executable, "-m", "wheelmatrix", "build", "-j", JOBS, "--progress", "plain", "-i", *PYTHONS]
        return run(argv, self._ours, self._environment)

    def theirs(self, *, clean: bool = False, edit: bool = False) -> Sample:
        """Build five wheels with maturin."""
        self._prepare(self._theirs, clean=clean, edit=edit)
        argv = [sys.executable, "-m", "maturin", "build", "--release", "-j", JOBS, "-i", *PYTHONS]
        return run(argv, self._theirs, self._environment)

    def one_cargo(self) -> Sample:
        """Build the library once with cargo alone."""
        self._prepare(self._plain, clean=True, edit=False)
        environment = {**self._environment, "PYO3_BUILD_EXTENSION_MODULE": "1", "PYO3_PYTHON": sys.executable}
        return run(["cargo", "build", "--release", "-j", JOBS], self._plain, environment)

    def _prepare(self, place: Path, *, clean: bool, edit: bool) -> None:
        if clean:
            for name in ("target", "dist"):
                shutil.rmtree(place / name, ignore_errors=True)
        if edit:
            source = place / "src/lib.rs"
            source.write_text(f"{source.read_text()}\n// {time.time_ns()}\n")


def compare(bench: Bench, rounds: int) -> None:
    """Print each comparison with maturin as soon as it is measured."""
    print(f"{'':44} {'ours':>9} {'maturin':>9}")
    clean_o, clean_t = in_turn(rounds, partial(bench.ours, clean=True), partial(bench.theirs, clean=True))
    print(verdict("clean build, wall s", clean_o.wall_s, clean_t.wall_s, 0.90))
    print(verdict("clean build, CPU s", clean_o.cpu_s, clean_t.cpu_s, 1.0))
    same_o, same_t = in_turn(rounds, bench.ours, bench.theirs)
    print(verdict("nothing changed, wall s", same_o.wall_s, same_t.wall_s, 0.03))
    print(verdict("nothing changed, CPU s", same_o.cpu_s, same_t.cpu_s, 0.03))
    edit_o, edit_t = in_turn(rounds, partial(bench.ours, edit=True), partial(bench.theirs, edit=True))
    print(verdict("one Rust file edited, wall s", edit_o.wall_s, edit_t.wall_s, 0.60))
    print(verdict("one Rust file edited, CPU s", edit_o.cpu_s, edit_t.cpu_s, 0.60))
    (cargo,) = in_turn(rounds, bench.one_cargo)
    print(f"{'':44} {'ours':>9} {'cargo':>9}")
    print(verdict("peak memory of a clean build, GB", clean_o.peak_bytes / 1e9, cargo.peak_bytes / 1e9, 1.5))


def start_up(rounds: int) -> None:
    """Print how long `--version` takes."""
    argv = [sys.executable, "-m", "wheelmatrix", "--version"]
    (quick,) = in_turn(max(rounds, 3), lambda: run(argv, CRATE))
    print(
        f"{'--version, wall s':44} {quick.wall_s:9.3f} {'':9}   {'':12}   limit  0.15   {_sign(quick.wall_s <= 0.15)}"
    )


def orchestrator(bench: Bench) -> None:
    """Print the orchestrator's own share of a clean build's CPU: all of it less what cargo and its children took."""
    code = (
        "import resource, sys; from wheelmatrix.cli import main; main(sys.argv[1:]); "
        "own = resource.getrusage(resource.RUSAGE_SELF); of = resource.getrusage(resource.RUSAGE_CHILDREN); "
        "print(own.ru_utime + own.ru_stime, of.ru_utime + of.ru_stime)"
    )
    place = bench._ours
    bench._prepare(place, clean=True, edit=False)
    argv = [sys.executable, "-c", code, "build", "-j", JOBS, "--progress", "plain", "-i", *PYTHONS]
    said = subprocess.run(
        argv,
        cwd=place,
        env=bench._environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    own_s, children_s = map(float, said.stdout.split()[-2:])
    print(verdict("orchestrator's CPU s in a clean build", own_s, own_s + children_s, 0.02))


def dashboard(cells: int = 40, seconds: int = 10) -> None:
    """Print what the live screen costs: `cells` at work, four frames a second, CPU per second of run."""
    console = Console(file=StringIO(), force_terminal=True, width=120, height=40)
    screen = Dashboard(console, is_unicode=True)
    names = tuple(f"cp3{number}-linux_x86_64" for number in range(cells))
    steps = tuple(f"compile:{name}" for name in names)
    first = (
        RunStarted(run="bench", tool="bench", directory=".", arguments=(), jobs=cells),
        RunPlanned(
            project="bench", version="1", cells=names, targets=names, steps=steps, titles=names, wheels=names, left=()
        ),
        *(StepStarted(step=step, expected_s=60.0) for step in steps),
    )
    screen.show([Stamped(seq=0, at_s=0.0, wall_s=0.0, event=event) for event in first], 0.0)
    before = resource.getrusage(resource.RUSAGE_SELF)
    for frame in range(4 * seconds):
        step, unit = steps[frame % cells], f"crate-{frame} v1.0.0"
        events = (UnitStarted(step=step, unit=unit), UnitFinished(step=step, unit=unit, fresh=False))
        screen.show([Stamped(seq=0, at_s=frame / 4, wall_s=0.0, event=event) for event in events], frame / 4)
    after = resource.getrusage(resource.RUSAGE_SELF)
    screen.close()
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(verdict(f"dashboard, CPU s of {seconds} s, {cells} cells", cpu_s, float(seconds), 0.02))


def _sign(holds: bool) -> str:
    return "ok" if holds else "MISSED"


def machine() -> str:
    """Return what was measured on."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    tools = [
        subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
        for argv in (["rustc", "-V"], [sys.executable, "-m", "maturin", "-V"])
    ]
    return (
        f"{model}, {os.cpu_count()} CPUs, {platform.system()}, Python {platform.python_version()}, {', '.join(tools)}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of the median of three")
    rounds = 1 if parser.parse_args().quick else 3
    print(machine(), flush=True)
    subprocess.run(["cargo", "fetch", "--quiet"], cwd=CRATE, check=True)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch))
        dashboard()
        start_up(rounds)
        compare(bench, rounds)
        orchestrator(bench)
        sdists.measure(Path(scratch), rounds)
        installing.measure("bench-crate", CRATE, Path(scratch) / "installing", rounds)
    print("packing a 50 MB library: python -m tests.bench.packing", flush=True)
    print("uploading to an index on this machine: python -m tests.bench.uploading", flush=True)
    print("installing more than that, and develop: python -m tests.bench.installing", flush=True)


if __name__ == "__main__":
    main()
