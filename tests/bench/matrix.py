"""Three Linux targets times three interpreters: `python -m tests.bench.matrix [--quick]`.

Of a published project, most of which is compiled for each Python, and of a crate of ours, most of which is compiled
once: there nothing is left to gain but the seconds in which maturin uses one processor of two.

Ours in one run, against nine builds of cargo-zigbuild, each in a directory of its own, and maturin --zig run target by
target. zig's caches are cold for each of the three at first and warm from the second round on. Prints ratios; never
fails because of them. Then what an unchanged run takes, and the audit of a library of 50 MB.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.bench.__main__ import JOBS, machine
from tests.bench.measure import Sample, in_turn, run, verdict
from tests.bench.projects import CRATE, PUBLISHED, published
from tests.toolchain import default_directory, rust

TARGETS = ("x86_64-unknown-linux-gnu.2.17", "aarch64-unknown-linux-gnu.2.17", "s390x-unknown-linux-gnu.2.17")
PYTHONS = ("3.11", "3.12", "3.13")
LIBRARY_BYTES = 50_000_000


class Sides:
    """A copy of the project and a zig cache for each side."""

    def __init__(self, project: Path, scratch: Path) -> None:
        self._scratch = scratch
        for side in ("ours", "maturin", "zigbuild"):
            shutil.copytree(project, scratch / side, ignore=shutil.ignore_patterns("target", "dist"))
            # Not among the measured: the lock file, which the first call of cargo writes, and what it fetches.
            subprocess.run(["cargo", "fetch", "--quiet"], cwd=scratch / side, check=True)
        triples = [target.partition(".")[0] for target in TARGETS]
        box = rust(default_directory(), triples)
        scripts = sysconfig.get_path("scripts")
        self._environment = {
            **os.environ,
            **box.env,
            "PATH": os.pathsep.join([scripts, os.environ["PATH"]]),
            "WHEELMATRIX_CACHE_DIR": str(scratch / "cache"),
            "CARGO_BUILD_JOBS": JOBS,
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
        }
        self.configs = self._planned()

    def ours(self, *, clean: bool = False) -> Sample:
        """Build nine wheels in one run."""
        self._clean("ours", clean)
        return run(self._ours("build", "--progress", "plain"), self._scratch / "ours", self._environment)

    def maturin(self) -> Sample:
        """Build nine wheels with three runs of maturin --zig."""
        self._clean("maturin", True)
        total = Sample(wall_s=0, cpu_s=0, peak_bytes=0)
        for target in TARGETS:
            argv = [sys.executable, "-m", "maturin", "build", "--release", "--zig", "--compatibility", "manylinux2014",
                    "--target", target.partition(".")[0], "-j", JOBS, "-i", *PYTHONS]  # fmt: skip
            total = _sum(total, run(argv, self._scratch / "maturin", self._with_zig_cache("maturin")))
        return total

    def zigbuild(self) -> Sample:
        """Compile nine libraries with nine runs of cargo-zigbuild, each from nothing."""
        self._clean("zigbuild", True)
        total = Sample(wall_s=0, cpu_s=0, peak_bytes=0)
        for number, (target, config) in enumerate(self.configs):
            environment = {
                **self._with_zig_cache("zigbuild"),
                "PYO3_CONFIG_FILE": str(config),
                "PYO3_BUILD_EXTENSION_MODULE": "1",
            }
            argv = ["cargo-zigbuild", "zigbuild", "--release", "--target", target, "--target-dir", f"target/{number}"]
            total = _sum(total, run(argv, self._scratch / "zigbuild", environment))
        return total

    def _ours(self, command: str, *more: str) -> list[str]:
        targets = [word for target in TARGETS for word in ("--target", target)]
        return [sys.executable, "-m", "wheelmatrix", command, "-j", JOBS, *targets, *more, "-i", *PYTHONS]

    def _planned(self) -> list[tuple[str, Path]]:
        """Return target and pyo3's configuration of each build of our plan, for those who have no such table."""
        said = subprocess.run(
            self._ours("plan", "--format", "json"), cwd=self._scratch / "ours", env=self._environment,
            stdout=subprocess.PIPE, check=True,
        ).stdout  # fmt: skip
        found = []
        for build in json.loads(said)["builds"]:
            path = self._scratch / f"{build['id']}.txt"
            path.write_text(build["config"])
            found.append((build["target"], path))
        return found

    def _with_zig_cache(self, side: str) -> dict[str, str]:
        cache = self._scratch / f"zig-{side}"
        own = {"ZIG_GLOBAL_CACHE_DIR": cache / "zig", "CARGO_ZIGBUILD_CACHE_DIR": cache / "wrappers"}
        return {**self._environment, "XDG_CACHE_HOME": str(cache), **{name: str(path) for name, path in own.items()}}

    def _clean(self, side: str, clean: bool) -> None:
        for name in ("target", "dist") if clean else ():
            shutil.rmtree(self._scratch / side / name, ignore_errors=True)


def _sum(one: Sample, other: Sample) -> Sample:
    return Sample(
        wall_s=one.wall_s + other.wall_s,
        cpu_s=one.cpu_s + other.cpu_s,
        peak_bytes=max(one.peak_bytes, other.peak_bytes),
    )


def compare(title: str, sides: Sides, rounds: int) -> None:
    """Print the comparisons as soon as they are measured; the project's name stands above them."""
    clean, maturin, zigbuild = in_turn(rounds, partial(sides.ours, clean=True), sides.maturin, sides.zigbuild)
    print(f"{f'{title}, 9 wheels from clean':44} {'ours':>9} {'others':>9}")
    print(verdict("CPU s, against 9 x cargo-zigbuild", clean.cpu_s, zigbuild.cpu_s, 0.75))
    print(verdict("wall s, against maturin --zig by target", clean.wall_s, maturin.wall_s, 0.80))
    print(verdict("CPU s, against maturin --zig by target", clean.cpu_s, maturin.cpu_s, 1.0))
    (same,) = in_turn(max(rounds, 3), sides.ours)
    print(verdict("unchanged, wall s, against 3 s", same.wall_s, 3.0, 1.0), flush=True)


def audit() -> None:
    """Print how long `wheelmatrix audit` takes for a library of 50 MB, start of the program included."""
    driver = next(Path(_sysroot(), "lib").glob("librustc_driver-*.so"))
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch, "big.cpython-312-x86_64-linux-gnu.so")
        shutil.copy(driver, library)
        os.truncate(
            library, max(LIBRARY_BYTES, 0) if library.stat().st_size < LIBRARY_BYTES else library.stat().st_size
        )
        began_s = time.monotonic()
        subprocess.run([sys.executable, "-m", "wheelmatrix", "audit", library], stdout=subprocess.DEVNULL, check=False)
        size_mb = library.stat().st_size / 1e6
        print(verdict(f"audit of {size_mb:.0f} MB, wall s, against 0.5", time.monotonic() - began_s, 0.5, 1.0))


def _sysroot() -> str:
    return subprocess.run(["rustc", "--print", "sysroot"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of the median of three")
    rounds = 1 if parser.parse_args().quick else 3
    print(machine(), flush=True)
    audit()
    for title, found in ((PUBLISHED[0], published), (CRATE.name, lambda _: CRATE)):
        with tempfile.TemporaryDirectory() as folder:
            project, scratch = found(Path(folder, "project")), Path(folder, "sides")
            compare(title, Sides(project, scratch), rounds)


if __name__ == "__main__":
    main()
