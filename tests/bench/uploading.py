"""Uploads to an index on this machine, by us and by others: `python -m tests.bench.uploading [--quick]`.

Forty wheels of 1 MB, each answered 150 ms late: what many small files cost. Twelve of 8 MB, answered at once: what the
bytes cost. One of 80 MB: memory, and how long the event loop stands still, with the screen of a terminal. The index is
a process of its own, holds no bytes and computes no digests, and is a new one for each run. Prints ratios; never fails
because of them. twine, uv and maturin come from the package index.
"""

import argparse
import dataclasses
import json
import os
import pty
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.measure import Sample, in_turn, run, verdict
from tests.index.environment import environment_of, python_with
from tests.index.fake import PASSWORD, USER
from tests.index.wheels import make_wheel

from wheelmatrix.options import UploadOptions
from wheelmatrix.options.facts import Facts

CHECKOUT = Path(__file__).parents[2]
COMMAND = "wheelmatrix.cli.release"
"""The module that the program imports for the command."""
MB, MIB = 1_000_000, 1 << 20
LATENCY_S = 0.15
MOST_MIB, MOST_STALL_MS = 64, 50
_PYTHONS = ("cp39", "cp310", "cp311", "cp312", "cp313")
_PLATFORMS = (
    *(f"manylinux_2_17_{arch}" for arch in ("aarch64", "i686", "ppc64le", "s390x", "x86_64")),
    "musllinux_1_2_aarch64",
    "musllinux_1_2_x86_64",
    "win_amd64",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index in another process."""

    upload: str
    simple: str


Client = Callable[[Index, Sequence[Path]], list[str]]
"""Takes where to and what; returns a command."""


class Bench:
    """The clients, and a home without settings for them."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._python = python_with("clients")
        self._own_python = python_with("own")
        quiet = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "HOME": str(scratch), "UV_NO_CONFIG": "1"}
        self._environment = {**environment_of(self._python), **quiet}
        secret = {"WHEELMATRIX_USERNAME": USER, "WHEELMATRIX_PASSWORD": PASSWORD}
        caches = {
            "WHEELMATRIX_CACHE_DIR": str(scratch / "cache"),
            "PYTHONPATH": str(CHECKOUT / "orchestrator"),
            # What pip installs is compiled to bytecode; a checkout may be in a place, or a process, that keeps none.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
        }
        self._own = {**self._environment, **secret, **caches, "PATH": os.environ["PATH"]}

    @property
    def others(self) -> Mapping[str, Client]:
        """Each by its name."""
        return {"twine": self._twine, "uv": self._uv, "maturin": self._maturin}

    def theirs(self, name: str, wheels: Sequence[Path], latency_s: float) -> Sample:
        """Upload with another client."""
        return self._measured(self.others[name], wheels, latency_s, self._environment)

    def ours(self, jobs: int, wheels: Sequence[Path], latency_s: float) -> Sample:
        """Upload with ours, so many files at once."""
        return self._measured(partial(self._wheelmatrix, jobs=jobs), wheels, latency_s, self._own)

    def watched(self, wheel: Path) -> Mapping[str, float]:
        """Upload one file with ours, in a terminal; return what `tests.bench.watched` tells of it."""
        out = self._scratch / "told.json"
        with _index(0.0) as index, _terminal() as terminal:
            arguments = self._wheelmatrix(index, [wheel], jobs=_jobs()[0])[3:]
            argv = [sys.executable, "-m", "tests.bench.watched", str(out), COMMAND, *arguments]
            environment = {**self._own, "TERM": "xterm-256color"}
            subprocess.run(argv, cwd=CHECKOUT, env=environment, stdout=terminal, stderr=terminal, check=True)
        told: Mapping[str, float] = json.loads(out.read_text())
        return told

    def _measured(
        self, client: Client, wheels: Sequence[Path], latency_s: float, environment: Mapping[str, str]
    ) -> Sample:
        with _index(latency_s, expected=wheels) as index:
            return run(client(index, wheels), self._scratch, environment)

    def _twine(self, index: Index, wheels: Sequence[Path]) -> list[str]:
        who = ("-u", USER, "-p", PASSWORD, "--non-interactive", "--disable-progress-bar")
        argv = (self._python, "-m", "twine", "upload", "--repository-url", index.upload, *who, *wheels)
        return [str(each) for each in argv]

    def _uv(self, index: Index, wheels: Sequence[Path]) -> list[str]:
        who = ("--username", USER, "--password", PASSWORD, "--trusted-publishing", "never", "--no-progress")
        argv = (self._python.with_name("uv"), "publish", "--publish-url", index.upload, *who, *wheels)
        return [str(each) for each in argv]

    def _maturin(self, index: Index, wheels: Sequence[Path]) -> list[str]:
        who = ("-u", USER, "-p", PASSWORD, "--non-interactive")
        argv = (self._python.with_name("maturin"), "upload", "--repository-url", index.upload, *who, *wheels)
        return [str(each) for each in argv]

    def _wheelmatrix(self, index: Index, wheels: Sequence[Path], *, jobs: int) -> list[str]:
        where = ("--repository-url", index.upload, "--simple-url", index.simple, "--non-interactive")
        argv = (self._own_python, "-m", "wheelmatrix", "upload", *where, "--upload-jobs", jobs, *wheels)
        return [str(each) for each in argv]


