"""How the benchmark measures: whole processes, wall and CPU seconds, peak memory of the process tree."""

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SAMPLE_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One run of a program."""

    wall_s: float
    cpu_s: float
    """User and system seconds of the program and all it started."""
    peak_bytes: int
    """Highest sum of resident memory over the process tree, sampled."""


def run(argv: Sequence[str], directory: Path, environment: Mapping[str, str] | None = None) -> Sample:
    """Run a program to its end and return what it took; raises CalledProcessError if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began_s = time.monotonic()
    with subprocess.Popen(
        argv, cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as child:
        peak = _Peak(child.pid)
        said = child.communicate()[1]
        peak.stop()
    wall_s = time.monotonic() - began_s
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, argv, stderr=said)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Sample(wall_s=wall_s, cpu_s=cpu_s, peak_bytes=peak.highest)


def median(samples: Sequence[Sample]) -> Sample:
    """Return the median of each figure."""
    return Sample(
        wall_s=statistics.median(each.wall_s for each in samples),
        cpu_s=statistics.median(each.cpu_s for each in samples),
        peak_bytes=int(statistics.median(each.peak_bytes for each in samples)),
    )


def in_turn(rounds: int, *subjects: Callable[[], Sample]) -> list[Sample]:
    """Run the subjects in turn, A B A B …, so that a machine that gets slower does so for all; return medians."""
    taken: list[list[Sample]] = [[] for _ in subjects]
    for _ in range(rounds):
        for samples, subject in zip(taken, subjects, strict=True):
            samples.append(subject())
    return [median(samples) for samples in taken]


def verdict(name: str, ours: float, theirs: float, limit: float) -> str:
    """Return the line of one comparison: the ratio, what it must not exceed, and whether it does."""
    ratio = ours / theirs if theirs else float("inf")
    sign = "ok" if ratio <= limit else "MISSED"
    return f"{name:44} {ours:9.2f} {theirs:9.2f}   ratio {ratio:6.3f}   limit {limit:5.2f}   {sign}"


class _Peak:
    """Samples the memory of a process tree until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.highest = 0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_S):
            self.highest = max(self.highest, sum(map(_resident_bytes, _tree(self._pid))))


def _tree(root: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                stat = Path(entry.path, "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    tree = {root}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return tree


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
