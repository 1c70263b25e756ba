"""Whatever ends a run, or a part of it: no orphan stays, no half file, and the next run makes the same wheels."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.e2e.program import Project, halves, living

Make = Callable[..., Project]

pytestmark = pytest.mark.slow

_WAITS = """
use std::{fs, path::Path, thread, time::Duration};
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    fs::write("../started", "").unwrap();
    while !Path::new("../go").exists() { thread::sleep(Duration::from_millis(20)); }
}
"""
_POLL_S = 0.02
_PATIENCE_S = 60
_SEED = 20
_ROUNDS = 50


@pytest.fixture
def waiting(project: Make) -> Project:
    """Give a crate whose build script says that it has `started`, and then waits for a file `go`."""
    tiny = project("tiny")
    tiny.write("build.rs", _WAITS)
    return tiny


def until(condition: Callable[[], object]) -> bool:
    """Wait for something to become true; False: it did not."""
    end_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end_s:
        if condition():
            return True
        time.sleep(_POLL_S)
    return False


def started(project: Project) -> bool:
    """Wait until a build script is at work."""
    return until((project.folder.parent / "started").exists)


def alone(project: Project) -> bool:
    """Wait until nothing runs any more of all that was started for this test."""
    return until(lambda: not living(project.environment["E2E_MARK"]))


def said(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """Yield the lines of stderr while they come."""
    assert process.stderr is not None
    for line in process.stderr:
        yield line.decode()


def test_the_second_of_two_runs_waits_and_says_so(waiting: Project) -> None:
    first = waiting.start("build", "-i", "3.12")
    assert started(waiting)

    second = waiting.start("build", "-i", "3.12")
    told = next(line for line in said(second) if "another run is at work" in line)
    waiting.write("../go", "")
    first_out, _ = first.communicate()
    second_out, _ = second.communicate()

    assert (first.returncode, second.returncode) == (0, 0)
    assert f"process {first.pid}" in told
    assert first_out == second_out
    assert len(waiting.dist()) == 1


def test_one_that_waits_can_be_interrupted(waiting: Project) -> None:
    first = waiting.start("build", "-i", "3.12")
    assert started(waiting)
    second = waiting.start("build", "-i", "3.12")
    next(line for line in said(second) if "another run is at work" in line)

    second.send_signal(signal.SIGINT)
    second.communicate()
    waiting.write("../go", "")
    first.communicate()

    assert (first.returncode, second.returncode) == (0, 130)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=lambda each: str(each)
)
def test_a_signal_ends_everything_and_nothing_is_lost(waiting: Project, number: signal.Signals, code: int) -> None:
    process = waiting.start("build", "-i", "3.11", "3.12")
    assert started(waiting)

    os.killpg(process.pid, number)  # as a terminal does it: to the whole foreground group
    _, err = process.communicate()

    assert process.returncode == code
    assert b"Traceback" not in err
    assert b"--resume" in err
    assert living(waiting.environment["E2E_MARK"]) == {}
    assert halves(waiting.folder / "dist") == []
    waiting.write("../go", "")
    assert len(waiting.build("--resume").wheels) == 2


def test_a_second_signal_ends_at_once_what_does_not_listen(waiting: Project) -> None:
    """The first asks; a build script that ignores it is killed by the second."""
    waiting.replace("build.rs", "fn main() {", "extern { fn signal(n: i32, to: usize) -> usize; }\nfn main() {")
    waiting.replace("build.rs", '    fs::write("../st', '    unsafe { signal(15, 1) };\n    fs::write("../st')
    process = waiting.start("build", "-i", "3.12")
    assert started(waiting)

    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate()

    assert process.returncode == 130
    assert alone(waiting)


def test_a_reader_that_goes_away_does_not_hurt(project: Make) -> None:
    """`wheelmatrix build | head -0`: the wheels are made, whoever looks at their names."""
    tiny = project("tiny")
    process = tiny.start("build", "-i", "3.12")
    assert process.stdout is not None
    process.stdout.close()

    process.stdout = None
    process.communicate()

    assert process.returncode in (0, 141)
    assert len(tiny.dist()) == 1


def test_killed_at_random_moments(project: Make) -> None:
    """Fifty times kill -9 for the program itself, for cargo or for rustc; each time a rerun makes the same wheel.

    A wheel that is in its place is always whole; the temporary file of a program that was killed stays until the next
    run, which takes it away.
    """
    tiny = project("tiny")
    chance = random.Random(_SEED)
    assert tiny.build("-i", "3.12").code == 0
    expected = tiny.dist()

    hits = {"wheelmatrix": 0, "cargo": 0, "rustc": 0}
    for number in range(_ROUNDS):
        victim = ("wheelmatrix", "cargo", "rustc")[number % 3]
        (tiny.folder / "src/lib.rs").touch()
        (tiny.folder / "dist" / next(iter(expected))).unlink()
        process = tiny.start("build", "-i", "3.12")
        hits[victim] += kill(victim, process, tiny, chance.uniform(0.2, 0.9))
        _, err = process.communicate()

        assert b"Traceback" not in err, err
        assert process.returncode in ((-9, 0) if victim == "wheelmatrix" else (0, 2, 4, 5)), err
        assert alone(tiny), living(tiny.environment["E2E_MARK"])
        wheels = {name: digest for name, digest in tiny.dist().items() if name.endswith(".whl")}
        assert wheels in ({}, expected)
        assert tiny.build("-i", "3.12").code == 0
        assert tiny.dist() == expected

    assert min(hits.values()) >= 3, hits


def kill(victim: str, process: subprocess.Popen[bytes], project: Project, after_s: float) -> bool:
    """Kill one process of this kind with signal 9, `after_s` seconds from now or when there is one; False: too late."""
    time.sleep(after_s if victim == "wheelmatrix" else after_s / 2)
    if victim == "wheelmatrix":
        process.kill()
        return True
    while process.poll() is None:
        for pid in living(project.environment["E2E_MARK"]):
            with suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text().strip() == victim:
                    os.kill(pid, signal.SIGKILL)
                    return True
        time.sleep(0.005)
    return False
