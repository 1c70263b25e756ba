"""How long a 50 MB library takes to be packed, by us and by maturin: `python -m tests.bench.packing`.

maturin packs only what it builds, so each packer is run whole, twice: with the library as a file of the package and
without it. The difference is what the library costs, and start, cargo and audit fall out of it. The library is the
first 50 MB of rustc's own driver: real machine code that Rust made. Nothing is compiled while the clock runs, no older
wheel is in the way, and the runs of the two alternate. Ours includes two fsyncs, which maturin does without.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from statistics import median
from typing import Literal

import anyio

from wheelmatrix.model import Entry
from wheelmatrix.options import BuildOptions
from wheelmatrix.pack.compress import compressor
from wheelmatrix.pack.layout import wheel_filename
from wheelmatrix.run.pack import write_wheel

_LIBRARY_BYTES = 50_000_000
_TARGET = 0.75
_LEVEL = BuildOptions().compression_level
_CARGO = '[package]\nname = "packing"\nversion = "1.0.0"\nedition = "2021"\n'
_PYPROJECT = """[build-system]
requires = ["maturin"]
build-backend = "maturin"
[project]
name = "packing"
version = "1.0.0"
[tool.maturin]
bindings = "bin"
python-source = "python"
"""
_METADATA = b"Metadata-Version: 2.4\nName: packing\nVersion: 1.0.0\n"
_WHEEL = b"Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: false\nTag: py3-none-any\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a run took, or the difference of two."""

    wall_s: float
    cpu_s: float
    size_bytes: int

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(
            wall_s=self.wall_s - other.wall_s,
            cpu_s=self.cpu_s - other.cpu_s,
            size_bytes=self.size_bytes - other.size_bytes,
        )


def main() -> int:
    """Run the benchmark and print its table; exit code 1 if we take more than 0.75 of maturin's time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--library", choices=("auto", "libdeflate", "zlib"), default="auto", help="who deflates")
    parser.add_argument("--pack", nargs=2, type=Path, metavar=("PACKAGE", "OUT"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.pack:
        package, out = asked.pack
        anyio.run(_pack, package, out, asked.library)
        return 0
    with tempfile.TemporaryDirectory(prefix="wheelmatrix-bench-") as folder:
        ours, theirs = _measured(Path(folder), asked.rounds, asked.library)
    by = compressor(level=_LEVEL, library=asked.library)
    print(f"a library of {_LIBRARY_BYTES / 1e6:.0f} MB; medians of {asked.rounds}; ours: {by}")
    print(f"{'':12}{'wall s':>8}{'CPU s':>8}{'MB':>8}")
    for name, cost in (("wheelmatrix", ours), ("maturin", theirs)):
        print(f"{name:12}{cost.wall_s:8.2f}{cost.cpu_s:8.2f}{cost.size_bytes / 1e6:8.2f}")
    wall, cpu = ours.wall_s / theirs.wall_s, ours.cpu_s / theirs.cpu_s
    print(f"{'ratio':12}{wall:8.2f}{cpu:8.2f}{ours.size_bytes / theirs.size_bytes:8.2f}   (wall: at most {_TARGET})")
    return 0 if wall <= _TARGET else 1


def _measured(folder: Path, rounds: int, library: Literal["auto", "libdeflate", "zlib"]) -> tuple[Cost, Cost]:
    package = _project(folder / "crate")
    big = package / "library.so"
    out = folder / "out"
    packers: dict[str, Sequence[str]] = {
        "ours": (sys.executable, "-m", "tests.bench.packing", "--library", library, "--pack", str(package), str(out)),
        "theirs": ("maturin", "build", "--release", "--offline", "--quiet", "--compatibility", "linux",
                   "--manifest-path", str(folder / "crate" / "Cargo.toml"), "--out", str(out)),
    }  # fmt: skip
    image = _library()
    found: dict[str, list[Cost]] = {name: [] for name in packers}
    for argv in packers.values():
        _run(argv, out)  # compiles, and fills the page cache
    for _ in range(rounds):
        for name, argv in packers.items():
            big.write_bytes(image)
            with_library = _run(argv, out)
            big.unlink()
            found[name].append(with_library - _run(argv, out))
    return _middle(found["ours"]), _middle(found["theirs"])


def _project(root: Path) -> Path:
    """A binary crate with a Python package; returns the package's folder."""
    package = root / "python" / "packing"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (root / "src").mkdir()
    (root / "src" / "main.rs").write_text("fn main() {}\n")
    (root / "Cargo.toml").write_text(_CARGO)
    (root / "pyproject.toml").write_text(_PYPROJECT)
    return package


def _library() -> bytes:
    told = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True)
    drivers = sorted(Path(told.stdout.strip()).glob("*/*rustc_driver*"))
    if not drivers or drivers[0].stat().st_size < _LIBRARY_BYTES:
        raise SystemExit("rustc's sysroot has no driver library of 50 MB; install a toolchain with rustup")
    with drivers[0].open("rb") as file:
        return file.read(_LIBRARY_BYTES)


def _run(argv: Sequence[str], out: Path) -> Cost:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(argv, capture_output=True, text=True)
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{argv[0]} failed:\n{done.stderr}")
    (wheel,) = out.glob("*.whl")
    cpu_s = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Cost(wall_s=wall_s, cpu_s=cpu_s, size_bytes=wheel.stat().st_size)


def _middle(costs: Sequence[Cost]) -> Cost:
    def of(part: Callable[[Cost], float]) -> float:
        return median(map(part, costs))

    return Cost(wall_s=of(lambda c: c.wall_s), cpu_s=of(lambda c: c.cpu_s), size_bytes=int(of(lambda c: c.size_bytes)))


async def _pack(package: Path, out: Path, library: Literal["auto", "libdeflate", "zlib"]) -> None:
    files = (path for path in sorted(package.iterdir()) if path.is_file())
    entries = (
        *(Entry(name=f"packing/{path.name}", source=PurePath(path)) for path in files),
        Entry(name="packing-1.0.0.dist-info/METADATA", source=_METADATA),
        Entry(name="packing-1.0.0.dist-info/WHEEL", source=_WHEEL),
    )
    path = out / wheel_filename("packing-1.0.0-py3-none", ["any"])
    await write_wheel(entries, path, compressor=compressor(level=_LEVEL, library=library))


if __name__ == "__main__":
    raise SystemExit(main())
