"""Whatever kills the orchestrator, nothing that it started lives on."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.guardian_process import start_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX's")

FAMILY = "sh -c 'echo $$ > grandchild; exec sleep 300' & echo $$ > child; trap '' TERM; while :; do sleep 1; done"
ORCHESTRATOR = f"""
import anyio
from pathlib import Path
from wheelmatrix.model import Command
from wheelmatrix.run.guardian import Guardian
from wheelmatrix.run.process import supervise

async def main():
    guardian = Guardian.start()
    command = Command(argv=("sh", "-c", {FAMILY!r}), environment={{}}, directory=Path.cwd())
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: supervise(command, guardian=guardian))
        while guardian.pid is None:
            await anyio.sleep(0.01)
        Path("guardian").write_text(str(guardian.pid))

anyio.run(main)
"""


@pytest.fixture
def sleeper():
    """A process that leads a group of its own; its parent may reap it at any time."""
    process = subprocess.Popen(["sleep", "300"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def pids_of(folder: Path) -> list[int]:
    paths = [folder / name for name in ("child", "grandchild", "guardian")]
    while not all(path.exists() and path.read_text().strip() for path in paths):
        time.sleep(0.01)
    return [int(path.read_text()) for path in paths]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_an_orchestrator_that_is_killed_leaves_no_orphan(number, tmp_path, survivors):
    orchestrator = subprocess.Popen([sys.executable, "-c", ORCHESTRATOR], cwd=tmp_path)
    pids = pids_of(tmp_path)

    orchestrator.send_signal(number)
    orchestrator.wait()

    assert survivors(pids) == []


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows the environment of a process")
def test_the_moment_in_which_a_child_starts_is_no_gap(tmp_path, survivors):
    code = (
        ORCHESTRATOR.replace("trap '' TERM; ", "")
        .replace("environment={}", f"environment={{'MARK': {str(tmp_path)!r}}}")
        .replace("        while guardian", "        print(flush=True)\n        while guardian")
    )
    left = []
    for milliseconds in range(0, 48, 4):
        orchestrator = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE)
        orchestrator.stdout.readline()
        time.sleep(milliseconds / 1000)
        orchestrator.kill()
        orchestrator.communicate()
        left += survivors(marked(f"MARK={tmp_path}".encode()))

    assert left == []


def marked(variable: bytes) -> list[int]:
    """Processes with a variable in their environment; asked until nothing new can start."""
    found: set[int] = set()
    for _ in range(10):
        time.sleep(0.02)
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                if process.name.isdecimal() and variable in (process / "environ").read_bytes().split(b"\0"):
                    found.add(int(process.name))
    return sorted(found)


@pytest.mark.slow
def test_signals_to_the_whole_terminal_do_not_end_the_guardian(tmp_path, survivors, lives):
    orchestrator = subprocess.Popen([sys.executable, "-c", ORCHESTRATOR], cwd=tmp_path, start_new_session=True)
    pids = pids_of(tmp_path)
    time.sleep(0.3)  # its handlers are set a few milliseconds after its start

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pids[2], number)
    survived = lives(pids[2])
    os.killpg(orchestrator.pid, signal.SIGKILL)
    orchestrator.wait()

    assert (survived, survivors(pids)) == (True, [])


def test_what_was_forgotten_lives_on(sleeper, lives):
    guardian = Guardian.start()
    guardian.watch(sleeper.pid)

    guardian.forget(sleeper.pid)
    guardian.close()

    assert lives(sleeper.pid)


def test_what_is_still_watched_ends_with_the_guardian(sleeper, survivors):
    with Guardian.start() as guardian:
        guardian.watch(sleeper.pid)

    assert survivors([sleeper.pid]) == []


def test_a_process_that_got_the_id_of_an_earlier_one_is_left_alone(sleeper, lives):
    guardian = Guardian.start()
    guardian.watch(sleeper.pid)

    guardian._told(f"+{sleeper.pid} 12345\n")  # as if it had been watched when the id belonged to somebody else
    guardian.close()

    assert lives(sleeper.pid)


def test_a_guardian_that_was_killed_is_replaced_and_knows_all(sleeper, survivors):
    guardian = Guardian.start()
    guardian.watch(sleeper.pid)
    first = guardian.pid
    os.kill(first, signal.SIGKILL)
    survivors([first])

    guardian.watch(os.getpid())
    guardian.forget(os.getpid())
    second = guardian.pid
    guardian.close()

    assert second != first
    assert survivors([sleeper.pid]) == []


def test_the_second_ctrl_c_kills_at_once(sleeper, survivors):
    with Guardian.start() as guardian:
        guardian.watch(sleeper.pid)
        guardian.kill_all()

        assert survivors([sleeper.pid]) == []


def test_nothing_runs_before_there_is_something_to_watch():
    with Guardian.start() as guardian:
        assert guardian.pid is None


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux has /proc")
def test_the_start_of_a_process_is_told_whatever_its_name(tmp_path):
    program = tmp_path / "a ) b ( c"
    program.symlink_to("/bin/sleep")
    process = subprocess.Popen([program, "300"])

    started = start_of(process.pid)
    process.kill()
    process.wait()

    assert int(started) >= int(start_of(os.getpid()))
    assert start_of(process.pid) == ""