def many_small(bench: Bench, wheels: Sequence[Path], rounds: int) -> None:
    """Compare us with the best of the others, on files whose answers are late."""
    usual, most = _jobs()
    ours = [partial(bench.ours, jobs, wheels, LATENCY_S) for jobs in (usual, most)]
    theirs = [partial(bench.theirs, name, wheels, LATENCY_S) for name in bench.others]
    with_usual, with_most, *rest = in_turn(rounds, *ours, *theirs)
    named = dict(zip(bench.others, rest, strict=True))
    best = min(named, key=lambda name: named[name].wall_s)
    print(f"{'40 wheels of 1 MB, answers 150 ms late':44} {'ours':>9} {best:>9}")
    print(verdict(f"{most} jobs, wall s", with_most.wall_s, named[best].wall_s, 0.2))
    print(verdict(f"{usual} jobs, which is the default, wall s", with_usual.wall_s, named[best].wall_s, 0.4))
    for name, sample in {f"ours, {most} jobs": with_most, f"ours, {usual} jobs": with_usual, **named}.items():
        print(f"{name:>24}: wall s {sample.wall_s:5.2f}, CPU s {sample.cpu_s:5.2f}", flush=True)


def few_large(bench: Bench, wheels: Sequence[Path], rounds: int) -> None:
    """Compare us with twine, on files that are answered at once."""
    _, most = _jobs()
    ours, theirs = in_turn(rounds, partial(bench.ours, most, wheels, 0.0), partial(bench.theirs, "twine", wheels, 0.0))
    print(f"{'12 wheels of 8 MB, answers at once':44} {'ours':>9} {'twine':>9}")
    print(verdict(f"{most} jobs, wall s", ours.wall_s, theirs.wall_s, 1.0))
    for name, sample in {f"ours, {most} jobs": ours, "twine": theirs}.items():
        print(f"{name:>24}: wall s {sample.wall_s:5.2f}, CPU s {sample.cpu_s:5.2f}", flush=True)


def one_huge(bench: Bench, wheel: Path, rounds: int) -> None:
    """Print what a large file costs in memory, and how long it keeps the event loop from its other work."""
    told = [bench.watched(wheel) for _ in range(rounds)]
    peak_mib = max(each["peak_bytes"] for each in told) / MIB
    before_mib = max(each["imported_bytes"] for each in told) / MIB
    stall_ms = max(each["stall_ms"] for each in told)
    print("1 wheel of 80 MB, in a terminal; the worst of all runs")
    _print_limit(f"peak memory, MiB above the imported {before_mib:.0f}", peak_mib - before_mib, MOST_MIB)
    _print_limit("longest stall of the event loop, ms", stall_ms, MOST_STALL_MS)


def _print_limit(name: str, found: float, limit: float) -> None:
    sign = "ok" if found <= limit else "MISSED"
    print(f"{name:44} {found:9.2f} {'':9}   {'':12}   limit {limit:5.2f}   {sign}", flush=True)


def _jobs() -> tuple[int, int]:
    """Return how many files are sent at once by default, and how many the command line allows."""
    (field,) = (each for each in dataclasses.fields(UploadOptions) if each.name == "upload_jobs")
    facts: Facts = field.metadata["facts"]
    assert facts.maximum is not None
    return UploadOptions().upload_jobs, facts.maximum


def _wheels(folder: Path, count: int, payload_bytes: int) -> list[Path]:
    folder.mkdir()
    tags = [f"{python}-{python}-{platform}" for python in _PYTHONS for platform in _PLATFORMS]
    return [make_wheel(folder, "bench", "1.0", tag, payload_bytes=payload_bytes) for tag in tags[:count]]


@contextmanager
def _index(latency_s: float, *, expected: Sequence[Path] | None = None) -> Iterator[Index]:
    """Start an index; at the end, see that it has all that it should have."""
    argv = [sys.executable, "-m", "tests.index", "--light", "--latency", str(latency_s)]
    with subprocess.Popen(argv, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield Index(**json.loads(server.stdout.readline()))
        finally:
            server.stdin.close()
        told = json.loads(server.stdout.readline())
    if expected is not None:
        size_bytes = sum(path.stat().st_size for path in expected)
        if (told["files"], told["file_bytes"]) != (len(expected), size_bytes):
            raise SystemExit(f"the index lacks files: {told}")


@contextmanager
def _terminal() -> Iterator[int]:
    """Give a terminal to write to; what is written is read, and forgotten."""
    shown, terminal = pty.openpty()

    def read() -> None:
        try:
            while os.read(shown, 1 << 16):
                continue
        except OSError:  # Linux says so where the last writer has gone
            return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield terminal
    finally:
        os.close(terminal)
        reader.join()
        os.close(shown)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of the median of three")
    rounds = 1 if parser.parse_args().quick else 3
    with tempfile.TemporaryDirectory(prefix="wheelmatrix-bench-") as folder:
        scratch = Path(folder)
        bench = Bench(scratch)
        many_small(bench, _wheels(scratch / "small", 40, MB), rounds)
        few_large(bench, _wheels(scratch / "large", 12, 8 * MB), rounds)
        one_huge(bench, _wheels(scratch / "huge", 1, 80 * MB)[0], rounds)


if __name__ == "__main__":
    main()
